package change

import (
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// Prepare is the screen that asks for what a deed needs besides its images, and
// whether there is one.
func Prepare(env kit.Env, r plan.Request) (kit.Screen, bool) {
	switch r.Deed {
	case plan.Copy, plan.Share, plan.Unshare, plan.Deprecate, plan.Tag:
		return newForm(env, r), true
	case plan.Protect:
		return protectMenu(r), true
	case plan.Undeprecate, plan.Disable, plan.Enable, plan.Unprotect, plan.Delete, plan.Restore, plan.UndoOf:
	}
	return nil, false
}

// protectMenu asks how long protection is to outlast its end.
func protectMenu(r plan.Request) kit.Menu {
	item := func(letter, text, note string, d plan.Deed, cooldown bool) kit.Item {
		r := r
		r.Deed, r.Options.Cooldown = d, cooldown
		return kit.Item{Letter: letter, Text: text, Note: note, Do: kit.Propose{Request: r}}
	}
	return kit.Menu{Title: "Protect " + images(len(r.Images)) + " from deregistration", Items: []kit.Item{
		item("p", "protect", "it can be lifted at once", plan.Protect, false),
		item("c", "protect with a cooldown", "it stays for 24 hours after it was lifted", plan.Protect, true),
		item("u", "stop protecting", "", plan.Unprotect, false),
	}}
}
