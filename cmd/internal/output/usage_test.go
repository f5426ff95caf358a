package output

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

const dayLong = 24 * time.Hour

// judged is a scope in which everything was read but fleets, and what is known
// of its image: a group uses it, one instance is stopped, another is set aside.
func judged(permissions *model.LaunchPermissions) (Known, *model.Image) {
	im := image("web")
	at := model.Scope{Account: im.Owner, Region: im.Region}
	denied := &model.OpError{Op: "ec2:DescribeFleets", Scope: at, Kind: model.Denied, Err: errors.New("no")}
	inv := world(im).Fold(model.Page{Scope: at, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{permissions}, At: now})
	for _, k := range model.Sources() {
		p := model.Page{Gen: 1, Scope: at, Kind: k, At: now.Add(-5 * time.Minute), Last: true}
		switch k {
		case model.Fleets:
			p.Err = denied
		case model.SpotFleets:
			p.Err = &model.OpError{Op: "ec2:DescribeSpotFleetRequests", Scope: at, Kind: model.NotOffered, Err: errors.New("none")}
		case model.Groups:
			p.References = []*model.Reference{{Scope: at, Source: k, Key: "web-asg", ID: "web-asg", Part: "override 2", Image: im.ID}}
		case model.Instances:
			p.References = []*model.Reference{
				{Scope: at, Source: k, Key: "i-1", ID: "i-1", Name: "old", Image: im.ID, State: "stopped", Since: now.Add(-214 * dayLong)},
				{Scope: at, Source: k, Key: "i-2", ID: "i-2", Image: im.ID, State: "running", Since: now.Add(-9 * dayLong)},
			}
		default:
		}
		inv = inv.Fold(p)
	}
	in := model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now, Asides: []model.Aside{{
		Scope: at, Source: model.Instances, Key: "i-2", Image: im.ID, Reason: "a test", Who: "ann", Until: now.Add(10 * dayLong),
	}}}
	return Known{Inv: inv, Usage: (*model.Usage)(nil).Judge(inv, in)}, im
}

// limits are the texts of the model that come with every verdict.
func limits(k Known, im *model.Image) []string { return k.Usage.Verdict(im).Caveats }

func private() *model.LaunchPermissions {
	return &model.LaunchPermissions{ID: "ami-1", At: now.Add(-time.Hour), Since: now.Add(-time.Hour)}
}

