package browse

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// usedBy is the page of a detail that says who uses the image and what was not
// looked at. Its cursor is what the reference is, so references may move under
// it.
type usedBy struct {
	verdict model.Verdict
	at      string // the row under the cursor
	whole   bool   // nothing is left out of the lists
	rows    []usedRow
}

// usedRow is what the cursor can stand on.
type usedRow struct {
	id          string
	evidence    int // index in the verdict; -1: the line that stands for what is left out
	from, until int // the lines it is drawn on, the last one not included
}

// NewUsedBy is the detail of an image, opened where it says who uses it.
func NewUsedBy(k model.ImageKey) Detail { return Detail{key: k, tab: usageTab} }

// used makes the page of the usage tab.
func (d Detail) drawUsed(env kit.Env, im *model.Image) Detail {
	d.used.verdict = env.Usage.Verdict(im)
	p := usedPage{env: env, im: im, v: d.used.verdict, whole: d.used.whole, room: d.body(env)}
	p.draw()
	d.lines, d.used.rows = p.lines, p.rows
	if len(p.rows) > 0 && d.used.index() < 0 {
		d.used.at = p.rows[0].id
	}
	return d
}

// evidenceID is what a piece of evidence is, however the list around it changes.
func evidenceID(e model.Evidence) string {
	if e.Ref == nil {
		return "report/" + e.Report.ID + "/" + e.Reported.Account + "/" + e.Reported.Type
	}
	return e.Ref.Source.Word() + "/" + e.Ref.Scope.String() + "/" + e.Ref.Key + "/" + e.Image + e.Snapshot
}

func (u usedBy) index() int {
	return slices.IndexFunc(u.rows, func(r usedRow) bool { return r.id == u.at })
}

// current is the row under the cursor.
func (u usedBy) current() (usedRow, bool) {
	i := u.index()
	if i < 0 {
		return usedRow{}, false
	}
	return u.rows[i], true
}

// evidence is the reference under the cursor.
func (u usedBy) evidence() (model.Evidence, bool) {
	r, ok := u.current()
	if !ok || r.evidence < 0 {
		return model.Evidence{}, false
	}
	return u.verdict.Evidence[r.evidence], true
}

// step moves the cursor by rows; beyond the first and the last one the page
// scrolls.
func (d Detail) step(env kit.Env, by int) Detail {
	i := d.used.index()
	to := max(0, min(i+by, len(d.used.rows)-1))
	if i < 0 || to == i {
		return d.scrolled(env, by)
	}
	return d.onto(env, to)
}

// onto puts the cursor on a row, and scrolls as little as shows it.
func (d Detail) onto(env kit.Env, row int) Detail {
	r := d.used.rows[row]
	d.used.at = r.id
	if row == 0 && r.until <= d.body(env) {
		d.scroll = 0
	}
	d.scroll = min(max(d.scroll, r.until-d.body(env)), r.from)
	return d.scrolled(env, 0)
}

// handleUsed answers what is asked of the usage tab in its own way.
func (d Detail) handleUsed(env kit.Env, in keys.Intent) (next Detail, effects []kit.Effect, ok bool) {
	switch in := in.(type) {
	case keys.Move:
		return d.step(env, in.By), nil, true
	case keys.Jump:
		if n := len(d.used.rows); n > 0 {
			d = d.onto(env, map[bool]int{true: n - 1}[in.End])
		}
		return d.scrolled(env, map[bool]int{true: len(d.lines), false: -len(d.lines)}[in.End]), nil, true
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
	r, ok := d.used.current()
	switch {
	case !ok:
		return d, nil
	case r.evidence < 0:
		d.used.whole = true
		return d.redrawn(env), nil
	}
	e := d.used.verdict.Evidence[r.evidence]
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
	e, ok := d.used.evidence()
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
		if len(d.used.rows) == 0 {
			return "nothing that was looked at names this image"
		}
	case keys.Scroll:
		return "nothing to scroll sideways"
	}
	return ""
}

// cursorLines are the lines of the row under the cursor.
func (d Detail) cursorLines() (from, until int) {
	r, ok := d.used.current()
	if d.tab != usageTab || !ok {
		return 0, 0
	}
	return r.from, r.until
}

// clickUsed puts the cursor on the row that is drawn on a line of the page.
func (d Detail) clickUsed(env kit.Env, line int) Detail {
	for i, r := range d.used.rows {
		if line >= r.from && line < r.until {
			return d.onto(env, i)
		}
	}
	return d
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
