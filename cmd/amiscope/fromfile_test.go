package main

import (
	"path/filepath"
	"testing"

	"github.com/amiscope/amiscope/model"
)

// The screen over an inventory file says what it shows, logs in nowhere, and
// holds what the file does.
func TestScreenFromAFile(t *testing.T) {
	s := newStage(t)
	file := filepath.Join(t.TempDir(), "demo.inventory")
	s.want(t, exitDone, "demo", "scan", "--accounts", "1", "--regions", "2", "--images", "50", "-o", file)
	a := newApp(s.host)
	a.flags.from, a.flags.set = file, a.root().PersistentFlags()
	w, c, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := a.screenOptions(c, w)
	has(t, o.Title, "from "+file+", read 2026-")
	if o.Offline == "" || o.Services.Login != nil || o.Services.Profiles != nil {
		t.Errorf("%+v", o)
	}
	var inv model.Inventory
	for e := range o.Services.Restore(t.Context()) {
		inv = inv.Fold(e)
	}
	for e := range w.restoreRest(t.Context()) {
		t.Errorf("more: %T", e)
	}
	if n := len(inv.Images()); n < 40 || inv.Images()[0].Detail == nil {
		t.Errorf("%d images", n)
	}
	if notes := w.close(); len(notes) > 0 {
		t.Error(notes)
	}
}
