package awsclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

func TestReadPermissions(t *testing.T) {
	const org, unit = "arn:aws:organizations::1:organization/o-a", "arn:aws:organizations::1:ou/o-a/ou-b"
	image := func(p ...fleet.Permission) func(*fleet.Fleet, model.Scope, model.Scope) {
		return func(w *fleet.Fleet, s, _ model.Scope) {
			w.Images = append(w.Images, fleet.Image{ID: image1, Owner: s.Account, Region: s.Region, Permissions: p})
		}
	}
	for _, c := range []struct {
		name   string
		world  func(*fleet.Fleet, model.Scope, model.Scope)
		denied string
		want   model.LaunchPermissions
		err    model.ErrorKind
	}{
		{"private", image(), "", model.LaunchPermissions{}, 0},
		{"public", image(fleet.Permission{Group: "all"}), "", model.LaunchPermissions{Public: true}, 0},
		{
			"shared with many, some twice",
			image(
				fleet.Permission{Account: "222222222222"}, fleet.Permission{Unit: unit}, fleet.Permission{Account: "111111111111"},
				fleet.Permission{Organization: org}, fleet.Permission{Account: "222222222222"},
			), "",
			model.LaunchPermissions{Accounts: []string{"111111111111", "222222222222"}, Organizations: []string{org}, Units: []string{unit}},
			0,
		},
		{"denied", image(), "ec2:DescribeImageAttribute", model.LaunchPermissions{}, model.Denied},
		{"gone", nil, "", model.LaunchPermissions{}, model.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := fakeaws.Options{}
			if c.denied != "" {
				o.Denied = []fakeaws.Rule{{Operation: c.denied}}
			}
			h := handMade(t, o, Options{}, c.world)
			got, err := h.client.ReadPermissions(t.Context(), h.scope, ami1)
			if err != nil || got.ID != ami1 || got.At.IsZero() || !got.At.Equal(got.Since) {
				t.Fatalf("%+v, %v", got, err)
			}
			if (c.err != 0) != (got.Err != nil) || got.Err != nil && (got.Err.Kind != c.err || got.Err.Op != "ec2:DescribeImageAttribute") {
				t.Errorf("error %v", got.Err)
			}
			if diff := cmp.Diff(c.want, *got, cmpopts.IgnoreFields(model.LaunchPermissions{}, "ID", "At", "Since", "Err")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadPermissionsEndsWithItsContext(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := h.client.ReadPermissions(ctx, h.scope, ami1); !errors.Is(err, context.Canceled) || p != nil {
		t.Errorf("%+v, %v", p, err)
	}
	p, err := h.client.ReadPermissions(t.Context(), model.Scope{Account: "999999999999", Region: h.scope.Region}, ami1)
	if err != nil || p.Err == nil || p.Err.Kind != model.Expired {
		t.Errorf("an account that nobody reaches: %+v, %v", p, err)
	}
}

// TestWhatIsAskedForAtOnceDoesNotWait: an urgency that is said later does not
// take that back.
func TestWhatIsAskedForAtOnceDoesNotWait(t *testing.T) {
	for _, c := range []struct {
		name string
		ctx  context.Context
		want urgency
	}{
		{"not said", t.Context(), permissions},
		{"said before", withUrgency(t.Context(), nextImages), permissions},
		{"at once", AtOnce(t.Context()), atOnce},
	} {
		if got := urgencyOf(withUrgency(c.ctx, permissions)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		if err := s.acquire(t.Context(), permissions); err != nil {
			t.Fatal(err)
		}
		var order []urgency
		for _, u := range []urgency{permissions, firstUsage, firstSnapshots} {
			go func() {
				if err := s.acquire(t.Context(), u); err != nil {
					t.Error(err)
				}
				order = append(order, u) // one slot: one at a time
				s.release()
			}()
			synctest.Wait()
		}
		s.release()
		synctest.Wait()
		if !slices.Equal(order, []urgency{firstSnapshots, firstUsage, permissions}) {
			t.Errorf("served in the order %v", order)
		}
	})
}

func TestNamed(t *testing.T) {
	h := handMade(t, fakeaws.Options{PageLimit: 150}, Options{}, func(w *fleet.Fleet, s, other model.Scope) {
		for i := range 300 {
			im := fleet.Image{ID: fleet.ID(0x1000 + i), Owner: other.Account, Region: s.Region}
			if i > 0 { // the first is not for others
				im.Permissions = []fleet.Permission{{Account: s.Account}}
			}
			if i == 1 {
				im.Life.Deprecation = at(1)
			}
			w.Images = append(w.Images, im)
		}
	})
	asked := []string{"ami-0000ffff", "not an id"}
	for i := range 300 {
		asked = append(asked, fleet.ID(0x1000+i).Image())
	}
	got, err := h.client.Named(t.Context(), h.scope, asked)
	if err != nil || got.Scope != h.scope || !slices.Equal(got.Asked, asked) || got.At.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	var found []string
	for _, im := range got.Images {
		if im.Owner != h.other.Account {
			t.Errorf("%s is of %s", im.ID, im.Owner)
		}
		found = append(found, im.ID)
	}
	slices.Sort(found)
	if !slices.Equal(found, asked[3:]) {
		t.Errorf("%d found", len(found))
	}

	denied := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ec2:DescribeImages"}}}, Options{}, nil)
	if _, err := denied.client.Named(t.Context(), denied.scope, asked); asOpError(err).Kind != model.Denied || asOpError(err).Op != "ec2:DescribeImages" {
		t.Error(err)
	}
}

// TestOpinion: what AWS says names an image is the same thing as what the sweep
// found.
func TestOpinion(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, everything)
	ids := []string{ami3, ami1, ami2, ami5, "ami-000000ff"}
	for i := range 9 { // so that it takes two questions
		ids = append(ids, fleet.ID(0xf00+i).Image())
	}
	var asked, got []string
	err := h.client.Opinion(t.Context(), h.scope, ids, func(p model.Page) {
		if p.Kind != model.Opinions || p.Scope != h.scope || p.Calls < 1 || p.At.IsZero() {
			t.Errorf("a page is %+v", p)
		}
		asked = append(asked, p.Asked...)
		for _, r := range p.References {
			if r.Source != model.Opinions || r.Key != r.Image+" "+r.ID || !strings.HasPrefix(r.ID, "arn:aws:") || r.Since.IsZero() || !slices.Contains(p.Asked, r.Image) {
				t.Errorf("%+v", r)
			}
			got = append(got, r.Image+" "+r.Name+" "+r.State)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(asked, ids) {
		t.Errorf("asked for %v", asked)
	}
	want := []string{
		ami1 + " i-00000011 ec2:Instance", ami1 + " lt-00000071 ec2:LaunchTemplate", ami1 + " of-image/1.0.0 imagebuilder:ImageRecipe",
		ami2 + " i-00000012 ec2:Instance", ami2 + " lt-00000071 ec2:LaunchTemplate", ami2 + " of-image/1.0.1 imagebuilder:ImageRecipe",
		ami3 + " i-00000013 ec2:Instance", ami3 + " of-image/1.0.0 imagebuilder:ContainerRecipe",
		ami5 + " /golden/web ssm:Parameter",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOpinionThatFails(t *testing.T) {
	h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: "ec2:DescribeImageReferences"}}}, Options{}, nil)
	err := h.client.Opinion(t.Context(), h.scope, []string{ami1}, func(p model.Page) { t.Errorf("told %+v", p) })
	if op := asOpError(err); op == nil || op.Kind != model.Denied || op.Op != "ec2:DescribeImageReferences" || op.Scope != h.scope {
		t.Errorf("%v", err)
	}
}

// TestAUsageReportFromItsBeginning to its end: pending, then done, with what
// other accounts use.
func TestAUsageReportFromItsBeginning(t *testing.T) {
	h := handMade(t, fakeaws.Options{}, Options{}, func(w *fleet.Fleet, s, other model.Scope) {
		w.Images = append(w.Images, fleet.Image{ID: image1, Owner: s.Account, Region: s.Region})
		for i := range 3 {
			w.Instances = append(w.Instances, fleet.Instance{ID: fleet.ID(0x21 + i), Owner: other.Account, Region: s.Region, Image: image1})
		}
		w.Templates = append(w.Templates, fleet.Template{ID: webTemplate, Owner: other.Account, Region: s.Region, Name: "web", Versions: []fleet.TemplateVersion{{Number: 1, Image: ami1}}})
	})
	begun, err := h.client.CreateReport(t.Context(), h.scope, ami1)
	if err != nil || begun.ID == "" || begun.Image != ami1 || begun.Done() || !begun.Whole() || begun.Created.IsZero() {
		t.Fatalf("%+v, %v", begun, err)
	}
	for looks := 1; ; looks++ {
		var got []*model.Report
		if err := h.client.Read(t.Context(), h.scope, model.Reports, func(p model.Page) { got = append(got, p.Reports...) }); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].ID != begun.ID || got[0].Image != ami1 || !got[0].Whole() || len(got[0].Asked) > 0 {
			t.Fatalf("%+v", got)
		}
		if !got[0].Done() {
			if looks > 10 || got[0].State != "pending" || len(got[0].Uses) > 0 {
				t.Fatalf("after %d looks %+v", looks, got[0])
			}
			continue
		}
		want := []model.ReportedUse{{Account: h.other.Account, Type: model.ReportedInstances, Count: 3}, {Account: h.other.Account, Type: model.ReportedTemplates, Count: 1}}
		if diff := cmp.Diff(want, got[0].Uses); diff != "" || looks < 2 {
			t.Errorf("after %d looks: %s", looks, diff)
		}
		break
	}
	if _, err := h.client.CreateReport(t.Context(), h.other, ami1); asOpError(err).Op != "ec2:CreateImageUsageReport" {
		t.Errorf("a report on another account's image: %v", err)
	}
}
