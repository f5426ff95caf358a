package browse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Detail shows one image in tabs. It holds the key only: what it shows is
// looked up when it is drawn, so that it is never staler than the inventory.
type Detail struct {
	key    model.ImageKey
	tab    int
	scroll int
	peeked int      // the tab whose own calls were asked for
	lines  []string // of the present tab, made by Sync
	point  pointer  // of the present tab
	used   usedBy
	past   []plan.Mention // what the journal's tab tells of
}

// tab is one page of a detail.
type tab struct {
	name   string
	detail bool // it shows what comes with the image's Detail
	lines  func(kit.Env, *model.Image) []string
}

// usageTab is the index of the tab that has a cursor, and so lines of its own.
const usageTab = 1

// costTab is the index of the tab that tells what the image costs.
const costTab = 2

var tabs = []tab{
	{"identity", false, overviewLines},
	usageTab:       {"usage", false, nil},
	costTab:        {"cost", true, costLines},
	permissionsTab: {"permissions", false, permissionLines},
	findingsTab:    {"findings", true, findingLines},
	trailTab:       {"trail", false, trailLines},
	{"devices", true, deviceLines},
	{"tags", true, tagLines},
	journalTab: {"journal", false, nil},
	jsonTab:    {"json", true, jsonLines},
}

// NewDetail is the detail of an image.
func NewDetail(k model.ImageKey) Detail { return Detail{key: k} }

// permissionsTab is the index of the tab that tells who may launch the image.
const permissionsTab = 3

// findingsTab is the index of the tab that tells what is wrong with the image.
const findingsTab = 4

// trailTab is the index of the tab that tells who did what to the image.
const trailTab = 5

// journalTab is the index of the tab that tells what amiscope did to the image.
const journalTab = 8

// jsonTab is the index of the tab that shows the image as the verbs print it.
const jsonTab = 9

// NewCostOf is the detail of an image on the tab of its cost.
func NewCostOf(k model.ImageKey) Detail { return Detail{key: k, tab: costTab} }

// Sync makes the lines of the present tab.
func (d Detail) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	d, effects := d.peek(env)
	return d.redrawn(env), append(effects, d.recall()...)
}

func (d Detail) redrawn(env kit.Env) Detail {
	im, ok := env.Inv.Image(d.key)
	d.point.spots = nil
	switch {
	case d.tab == journalTab: // it tells of images that are gone, too
		d = d.drawPast(env)
	case !ok:
		d.lines = []string{"", " " + d.key.ID + " is gone: the last refresh of " + d.key.Region + " did not find it."}
	case im.Detail == nil && tabs[d.tab].detail:
		d.lines = []string{"", " " + env.Theme.Paint(kit.Dim, "details are being read "+env.Theme.Symbols.Ellipsis)}
	case d.tab == usageTab:
		d = d.drawUsed(env, im)
	default:
		d.lines = tabs[d.tab].lines(env, im)
	}
	return d.scrolled(env, 0)
}

func (d Detail) scrolled(env kit.Env, by int) Detail {
	d.scroll = max(0, min(d.scroll+by, len(d.lines)-d.body(env)))
	return d
}

// body is the number of lines under title and tabs.
func (d Detail) body(env kit.Env) int { return max(1, env.Height-titleLines) }

// titleLines is the height of title, tabs and rule.
const titleLines = 3

// on shows a tab from its beginning.
func (d Detail) on(env kit.Env, tab int) Detail {
	d.tab, d.scroll = (tab+len(tabs))%len(tabs), 0
	return d.redrawn(env)
}

// Handle scrolls, changes tabs, copies and asks, for what a tab shows too.
func (d Detail) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	next, effects := d.again(in).handle(env, in)
	now, ok := next.(Detail)
	if !ok {
		return next, effects
	}
	effects = append(effects, d.tracing(now)...)
	if now.tab != d.tab {
		effects = append(effects, now.recall()...)
	}
	now, more := now.peek(env)
	return now, append(effects, more...)
}

func (d Detail) handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	if next, effects, ok := d.handleSpots(env, in); ok {
		return next, effects
	}
	switch in := in.(type) {
	case keys.Move:
		return d.scrolled(env, in.By), nil
	case keys.Page:
		return d.scrolled(env, in.Halves*d.body(env)/2), nil
	case keys.Jump:
		d.scroll = 0
		if in.End {
			return d.scrolled(env, len(d.lines)), nil
		}
		return d, nil
	case keys.StepTab:
		return d.on(env, d.tab+in.By), nil
	case keys.UsedBy:
		return d.on(env, usageTab), nil
	case keys.CostBasis:
		return d.on(env, costTab), nil
	case keys.Trail:
		return d.on(env, trailTab), nil
	case keys.Measure:
		return d, []kit.Effect{kit.Measure{Images: []model.ImageKey{d.key}}}
	case keys.Opine, keys.Report:
		return d, ask(env, in, []model.ImageKey{d.key})
	case keys.Deed, keys.Lifecycle, keys.Undo:
		return d, deed(in, plan.Request{Images: []model.ImageKey{d.key}})
	case keys.Click:
		return d.click(env, in), nil
	case keys.Back:
		return d, []kit.Effect{kit.Trace{}, kit.Pop{}}
	case keys.Refresh:
		return d, d.refresh(env)
	case keys.CopyID:
		return d, []kit.Effect{kit.Clip{Text: d.key.ID, What: d.key.ID}}
	case keys.CopyMenu:
		if im, ok := env.Inv.Image(d.key); ok {
			return d, push(copyMenu(env, im))
		}
	}
	return d, nil
}

