package model_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/model"
)

const (
	acme     = "111111111111" // owns the images
	friend   = "222222222222" // read as well
	stranger = "999999999999" // not read
	region   = "eu-west-1"
	orgARN   = "arn:aws:organizations::111111111111:organization/o-acme"
	unitARN  = "arn:aws:organizations::111111111111:ou/o-acme/ou-web"
)

var (
	home = model.Scope{Account: acme, Region: region}
	away = model.Scope{Account: friend, Region: region}
)

func ago(d time.Duration) time.Time { return testTime.Add(-d) }

const day = 24 * time.Hour

// company makes an inventory in which everything was looked at, of two
// accounts and one image, and lets a test change what it is made of.
type company struct {
	image   *model.Image
	refs    []*model.Reference
	perms   *model.LaunchPermissions
	fail    map[model.Kind]*model.OpError // of home
	failAt  model.Scope                   // fail there instead
	at      time.Time                     // of the sweeps
	more    []model.Event
	input   model.UsageInput
	without []string // accounts that are not read
}

func newCompany() *company {
	return &company{
		image: &model.Image{
			ImageKey: model.ImageKey{Region: region, ID: "ami-1"}, Owner: acme, Name: "web-7", State: "available", Snapshots: 1,
			Launched: model.No, Public: model.No, Detail: &model.Detail{Devices: []model.Device{{Name: "/dev/xvda", Snapshot: "snap-1"}}},
		},
		perms:  &model.LaunchPermissions{ID: "ami-1", At: ago(time.Hour), Since: ago(30 * day)},
		at:     ago(time.Hour),
		failAt: home,
		input:  model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime},
	}
}

func (c *company) events() []model.Event {
	var out []model.Event
	for _, s := range []model.Scope{home, away} {
		if slices.Contains(c.without, s.Account) {
			continue
		}
		out = append(out, model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: region, Enabled: true}}})
		for _, k := range model.Swept() {
			p := model.Page{Gen: 1, Scope: s, Kind: k, At: c.at, Last: true}
			if s == c.failAt {
				p.Err = c.fail[k]
			}
			if k == model.Images && s == home {
				p.Images = []*model.Image{c.image}
			}
			for _, r := range c.refs {
				if r.Source == k && r.Scope == s && p.Err == nil {
					p.References = append(p.References, r)
				}
			}
			out = append(out, p)
		}
	}
	if c.perms != nil {
		out = append(out, model.Page{Scope: home, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{c.perms}})
	}
	return append(out, c.more...)
}

func (c *company) verdict(t *testing.T) model.Verdict {
	t.Helper()
	inv := model.Inventory{}.Fold(c.events()...)
	var u *model.Usage
	u = u.Judge(inv, c.input)
	v := u.Verdict(c.image)
	if short := u.Ruling(c.image); short.Use != v.Use || v.Use == model.Used && short.References == 0 {
		t.Errorf("the list says %+v, the verdict %v", short, v.Use)
	}
	return v
}

func ref(s model.Scope, source model.Kind, key string) *model.Reference {
	return &model.Reference{Scope: s, Source: source, Key: key, ID: key, Image: "ami-1", Since: ago(day)}
}

func templateVersion(s model.Scope, id string, number, of int64, deflt bool, image string) *model.Reference {
	return &model.Reference{
		Scope: s, Source: model.Templates, Key: fmt.Sprint(id, "/", number), ID: id, Name: "web", Image: image, Since: ago(400 * day),
		Version: &model.Version{Number: number, Of: of, Default: deflt},
	}
}

// shared gives the image launch permissions that were seen first long ago.
func shared(with ...string) *model.LaunchPermissions {
	p := &model.LaunchPermissions{ID: "ami-1", At: ago(time.Hour), Since: ago(30 * day)}
	for _, w := range with {
		switch {
		case w == "all":
			p.Public = true
		case strings.Contains(w, ":organization/"):
			p.Organizations = append(p.Organizations, w)
		case strings.Contains(w, ":ou/"):
			p.Units = append(p.Units, w)
		default:
			p.Accounts = append(p.Accounts, w)
		}
	}
	return p
}

