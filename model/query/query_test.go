package query_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// own is an image of a read account with everything known.
func own() *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: "eu-west-1", ID: "ami-0aaaaaaaaaaaaaaa1"},
		Owner:    "111111111111", Name: "Web-API-1.4.2", State: "available", Architecture: "arm64", Platform: "linux",
		RootType: "ebs", Created: now.Add(-200 * day), Deprecation: now.Add(30 * day), LastLaunched: now.Add(-100 * day),
		Launched: model.Yes, Public: model.No, Encrypted: model.Yes, Protected: model.No, Managed: model.ImageBuilder,
		Snapshots: 2, SizeGiB: 128,
		Detail: &model.Detail{
			TagsRead: true, SourceImage: "ami-0bbbbbbbbbbbbbbb2",
			Tags: []model.Tag{{Key: "Owner", Value: "Web Team"}, {Key: "aws:stack", Value: "a,b"}, {Key: "empty", Value: ""}},
		},
	}
}

// foreign is an image of another account, of which little is known.
func foreign() *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: "us-east-1", ID: "ami-0ccccccccccccccc3"},
		Owner:    "999999999999", OwnerAlias: "amazon", Name: "al2023-ami-2023.6.20261101.0-kernel-6.1-x86_64",
		State: "available", Architecture: "x86_64", Platform: "linux", RootType: "ebs", Created: now.Add(-10 * day),
		Snapshots: 1, SizeGiB: 8, Detail: &model.Detail{},
	}
}

// bare is an own image as the cache's list gives it, before its details.
func bare() *model.Image {
	im := own()
	im.Detail = nil
	return im
}

// plain is an own image without anything that may be absent.
func plain() *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: "us-east-1", ID: "ami-0ddddddddddddddd4"},
		Owner:    "222222222222", State: "disabled", Architecture: "x86_64", Platform: "windows", RootType: "instance-store",
		Created: now.Add(-day), Launched: model.No, Public: model.Yes, Encrypted: model.Maybe, Protected: model.Yes, Managed: model.Unmanaged,
		Detail: &model.Detail{TagsRead: true},
	}
}

func world() *query.World {
	var inv model.Inventory
	for _, a := range []model.Account{{ID: "111111111111", Name: "acme-prod"}, {ID: "222222222222"}, {ID: "333333333333", Name: "acme-dev"}} {
		inv = inv.Fold(model.Found{Account: a, Regions: []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "us-east-1", Enabled: true}}})
	}
	page := func(account, region string, images ...*model.Image) {
		inv = inv.Fold(model.Page{Gen: 1, Scope: model.Scope{Account: account, Region: region}, Images: images, Last: true, At: now})
	}
	page("111111111111", "eu-west-1", own())
	page("222222222222", "us-east-1", plain())
	page("333333333333", "us-east-1", foreign())
	return &query.World{Inv: inv, Now: now, Marked: func(k model.ImageKey) bool { return k == own().ImageKey }}
}

const (
	yes   = model.Yes
	no    = model.No
	maybe = model.Maybe
)

