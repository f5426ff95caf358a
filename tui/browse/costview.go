package browse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Cost is the view of where the money goes: totals by account, region, family,
// tag, age or kind, the dearest first. One goes into a row, and from there into
// what it is made of, down to the images.
type Cost struct {
	list kit.Listing[cost.Group]
	by   cost.Grouping
	path []cost.Step
	was  []string // the rows that were gone into
}

// walk is the order in which one goes into rows.
var walk = []cost.By{cost.ByAccount, cost.ByRegion, cost.ByFamily, cost.ByImage}

// NewCost is the view of costs by account.
func NewCost() Cost { return Cost{}.grouped(cost.Grouping{By: cost.ByAccount}) }

// grouped is the view by something, on the present path.
func (s Cost) grouped(by cost.Grouping) Cost {
	s.by = by
	s.list = kit.NewListing(groupRecords(by, s.path), "")
	return s
}

func groupRecords(by cost.Grouping, path []cost.Step) *kit.Records[cost.Group] {
	share := func(env kit.Env, g cost.Group) float64 { return fraction(g.Cost.High, env.Costs.Total().Cost.High) }
	return &kit.Records[cost.Group]{
		One: "group", Many: "groups", Costs: true, Order: kit.ListOrder{Key: "cost", Desc: true},
		ID:   func(g cost.Group) string { return g.Key },
		Also: func(cost.Group) string { return "" },
		All: func(env kit.Env) []cost.Group {
			return env.Costs.Groups(by, path, func(im *model.Image) bool { return env.Usage.Ruling(im).Use == model.Unused })
		},
		Cols: []kit.ListColumn[cost.Group]{
			{Column: kit.Column{Key: "key", Title: strings.ToUpper(by.String()), Min: 18, Max: 60, Weight: 3, Middle: true, Priority: 100, Fixed: true}, Cell: func(env kit.Env, g cost.Group) kit.Cell { return groupCell(env, by, g) }},
			{Column: kit.Column{Key: "cost", Title: "COST/MO", Min: 15, Max: 34, Right: true, Bar: 14, Priority: 98}, Cell: func(env kit.Env, g cost.Group) kit.Cell {
				return kit.Cell{Text: kit.MoneyBand(env.Theme, g.Cost), Part: g.Part, Style: kit.Strong}
			}, Compare: func(a, b cost.Group) int { return a.Cost.Compare(b.Cost) }, Large: true},
			{Column: kit.Column{Key: "share", Title: "SHARE", Min: 6, Max: 6, Right: true, Priority: 94}, Cell: func(env kit.Env, g cost.Group) kit.Cell {
				return kit.Cell{Text: percent(share(env, g)), Style: kit.Dim}
			}, Compare: func(a, b cost.Group) int { return a.Cost.Compare(b.Cost) }, Large: true},
			{Column: kit.Column{Key: "free", Title: "RECLAIMABLE", Min: 11, Max: 18, Right: true, Priority: 96}, Cell: func(env kit.Env, g cost.Group) kit.Cell {
				if g.Free == (cost.Band{}) {
					return orDash("")
				}
				return kit.Cell{Text: kit.MoneyBand(env.Theme, g.Free), Style: kit.Good}
			}, Compare: func(a, b cost.Group) int { return a.Free.Compare(b.Free) }, Large: true},
			{Column: kit.Column{Key: "size", Title: "STORED", Min: 9, Max: 17, Right: true, Priority: 90}, Cell: func(env kit.Env, g cost.Group) kit.Cell {
				return kit.Cell{Text: kit.ByteBand(env.Theme, g.Bytes)}
			}, Compare: func(a, b cost.Group) int { return cmp.Compare(a.Bytes.High, b.Bytes.High) }, Large: true},
			{Column: kit.Column{Key: "images", Title: "IMAGES", Min: 7, Max: 7, Right: true, Priority: 88}, Cell: func(_ kit.Env, g cost.Group) kit.Cell { return numberOrDash(g.Images) }, Compare: func(a, b cost.Group) int { return cmp.Compare(a.Images, b.Images) }, Large: true},
			{Column: kit.Column{Key: "loose", Title: "LOOSE SNAPS", Min: 11, Max: 11, Right: true, Priority: 80}, Cell: func(_ kit.Env, g cost.Group) kit.Cell { return numberOrDash(g.Snapshots) }, Compare: func(a, b cost.Group) int { return cmp.Compare(a.Snapshots, b.Snapshots) }, Large: true},
		},
	}
}