// TestUsageJSON: the fields of a verdict, and of what may launch the image.
func TestUsageJSON(t *testing.T) {
	k, im := judged(&model.LaunchPermissions{ID: "ami-1", At: now.Add(-time.Hour), Accounts: []string{"444455556666"}})
	got := printed(t, func(b *strings.Builder) error { return Style{Format: JSONL, Now: now}.Usage(b, k, []*model.Image{im}) })
	_, got, _ = strings.Cut(got, `"cost":null,`)
	want := `"usage":{"verdict":"used","evidence":[` +
		`{"kind":"group","account":"111122223333","region":"eu-west-1","id":"web-asg","title":"web-asg override 2","detail":"","counts":true,"stale":"","aside":"","asideBy":"","asideUntil":null},` +
		`{"kind":"instance","account":"111122223333","region":"eu-west-1","id":"i-1","title":"old","detail":"stopped 214 d, i-1","counts":false,"stale":"stopped 214 d","aside":"","asideBy":"","asideUntil":null},` +
		`{"kind":"instance","account":"111122223333","region":"eu-west-1","id":"i-2","title":"i-2","detail":"running 9 d","counts":false,"stale":"","aside":"a test","asideBy":"ann","asideUntil":"2026-11-11T00:00:00Z"}],` +
		`"blind":[` +
		`{"account":"111122223333","region":"eu-west-1","source":"fleets","what":"EC2 fleets: denied","mend":"ask for the permission ec2:DescribeFleets in this account and region"},` +
		`{"account":"444455556666","region":"eu-west-1","source":"images","what":"account 444455556666 is not among the accounts read","mend":"name a profile or role of it, or ask AWS for a usage report"}],` +
		`"caveats":["` + strings.Join(limits(k, im), `","`) + `"],` +
		`"asOf":"2026-10-31T23:00:00Z"},` +
		`"permissions":{"read":true,"readAt":"2026-10-31T23:00:00Z","public":false,"accounts":["444455556666"],"organizations":[],"units":[]},"inspector":null,"findings":null}` + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestSourcesJSON: a scope says how far each source was read.
func TestSourcesJSON(t *testing.T) {
	k, _ := judged(private())
	got := printed(t, func(b *strings.Builder) error { return Style{Format: JSONL, Now: now}.Scopes(b, k.Inv) })
	for _, want := range []string{
		`"hint":null,"usage":[{"source":"instances","state":"read","asOf":"2026-10-31T23:55:00Z","error":null,"hint":null},`,
		`{"source":"fleets","state":"failed","asOf":null,"error":"111122223333/eu-west-1: ec2:DescribeFleets: denied: no","hint":"ask for the permission ec2:DescribeFleets in this account and region"},`,
		`{"source":"spot-fleets","state":"not-offered","asOf":null,"error":null,"hint":null},`,
		`{"source":"reports","state":"unread","asOf":null,"error":null,"hint":null}]`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// TestPermissionsThatCouldNotBeRead are no private ones.
func TestPermissionsThatCouldNotBeRead(t *testing.T) {
	k, im := judged(&model.LaunchPermissions{ID: "ami-1", At: now, Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}})
	got := printed(t, func(b *strings.Builder) error { return Style{Format: JSONL, Now: now}.Images(b, k, []*model.Image{im}) })
	want := `"permissions":{"read":false,"readAt":null,"public":false,"accounts":null,"organizations":null,"units":null}`
	if !strings.Contains(got, want) {
		t.Error(got)
	}
}

func TestUsageForPeople(t *testing.T) {
	k, im := judged(private())
	got := printed(t, func(b *strings.Builder) error { return Style{Format: Table, Now: now}.Usage(b, k, []*model.Image{im}) })
	want := `id       ami-1
name     web
account  111122223333 (acme-prod)
region   eu-west-1
usage    used, by what was read 2026-10-31T23:00:00Z (1h ago) or later

USED BY
KIND      NAME                DETAIL              COUNTS                              ACCOUNT    REGION     ID
group     web-asg override 2  -                   yes                                 acme-prod  eu-west-1  web-asg
instance  old                 stopped 214 d, i-1  little: stopped 214 d               acme-prod  eu-west-1  i-1
instance  i-2                 running 9 d         set aside until 2026-11-11: a test  acme-prod  eu-west-1  i-2

NOT LOOKED AT
WHAT                ACCOUNT    REGION     WHAT TO DO
EC2 fleets: denied  acme-prod  eu-west-1  ask for the permission ec2:DescribeFleets in this account and region

LIMITS
` + strings.Join(limits(k, im), "\n") + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestLimitsOfAll: what limits every verdict is told once.
func TestLimitsOfAll(t *testing.T) {
	k, im := judged(private())
	got := printed(t, func(b *strings.Builder) error {
		return Style{Format: Table, Now: now}.Usage(b, k, []*model.Image{im, im})
	})
	limit := "of SSM parameters only those of data type aws:ec2:image are read"
	if n := strings.Count(got, limit); n != 1 || strings.Contains(got, "\nLIMITS\n") || strings.Count(got, "USED BY") != 2 {
		t.Errorf("told %d times in\n%s", n, got)
	}
	_, end, _ := strings.Cut(got, "\n\nLIMITS OF ALL\n")
	if !strings.HasPrefix(end, limit) {
		t.Errorf("not at the end of\n%s", got)
	}
}

// TestUsageLines: one line for each piece of evidence, blind spot and caveat,
// and one for an image that nothing is known of.
func TestUsageLines(t *testing.T) {
	k, im := judged(private())
	got := printed(t, func(b *strings.Builder) error { return Style{Format: CSV, Now: now}.Usage(b, k, []*model.Image{im}) })
	head := "ami-1,web,111122223333,eu-west-1,used,2026-10-31T23:00:00Z,"
	want := "image,name,account,region,verdict,as_of,line,kind,id,title,detail,counts,why,where_account,where_region\n" +
		head + "evidence,group,web-asg,web-asg override 2,,true,,111122223333,eu-west-1\n" +
		head + "evidence,instance,i-1,old,\"stopped 214 d, i-1\",false,little: stopped 214 d,111122223333,eu-west-1\n" +
		head + "evidence,instance,i-2,i-2,running 9 d,false,set aside until 2026-11-11: a test,111122223333,eu-west-1\n" +
		head + "blind,fleets,,EC2 fleets: denied,ask for the permission ec2:DescribeFleets in this account and region,,,111122223333,eu-west-1\n"
	for _, l := range limits(k, im) {
		if strings.Contains(l, ",") {
			l = `"` + l + `"`
		}
		want += head + "caveat,,," + l + ",,,,,\n"
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	bare := printed(t, func(b *strings.Builder) error {
		return Style{Format: CSV, Now: now}.Usage(b, Known{Inv: k.Inv}, []*model.Image{im})
	})
	if want := "\nami-1,web,111122223333,eu-west-1,,,,,,,,,,,\n"; !strings.HasSuffix(bare, want) {
		t.Errorf("not judged: %q", bare)
	}
}

// TestUsageColumn: what was not judged is not known.
func TestUsageColumn(t *testing.T) {
	k, im := judged(private())
	for _, tt := range []struct {
		name string
		k    Known
		want string
	}{
		{"judged", k, "USAGE\nused\n"},
		{"not judged", Known{Inv: k.Inv}, "USAGE\n?\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := printed(t, func(b *strings.Builder) error {
				return Style{Format: Table, Columns: []string{"usage"}, Now: now}.Images(b, tt.k, []*model.Image{im})
			})
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestUnitsByName: people read names where they are known; data keeps ARNs.
func TestUnitsByName(t *testing.T) {
	const unit = "arn:aws:organizations::222222222222:ou/o-a/ou-1"
	k, im := judged(&model.LaunchPermissions{ID: "ami-1", At: now.Add(-time.Hour), Units: []string{unit}})
	k.Inv = k.Inv.Fold(model.Organization{ARN: "arn:aws:organizations::222222222222:organization/o-a", At: now, Names: map[string]string{unit: "workloads"}})
	page := printed(t, func(b *strings.Builder) error { return Style{Format: Table, Now: now}.Image(b, k, im) })
	if !strings.Contains(page, unit+"  workloads\n") {
		t.Errorf("not in\n%s", page)
	}
	for f, want := range map[Format]string{Table: "SHARED\nunit workloads\n", CSV: "shared\n" + unit + "\n"} {
		got := printed(t, func(b *strings.Builder) error {
			return Style{Format: f, Columns: []string{"shared"}, Now: now}.Images(b, k, []*model.Image{im})
		})
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
