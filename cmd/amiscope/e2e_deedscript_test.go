//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model/plan"
)

// TestDeedsFromTheScript does each deed with plan and apply, and takes it back with
// undo: the image is then what it was. What comes first of a deed makes it possible.
func TestDeedsFromTheScript(t *testing.T) {
	w := newDeedWorld(t, fakeaws.Options{})
	id := w.images[0]
	for _, d := range []struct{ first, deed []string }{
		{nil, []string{"tag", "--set", "Team=data", "--remove", "Stage"}},
		{nil, []string{"copy", "--to-region", w.server.Regions()[1]}},
		{nil, []string{"share", "--with", "333333333333", "--snapshots"}},
		{nil, []string{"unshare", "--with", "222222222222"}},
		{nil, []string{"deprecate", "--in", "30d"}},
		{[]string{"deprecate", "--in", "60d"}, []string{"undeprecate"}},
		{nil, []string{"protect"}},
		{[]string{"protect"}, []string{"unprotect"}},
		{[]string{"unprotect"}, []string{"disable"}},
		{[]string{"disable"}, []string{"enable"}},
		{[]string{"enable"}, []string{"delete", "--allow-unknown"}},
	} {
		t.Run(d.deed[0], func(t *testing.T) {
			if d.first != nil {
				w.apply(t, id, d.first...)
			}
			before, seen := w.looks(t, id), len(w.server.Mutations())
			w.apply(t, id, d.deed...)
			if len(w.server.Mutations()) == seen {
				t.Error("nothing was called")
			}
			if d.deed[0] != "copy" && d.deed[0] != "delete" && cmp.Equal(before, w.looks(t, id)) {
				t.Error("nothing has changed")
			}
			w.do(t, "undo", "--yes", "--allow-unknown")
			if diff := cmp.Diff(before, w.looks(t, id)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("restore", func(t *testing.T) {
		before := w.looks(t, id)
		w.apply(t, id, "delete", "--allow-unknown")
		w.apply(t, id, "restore")
		if diff := cmp.Diff(before, w.looks(t, id)); diff != "" {
			t.Error(diff)
		}
		w.do(t, "undo", "--yes", "--allow-unknown")
		w.apply(t, id, "restore") // as it is in the Recycle Bin again
	})
}

// apply plans a deed on an image and does it.
func (w *deedWorld) apply(t *testing.T, id string, deed ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(w.do(t, slices.Concat([]string{"plan", "--max-age", "0"}, deed, []string{id})...)), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do(t, "apply", file, "--yes")
}

// TestOneStepFromTheScript takes back one step of a run, and not the other.
func TestOneStepFromTheScript(t *testing.T) {
	w := newDeedWorld(t, fakeaws.Options{})
	first, second := w.images[0], w.images[1]
	before := w.looks(t, second)
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(w.do(t, "plan", "tag", first, second, "--set", "Team=data", "--max-age", "0")), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do(t, "apply", file, "--yes")
	k := &killing{deedWorld: w, t: t}
	run := k.runs()[0]
	at := slices.IndexFunc(run.Steps, func(s plan.StepDocument) bool { return s.Image == second })
	if at < 0 {
		t.Fatalf("no step is of %s: %+v", second, run.Steps)
	}
	tagged, seen := w.looks(t, first), len(w.server.Mutations())
	w.do(t, "undo", run.Run, strconv.Itoa(run.Steps[at].Step), "--yes")
	if n := k.called(seen); n != 1 {
		t.Errorf("%d calls for one step", n)
	}
	if diff := cmp.Diff(before, w.looks(t, second)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(tagged, w.looks(t, first)); diff != "" {
		t.Errorf("the other step was taken back too:\n%s", diff)
	}
}