func numberOrDash(n int) kit.Cell {
	if n == 0 {
		return orDash("")
	}
	return kit.Cell{Text: kit.Count(n)}
}

func percent(f float64) string {
	if f > 0 && f < 0.0005 {
		return "<0.1%"
	}
	return fmt.Sprintf("%.1f%%", 100*f)
}

// groupCell names a group as people do.
func groupCell(env kit.Env, by cost.Grouping, g cost.Group) kit.Cell {
	switch {
	case by.By == cost.ByAccount:
		return kit.Cell{Text: env.Inv.Account(g.Key).Title(), Style: kit.Strong}
	case by.By == cost.ByImage && g.Images == 0:
		return kit.Cell{Text: g.Key, Style: kit.Dim}
	case by.By == cost.ByImage:
		return kit.Cell{Text: g.Label, Style: kit.Strong}
	case g.Key == "" && by.By == cost.ByFamily:
		return kit.Cell{Text: "(no image)", Style: kit.Dim}
	case g.Key == "":
		return kit.Cell{Text: "(none)", Style: kit.Dim}
	}
	return kit.Cell{Text: g.Key, Style: kit.Strong}
}

// Sync asks for new rows when the world changed.
func (s Cost) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	if env.Costs == nil {
		return s, nil
	}
	env.Height -= costLinesAbove
	return s.with(s.list.Sync(env))
}

func (s Cost) with(l kit.Listing[cost.Group], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Receive takes new rows.
func (s Cost) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	env.Height -= costLinesAbove
	return s.with(s.list.Receive(env, a))
}

// Handle answers what is asked of a listing, goes in and out.
func (s Cost) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= costLinesAbove
	if click, ok := in.(keys.Click); ok {
		in = keys.Click{X: click.X, Y: click.Y - costLinesAbove}
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	switch in.(type) {
	case keys.Back:
		if s.list.Text() == "" {
			return s.out(env)
		}
	case keys.GroupBy:
		return s, push(s.groupMenu(env))
	case keys.Growth:
		return s, []kit.Effect{kit.Growth{}}
	}
	l, effects, ok := s.list.Handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	g, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		return s.in(env, g)
	case keys.Narrow:
		return s, s.images(g)
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: g.Key, What: g.Key}}
	case keys.Refresh:
		if in.All {
			return s, []kit.Effect{kit.Read{}}
		}
	}
	return s, nil
}

// in goes into a row: to what it is made of, next in the order of the walk.
func (s Cost) in(env kit.Env, g cost.Group) (kit.Screen, []kit.Effect) {
	if s.by.By == cost.ByImage {
		if g.Images == 0 {
			return s, []kit.Effect{kit.Go{View: "snapshots", Then: kit.SetFilter{Query: g.Key}}}
		}
		return s, push(NewCostOf(model.ImageKey{Region: g.Region, ID: g.Key}))
	}
	s.path = append(slices.Clip(s.path), cost.Step{By: s.by, Key: g.Key})
	s.was = append(slices.Clip(s.was), g.Key)
	return s.grouped(s.next()).fresh(env)
}

// next is the first grouping of the walk that the path does not hold.
func (s Cost) next() cost.Grouping {
	for _, by := range walk {
		if !slices.ContainsFunc(s.path, func(step cost.Step) bool { return step.By.By == by }) {
			return cost.Grouping{By: by}
		}
	}
	return cost.Grouping{By: cost.ByImage}
}

