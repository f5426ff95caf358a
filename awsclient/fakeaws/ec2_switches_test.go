package fakeaws

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// switches are the calls that turn something on or off for an image.
func switches() map[string]func(*testing.T, *ec2.Client, string) error {
	done := func(t *testing.T, ok *bool, err error) error {
		t.Helper()
		if err == nil && !aws.ToBool(ok) {
			t.Error("the answer is no success")
		}
		return err
	}
	return map[string]func(*testing.T, *ec2.Client, string) error{
		"enable": func(t *testing.T, c *ec2.Client, id string) error {
			out, err := c.EnableImage(t.Context(), &ec2.EnableImageInput{ImageId: &id})
			return done(t, answered(out, err).Return, err)
		},
		"disable": func(t *testing.T, c *ec2.Client, id string) error {
			out, err := c.DisableImage(t.Context(), &ec2.DisableImageInput{ImageId: &id})
			return done(t, answered(out, err).Return, err)
		},
		"deprecate": func(t *testing.T, c *ec2.Client, id string) error {
			return deprecate(t, c, id, fleet.Epoch.Add(24*time.Hour))
		},
		"undeprecate": func(t *testing.T, c *ec2.Client, id string) error {
			out, err := c.DisableImageDeprecation(t.Context(), &ec2.DisableImageDeprecationInput{ImageId: &id})
			return done(t, answered(out, err).Return, err)
		},
		"protect": func(t *testing.T, c *ec2.Client, id string) error { return protect(t, c, id, false) },
		"unprotect": func(t *testing.T, c *ec2.Client, id string) error {
			out, err := c.DisableImageDeregistrationProtection(t.Context(), &ec2.DisableImageDeregistrationProtectionInput{ImageId: &id})
			return done(t, aws.Bool(aws.ToString(answered(out, err).Return) == "true"), err)
		},
	}
}

// answered is an answer, or an empty one where there is none.
func answered[O any](out *O, err error) *O {
	if err != nil {
		return new(O)
	}
	return out
}

func deprecate(t *testing.T, c *ec2.Client, id string, at time.Time) error {
	t.Helper()
	_, err := c.EnableImageDeprecation(t.Context(), &ec2.EnableImageDeprecationInput{ImageId: &id, DeprecateAt: &at})
	return err
}

func protect(t *testing.T, c *ec2.Client, id string, cooldown bool) error {
	t.Helper()
	out, err := c.EnableImageDeregistrationProtection(t.Context(), &ec2.EnableImageDeregistrationProtectionInput{ImageId: &id, WithCooldown: &cooldown})
	if err == nil && aws.ToString(out.Return) != "true" {
		t.Error("the answer is no success")
	}
	return err
}

// Each switch has one that takes it back.
func TestSwitchesAreUndone(t *testing.T) {
	for _, pair := range [][2]string{{"disable", "enable"}, {"deprecate", "undeprecate"}, {"protect", "unprotect"}} {
		t.Run(pair[0], func(t *testing.T) {
			s, _, owner, other := deedWorld(Options{}, func(w *fleet.Fleet, _, _ string) { w.Images[0].Permissions = nil })
			c := ec2Client(s, owner, home)
			before, theirs := told(t, s, owner), told(t, s, other)
			for range 2 { // what is so already stays so
				if err := switches()[pair[0]](t, c, known); err != nil {
					t.Fatal(err)
				}
			}
			if told(t, s, owner) == before {
				t.Error("nothing has changed")
			}
			for range 2 {
				if err := switches()[pair[1]](t, c, known); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, "what the owner is told", before, told(t, s, owner))
			equal(t, "what the other account is told", theirs, told(t, s, other))
		})
	}
}

func TestSwitchesAreRefused(t *testing.T) {
	for name, turn := range switches() {
		of := func(id string) func(*testing.T, *Server, string, string) error {
			return func(t *testing.T, s *Server, owner, _ string) error { return turn(t, ec2Client(s, owner, home), id) }
		}
		state := func(state string) func(*fleet.Fleet, string, string) {
			return func(w *fleet.Fleet, _, _ string) { w.Images[0].Life.State = state }
		}
		wantRefusals(t, map[string]refusal{
			name + " an unknown image": {nil, of(gone), "InvalidAMIID.NotFound"},
			name + " another's image":  {nil, of(theirs.Image()), "AuthFailure"},
			name + " a hidden image":   {nil, of(hidden.Image()), "InvalidAMIID.NotFound"},
			name + " no id":            {nil, of("ami-x"), "InvalidAMIID.Malformed"},
			name + " a pending image":  {state("pending"), of(known), "InvalidAMIID.Unavailable"},
			name + " a failed image":   {state("failed"), of(known), "InvalidAMIID.Unavailable"},
		})
	}
}

