package tui_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// peeking notes what is asked for where somebody looks, and answers it.
type peeking struct{ asked []kit.Peek }

func (p *peeking) peek(_ context.Context, k kit.Peek) <-chan model.Event {
	p.asked = append(p.asked, k)
	var out []model.Event
	for i, id := range k.Snapshots {
		v := &model.VolumePermissions{ID: id, At: tuitest.Now}
		switch {
		case strings.HasSuffix(id, "04"):
			v.Accounts = []string{tuitest.Dev.Account, "998877665544"}
		case strings.HasSuffix(id, "07"):
			v.Err = &model.OpError{Op: "ec2:DescribeSnapshotAttribute", Scope: k.Scope, Kind: model.Denied, Err: errors.New("no"), Help: "allow ec2:DescribeSnapshotAttribute for role audit"}
		}
		out = append(out, model.Page{Scope: k.Scope, Kind: model.Volumes, At: tuitest.Now, Calls: i + 1, Volumes: []*model.VolumePermissions{v}})
	}
	if k.Image != "" {
		out = append(out, model.Page{Scope: k.Scope, Kind: model.Inspections, At: tuitest.Now, Calls: 1, Inspections: []*model.Inspection{{ID: k.Image, At: tuitest.Now, More: true, Found: []model.Vulnerability{
			{Title: "CVE-2026-1234 - openssl", Severity: "critical", Score: 9.8, Fix: model.Yes, Paths: []string{"/usr/lib/\x1b[31mlibssl.so.3"}},
			{Title: "CVE-2025-9 - zlib", Severity: "low", Score: 3.1, Fix: model.No},
		}}}})
	}
	return tuitest.Stream(out...)
}

func peekOptions(p *peeking) tui.Options {
	opts := tuitest.UsedOptions()
	opts.Services.Peek = p.peek
	return opts
}

// TestPeekScreens holds the look of what is read where somebody looks, and of an
// image that another account shares.
func TestPeekScreens(t *testing.T) {
	journeys := []struct {
		name string
		find string
		keys []string
	}{
		{"volumes", tuitest.ScannedImage, []string{"]", "]"}},
		{"volumes-denied", tuitest.StaleImage, []string{"]", "]"}},
		{"inspected", tuitest.ScannedImage, []string{"]", "]", "]", "G"}},
		{"foreign", tuitest.ForeignImage, []string{"]", "]"}},
		{"settings", "", []string{"9", "G", "k", "k", "k", "k"}},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				opts := peekOptions(&peeking{})
				opts.Services.Restore = func(context.Context) <-chan model.Event {
					return tuitest.Stream(append(tuitest.UsedFleet(), tuitest.Foreign())...)
				}
				d := tuitest.New(t, size[0], size[1], opts)
				if j.find != "" {
					look(d, j.find)
				}
				d.Press(j.keys...)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

// TestOnlyWhatIsLookedAtIsPeekedAt: each tab asks for what it shows when it is
// opened, not again while that is young, and again when it is told to.
func TestOnlyWhatIsLookedAtIsPeekedAt(t *testing.T) {
	p := &peeking{}
	opts := peekOptions(p)
	now := tuitest.Now
	opts.Services.Now = func() time.Time { return now }
	d := tuitest.New(t, 120, 60, opts)
	look(d, tuitest.ScannedImage)
	d.Press("]")
	if len(p.asked) > 0 {
		t.Fatalf("asked for %v, and nobody looks", p.asked)
	}
	d.Press("]")
	d.Has("[permissions]", "shared with 998877665544 (a stranger), acme-dev")
	d.Press("]")
	d.Has("[findings]", "CVE-2026-1234", "9.8", `\x1b[31mlibssl`, "and more, which were not read")
	d.Press("[", "]", "esc", "enter", "[", "[") // young: not asked for again
	volumes := kit.Peek{Scope: tuitest.Prod, Snapshots: []string{"snap-11100000000000004"}}
	scan := kit.Peek{Scope: tuitest.Prod, Image: tuitest.ScannedImage}
	if diff := cmp.Diff([]kit.Peek{volumes, scan}, p.asked); diff != "" {
		t.Fatal(diff)
	}
	now = now.Add(16 * time.Minute)
	d.Press("esc", "enter", "u", "]", "]", "r")
	if diff := cmp.Diff([]kit.Peek{volumes, scan, volumes, volumes}, p.asked); diff != "" {
		t.Fatal(diff)
	}
}

// TestWhatWasNotPeekedAtIsNotPrivate: a snapshot whose permissions were not read, or
// could not be, is never shown as one that is shared with nobody.
func TestWhatWasNotPeekedAtIsNotPrivate(t *testing.T) {
	for name, opts := range map[string]tui.Options{"denied": peekOptions(&peeking{}), "not read": tuitest.UsedOptions()} {
		d := tuitest.New(t, 200, 40, opts)
		look(d, tuitest.StaleImage)
		d.Press("]", "]")
		d.Has("[permissions]", "with whom else")
		line := lineWith(d, "snap-")
		if strings.Contains(line, "private") || strings.Contains(line, "shared with") && !strings.Contains(line, "not") {
			t.Errorf("%s: %s", name, line)
		}
	}
}