// out goes back to where a row was gone into.
func (s Cost) out(env kit.Env) (kit.Screen, []kit.Effect) {
	n := len(s.path)
	if n == 0 {
		return s, nil
	}
	by, at := s.path[n-1].By, s.was[n-1]
	s.path, s.was = s.path[:n-1], s.was[:n-1]
	s = s.grouped(by)
	s.list.At = at
	return s.fresh(env)
}

func (s Cost) fresh(env kit.Env) (kit.Screen, []kit.Effect) { return s.with(s.list.Sync(env)) }

// groupMenu offers what costs can be grouped by, tags as they are used.
func (s Cost) groupMenu(env kit.Env) kit.Menu {
	menu := kit.Menu{Title: "Group by"}
	add := func(letter string, g cost.Grouping, note string) {
		menu.Items = append(menu.Items, kit.Item{Letter: letter, Text: g.String(), Note: note, Then: kit.SetGrouping{By: g}})
	}
	add("a", cost.Grouping{By: cost.ByAccount}, "")
	add("r", cost.Grouping{By: cost.ByRegion}, "")
	add("f", cost.Grouping{By: cost.ByFamily}, "names without version, date and build")
	add("g", cost.Grouping{By: cost.ByAge}, "")
	add("k", cost.Grouping{By: cost.ByKind}, "of snapshot: orphan, image, backup, …")
	add("i", cost.Grouping{By: cost.ByImage}, "each by itself")
	for i, key := range env.Costs.TagKeys(9) {
		add(fmt.Sprint(i+1), cost.Grouping{By: cost.ByTag, Tag: key}, "")
	}
	return menu
}

// images shows the images of a row in their view.
func (s Cost) images(g cost.Group) []kit.Effect {
	if g.Images == 0 {
		return []kit.Effect{kit.Toast{Text: "no images are in this row; 3 shows its snapshots", Warn: true}}
	}
	terms := make([]string, 0, len(s.path)+1)
	for _, step := range append(slices.Clip(s.path), cost.Step{By: s.by, Key: g.Key}) {
		if t := filterTerm(step); t != "" {
			terms = append(terms, t)
		}
	}
	return []kit.Effect{kit.Go{View: "images", Then: kit.SetFilter{Query: strings.Join(terms, " "), Sort: "-cost"}}}
}

// filterTerm is a step as the filter language says it.
func filterTerm(s cost.Step) string {
	switch s.By.By {
	case cost.ByAccount:
		return "owner:" + quoted(s.Key)
	case cost.ByRegion:
		return "region:" + quoted(s.Key)
	case cost.ByFamily:
		return "family:" + quoted(s.Key)
	case cost.ByTag:
		key := "tag." + s.By.Tag
		if q := quoted(s.By.Tag); q != s.By.Tag {
			key = "tag." + q
		}
		if s.Key == "" {
			return "no:" + key
		}
		return key + ":" + quoted(s.Key)
	case cost.ByAge:
		return ageTerm(s.Key)
	case cost.ByImage:
		return "id:" + s.Key
	case cost.ByKind:
	}
	return ""
}

func ageTerm(class string) string {
	for _, a := range cost.Ages() {
		if a.Name != class {
			continue
		}
		term := fmt.Sprintf("age>=%dd", int(a.From/(24*time.Hour)))
		if a.To > 0 {
			term += fmt.Sprintf(" age<%dd", int(a.To/(24*time.Hour)))
		}
		return term
	}
	return ""
}

// Ask sorts and groups.
func (s Cost) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	env.Height -= costLinesAbove
	switch r := r.(type) {
	case kit.SetOrder:
		return s.with(s.list.SortBy(env, kit.ListOrder(r)))
	case kit.SetGrouping:
		return s.grouped(r.By).fresh(env)
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Cost) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Cost) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are the view's own and a listing's.
func (s Cost) Scopes() []keys.Scope { return s.list.Scopes(keys.Costs) }

