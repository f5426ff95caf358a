package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// badNetwork is what goes wrong in TestListThroughABadNetwork, as flags of the
// demo. The denied scope that every demo has is the second of two.
func badNetwork() []string {
	return []string{
		"--deny", "acme-prod/eu-central-1/ec2:Describe*", "--fault", "scp@*/eu-west-2", "--not-opted-in", "eu-west-3",
		"--fault", "5xx:5%", "--fault", "reset:5%", "--fault", "cut:2%", "--fault", "stall:1%",
	}
}

// listed is what list -o json prints.
type listed struct {
	Images []model.Document
	Scopes []model.ScopeDocument
}

// byScope are the ids of the images, sorted.
func (l listed) byScope() map[model.Scope][]string {
	out := map[model.Scope][]string{}
	for _, im := range l.Images {
		s := model.Scope{Account: im.Account, Region: im.Region}
		out[s] = append(out[s], im.ID)
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out
}

// TestListThroughABadNetwork: two scopes are denied, a region is closed by a
// policy and one is not enabled; on the way to all others calls fail in every
// way. The list has each image of those others, and says what is not in it and
// why.
//
// It runs on the clock of testing/synctest: a body that stalls for a quarter of
// a minute takes no time.
func TestListThroughABadNetwork(t *testing.T) {
	size := fleet.Config{Accounts: 20, Regions: 17, Images: 2000}
	clean := everyImage(t, fakeaws.Options{Fleet: size})
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		log := filepath.Join(t.TempDir(), "log")
		args := append([]string{"demo", "list", "-o", "json", "--log", log, "--accounts", "20", "--regions", "17", "--images", "2000"}, badNetwork()...)
		s.want(t, exitPartial, args...)
		var got listed
		if err := json.Unmarshal(s.stdout.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		checkTries(t, log)
		checkTroubles(t, got.Scopes, s.stderr.String())
		whole := map[model.Scope]bool{}
		for _, d := range got.Scopes {
			whole[model.Scope{Account: *d.Account, Region: *d.Region}] = d.State == model.ScopeRead
		}
		want := map[model.Scope][]string{}
		for sc, ids := range clean {
			if whole[sc] {
				want[sc] = ids
			}
		}
		if d := cmp.Diff(want, got.byScope()); d != "" {
			t.Error(d)
		}
	})
}

// checkTroubles sees to it that just the bad scopes are not read, each with its
// reason and hint, and that standard error tells of the two that should be: a
// closed or disabled region is no failure.
func checkTroubles(t *testing.T, scopes []model.ScopeDocument, said string) {
	t.Helper()
	states := map[string]int{}
	for _, d := range scopes {
		if d.Account == nil || d.Region == nil {
			t.Fatalf("%s was not reached: %s", d.Source, spelled(d.Error))
		}
		region := *d.Region
		wanted, reason, hint := model.ScopeRead, "", ""
		switch {
		case region == "eu-west-3":
			wanted = model.ScopeDisabled
		case region == "eu-west-2":
			wanted, reason, hint = model.ScopeClosed, "closed by policy", "a service control policy denies ec2:DescribeImages here: "
		case strings.HasSuffix(d.Source, " acme-prod") && region == "eu-central-1", strings.HasSuffix(d.Source, " acme-data") && region == "us-east-2":
			wanted, reason, hint = model.ScopeFailed, "ec2:DescribeImages: denied", "allow ec2:DescribeImages for arn:aws:iam::"
			has(t, said, *d.Account+"/"+region+": ec2:DescribeImages: denied: ")
		}
		if d.State == model.ScopeDisabled && region != "eu-west-3" {
			continue // not one of the seventeen
		}
		states[d.State]++
		if d.State != wanted || !holds(spelled(d.Error), reason) || !holds(spelled(d.Hint), hint) {
			t.Errorf("%s %s is %s, error %q, hint %q; want %s, %q, %q", d.Source, region, d.State, spelled(d.Error), spelled(d.Hint), wanted, reason, hint)
		}
	}
	if d := cmp.Diff(map[string]int{model.ScopeRead: 20*15 - 2, model.ScopeFailed: 2, model.ScopeClosed: 20, model.ScopeDisabled: 20}, states); d != "" {
		t.Error(d)
	}
	if n := strings.Count(said, "\n"); n != 2 || strings.Count(said, "; hint: allow ec2:DescribeImages for arn:") != n {
		t.Errorf("standard error has %d lines: %s", n, said)
	}
}

// holds reports whether a text holds a part, or, where there is to be none, is
// empty.
func holds(text, part string) bool {
	return strings.Contains(text, part) && (text == "") == (part == "")
}

func spelled(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// checkTries reads from the log that the network was as bad as it was to be.
func checkTries(t *testing.T, log string) {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	calls, broken, lost, stalled := 0, 0, 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var line struct {
			Msg    string
			Status int // none where no whole answer came
			Took   time.Duration
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Msg != "aws" {
			continue
		}
		calls++
		switch {
		case line.Status >= 500:
			broken++
		case line.Status == 0 && line.Took >= 10*time.Second:
			stalled++
		case line.Status == 0:
			lost++ // reset, or cut
		}
	}
	t.Logf("%d calls: %d answered with 5xx, %d reset or cut, %d stalled", calls, broken, lost, stalled)
	if calls < 600 || broken < calls/40 || lost < calls/30 || stalled < calls/200 {
		t.Error("the network was too good")
	}
}