// A disabled image is its owner's alone, has lost its permissions for good, and
// lists tell of it only where they are asked to.
func TestDisableImage(t *testing.T) {
	s, _, owner, other := deedWorld(Options{}, nil)
	c := ec2Client(s, owner, home)
	if err := switches()["disable"](t, c, known); err != nil {
		t.Fatal(err)
	}
	if im := describe(t, s, owner); im.State != "disabled" || *im.Public {
		t.Errorf("it is %s, public: %v", im.State, *im.Public)
	}
	out, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil || slices.Contains(imageIDs(out.Images), known) {
		t.Errorf("it is listed unasked: %v, %v", out, err)
	}
	if slices.Contains(listedIDs(t, s, other), known) {
		t.Error("the other account still sees it")
	}
	if err := switches()["enable"](t, c, known); err != nil {
		t.Fatal(err)
	}
	if got := launchers(t, s, owner); len(got) != 0 {
		t.Errorf("the permissions came back: %v", got)
	}
	if err := modify(t, s, owner, ec2.ModifyImageAttributeInput{OperationType: "add", UserIds: []string{other}}); err != nil {
		t.Errorf("it cannot be shared again: %v", err)
	}
}

func TestImagesOfArchivedSnapshotsStayDisabled(t *testing.T) {
	wantRefusals(t, map[string]refusal{"archived": {
		func(w *fleet.Fleet, _, _ string) {
			w.Images[0].Life.State, w.Snapshots[0].Tier = "disabled", "archive"
		},
		func(t *testing.T, s *Server, owner, _ string) error {
			return switches()["enable"](t, ec2Client(s, owner, home), known)
		},
		"IncorrectState",
	}})
}

func TestDeprecationDates(t *testing.T) {
	public := func(w *fleet.Fleet, _, _ string) { w.Images[0].Permissions = []fleet.Permission{{Group: "all"}} }
	two := created.UTC().AddDate(2, 0, 0)
	for name, c := range map[string]struct {
		world func(*fleet.Fleet, string, string)
		at    time.Time
		want  string // "": refused
	}{
		"now":                   {nil, fleet.Epoch, ""},
		"past":                  {nil, fleet.Epoch.Add(-time.Hour), ""},
		"seconds down":          {nil, fleet.Epoch.Add(time.Hour + 29*time.Second), "2026-11-01T01:00:00.000Z"},
		"seconds up":            {nil, fleet.Epoch.Add(time.Hour + 30*time.Second), "2026-11-01T01:01:00.000Z"},
		"ten years":             {nil, fleet.Epoch.AddDate(10, 0, 0), "2036-11-01T00:00:00.000Z"},
		"more than ten":         {nil, fleet.Epoch.AddDate(10, 0, 1), ""},
		"public, two years":     {public, two, two.Format("2006-01-02T15:04:05.000Z")},
		"public, more than two": {public, two.AddDate(0, 0, 1), ""},
		"disabled":              {func(w *fleet.Fleet, _, _ string) { w.Images[0].Life.State = "disabled" }, fleet.Epoch.Add(time.Hour), "2026-11-01T01:00:00.000Z"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, owner, _ := deedWorld(Options{}, c.world)
			err := deprecate(t, ec2Client(s, owner, home), known, c.at)
			if c.want == "" {
				wantCode(t, err, "InvalidParameterValue")
			} else if err != nil {
				t.Error(err)
			}
			if got := aws.ToString(describe(t, s, owner).DeprecationTime); got != c.want {
				t.Errorf("deprecated at %q, want %q", got, c.want)
			}
		})
	}
	wantRefusals(t, map[string]refusal{"public": {public, func(t *testing.T, s *Server, owner, _ string) error {
		return switches()["undeprecate"](t, ec2Client(s, owner, home), known)
	}, "OperationNotPermitted"}})
}

// When its date has come, others are told of the image only where they ask for
// deprecated ones.
func TestDeprecationTakesEffect(t *testing.T) {
	s, clock, owner, other := deedWorld(Options{}, nil)
	if err := deprecate(t, ec2Client(s, owner, home), known, fleet.Epoch.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, listed := range []bool{true, false} {
		if got := slices.Contains(listedIDs(t, s, other), known); got != listed {
			t.Errorf("at %s it is listed: %v", clock.now, got)
		}
		clock.now = clock.now.Add(time.Hour)
	}
	if !slices.Contains(listedIDs(t, s, owner), known) {
		t.Error("its owner is not told of it")
	}
}

// Protection bars deregistration, and where it was asked for a day longer.
func TestDeregistrationProtection(t *testing.T) {
	for _, cooldown := range []bool{false, true} {
		s, clock, owner, _ := deedWorld(Options{}, nil)
		c := ec2Client(s, owner, home)
		if err := protect(t, c, known, cooldown); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{false: "enabled-without-cooldown", true: "enabled-with-cooldown"}[cooldown]
		if got := aws.ToString(describe(t, s, owner).DeregistrationProtection); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
		_, err := deregister(t, s, owner, known, false)
		wantCode(t, err, "OperationNotPermitted")
		if err := switches()["unprotect"](t, c, known); err != nil {
			t.Fatal(err)
		}
		if cooldown {
			clock.now = clock.now.Add(24*time.Hour - time.Millisecond)
			_, err := deregister(t, s, owner, known, false)
			wantCode(t, err, "OperationNotPermitted")
			clock.now = clock.now.Add(time.Millisecond)
		}
		if _, err := deregister(t, s, owner, known, false); err != nil {
			t.Errorf("with cooldown %v: %v", cooldown, err)
		}
	}
}