func report(age time.Duration, uses ...model.ReportedUse) model.Event {
	return model.Page{Gen: 2, Scope: home, Kind: model.Reports, At: ago(time.Hour), Last: true, Reports: []*model.Report{{
		ID: "report-1", Image: "ami-1", State: "available", Created: ago(age), Types: []string{model.ReportedInstances, model.ReportedTemplates}, Uses: uses,
	}}}
}

func organization(at time.Time, members ...model.Member) model.Organization {
	return model.Organization{ARN: orgARN, Accounts: members, At: at, Units: map[string][]string{unitARN: {friend}}}
}

func TestVerdict(t *testing.T) {
	denied := &model.OpError{Op: "batch:DescribeComputeEnvironments", Scope: home, Kind: model.Denied, Err: errors.New("no")}
	active := func(id string) model.Member { return model.Member{ID: id, Active: true} }
	for _, tt := range []struct {
		name   string
		change func(*company)
		want   model.Use
		says   string // in a reference's weakness, a blind spot or a caveat
	}{
		{"private and nothing names it", func(*company) {}, model.Unused, ""},
		{"running instance", func(c *company) { c.refs = []*model.Reference{ref(home, model.Instances, "i-1")} }, model.Used, ""},
		{"instance of another account", func(c *company) { c.refs = []*model.Reference{ref(away, model.Instances, "i-1")} }, model.Used, ""},
		{"terminated instance", func(c *company) {
			r := ref(home, model.Instances, "i-1")
			r.State, c.refs = "terminated", []*model.Reference{r}
		}, model.Unused, ""},
		{"stopped lately", func(c *company) {
			r := ref(home, model.Instances, "i-1")
			r.State, r.Since, c.refs = "stopped", ago(80*day), []*model.Reference{r}
		}, model.Used, ""},
		{"stopped for long", func(c *company) {
			r := ref(home, model.Instances, "i-1")
			r.State, r.Since, c.refs = "stopped", ago(214*day), []*model.Reference{r}
		}, model.Probable, "stopped 214 d"},
		{"stopped, nobody knows since when", func(c *company) {
			r := ref(home, model.Instances, "i-1")
			r.State, r.Since, c.refs = "stopped", time.Time{}, []*model.Reference{r}
		}, model.Used, ""},
		{"old template that nothing launches from", func(c *company) {
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 7, 7, true, "ami-1")}
		}, model.Probable, "nothing launches from it"},
		{"the same, but the image was launched lately", func(c *company) {
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 7, 7, true, "ami-1")}
			c.image.Launched, c.image.LastLaunched = model.Yes, ago(5*day)
		}, model.Used, ""},
		{"a late launch alone is no reference", func(c *company) {
			c.image.Launched, c.image.LastLaunched = model.Yes, ago(5*day)
		}, model.Unused, ""},
		{"old template of a group by $Default", func(c *company) {
			g := ref(home, model.Groups, "web-asg")
			g.Image, g.Via = "", &model.Via{Template: "lt-1", Version: "$Default"}
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 3, 7, true, "ami-1"), templateVersion(home, "lt-1", 7, 7, false, "ami-2"), g}
		}, model.Used, ""},
		{"group by $Latest of a template by name", func(c *company) {
			g := ref(home, model.Groups, "web-asg")
			g.Image, g.Via = "", &model.Via{Name: "web", Version: "$Latest"}
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 3, 7, true, "ami-2"), templateVersion(home, "lt-1", 7, 7, false, "ami-1"), g}
		}, model.Used, ""},
		{"a group of another account has templates of its own", func(c *company) {
			g := ref(away, model.Groups, "web-asg")
			g.Image, g.Via = "", &model.Via{Name: "web", Version: "$Latest"}
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 7, 7, true, "ami-1"), templateVersion(away, "lt-2", 1, 1, true, "ami-2"), g}
		}, model.Probable, "nothing launches from it"},
		{"version that is neither default nor newest", func(c *company) {
			c.refs = []*model.Reference{templateVersion(home, "lt-1", 5, 7, false, "ami-1")}
		}, model.Probable, "neither default nor newest"},
		{"group by a launch configuration", func(c *company) {
			g, l := ref(home, model.Groups, "old-asg"), ref(home, model.LaunchConfigs, "lc-1")
			g.Image, g.Via, l.Since = "", &model.Via{Config: "lc-1"}, ago(900*day)
			c.refs = []*model.Reference{g, l}
		}, model.Used, ""},
		{"old launch configuration of nobody", func(c *company) {
			l := ref(home, model.LaunchConfigs, "lc-1")
			l.Since, c.refs = ago(900*day), []*model.Reference{l}
		}, model.Probable, "nothing launches from it"},
		{"a snapshot of it in a template", func(c *company) {
			r := templateVersion(home, "lt-1", 7, 7, true, "")
			r.Snapshot, r.Since, c.refs = "snap-1", ago(day), []*model.Reference{r}
		}, model.Used, ""},
		{"a snapshot in a template, and its own are not loaded", func(c *company) {
			r := templateVersion(home, "lt-1", 7, 7, true, "")
			r.Snapshot, r.Since, c.refs, c.image.Detail = "snap-9", ago(day), []*model.Reference{r}, nil
		}, model.UseUnknown, "block devices"},
		{"parameter of another region", func(c *company) {
			there := model.Scope{Account: friend, Region: "us-east-1"}
			p := ref(there, model.Parameters, "/config/ami")
			p.Anywhere = true
			c.more = []model.Event{model.Page{Gen: 1, Scope: there, Kind: model.Parameters, At: c.at, Last: true, References: []*model.Reference{p}}}
		}, model.Used, ""},
		{"file", func(c *company) {
			c.input.Files = []*model.Reference{{Source: model.FileSource, Key: "main.tf:12:ami-1", ID: "main.tf", Name: "main.tf:12", Image: "ami-1", Anywhere: true}}
		}, model.Used, ""},
		{"file that names its snapshot", func(c *company) {
			c.input.Files = []*model.Reference{{Source: model.FileSource, Key: "main.tf:12:snap-1", ID: "main.tf", Name: "main.tf:12", Snapshot: "snap-1", Anywhere: true}}
		}, model.Used, ""},
		{"file that cannot be read", func(c *company) {
			c.input.Unread = []model.Blind{{What: "file x.tf: cannot be read"}}
		}, model.UseUnknown, "x.tf"},
		{"source denied", func(c *company) { c.fail = map[model.Kind]*model.OpError{model.ComputeEnvironments: denied} }, model.UseUnknown, "Batch compute environments: denied"},
		{"source denied where the image is not", func(c *company) {
			c.fail, c.failAt = map[model.Kind]*model.OpError{model.ComputeEnvironments: denied}, away
		}, model.Unused, ""},
		{"source denied to an account it is shared with", func(c *company) {
			c.fail, c.failAt, c.perms = map[model.Kind]*model.OpError{model.ComputeEnvironments: denied}, away, shared(friend)
		}, model.UseUnknown, "Batch compute environments: denied"},
		{"a source that failed weakens nothing that is known", func(c *company) {
			c.fail = map[model.Kind]*model.OpError{model.ComputeEnvironments: denied}
			c.refs = []*model.Reference{ref(home, model.Instances, "i-1")}
		}, model.Used, "Batch compute environments: denied"},
		{"service not offered", func(c *company) {
			c.fail = map[model.Kind]*model.OpError{model.ComputeEnvironments: {Kind: model.NotOffered, Err: errors.New("no such host")}}
		}, model.Unused, "offers no Batch"},
		{"source waived", func(c *company) {
			c.fail = map[model.Kind]*model.OpError{model.ComputeEnvironments: denied}
			c.input.Policy.Waived = []model.Kind{model.ComputeEnvironments}
		}, model.Unused, "waived"},
		{"swept yesterday", func(c *company) { c.at = ago(25 * time.Hour) }, model.UseUnknown, "read 25 h ago"},
		{"used yesterday, and looked at today by nobody", func(c *company) {
			c.at, c.refs = ago(25*time.Hour), []*model.Reference{ref(home, model.Instances, "i-1")}
		}, model.Used, "read 25 h ago"},
		{"swept tomorrow, by a clock that was set back", func(c *company) { c.at = ago(-time.Hour) }, model.UseUnknown, "time to come"},
		{"permissions not read", func(c *company) { c.perms = nil }, model.UseUnknown, "launch permissions: not read yet"},
		{"permissions denied", func(c *company) {
			c.perms = &model.LaunchPermissions{ID: "ami-1", At: ago(time.Minute), Err: &model.OpError{Op: "ec2:DescribeImageAttribute", Kind: model.Denied, Err: errors.New("no")}}
		}, model.UseUnknown, "launch permissions: denied"},
		{"permissions read too long ago", func(c *company) { c.perms.At = ago(50 * time.Hour) }, model.UseUnknown, "launch permissions: read 50 h ago"},
		{"shared with a swept account", func(c *company) { c.perms = shared(friend) }, model.Unused, ""},
		{"shared with a stranger", func(c *company) { c.perms = shared(friend, stranger) }, model.UseUnknown, "account 999999999999 is not among the accounts read"},
		{"still being made", func(c *company) { c.image.State = "pending" }, model.UseUnknown, "still being made"},
		{"used, and nobody needs to know its permissions", func(c *company) {
			c.perms, c.refs = nil, []*model.Reference{ref(home, model.Instances, "i-1")}
		}, model.Used, "decides without them"},
		{"public", func(c *company) { c.image.Public = model.Yes }, model.UseUnknown, "public"},
		{"public by its permissions", func(c *company) { c.perms = shared("all") }, model.UseUnknown, "public"},
		{"owner not read", func(c *company) {
			c.image.Owner = stranger
			c.perms = nil
		}, model.UseUnknown, "999999999999 is not among"},
		{"shared with the organization", func(c *company) {
			c.perms, c.more = shared(orgARN), []model.Event{organization(ago(time.Hour), active(acme), active(friend))}
		}, model.Unused, ""},
		{"the organization's accounts are not known", func(c *company) { c.perms = shared(orgARN) }, model.UseUnknown, "organization o-acme: not known"},
		{"the organization was read too long ago", func(c *company) {
			c.perms, c.more = shared(orgARN), []model.Event{organization(ago(30*time.Hour), active(acme), active(friend))}
		}, model.UseUnknown, "read too long ago"},
		{"an account has joined since", func(c *company) {
			c.perms, c.more = shared(orgARN), []model.Event{organization(ago(time.Hour), active(acme), active(friend), active(stranger))}
		}, model.UseUnknown, "account 999999999999 is not among"},
		{"a suspended account launches nothing", func(c *company) {
			c.perms, c.more = shared(orgARN), []model.Event{organization(ago(time.Hour), active(acme), active(friend), model.Member{ID: stranger})}
		}, model.Unused, ""},
		{"shared with a unit of swept accounts", func(c *company) {
			c.perms, c.more = shared(unitARN), []model.Event{organization(ago(time.Hour), active(acme), active(friend), active(stranger))}
		}, model.Unused, ""},
		{"shared with a stranger, and a report tells nothing", func(c *company) {
			c.perms, c.more = shared(stranger), []model.Event{report(2 * day)}
		}, model.Unused, "usage report"},
		{"public, and a report tells nothing", func(c *company) {
			c.perms, c.image.Public, c.more = shared("all"), model.Yes, []model.Event{report(2 * day)}
		}, model.Unused, "usage report"},
		{"a report tells uses", func(c *company) {
			c.perms = shared(stranger)
			c.more = []model.Event{report(2*day, model.ReportedUse{Account: stranger, Type: model.ReportedInstances, Count: 3})}
		}, model.Used, ""},
		{"a report of last month", func(c *company) { c.perms, c.more = shared(stranger), []model.Event{report(8 * day)} }, model.UseUnknown, stranger},
		{"an old report tells uses", func(c *company) {
			c.perms = shared(stranger)
			c.more = []model.Event{report(8*day, model.ReportedUse{Account: stranger, Type: model.ReportedInstances, Count: 3})}
		}, model.Probable, "told 8 d ago"},
		{"a report too soon after a new share", func(c *company) {
			c.perms, c.more = shared(stranger), []model.Event{report(2 * day)}
			c.perms.Since = ago(4 * day)
		}, model.UseUnknown, stranger},
		{"region not enabled in an account it is shared with", func(c *company) {
			c.perms, c.without = shared(friend), []string{friend}
			c.more = []model.Event{model.Found{Account: model.Account{ID: friend}, Regions: []model.Region{{Name: region, Enabled: false}}}}
		}, model.Unused, "not enabled"},
		{"region left out of an account it is shared with", func(c *company) {
			c.perms, c.without = shared(friend), []string{friend}
			c.more = []model.Event{model.Found{Account: model.Account{ID: friend}, Regions: []model.Region{{Name: "us-east-1", Enabled: true}}}}
		}, model.UseUnknown, "not among the regions read"},
		{"set aside", func(c *company) {
			c.refs = []*model.Reference{ref(home, model.Instances, "i-1")}
			c.input.Asides = []model.Aside{{Scope: home, Source: model.Instances, Key: "i-1", Image: "ami-1", Reason: "a pet", Until: testTime.Add(day)}}
		}, model.Unused, ""},
		{"set aside until yesterday", func(c *company) {
			c.refs = []*model.Reference{ref(home, model.Instances, "i-1")}
			c.input.Asides = []model.Aside{{Scope: home, Source: model.Instances, Key: "i-1", Image: "ami-1", Until: ago(day)}}
		}, model.Used, ""},
		{"AWS itself knows one more", func(c *company) {
			r := ref(home, model.Opinions, "ami-1 arn")
			r.ID, r.Name, r.State = "arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-9", "lt-9", "ec2:LaunchTemplate"
			c.more = []model.Event{model.Page{Scope: home, Kind: model.Opinions, Asked: []string{"ami-1"}, References: []*model.Reference{r}}}
		}, model.Used, ""},
		{"group of a template that is newer than the last look", func(c *company) {
			g := ref(home, model.Groups, "web-asg")
			g.Image, g.Via = "", &model.Via{Template: "lt-new"}
			c.refs = []*model.Reference{g}
			c.more = []model.Event{model.Page{Gen: 3, Scope: home, Kind: model.Groups, At: ago(time.Minute), Last: true, References: []*model.Reference{g}}}
		}, model.UseUnknown, "lt-new does not exist, or is newer"},
		{"group of a template that is gone", func(c *company) {
			g := ref(home, model.Groups, "web-asg")
			g.Image, g.Via = "", &model.Via{Template: "lt-gone"}
			c.refs = []*model.Reference{g}
		}, model.Unused, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany()
			tt.change(c)
			v := c.verdict(t)
			said := fmt.Sprintf("%+v %q", v.Blind, v.Caveats)
			for _, e := range v.Evidence {
				said += "\n" + e.Kind() + " " + e.Title() + " " + e.Detail(testTime) + " " + e.Stale
			}
			if v.Use != tt.want || !strings.Contains(said, tt.says) {
				t.Errorf("%v, want %v and %q:\n%s", v.Use, tt.want, tt.says, said)
			}
			if v.Use == model.UseUnknown && len(v.Blind) == 0 {
				t.Error("unknown, and nothing says why")
			}
		})
	}
}

