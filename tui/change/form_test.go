package change

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// filling is the form of a deed on the first of two images.
func filling(t *testing.T, d plan.Deed) *seat {
	t.Helper()
	env, all := stocked(2)
	im, _ := env.Inv.Image(all[0])
	im.Detail.Tags = []model.Tag{{Key: "Cost Center", Value: "42 b"}, {Key: "Owner", Value: "team-web"}, {Key: "aws:x", Value: "1"}, {Key: "q", Value: `"`}}
	s, ok := Prepare(env, plan.Request{Deed: d, Images: all[:1]})
	if !ok {
		t.Fatalf("%s has no form", d)
	}
	return sit(t, env, s)
}

// proposed is what a form leads to by enter.
func proposed(t *testing.T, x *seat) plan.Request {
	t.Helper()
	x.press("enter")
	for _, e := range x.effects() {
		if p, ok := e.(kit.Propose); ok {
			return p.Request
		}
	}
	t.Fatalf("nothing is proposed:\n%s", x.frame())
	return plan.Request{}
}

func TestFormCompletesAndProposes(t *testing.T) {
	date := now.AddDate(0, 0, 30)
	for _, tt := range []struct {
		name string
		deed plan.Deed
		keys []string // a text, or a key in <>
		want plan.Options
		is   plan.Deed
	}{
		{"region", plan.Copy, []string{"us", "<tab>"}, plan.Options{Regions: []string{"us-east-1"}}, plan.Copy},
		{"encrypted copy", plan.Copy, []string{"us-east-1", "<down>", "golden", "<down>", "<space>"}, plan.Options{Regions: []string{"us-east-1"}, Name: "golden", Encrypt: true}, plan.Copy},
		{"account by name", plan.Share, []string{"<down>", "acme-dev"}, plan.Options{Accounts: []string{dev}}, plan.Share},
		{"account completed", plan.Share, []string{"<down>", "dev", "<tab>"}, plan.Options{Accounts: []string{dev}}, plan.Share},
		{"public no more", plan.Share, []string{"y", "<up>", "y"}, plan.Options{Public: true}, plan.Unshare},
		{"date", plan.Deprecate, []string{"30d"}, plan.Options{At: &date}, plan.Deprecate},
		{"tags", plan.Tag, []string{`Own`, "<tab>", "te", "<tab>", `"Cost Center"="42 b"`}, plan.Options{Set: map[string]string{"Owner": "team-web", "Cost Center": "42 b"}}, plan.Tag},
		{"keys", plan.Tag, []string{"<down>", "Ow", "<tab>"}, plan.Options{Remove: []string{"Owner"}}, plan.Tag},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := filling(t, tt.deed)
			for _, k := range tt.keys {
				if k[0] == '<' {
					x.press(k[1 : len(k)-1])
				} else {
					x.write(k)
				}
			}
			got := proposed(t, x)
			if d := cmp.Diff(tt.want, got.Options); d != "" || got.Deed != tt.is {
				t.Errorf("%s %s", got.Deed, d)
			}
		})
	}
}

// What is wrong is said while it is typed, and enter does not pass it.
func TestFormSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		deed       plan.Deed
		text, says string
	}{
		{plan.Deprecate, "3x", "this is no date"},
		{plan.Deprecate, "2020-01-01", "passed"},
		{plan.Tag, "Owner", `"Owner" has no value`},
		{plan.Tag, "a=1 a=2", `"a" stands there twice`},
		{plan.Copy, "mars-1", "mars-1"},
	} {
		x := filling(t, tt.deed)
		x.write(tt.text)
		if tt.deed == plan.Tag {
			x.press("down")
		}
		has(t, x, tt.says)
		x.press("enter")
		for _, e := range x.effects() {
			if _, ok := e.(kit.Propose); ok {
				t.Errorf("%q is proposed", tt.text)
			}
		}
	}
	x := filling(t, plan.Share)
	x.press("up")
	x.write("y")
	has(t, x, "images are made public from the command line only")
}