// Disabled says why an intent makes no sense now.
func (s Cost) Disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID, keys.Narrow, keys.GroupBy:
		if env.Costs == nil {
			return "costs are being worked out"
		}
		if _, group := in.(keys.GroupBy); !group {
			return s.list.Nothing()
		}
	}
	return ""
}

// Counts says how many rows there are.
func (s Cost) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// costLinesAbove is the height of what stands over the table: the whole, and the
// path.
const costLinesAbove = 2

// View draws the whole, the path, and the rows.
func (s Cost) View(env kit.Env) string {
	t := env.Theme
	if env.Costs == nil {
		return kit.Placeholder(t, env.Width, env.Height, "costs are being worked out "+t.Symbols.Ellipsis)
	}
	env.Height -= costLinesAbove
	lines := []string{s.whole(env), kit.Block(" "+s.where(env), env.Width, 1)}
	return strings.Join(append(lines, s.list.View(env, "nothing costs anything here", "no snapshots were found")), "\n")
}

// whole is what all costs, as much of it as fits.
func (s Cost) whole(env kit.Env) string {
	t, all := env.Theme, env.Costs.Total()
	dim := func(text string, priority int) kit.Part {
		return kit.Part{Text: text, Style: kit.Dim, Priority: priority}
	}
	parts := []kit.Part{
		{Text: " " + kit.MoneyBand(t, all.Cost) + " a month", Style: kit.Strong, Priority: 100},
		dim(kit.ByteBand(t, all.Bytes)+" in "+kit.Plural(all.Snapshots, "snapshot", "snapshots"), 80),
	}
	for priority, k := range map[int]cost.Kind{70: cost.Orphan, 60: cost.InBin, 50: cost.Archive} {
		if part := all.Kind(k); part.Snapshots > 0 {
			parts = append(parts, dim(k.String()+" "+kindText(t, part), priority))
		}
	}
	if h := env.Costs.Hastening(); h.Restores+h.Launches > 0 {
		parts = append(parts, dim("besides "+hasteningText(h), 65))
	}
	slices.SortFunc(parts, func(a, b kit.Part) int { return cmp.Compare(b.Priority, a.Priority) })
	return kit.StatusLine(t, env.Width, parts, nil)
}

// hasteningText is what fast restores cost, and how many images launch fast: none of
// it is storage.
func hasteningText(h cost.Hastening) string {
	var parts []string
	if h.Restores > 0 {
		text := kit.Plural(h.Restores, "fast restore", "fast restores") + " " + kit.Money(h.Cost)
		if h.Unpriced > 0 {
			text += fmt.Sprintf(" (%d without a known price)", h.Unpriced)
		}
		parts = append(parts, text)
	}
	if h.Launches > 0 {
		parts = append(parts, kit.Plural(h.Launches, "Fast Launch image", "Fast Launch images"))
	}
	return strings.Join(parts, ", ")
}

// kindText is what one kind of snapshots costs, and of how many that is not known.
func kindText(t *kit.Theme, part cost.Kinded) string {
	switch {
	case part.Unknown == part.Snapshots:
		return fmt.Sprintf("%d, not known", part.Unknown)
	case part.Unknown > 0:
		return kit.MoneyBand(t, part.Cost) + fmt.Sprintf(" and %d not known", part.Unknown)
	}
	return kit.MoneyBand(t, part.Cost)
}

// where is the path, what the rows below it are, and what is missing in them.
func (s Cost) where(env kit.Env) string {
	t := env.Theme
	parts := []string{"all"}
	for _, step := range s.path {
		parts = append(parts, groupCell(env, step.By, cost.Group{Key: step.Key, Label: step.Key, Images: 1}).Text)
	}
	text := t.Paint(kit.Accent, t.Clean(strings.Join(parts, " "+t.Symbols.Closed+" "))) + t.Paint(kit.Dim, "  by "+t.Clean(s.by.String()))
	if n := len(env.Costs.Blind()); n > 0 {
		text += t.Paint(kit.Warn, fmt.Sprintf("  %s not read, and so not in it", kit.Plural(n, "listing", "listings")))
	}
	return text
}