func TestWants(t *testing.T) {
	gone := ref(home, model.Instances, "i-1")
	gone.Image = "ami-gone"
	denied := &model.OpError{Op: "ec2:DescribeImages", Scope: home, Kind: model.Denied, Err: errors.New("no")}
	for _, tt := range []struct {
		name   string
		change func(*company)
		want   model.Wants
	}{
		{"nothing, where all is known", func(*company) {}, model.Wants{}},
		{"permissions of what nothing names", func(c *company) { c.perms = nil }, model.Wants{Permissions: []model.ImageKey{{Region: region, ID: "ami-1"}}}},
		{"and not of what something names", func(c *company) { c.perms, c.refs = nil, []*model.Reference{ref(home, model.Instances, "i-1")} }, model.Wants{}},
		{"also of what is unknown for other reasons as well", func(c *company) {
			c.perms, c.fail = nil, map[model.Kind]*model.OpError{model.Groups: denied}
		}, model.Wants{Permissions: []model.ImageKey{{Region: region, ID: "ami-1"}}}},
		{"an organization", func(c *company) { c.perms = shared(orgARN) }, model.Wants{Organizations: true}},
		{"a unit", func(c *company) { c.perms = shared(unitARN) }, model.Wants{Units: []string{unitARN}}},
		{"the name of a unit, also where the image is used", func(c *company) {
			c.perms, c.refs = shared(unitARN), []*model.Reference{ref(home, model.Instances, "i-1")}
			c.more = []model.Event{organization(ago(time.Hour), model.Member{ID: friend, Active: true})}
		}, model.Wants{Units: []string{unitARN}}},
		{"no name that was asked for", func(c *company) {
			o := organization(ago(time.Hour), model.Member{ID: friend, Active: true})
			o.Names = map[string]string{unitARN: ""}
			c.perms, c.more = shared(unitARN), []model.Event{o}
		}, model.Wants{}},
		{"no name that nobody can be asked for", func(c *company) {
			c.refs = []*model.Reference{ref(home, model.Instances, "i-1")}
			c.perms, c.more = shared(unitARN), []model.Event{model.Organization{ARN: orgARN, At: ago(time.Hour), Err: denied}}
		}, model.Wants{}},
		{"an image that nobody knows", func(c *company) { c.refs = []*model.Reference{gone} }, model.Wants{Named: map[model.Scope][]string{home: {"ami-gone"}}}},
		{"one that was asked for", func(c *company) {
			c.refs, c.more = []*model.Reference{gone}, []model.Event{model.Named{Scope: home, Asked: []string{"ami-gone"}, At: ago(time.Hour)}}
		}, model.Wants{}},
		{"none where images cannot be listed", func(c *company) {
			c.refs, c.fail = []*model.Reference{gone}, map[model.Kind]*model.OpError{model.Images: denied}
		}, model.Wants{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany()
			tt.change(c)
			var u *model.Usage
			got := u.Judge(model.Inventory{}.Fold(c.events()...), c.input).Wants()
			if tt.name == "none where images cannot be listed" {
				got.Permissions = nil
			}
			if len(got.Named) == 0 {
				got.Named = nil
			}
			if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("wants (-want +got):\n%s", d)
			}
		})
	}
}