// Each row says what a query is for own, foreign, bare and plain.
var matchTests = []struct {
	query string
	want  [4]model.Tri
}{
	{"", [4]model.Tri{yes, yes, yes, yes}},
	// words
	{"web", [4]model.Tri{yes, maybe, yes, no}},
	{"WEB-api", [4]model.Tri{yes, maybe, yes, no}},
	{"0AAAAAAAAAAAAAAA1", [4]model.Tri{yes, maybe, yes, no}},
	{"team", [4]model.Tri{yes, maybe, maybe, no}},
	{"api web", [4]model.Tri{yes, maybe, yes, no}},
	{"w?b*1.4", [4]model.Tri{yes, maybe, yes, no}},
	{`"w?b"`, [4]model.Tri{no, maybe, maybe, no}},
	{`"web team"`, [4]model.Tri{yes, maybe, maybe, no}},
	{"-", [4]model.Tri{yes, yes, yes, yes}},
	{"!web", [4]model.Tri{no, maybe, no, yes}},
	{"-web", [4]model.Tri{no, maybe, no, yes}},
	{"NOT web", [4]model.Tri{no, maybe, no, yes}},
	// text
	{"name:web-api-1.4.2", [4]model.Tri{yes, no, yes, no}},
	{"name:web", [4]model.Tri{no, no, no, no}},
	{"name:web*", [4]model.Tri{yes, no, yes, no}},
	{"name:*1.4*", [4]model.Tri{yes, no, yes, no}},
	{"name:*x86_64,web*", [4]model.Tri{yes, yes, yes, no}},
	{`name:"web*"`, [4]model.Tri{no, no, no, no}},
	{`name:""`, [4]model.Tri{no, no, no, yes}},
	{`name~^web-(api|ui)-\d`, [4]model.Tri{yes, no, yes, no}},
	{`name!~kernel`, [4]model.Tri{yes, no, yes, yes}},
	{"name:unknown", [4]model.Tri{no, no, no, no}},
	{"id:ami-0a*", [4]model.Tri{yes, no, yes, no}},
	{"region:eu-*", [4]model.Tri{yes, no, yes, no}},
	{"region=eu-west-1", [4]model.Tri{yes, no, yes, no}},
	{"region!=eu-west-1", [4]model.Tri{no, yes, no, yes}},
	{"region:EU-WEST-1,us-*", [4]model.Tri{yes, yes, yes, yes}},
	// enums
	{"state:available", [4]model.Tri{yes, yes, yes, no}},
	{"arch:ARM64", [4]model.Tri{yes, no, yes, no}},
	{"arch:x86*", [4]model.Tri{no, yes, no, yes}},
	{"platform:windows", [4]model.Tri{no, no, no, yes}},
	{"root:instance-store", [4]model.Tri{no, no, no, yes}},
	{"managed:imagebuilder", [4]model.Tri{yes, maybe, yes, no}},
	{"has:managed", [4]model.Tri{yes, maybe, yes, no}},
	// accounts
	{"account:acme-prod", [4]model.Tri{yes, no, yes, no}},
	{"account:acme-*", [4]model.Tri{yes, yes, yes, no}},
	{"account:333333333333", [4]model.Tri{no, yes, no, no}},
	{"account:amazon", [4]model.Tri{no, yes, no, no}},
	{"owner:acme-*", [4]model.Tri{yes, no, yes, no}},
	{"owner:999999999999", [4]model.Tri{no, yes, no, no}},
	{"owner:amazon", [4]model.Tri{no, yes, no, no}},
	// yes or no
	{"public:true", [4]model.Tri{no, maybe, no, yes}},
	{"!public:true", [4]model.Tri{yes, maybe, yes, no}},
	{"public:no", [4]model.Tri{yes, maybe, yes, no}},
	{"is:public", [4]model.Tri{no, maybe, no, yes}},
	{"public:unknown", [4]model.Tri{no, yes, no, no}},
	{"!public:unknown", [4]model.Tri{yes, no, yes, yes}},
	{"public:true,unknown", [4]model.Tri{no, yes, no, yes}},
	{"encrypted:true", [4]model.Tri{yes, maybe, yes, maybe}},
	{"protected:true", [4]model.Tri{no, maybe, no, yes}},
	{"is:protected,public", [4]model.Tri{no, maybe, no, yes}},
	{"disabled:true", [4]model.Tri{no, no, no, yes}},
	{"deprecated:true", [4]model.Tri{no, no, no, no}},
	{"is:marked", [4]model.Tri{yes, no, yes, no}},
	{"mark:no", [4]model.Tri{no, yes, no, yes}},
	// dates and durations
	{"age>180d", [4]model.Tri{yes, no, yes, no}},
	{"age:>180d", [4]model.Tri{yes, no, yes, no}},
	{"age>200d", [4]model.Tri{no, no, no, no}},
	{"age>=200d", [4]model.Tri{yes, no, yes, no}},
	{"age:200d", [4]model.Tri{yes, no, yes, no}},
	{"age:1d..10d", [4]model.Tri{no, yes, no, yes}},
	{"age:6mo..", [4]model.Tri{yes, no, yes, no}},
	{"age:..2w", [4]model.Tri{no, yes, no, yes}},
	{"age<24h", [4]model.Tri{no, no, no, no}},
	{"created:2026-11", [4]model.Tri{no, yes, no, yes}},
	{"created>2026-11", [4]model.Tri{no, no, no, no}},
	{"created>=2026-11", [4]model.Tri{no, yes, no, yes}},
	{"created<=2026-11-13", [4]model.Tri{yes, yes, yes, no}},
	{"created:2026-11-13..2026-11-22", [4]model.Tri{no, yes, no, yes}},
	{"created:2026-11-22T12:00:00Z", [4]model.Tri{no, no, no, yes}},
	{"launched:never", [4]model.Tri{no, maybe, no, yes}},
	{"launched:unknown", [4]model.Tri{no, yes, no, no}},
	{"launched<2027", [4]model.Tri{yes, maybe, yes, no}},
	{"launched:never,2026", [4]model.Tri{yes, maybe, yes, yes}},
	{"has:launched", [4]model.Tri{yes, maybe, yes, no}},
	{"idle>90d", [4]model.Tri{yes, maybe, yes, yes}},
	{"idle<90d", [4]model.Tri{no, maybe, no, no}},
	{"deprecation<2027", [4]model.Tri{yes, no, yes, no}},
	{"no:deprecation", [4]model.Tri{no, yes, no, yes}},
	// numbers
	{"size>100GiB", [4]model.Tri{yes, no, yes, no}},
	{"size:128", [4]model.Tri{yes, no, yes, no}},
	{"size<=0.125TiB", [4]model.Tri{yes, yes, yes, yes}},
	{"snapshots:1..2", [4]model.Tri{yes, yes, yes, no}},
	{"has:snapshots", [4]model.Tri{yes, yes, yes, no}},
	// names taken apart
	{"family:web-api", [4]model.Tri{yes, no, yes, no}},
	{"version:1.4.2", [4]model.Tri{yes, no, yes, no}},
	{"version>=1.4", [4]model.Tri{yes, yes, yes, no}},
	{"version:1.4..1.10", [4]model.Tri{yes, no, yes, no}},
	{"version:2023*", [4]model.Tri{no, yes, no, no}},
	{"no:version", [4]model.Tri{no, no, no, yes}},
	{"has:name", [4]model.Tri{yes, yes, yes, no}},
	// tags and details
	{`tag.owner:"web team"`, [4]model.Tri{yes, maybe, maybe, no}},
	{"tag.OWNER:web*", [4]model.Tri{yes, maybe, maybe, no}},
	{`tag."aws:stack":"a,b"`, [4]model.Tri{yes, maybe, maybe, no}},
	{"tag.owner:unknown", [4]model.Tri{no, yes, yes, no}},
	{`tag.owner:"unknown"`, [4]model.Tri{no, maybe, maybe, no}},
	{"has:tag.empty", [4]model.Tri{yes, maybe, maybe, no}},
	{"no:tag.owner", [4]model.Tri{no, maybe, maybe, yes}},
	{"no:tags", [4]model.Tri{no, maybe, maybe, yes}},
	{"tags:aws:*", [4]model.Tri{yes, maybe, maybe, no}},
	{"source:ami-0b*", [4]model.Tri{yes, no, maybe, no}},
	{"no:source", [4]model.Tri{no, yes, maybe, yes}},
	// together
	{"web OR state:disabled", [4]model.Tri{yes, maybe, yes, yes}},
	{"web public:true", [4]model.Tri{no, maybe, no, no}},
	{"(web OR windows) !region:us-*", [4]model.Tri{yes, no, yes, no}},
	{"!(web region:eu-*)", [4]model.Tri{no, yes, no, yes}},
	{"web AND age>1d OR platform:windows", [4]model.Tri{yes, maybe, yes, yes}},
	{"public:true !public:true", [4]model.Tri{no, maybe, no, no}},
}

