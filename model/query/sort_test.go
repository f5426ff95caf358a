package query_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

func TestParseOrder(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want query.Order
		err  string
	}{
		{"created", query.Order{Key: "created"}, ""},
		{"-created", query.Order{Key: "created", Desc: true}, ""},
		{"created:desc", query.Order{Key: "created", Desc: true}, ""},
		{"created:asc", query.Order{Key: "created"}, ""},
		{"-created:desc", query.Order{Key: "created"}, ""},
		{"Name", query.Order{Key: "name"}, ""},
		{"tag.Owner", query.Order{Key: "tag.Owner"}, ""},
		{`-tag."aws:x"`, query.Order{Key: `tag."aws:x"`, Desc: true}, ""},
		{"creatd", query.Order{}, "did you mean created?"},
		{"tag", query.Order{}, "one of name, id, account"},
		{"tags", query.Order{}, "did you mean tag?"},
		{"", query.Order{}, "one of name, id, account"},
		{"name extra", query.Order{}, "one of name, id, account"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := query.ParseOrder(tt.in)
			var qe *query.Error
			switch {
			case tt.err != "":
				if !errors.As(err, &qe) || !strings.HasPrefix(qe.Hint, tt.err) {
					t.Errorf("error %v, want hint %q", err, tt.err)
				}
			case err != nil || got != tt.want:
				t.Errorf("%+v, %v, want %+v", got, err, tt.want)
			default:
				if again, err := query.ParseOrder(got.String()); err != nil || again != got {
					t.Errorf("%q reads as %+v, %v", got, again, err)
				}
			}
		})
	}
}

