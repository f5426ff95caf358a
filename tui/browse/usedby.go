package browse

import (
	"cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// usedBy is the page of a detail that says who uses the image and what was not
// looked at.
type usedBy struct {
	verdict model.Verdict
	whole   bool // nothing is left out of the lists
}

// NewUsedBy is the detail of an image, opened where it says who uses it.
func NewUsedBy(k model.ImageKey) Detail { return Detail{key: k, tab: usageTab} }

// used makes the page of the usage tab.
func (d Detail) drawUsed(env kit.Env, im *model.Image) Detail {
	d.used.verdict = env.Usage.Verdict(im)
	p := usedPage{env: env, im: im, v: d.used.verdict, whole: d.used.whole, room: d.body(env)}
	p.draw()
	d.lines, d.point = p.lines, d.point.over(p.rows)
	return d
}

// evidenceID is what a piece of evidence is, however the list around it changes.
func evidenceID(e model.Evidence) string {
	if e.Ref == nil {
		return "report/" + e.Report.ID + "/" + e.Reported.Account + "/" + e.Reported.Type
	}
	return e.Ref.Source.Word() + "/" + e.Ref.Scope.String() + "/" + e.Ref.Key + "/" + e.Image + e.Snapshot
}

// evidence is the reference under the cursor.
func (d Detail) evidence() (model.Evidence, bool) {
	r, ok := d.point.current()
	if !ok || r.index < 0 {
		return model.Evidence{}, false
	}
	return d.used.verdict.Evidence[r.index], true
}

// handleSpots answers what is asked of a tab that has a cursor in its own way.
func (d Detail) handleSpots(env kit.Env, in keys.Intent) (next Detail, effects []kit.Effect, ok bool) {
	if d.tab != usageTab && d.tab != journalTab {
		return d, nil, false
	}
	if next, ok = d.pointed(env, in); ok {
		return next, nil, true
	}
	if d.tab == usageTab {
		return d.handleUsed(env, in)
	}
	effects, ok = d.handlePast(in)
	return d, effects, ok
}

// handleUsed answers what is asked of the usage tab in its own way.
func (d Detail) handleUsed(env kit.Env, in keys.Intent) (next Detail, effects []kit.Effect, ok bool) {
	switch in.(type) {
	case keys.Open:
		next, effects = d.jump(env)
		return next, effects, true
	case keys.SetAside:
		return d, d.setAside(), true
	}
	return d, nil, false
}

// jump goes to what uses the image, lists what was left out, or offers what
// can be done with a thing that has no view of its own.
func (d Detail) jump(env kit.Env) (Detail, []kit.Effect) {
	r, ok := d.point.current()
	switch {
	case !ok:
		return d, nil
	case r.index < 0:
		d.used.whole = true
		return d.redrawn(env), nil
	}
	e := d.used.verdict.Evidence[r.index]
	if e.Ref != nil && e.Ref.Source == model.Instances {
		return d, push(InstancesAt(e.Ref))
	}
	return d, push(evidenceMenu(e, d.key.ID))
}

// evidenceMenu offers what can be done with a reference.
func evidenceMenu(e model.Evidence, image string) kit.Menu {
	menu := kit.Menu{Title: e.Kind() + " " + e.Title(), Items: []kit.Item{
		{Letter: "i", Text: "copy its id", Note: e.ID(), Do: kit.Clip{Text: e.ID(), What: e.ID()}},
	}}
	if e.Ref == nil {
		return menu
	}
	if name := e.Ref.Name; name != "" && name != e.ID() {
		menu.Items = append(menu.Items, kit.Item{Letter: "n", Text: "copy its name", Note: name, Do: kit.Clip{Text: name, What: name}})
	}
	aside := kit.Item{Letter: "a", Text: "set it aside", Note: "it does not count any more", Do: kit.Press{Intent: keys.SetAside{}}}
	if e.Aside != nil {
		aside.Text, aside.Note = "let it count again", ""
	}
	return kit.Menu{Title: menu.Title, Items: append(menu.Items,
		kit.Item{Letter: "l", Text: "instances on this image", Note: image, Do: kit.Push{Screen: InstancesOn(image)}}, aside)}
}

// setAside opens the form for the reference under the cursor, or withdraws what
// was set aside.
func (d Detail) setAside() []kit.Effect {
	e, ok := d.evidence()
	switch {
	case !ok:
		return refusal("put the cursor on a reference")
	case e.Ref == nil:
		return refusal("a report of AWS tells no single reference: it cannot be set aside")
	case e.Aside != nil:
		return []kit.Effect{kit.SetAside{Aside: *e.Aside, Withdraw: true}}
	}
	return push(newAsideForm(e))
}

// usedDisabled says why an intent makes no sense on the usage tab.
func (d Detail) usedDisabled(in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.SetAside:
		if len(d.point.spots) == 0 {
			return "nothing that was looked at names this image"
		}
	case keys.Scroll:
		return "nothing to scroll sideways"
	}
	return ""
}

// accountAndRegion names where a reference is, the region where it is not the
// image's.
func accountAndRegion(env kit.Env, s model.Scope, region string) string {
	switch {
	case s.Account == "":
		return "–"
	case s.Region == "" || s.Region == region:
		return env.Inv.Account(s.Account).Title()
	}
	return cmp.Or(env.Inv.Account(s.Account).Title(), s.Account) + " " + s.Region
}