func TestMatch(t *testing.T) {
	w := world()
	images := [4]*model.Image{own(), foreign(), bare(), plain()}
	for _, tt := range matchTests {
		t.Run(tt.query, func(t *testing.T) {
			q, err := query.Parse(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			var got [4]model.Tri
			for i, im := range images {
				got[i] = q.Match(w, im)
			}
			if got != tt.want {
				t.Errorf("own, foreign, bare, plain: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	q, err := query.Parse("public:false")
	if err != nil {
		t.Fatal(err)
	}
	shown, undecided := q.Select(world(), []*model.Image{plain(), own(), foreign()})
	if diff := cmp.Diff([]*model.Image{own()}, shown); diff != "" || undecided != 1 {
		t.Errorf("%d undecided, rows (-want +got):\n%s", undecided, diff)
	}
}

func TestString(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"  web   api ", "web api"},
		{"-web NOT api", "!web !api"},
		{"region!=eu-*", "!region:eu-*"},
		{"REGION=eu-west-1", "region:eu-west-1"},
		{"is:public,encrypted", "public:true OR encrypted:true"},
		{"no:deprecation", "!has:deprecation"},
		{"mark:yes", "mark:true"},
		{"size>0.5T", "size>512GiB"},
		{"size:1024..2TiB", "size:1TiB..2TiB"},
		{"age:>=1Y6MO", "age>=1y6mo"},
		{"a OR (b OR c) ((d))", "a OR (b OR c) d"},
		{`tag."owner":x`, "tag.owner:x"},
		{`tag."aws:x":"a \"b\" \\"`, `tag."aws:x":"a \"b\" \\"`},
		{`name~a(b|c)`, `name~"a(b|c)"`},
		{`name~"^a\d"`, `name~"^a\\d"`},
		{"snapshots:007", "snapshots:7"},
		{"- !-", "- !-"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			q, err := query.Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := q.String(); got != tt.want {
				t.Errorf("%q prints as %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ name, in, point, hint string }{
		{"unknown key", "web reigon:eu-*", "    ^^^^^^", "did you mean region?"},
		{"unknown key, part of one", "deprec:true", "^^^^^^", "did you mean deprecated?"},
		{"key of later", "lifecycle>5", "^^^^^^^^^", "quote text that holds a colon or a sign"},
		{"duration on a date", "created>90d", "        ^^^", "durations belong to age: write age>90d"},
		{"duration on another date", "launched<2w", "         ^^", "durations belong to idle: write idle>2w"},
		{"date on a duration", "age>2026-10-14", "    ^^^^^^^^^^", "dates belong to created: write created<2026-10-14"},
		{"duration without unit", "age>90", "    ^^", "a duration needs a unit: write age>90d"},
		{"not a date", "created:2026-13", "        ^^^^^^^", "a date is written 2026-10-14, 2026-10, 2026 or 2026-10-14T12:30:00Z"},
		{"not a size", "size>lots", "     ^^^^", "write size>100GiB"},
		{"not a number", "snapshots:1GiB", "          ^^^^", "write snapshots>1"},
		{"wrong word", "state:availble", "      ^^^^^^^^", "did you mean available?"},
		{"always known", "disabled:unknown", "         ^^^^^^^", "one of true, false"},
		{"no order", "region>eu", "      ^", "write region:eu-*"},
		{"regex on a number", "size~1", "    ^", "write size>100GiB"},
		{"bad regex", "name~[a", "     ^^", "see https://go.dev/s/re2syntax"},
		{"no value", "region:", "       ^", "write region:eu-*"},
		{"no value in a list", "region:a,,b", "         ^", "write region:eu-*"},
		{"list in a comparison", "age>1d,2d", "      ^", "lists go with a colon: key:a,b"},
		{"negated value", "region:!eu", "       ^^^", "write !key:value"},
		{"sign as a value", "name=>web", "     ^^^^", `quote a value that begins with a sign: ">web"`},
		{"open quote", `web "api`, "    ^", ""},
		{"text behind a quote", `"a"b`, "   ^", `put a space between them, or quote the whole: "\"a\"…"`},
		{"parenthesis in a word", "a(b)", " ^", `put a space between them, or quote the whole: "a…"`},
		{"open parenthesis", "(a b", "^", `quote a parenthesis that is text: "("`},
		{"closing parenthesis", "a) b", " ^", `quote a parenthesis that is text: "("`},
		{"empty parentheses", "()", " ^", `quote "OR", "!" and ")" where they are text`},
		{"OR alone", "a OR ", "    ^", `quote "OR", "!" and ")" where they are text`},
		{"OR first", "OR a", "^", `quote "OR", "!" and ")" where they are text`},
		{"negation of nothing", "a !", "   ^", `quote "OR", "!" and ")" where they are text`},
		{"tag without key", "tag:web", "^^^", `write tag.owner:web or tag."aws:name":web`},
		{"is without yes or no", "is:region", "   ^^^^^^", "write has:region or region:eu-*"},
		{"has with yes or no", "has:public", "    ^^^^^^", "write is:public"},
		{"reversed range", "age:90d..30d", "    ^^^^^^^^", "write 30d..90d"},
		{"range without ends", "age:..", "    ^^", "write age>180d"},
		{"wide characters before", "日本 reigon:x", "     ^^^^^^", "did you mean region?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := query.Parse(tt.in)
			var qe *query.Error
			if !errors.As(err, &qe) {
				t.Fatalf("error %v", err)
			}
			if got, want := qe.Point(tt.in), tt.in+"\n"+tt.point; got != want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, want)
			}
			if qe.Hint != tt.hint {
				t.Errorf("%v: hint %q, want %q", err, qe.Hint, tt.hint)
			}
		})
	}
}

func TestNames(t *testing.T) {
	q, err := query.Parse("web (!public:true OR has:tag.owner) name~x")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"public": true, "tag": true, "tag.owner": true, "tag.x": false, "name": true, "id": false} {
		if q.Names(key) != want {
			t.Errorf("Names(%q) = %v", key, !want)
		}
	}
	if (query.Query{}).Names("name") || !(query.Query{}).Empty() || q.Empty() {
		t.Error("the empty query names something, or a query is empty")
	}
}

func TestSplitArgs(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
		err  string
	}{
		{"none", nil, "", ""},
		{"one with several terms", []string{"age>180d !deprecated:true"}, "age>180d !deprecated:true", ""},
		{"several", []string{"web", "OR", `"a b"`, "", "-"}, `web OR "a b" -`, ""},
		{"hyphen inside", []string{"web -owner:x"}, "web -owner:x", ""},
		{"glued shorthand", []string{"web", "-owner:x"}, "", "'-owner:x' could be flags or a negated term; write the negation as '!owner:x'"},
		{"with a quote", []string{"-it's"}, "", `'-it'\''s' could be flags or a negated term; write the negation as '!it'\''s'`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := query.SplitArgs(tt.args)
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
				t.Errorf("SplitArgs = %q, %v", got, err)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	for _, k := range query.Keys() {
		t.Run(k.Name, func(t *testing.T) {
			if k.Help == "" || k.Example == "" {
				t.Error("no help or example")
			}
			if _, err := query.Parse(k.Example); err != nil {
				t.Errorf("example: %v", err)
			}
			for _, v := range k.Values {
				if _, err := query.Parse(k.Name + ":" + v); err != nil {
					t.Errorf("value %q: %v", v, err)
				}
			}
			_, err := query.ParseOrder(k.Name)
			if sortable := err == nil || k.Name == "tag"; sortable != k.Sortable {
				t.Errorf("sortable %v, ParseOrder: %v", k.Sortable, err)
			}
		})
	}
}