// TestSort names images by their letters: o own, f foreign, b bare, p plain.
func TestSort(t *testing.T) {
	w := world()
	letters := map[*model.Image]string{}
	var rows []*model.Image
	for letter, im := range map[string]*model.Image{"o": own(), "f": foreign(), "p": plain()} {
		letters[im] = letter
		rows = append(rows, im)
	}
	for _, tt := range []struct{ order, want string }{
		{"name", "fop"}, // no name last
		{"-name", "ofp"},
		{"created", "ofp"},
		{"-created", "pfo"},
		{"age", "pfo"},
		{"size", "pfo"},
		{"snapshots:desc", "ofp"},
		{"deprecation", "opf"}, // none: by name, then key
		{"-deprecation", "opf"},
		{"launched", "opf"}, // never launched after the launched, unknown last
		{"-launched", "opf"},
		{"idle", "opf"},
		{"-idle", "pof"},
		{"public", "opf"},
		{"-public", "pof"},
		{"version", "ofp"},
		{"-version", "fop"},
		{"tag.owner", "opf"}, // no tag before tags that are not known
		{"-tag.owner", "opf"},
		{"owner", "pof"}, // 2…, acme-prod, amazon
		{"mark", "pfo"},
		{"nonsense", "pof"}, // name and key alone, byte by byte
	} {
		t.Run(tt.order, func(t *testing.T) {
			o, err := query.ParseOrder(tt.order)
			if err != nil {
				o = query.Order{Key: tt.order}
			}
			sorted := slices.Clone(rows)
			query.Sort(w, sorted, o)
			got := ""
			for _, im := range sorted {
				got += letters[im]
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestSortDoesNotDependOnTheStart sorts shuffled rows by every key.
func TestSortDoesNotDependOnTheStart(t *testing.T) {
	w := world()
	rows := fleet(300)
	rapid.Check(t, func(t *rapid.T) {
		var keys []string
		for _, k := range query.Keys() {
			if k.Sortable && k.Name != "tag" {
				keys = append(keys, k.Name)
			}
		}
		o := query.Order{Key: rapid.SampledFrom(append(keys, "tag.owner")).Draw(t, "key"), Desc: rapid.Bool().Draw(t, "desc")}
		a, b := slices.Clone(rows), rapid.Permutation(rows).Draw(t, "rows")
		query.Sort(w, a, o)
		query.Sort(w, b, o)
		if !slices.Equal(a, b) {
			t.Fatalf("%v depends on the order before", o)
		}
	})
}

func TestComplete(t *testing.T) {
	w := world()
	for _, tt := range []struct {
		name, text string // "|" is the cursor
		from       int
		want       []string
	}{
		{"key", "web reg|", 4, []string{"region:"}},
		{"key with its usual sign", "siz|", 0, []string{"size>"}},
		{"key after a negation", "!pub|", 1, []string{"public:"}},
		{"key in parentheses", "(dep|", 1, []string{"deprecated:", "deprecation:"}},
		{"case", "REG|", 0, []string{"region:"}},
		{"tag", "tag.|", 0, []string{"tag.Owner:", `tag."aws:stack":`, "tag.empty:"}},
		{"tag begun", "tag.ow|", 0, []string{"tag.Owner:"}},
		{"tag begun with a quote", `tag."aws|`, 0, []string{`tag."aws:stack":`}},
		{"region", "region:|", 7, []string{"us-east-1", "eu-west-1"}},
		{"second value", "region:eu-west-1,us|", 17, []string{"us-east-1"}},
		{"flag", "public:|", 7, []string{"true", "false", "unknown"}},
		{"enum", "arch:arm|", 5, []string{"arm64", "arm64_mac"}},
		{"never", "launched:|", 9, []string{"never", "unknown"}},
		{"account", "account:acme|", 8, []string{"acme-dev", "acme-prod"}},
		{"family", "family:web|", 7, []string{"Web-API"}},
		{"tag value", "tag.owner:w|", 10, []string{`"Web Team"`}},
		{"tag value begun with a quote", `tag.owner:"web t|`, 10, []string{`"Web Team"`}},
		{"has", "has:sou|", 4, []string{"source"}},
		{"has tag", "no:tag.e|", 3, []string{"tag.empty"}},
		{"is", "is:p|", 3, []string{"public", "protected"}},
		{"before more text", "reg| web", 0, []string{"region:"}},
		{"unknown key", "foo:|", 4, nil},
		{"word with no key", "12|", 0, nil},
		{"comparison", "age>|", 4, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after, _ := strings.Cut(tt.text, "|")
			from, options := query.Complete(before+after, len([]rune(before)), w)
			var got []string
			for _, o := range options {
				got = append(got, o.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || from != tt.from {
				t.Errorf("from %d, want %d; options (-want +got):\n%s", from, tt.from, diff)
			}
		})
	}
}

// TestCompletionsParse: whatever is offered for a value makes a valid query.
func TestCompletionsParse(t *testing.T) {
	w := world()
	for _, k := range query.Keys() {
		start := k.Name + ":"
		if k.Name == "tag" {
			start = "tag.owner:"
		}
		from, options := query.Complete(start, len(start), w)
		for _, o := range options {
			if _, err := query.Parse(start[:from] + o.Text); err != nil {
				t.Errorf("%s: %v", start[:from]+o.Text, err)
			}
		}
	}
}

func FuzzComplete(f *testing.F) {
	f.Add("web reg", 7)
	f.Add(`tag."a\`, 3)
	w := world()
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		from, _ := query.Complete(text, cursor, w)
		if from < 0 || from > len([]rune(text)) {
			t.Fatalf("from %d in %q", from, text)
		}
	})
}

// fleet makes images of a company: names with common beginnings, some facts
// not known, five tags each.
func fleet(n int) []*model.Image {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	rows := make([]*model.Image, n)
	for i := range rows {
		at := now.Add(-time.Duration(r.IntN(1000)) * day)
		rows[i] = &model.Image{
			ImageKey: model.ImageKey{Region: pick("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2"), ID: fmt.Sprintf("ami-0%016x", r.Uint64())},
			Owner:    fmt.Sprintf("%012d", r.IntN(20)), Name: "acme-" + pick("web", "api", "batch", "Gold") + "-" + pick("base", "svc") + at.Format("-20060102-150405"),
			State: "available", Architecture: pick("arm64", "x86_64"), Platform: "linux", RootType: "ebs", Created: at, Launched: model.Tri(r.IntN(3)),
			LastLaunched: at.Add(day), Public: model.Tri(r.IntN(3)), Snapshots: uint16(r.IntN(4)), SizeGiB: int64(r.IntN(200)),
			Detail: &model.Detail{TagsRead: r.IntN(10) > 0, Tags: []model.Tag{
				{Key: "Environment", Value: pick("prod", "dev")},
				{Key: "Name", Value: "acme-image"},
				{Key: "Owner", Value: pick("Web Team", "Platform", "data")},
				{Key: "aws:cloudformation:stack-name", Value: "image-pipeline"},
				{Key: "commit", Value: fmt.Sprintf("%x", r.Uint32())},
			}},
		}
		if r.IntN(3) == 0 {
			rows[i].Deprecation = at.Add(400 * day)
		}
	}
	return rows
}

func TestSelectAllocatesNothingPerRow(t *testing.T) {
	w, rows := world(), fleet(2000)
	for _, text := range []string{"web", "w*b", `"é"`, "age>180d !deprecated:true region:eu-*", "tag.owner:web*", "account:acme-*", "idle>90d OR public:unknown"} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		few := testing.AllocsPerRun(10, func() { q.Select(w, rows[:10]) })
		if many := testing.AllocsPerRun(10, func() { q.Select(w, rows) }); many > few+2 {
			t.Errorf("%s: %v allocations for 10 rows, %v for %d", text, few, many, len(rows))
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	w, rows := world(), fleet(100_000)
	for _, text := range []string{"web", "nowhere", "age>180d !deprecated:true region:eu-*", "tag.owner:web*", "account:acme-*", "name~web.*svc", "family:acme-web-*"} {
		b.Run(text, func(b *testing.B) {
			q, err := query.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				q.Select(w, rows)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
		})
	}
}

func BenchmarkSort(b *testing.B) {
	w, rows := world(), fleet(100_000)
	for _, key := range []string{"name", "created", "launched", "size", "public", "account", "tag.owner", "region", "version", "family"} {
		b.Run(key, func(b *testing.B) {
			room := make([]*model.Image, len(rows))
			b.ReportAllocs()
			for b.Loop() {
				copy(room, rows)
				query.Sort(w, room, query.Order{Key: key, Desc: true})
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := query.Parse("age>180d !deprecated:true region:eu-*"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSortAgreesWithComparing sorts texts that are hard for it: with much in
// common, with bytes of zero, some of them prefixes of others.
func TestSortAgreesWithComparing(t *testing.T) {
	name := rapid.StringMatching(`(acme-){0,3}[ab\x00]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var rows []*model.Image
		for i, n := range rapid.SliceOfN(name, 0, 60).Draw(t, "names") {
			rows = append(rows, &model.Image{ImageKey: model.ImageKey{ID: fmt.Sprint(i % 7), Region: fmt.Sprint(i)}, Name: n})
		}
		desc := rapid.Bool().Draw(t, "desc")
		want := slices.Clone(rows)
		slices.SortFunc(want, func(a, b *model.Image) int {
			c := strings.Compare(a.Name, b.Name)
			switch {
			case a.Name == b.Name:
				return a.Compare(b.ImageKey)
			case a.Name == "":
				return 1
			case b.Name == "":
				return -1
			case desc:
				return -c
			}
			return c
		})
		query.Sort(world(), rows, query.Order{Key: "name", Desc: desc})
		if !slices.Equal(rows, want) {
			t.Fatalf("sorted otherwise: %v", rows)
		}
	})
}
