package browse

import (
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// deedActions are the deeds that have no key of their own, for the palette.
func deedActions() []kit.Action {
	var out []kit.Action
	for _, d := range []struct {
		deed plan.Deed
		note string
	}{
		{plan.Deprecate, "no new launches are wanted from a date on"},
		{plan.Undeprecate, "lift the deprecation"},
		{plan.Disable, "nobody launches it, and it is shared with nobody any more"},
		{plan.Enable, "make a disabled image available again"},
		{plan.Unshare, "stop sharing"},
		{plan.Unprotect, "let it be deleted again"},
	} {
		out = append(out, kit.Action{Name: string(d.deed), Note: d.note, Intent: keys.Deed{Name: string(d.deed)}})
	}
	return out
}

// lifecycleMenu offers what can be done to the life of images, and the ways back.
func lifecycleMenu() kit.Menu {
	item := func(letter, text, note string, d plan.Deed) kit.Item {
		return kit.Item{Letter: letter, Text: text, Note: note, Do: kit.Press{Intent: keys.Deed{Name: string(d)}}}
	}
	return kit.Menu{Title: "Lifecycle", Items: []kit.Item{
		item("d", "deprecate", "from a date on; launches go on", plan.Deprecate),
		item("l", "lift the deprecation", "", plan.Undeprecate),
		item("x", "disable", "no launches, no shares", plan.Disable),
		item("e", "enable", "", plan.Enable),
	}}
}

// deed answers the intents that change images: all marked ones, whether or not the
// filter shows them, else the one under the cursor.
func (s Images) deed(env kit.Env, in keys.Intent) []kit.Effect {
	r := plan.Request{Images: env.Marks.Keys()}
	if len(r.Images) > 0 {
		r.Hidden = s.rows.hidden
	} else if im, ok := s.current(); ok {
		r.Images = []model.ImageKey{im.ImageKey}
	}
	return deed(in, r)
}

func deed(in keys.Intent, r plan.Request) []kit.Effect {
	switch in := in.(type) {
	case keys.Deed:
		r.Deed = plan.Deed(in.Name)
		return []kit.Effect{kit.Prepare{Request: r}}
	case keys.Lifecycle:
		return push(lifecycleMenu())
	case keys.Undo:
		return []kit.Effect{kit.Undo{}}
	}
	return nil
}

// deedDisabled says why a deed on an image makes no sense now; of marked images the
// review tells that, one by one.
func deedDisabled(env kit.Env, in keys.Intent, im *model.Image, marked bool) string {
	copies := in == keys.Deed{Name: string(plan.Copy)}
	switch {
	case env.Deeds.Why != "" || marked:
		return env.Deeds.Why
	case im == nil:
		return "no image is shown"
	case !copies && !reached(env, im.Owner):
		return "this image belongs to " + env.Inv.AccountTitle(im.Owner) + ": only its owner can change it"
	}
	return ""
}

// reached reports whether an account is one that is read.
func reached(env kit.Env, account string) bool {
	return env.Inv.Account(account) != model.Account{ID: account}
}