func (d Detail) scopes(env kit.Env) []model.Scope {
	im, ok := env.Inv.Image(d.key)
	if !ok {
		return nil
	}
	var out []model.Scope
	for _, a := range env.Inv.SeenBy(im) {
		out = append(out, model.Scope{Account: a, Region: im.Region})
	}
	return out
}

func (d Detail) click(env kit.Env, in keys.Click) Detail {
	if in.Y != 1 {
		return d.clickSpot(env, in.Y-titleLines+d.scroll)
	}
	x := 1
	for i, t := range tabs {
		w := kit.Width(t.name) + 2
		if in.X >= x && in.X < x+w {
			return d.on(env, i)
		}
		x += w + 1
	}
	return d
}

// Receive expects no answers.
func (d Detail) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return d, nil }

// Scopes are the detail's own and a table's for scrolling.
func (d Detail) Scopes() []keys.Scope {
	switch d.tab {
	case usageTab:
		return []keys.Scope{keys.Usage, keys.Detail, keys.Deeds, keys.Table}
	case journalTab:
		return []keys.Scope{keys.ImagePast, keys.Detail, keys.Deeds, keys.Table}
	}
	return []keys.Scope{keys.Detail, keys.Deeds, keys.Table}
}

// Actions are the questions to AWS, and deeds without a key.
func (d Detail) Actions() []kit.Action {
	return slices.Concat(actions(), measureActions(), deedActions())
}

// InSight is the image.
func (d Detail) InSight(kit.Env) []model.ImageKey { return []model.ImageKey{d.key} }

// Curious is the image while its usage is shown and nobody has read who may
// launch it. Only its owner's account can.
func (d Detail) Curious(env kit.Env) []model.ImageKey {
	im, ok := env.Inv.Image(d.key)
	if d.tab != usageTab && d.tab != permissionsTab || !ok || env.Inv.Permissions(im) != nil || !owned(env, d.key) {
		return nil
	}
	return []model.ImageKey{d.key}
}

// Disabled says why an intent makes no sense now.
func (d Detail) Disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Deed, keys.Lifecycle:
		im, _ := env.Inv.Image(d.key)
		return deedDisabled(env, in, im, false)
	case keys.Undo:
		return cmp.Or(env.Deeds.Why, d.pastDisabled(env, in))
	}
	switch d.tab {
	case usageTab:
		return d.usedDisabled(in)
	case journalTab:
		return d.pastDisabled(env, in)
	}
	switch in.(type) {
	case keys.Open:
		return "this is the image; esc goes back"
	case keys.Scroll:
		return "nothing to scroll sideways"
	}
	return ""
}

// View draws title, tabs and the visible lines.
func (d Detail) View(env kit.Env) string {
	title := d.key.ID
	if im, ok := env.Inv.Image(d.key); ok && im.Name != "" {
		title = im.Name
	}
	t := env.Theme
	lines := []string{
		" " + t.Paint(kit.Title, t.Cut(title, max(0, env.Width-2))),
		" " + kit.Tabs(t, tabNames(), d.tab, env.Width-1),
		d.rule(env),
	}
	end := min(d.scroll+d.body(env), len(d.lines))
	from, until := d.cursorLines()
	for i := min(d.scroll, end); i < end; i++ {
		if i >= from && i < until {
			lines = append(lines, t.Lit(d.lines[i], env.Width))
			continue
		}
		lines = append(lines, d.lines[i])
	}
	return kit.Block(strings.Join(lines, "\n"), env.Width, env.Height)
}

// rule is the line under the tabs; where lines are hidden it says how many
// there are.
func (d Detail) rule(env kit.Env) string {
	t, note := env.Theme, ""
	if len(d.lines) > d.body(env) {
		note = fmt.Sprintf(" %d–%d of %d lines ", d.scroll+1, min(d.scroll+d.body(env), len(d.lines)), len(d.lines))
	}
	note = t.Clean(note)
	across := max(0, env.Width-kit.Width(note)-2)
	return t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, across)) + t.Paint(kit.Dim, note) +
		t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, min(2, env.Width)))
}

func tabNames() []string {
	out := make([]string, len(tabs))
	for i, t := range tabs {
		out[i] = t.name
	}
	return out
}