// What failed for want of a login is asked again as soon as a pass has read the
// account; other failures stand for a while.
func TestPermissionsAreWantedAgainAfterALogin(t *testing.T) {
	for _, tt := range []struct {
		name   string
		kind   model.ErrorKind
		swept  time.Duration // before now; the failure was 10 minutes before
		wanted bool
	}{
		{"the login has expired", model.Expired, time.Hour, false},
		{"and was renewed", model.Expired, time.Minute, true},
		{"denied", model.Denied, time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany()
			c.at = ago(tt.swept)
			c.perms = &model.LaunchPermissions{ID: "ami-1", At: ago(10 * time.Minute), Err: &model.OpError{Kind: tt.kind, Err: errors.New("no")}}
			var u *model.Usage
			wants := u.Judge(model.Inventory{}.Fold(c.events()...), c.input).Wants()
			if got := len(wants.Permissions) > 0; got != tt.wanted {
				t.Errorf("wanted: %v, want %v", got, tt.wanted)
			}
		})
	}
}

// Who may launch one image is read again and again: each time the verdicts are those
// that judging all anew would give.
func TestPermissionsAloneAreJudged(t *testing.T) {
	c := newCompany()
	inv := model.Inventory{}.Fold(c.events()...)
	u := (*model.Usage)(nil).Judge(inv, c.input)
	failed := &model.LaunchPermissions{ID: "ami-1", At: ago(time.Hour / 2), Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}}
	outside, unit := shared(stranger), shared()
	unit.Units = []string{unitARN}
	for i, p := range []*model.LaunchPermissions{failed, shared(friend), outside, shared(), unit, shared(), failed, shared()} {
		next := *p
		next.At = ago(time.Duration(20-i) * time.Minute)
		inv = inv.Fold(permissionPage(home, &next))
		u = u.Judge(inv, c.input)
		whole := (*model.Usage)(nil).Judge(inv, c.input)
		im, _ := inv.Image(c.image.ImageKey)
		if diff := cmp.Diff(whole.Ruling(im), u.Ruling(im)); diff != "" {
			t.Errorf("permissions %d, at once and after those before:\n%s", i, diff)
		}
		if diff := cmp.Diff(whole.Wants(), u.Wants()); diff != "" {
			t.Errorf("permissions %d: wanted at once and after those before:\n%s", i, diff)
		}
	}
}
