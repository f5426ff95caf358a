package plan_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// The world of the tests: a developer's account and one of production.
const (
	dev    = "111111111111"
	prod   = "222222222222"
	friend = "333333333333"
	region = "eu-west-1"
	org    = "arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5"
)

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func at(d time.Duration) *time.Time {
	t := now.Add(d)
	return &t
}

const day = 24 * time.Hour

// setting is that of a person at the screen.
func setting() plan.Setting {
	regions := []string{region, "eu-west-2", "us-east-1"}
	return plan.Setting{
		Now: now, Person: true, Public: true,
		Accounts: map[string]plan.AccountRule{
			dev:  {Name: "dev", Principal: "arn:aws:iam::111111111111:user/ada", Regions: regions},
			prod: {Name: "acme-prod", Principal: "arn:aws:iam::222222222222:role/ops", Production: true, Regions: regions},
		},
	}
}

// target is an image of the developer's account with a snapshot of its own that
// nothing uses and of which everything is known; change makes it another one.
func target(id string, change ...func(*plan.Target)) plan.Target {
	t := plan.Target{
		Image: model.ImageKey{Region: region, ID: "ami-" + id}, Account: dev,
		Before: plan.Facts{
			Owner: dev, Name: "web-" + id, State: "available", Architecture: "x86_64", Created: at(-100 * day), Protection: "disabled",
			Encrypted: model.No, Managed: "none", Tags: []model.Tag{{Key: "Team", Value: "web"}}, TagsKnown: true, SizeGiB: 8,
			Family:         plan.Family{Name: "web", Others: 9, Copies: []plan.Kin{}, Pickers: []string{}},
			Permissions:    &plan.Sharing{Accounts: []string{}, Organizations: []string{}, Units: []string{}},
			Snapshots:      []plan.Snapshot{snapshot("snap-" + id)},
			SnapshotsKnown: true,
			Usage:          plan.Usage{Verdict: "unused", Evidence: []string{}, Blind: []string{}, Weak: []string{}},
			Bin:            plan.Bin{Known: true, Image: 14, Snapshots: 7},
			AsOf:           at(-time.Minute),
		},
	}
	for _, c := range change {
		c(&t)
	}
	return t
}

func snapshot(id string) plan.Snapshot {
	return plan.Snapshot{
		ID: id, Owner: dev, State: "completed", Encrypted: model.No, Tags: []model.Tag{}, SizeGiB: 8, FullBytes: 1 << 30,
		Images: []string{}, Named: []string{}, Accounts: []string{},
	}
}

// facts changes the facts of a target.
func facts(change func(*plan.Facts)) func(*plan.Target) {
	return func(t *plan.Target) { change(&t.Before) }
}

// decide makes a plan for all targets.
func decide(d plan.Deed, o plan.Options, s plan.Setting, targets ...plan.Target) plan.Plan {
	r := plan.Request{Deed: d, Options: o}
	for _, t := range targets {
		r.Images = append(r.Images, t.Image)
	}
	return plan.Decide(r, targets, s)
}

// calls are the steps of a plan in short: "1 ec2:DeregisterImage {...} after 2".
func calls(p plan.Plan) []string {
	out := []string{}
	for _, s := range p.Steps {
		line := fmt.Sprintf("%d %s %s", s.ID, strings.TrimPrefix(s.Call.API, "ec2:"), s.Call.Input)
		if len(s.After) > 0 {
			line += fmt.Sprint(" after ", s.After)
		}
		out = append(out, line)
	}
	return out
}

func codes(notes []plan.Note) []string {
	out := []string{}
	for _, n := range notes {
		out = append(out, n.Code)
	}
	return out
}

func note(t *testing.T, notes []plan.Note, code string) plan.Note {
	t.Helper()
	i := slices.IndexFunc(notes, func(n plan.Note) bool { return n.Code == code })
	if i < 0 {
		t.Fatalf("no note %q among %v", code, notes)
	}
	return notes[i]
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: (-want +got)\n%s", what, d)
	}
}

// valid checks what holds for every plan.
func valid(t *testing.T, p plan.Plan) {
	t.Helper()
	for n, s := range p.Steps {
		if s.ID != n+1 || s.Target < 0 || s.Target >= len(p.Targets) || s.Why == "" || !json.Valid(s.Call.Input) {
			t.Fatalf("step %d is malformed: %+v", n+1, s)
		}
		if !p.Targets[s.Target].Runs() {
			t.Fatalf("step %d is for a target that does not run: %+v", s.ID, p.Targets[s.Target])
		}
		for _, a := range s.After {
			if a >= s.ID || a < 1 {
				t.Fatalf("step %d comes after %d", s.ID, a)
			}
		}
	}
}