// What an image is shared with is called by its name: it is completed and typed so, and
// shown so where its ARN is not being typed. A name that several have is not guessed at.
func TestFormKnowsUnitsByName(t *testing.T) {
	const (
		org   = "arn:aws:organizations::111111111111:organization/o-acmeacme01"
		under = "arn:aws:organizations::111111111111:ou/o-acmeacme01/"
		web   = under + "ou-ab12-11111111"
		data  = under + "ou-ab12-22222222"
		twin  = under + "ou-ab12-33333333"
		bare  = under + "ou-ab12-44444444"
	)
	ours := model.Organization{
		ARN: org, At: now, Units: map[string][]string{web: nil, data: nil, twin: nil, bare: nil},
		Names: map[string]string{web: "Workloads", data: "Data EU", twin: "data eu", bare: ""},
	}
	open := func(t *testing.T) *seat {
		x := filling(t, plan.Share)
		x.env.Inv = x.env.Inv.Fold(ours)
		x.press("down", "down") // to the organizations
		return x
	}
	for _, tt := range []struct {
		name string
		keys []string
		want plan.Options
		says string // once the cursor is elsewhere
	}{
		{"organization completed", []string{"your", "<tab>", "<up>"}, plan.Options{Organizations: []string{org}}, "your organization o-acmeacme01"},
		{"organization by id", []string{"o-acmeacme01", "<up>"}, plan.Options{Organizations: []string{org}}, "your organization o-acmeacme01"},
		{"unit completed", []string{"<down>", "work", "<tab>", "<up>"}, plan.Options{Units: []string{web}}, "unit Workloads"},
		{"unit by name", []string{"<down>", "workloads", "<up>"}, plan.Options{Units: []string{web}}, "unit Workloads"},
		{"units by id and ARN", []string{"<down>", "ou-ab12-44444444 " + twin, "<up>"}, plan.Options{Units: []string{bare, twin}}, "ou-ab12-44444444, unit data eu"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := open(t)
			for _, k := range tt.keys {
				if k[0] == '<' {
					x.press(k[1 : len(k)-1])
				} else {
					x.write(k)
				}
			}
			has(t, x, tt.says)
			if d := cmp.Diff(tt.want, proposed(t, x).Options); d != "" {
				t.Error(d)
			}
		})
	}
	x := open(t)
	has(t, x, "tab your organization o-acmeacme01")
	x.press("down")
	has(t, x, "tab Workloads ou-ab12-11111111", "Data EU ou-ab12-22222222")
	x.write(`"data eu"`)
	x.press("up")
	has(t, x, `2 units are called "data eu": tab completes to the one that is meant`)
	x.press("down")
	for range len(`"data eu"`) {
		x.press("backspace")
	}
	x.write("ou-zz")
	x.press("up")
	has(t, x, `"ou-zz" is not its ARN`)
}

func TestDatesOfForms(t *testing.T) {
	for text, want := range map[string]string{
		"30d": "2026-12-26T09:30:00Z", "in 2w": "2026-12-10T09:30:00Z", "6mo": "2027-05-26T09:30:00Z", "1y": "2027-11-26T09:30:00Z",
		"2027-03-01": "2027-03-01T00:00:00Z", "2027-03-01 15:00": "2027-03-01T15:00:00Z", "2027-03-01T15:00:00+02:00": "2027-03-01T13:00:00Z",
	} {
		if at, ok := readDate(text, now); !ok || at.Format(time.RFC3339) != want {
			t.Errorf("%q is %s", text, at.Format(time.RFC3339))
		}
	}
	for _, text := range []string{"d", "30", "-3d", "2027-13-01", "tomorrow"} {
		if at, ok := readDate(text, now); ok {
			t.Errorf("%q is %s", text, at)
		}
	}
}

func TestWordsOfFields(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, " a,b  c ": {"a", "b", "c"}, `a="b c",d`: {"a=b c", "d"}, `""`: {""}, `x="un`: {"x=un"},
	} {
		if d := cmp.Diff(want, splitWords(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}
