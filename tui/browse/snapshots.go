package browse

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Snapshots is the view of every snapshot by what it is kept for, orphans first.
// It has a search and marks of its own.
type Snapshots struct {
	list  kit.Listing[*cost.Line]
	tally *cost.Tally // of the marks
	of    int         // the estimate that it counts in
}

// NewSnapshots is the view of all snapshots.
func NewSnapshots() Snapshots {
	l := kit.NewListing(&snapshotRecords, "")
	l.Marks = map[string]bool{}
	return Snapshots{list: l}
}

var snapshotRecords = kit.Records[*cost.Line]{
	One: "snapshot", Many: "snapshots", Costs: true,
	ID:  func(l *cost.Line) string { return l.Snapshot.Region + "/" + l.Snapshot.ID },
	All: orphansFirst,
	Also: func(l *cost.Line) string {
		words := []string{l.Snapshot.Description, l.Snapshot.VolumeID, l.Snapshot.Owner}
		for _, t := range l.Snapshot.Tags {
			words = append(words, t.Key+"="+t.Value)
		}
		return strings.Join(words, "\n")
	},
	Cols: []kit.ListColumn[*cost.Line]{
		{Column: kit.Column{Key: "id", Title: "SNAPSHOT", Min: 22, Max: 22, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, l *cost.Line) kit.Cell { return kit.Cell{Text: l.Snapshot.ID} }},
		{Column: kit.Column{Key: "kind", Title: "KIND", Min: 9, Max: 9, Priority: 98}, Cell: kindCell, Compare: func(a, b *cost.Line) int { return cmp.Compare(a.Kind, b.Kind) }},
		{Column: kit.Column{Key: "for", Title: "FOR", Min: 16, Max: 70, Weight: 4, Middle: true, Priority: 97}, Cell: purposeCell},
		{Column: kit.Column{Key: "cost", Title: "COST/MO", Min: 13, Max: 20, Right: true, Bar: 6, Priority: 96}, Cell: lineCostCell, Compare: func(a, b *cost.Line) int { return a.Cost().Compare(b.Cost()) }, Large: true},
		{Column: kit.Column{Key: "size", Title: "STORED", Min: 9, Max: 16, Right: true, Bar: 5, Priority: 90}, Cell: storedCell, Compare: func(a, b *cost.Line) int { return cmp.Compare(a.Bytes.High, b.Bytes.High) }, Large: true},
		{Column: kit.Column{Key: "basis", Title: "BASIS", Min: 9, Max: 18, Priority: 70}, Cell: func(_ kit.Env, l *cost.Line) kit.Cell { return kit.Cell{Text: l.Basis.String(), Style: kit.Dim} }, Compare: func(a, b *cost.Line) int { return cmp.Compare(a.Basis, b.Basis) }},
		{Column: kit.Column{Key: "tier", Title: "TIER", Min: 8, Max: 8, Priority: 82}, Cell: tierCell},
		{Column: kit.Column{Key: "public", Title: "PUBLIC", Min: 6, Max: 6, Priority: 85}, Cell: publicSnapshotCell},
		{Column: kit.Column{Key: "images", Title: "IMAGES", Min: 6, Max: 6, Right: true, Priority: 84}, Cell: usersCell, Compare: func(a, b *cost.Line) int { return cmp.Compare(len(a.Images()), len(b.Images())) }, Large: true},
		{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 88}, Cell: func(env kit.Env, l *cost.Line) kit.Cell {
			return kit.Cell{Text: env.Inv.Account(l.Snapshot.Owner).Title()}
		}},
		{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 86}, Cell: func(_ kit.Env, l *cost.Line) kit.Cell { return kit.Cell{Text: l.Snapshot.Region} }},
		{Column: kit.Column{Key: "age", Title: "AGE", Min: 5, Max: 5, Right: true, Priority: 87}, Cell: func(env kit.Env, l *cost.Line) kit.Cell {
			return kit.Cell{Text: kit.Age(env.Now.Sub(l.Snapshot.Start))}
		}, Compare: func(a, b *cost.Line) int { return b.Snapshot.Start.Compare(a.Snapshot.Start) }, Large: true},
		{Column: kit.Column{Key: "volume", Title: "VOLUME", Min: 9, Max: 9, Right: true, Priority: 60}, Cell: func(_ kit.Env, l *cost.Line) kit.Cell {
			return kit.Cell{Text: kit.Size(l.Snapshot.SizeGiB), Style: kit.Dim}
		}, Compare: func(a, b *cost.Line) int { return cmp.Compare(a.Snapshot.SizeGiB, b.Snapshot.SizeGiB) }, Large: true},
	},
}

// orphansFirst gives all snapshots by kind, the dearest of each first.
func orphansFirst(env kit.Env) []*cost.Line {
	all := env.Costs.Lines()
	slices.SortStableFunc(all, func(a, b *cost.Line) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), b.Cost().Compare(a.Cost())) })
	return all
}

func kindCell(_ kit.Env, l *cost.Line) kit.Cell {
	c := kit.Cell{Text: l.Kind.String()}
	switch l.Kind {
	case cost.Orphan:
		c.Style = kit.Bad
	case cost.Undecided:
		c.Style = kit.Warn
	case cost.Other, cost.InBin:
		c.Style = kit.Accent
	case cost.Backup, cost.DLM:
		c.Style = kit.Info
	default:
		c.Style = kit.Dim
	}
	return c
}

// purposeCell says what a snapshot is for: its image, the image that is gone, or
// what its description says.
func purposeCell(_ kit.Env, l *cost.Line) kit.Cell {
	switch {
	case len(l.Images()) > 0:
		return kit.Cell{Text: cmp.Or(l.Images()[0].Name, l.Images()[0].ID)}
	case l.Tie() != nil:
		return kit.Cell{Text: cmp.Or(l.Tie().Name, l.Tie().Image), Style: kit.Dim}
	case l.Snapshot.Description != "":
		return kit.Cell{Text: l.Snapshot.Description, Style: kit.Dim}
	}
	return orDash("")
}

func lineCostCell(env kit.Env, l *cost.Line) kit.Cell {
	if l.Basis == cost.NotKnown {
		return unknown()
	}
	return kit.Cell{Text: kit.MoneyBand(env.Theme, l.Cost()), Part: fraction(l.Cost().High, env.Costs.Largest().Snapshot)}
}

func storedCell(env kit.Env, l *cost.Line) kit.Cell {
	if l.Basis == cost.NotKnown {
		return unknown()
	}
	c := kit.Cell{Text: kit.Bytes(l.Bytes.High), Part: fraction(l.Bytes.High, env.Costs.Largest().Stored)}
	if l.Bytes.Low < l.Bytes.High {
		c.Text = env.Theme.Symbols.AtMost + c.Text
	}
	return c
}

func tierCell(_ kit.Env, l *cost.Line) kit.Cell {
	if l.Snapshot.Archived() {
		return kit.Cell{Text: "archive", Style: kit.Info}
	}
	return kit.Cell{Text: l.Snapshot.Tier, Style: kit.Dim}
}

// publicSnapshotCell says whether everybody may make volumes of a snapshot; where
// block public access hides it nobody can, as long as that holds.
func publicSnapshotCell(env kit.Env, l *cost.Line) kit.Cell {
	switch env.Inv.SnapshotPublic(l.Scope(), l.Snapshot) {
	case model.Yes:
		if set := env.Inv.Setting(l.Scope(), model.BlockSnapshots); set != nil && set.State == model.BlockAll {
			return kit.Cell{Text: "hidden", Style: kit.Warn}
		}
		return kit.Cell{Text: "yes", Style: kit.Bad}
	case model.No:
		return kit.Cell{Text: "no", Style: kit.Dim}
	case model.Maybe:
	}
	return unknown()
}

func usersCell(_ kit.Env, l *cost.Line) kit.Cell {
	if len(l.Images()) == 0 {
		return orDash("")
	}
	return kit.Cell{Text: strconv.Itoa(len(l.Images()))}
}

func (s Snapshots) with(l kit.Listing[*cost.Line], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync asks for new rows when the world changed.
func (s Snapshots) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	env.Height -= whyLines
	return s.with(s.list.Sync(env))
}

// Receive takes new rows.
func (s Snapshots) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	l, effects := s.list.Receive(env, a)
	s.list = l
	if len(s.list.Marks) > 0 && env.Costs != nil {
		s.count(env)
	}
	return s, effects
}

// Handle answers what is asked of a listing, marks, and opens the image.
func (s Snapshots) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env.Height -= whyLines
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if effects, ok := s.mark(env, in); ok {
		return s, effects
	}
	l, effects, ok := s.list.Handle(env, in)
	if ok {
		return s.with(l, effects)
	}
	line, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		return s, openLine(line)
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: line.Snapshot.ID, What: line.Snapshot.ID}}
	case keys.CopyMenu:
		return s, push(copySnapshot(env, line))
	case keys.Measure:
		return s, []kit.Effect{kit.Measure{Snapshots: s.targets()}}
	case keys.Refresh:
		return s, readScope(line.Scope(), in)
	}
	return s, nil
}

// mark answers the intents about marks; it reports whether it was one of them.
func (s *Snapshots) mark(env kit.Env, in keys.Intent) ([]kit.Effect, bool) {
	marks := s.list.Marks
	switch in.(type) {
	case keys.Mark:
		if line, ok := s.list.Current(); ok {
			s.set(env, line, !marks[snapshotRecords.ID(line)])
			s.list = s.list.Move(keys.Move{By: 1})
		}
	case keys.MarkShown:
		for r := range s.list.Shown() {
			s.set(env, r, true)
		}
		return []kit.Effect{kit.Toast{Text: kit.Plural(len(marks), "snapshot", "snapshots") + " marked"}}, true
	case keys.ClearMarks:
		n := len(marks)
		clear(marks)
		s.tally = nil
		return []kit.Effect{kit.Toast{Text: kit.Plural(n, "mark", "marks") + " cleared"}}, true
	default:
		return nil, false
	}
	return nil, true
}

// set marks a snapshot or takes its mark away.
func (s *Snapshots) set(env kit.Env, l *cost.Line, on bool) {
	s.count(env)
	s.tally.MarkSnapshot(l.Key(), on)
	if id := snapshotRecords.ID(l); on {
		s.list.Marks[id] = true
	} else {
		delete(s.list.Marks, id)
	}
}

// count makes the count of what the marks free anew where costs changed.
func (s *Snapshots) count(env kit.Env) {
	if s.tally != nil && s.of == env.Costed {
		return
	}
	s.tally, s.of = env.Costs.Tally(), env.Costed
	for _, k := range s.marked() {
		s.tally.MarkSnapshot(k, true)
	}
}

// marked are the marked snapshots that there are.
func (s Snapshots) marked() []cost.SnapshotKey {
	var out []cost.SnapshotKey
	for id := range s.list.Marks {
		region, id, _ := strings.Cut(id, "/")
		out = append(out, cost.SnapshotKey{Region: region, ID: id})
	}
	slices.SortFunc(out, cost.SnapshotKey.Compare)
	return out
}

// targets are the marked snapshots, else the one under the cursor.
func (s Snapshots) targets() []cost.SnapshotKey {
	if line, ok := s.list.Current(); ok && len(s.list.Marks) == 0 {
		return []cost.SnapshotKey{line.Key()}
	}
	return s.marked()
}

// openLine opens the image that uses a snapshot; of several it offers the choice.
func openLine(l *cost.Line) []kit.Effect {
	if len(l.Images()) == 1 {
		return push(NewCostOf(l.Images()[0].ImageKey))
	}
	menu := kit.Menu{Title: "Images of " + l.Snapshot.ID}
	for i, im := range l.Images()[:min(len(l.Images()), len(kit.Letters))] {
		menu.Items = append(menu.Items, kit.Item{Letter: string(kit.Letters[i]), Text: cmp.Or(im.Name, im.ID), Do: kit.Push{Screen: NewCostOf(im.ImageKey)}})
	}
	return push(menu)
}

func copySnapshot(env kit.Env, l *cost.Line) kit.Menu {
	partition := cmp.Or(env.Inv.Account(l.Snapshot.Owner).Partition, "aws")
	forms := []struct{ letter, what, text string }{
		{"i", "id", l.Snapshot.ID},
		{"a", "ARN", "arn:" + partition + ":ec2:" + l.Snapshot.Region + "::snapshot/" + l.Snapshot.ID},
		{"l", "AWS CLI command", "aws ec2 describe-snapshots --region " + l.Snapshot.Region + " --snapshot-ids " + l.Snapshot.ID},
	}
	menu := kit.Menu{Title: "Copy"}
	for _, f := range forms {
		menu.Items = append(menu.Items, kit.Item{Letter: f.letter, Text: f.what, Note: f.text, Do: kit.Clip{Text: f.text, What: f.what}})
	}
	return menu
}

// Ask sorts.
func (s Snapshots) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	switch r := r.(type) {
	case kit.SetOrder:
		return s.with(s.list.SortBy(env, kit.ListOrder(r)))
	case kit.SetFilter:
		l, effects, _ := s.list.Searched(env, r.Query)
		return s.with(l, effects)
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Snapshots) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Snapshots) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(env, msg))
}

// Scopes are a listing's, and marks.
func (s Snapshots) Scopes() []keys.Scope { return s.list.Scopes(keys.Snapshots) }

// Actions are what no key is bound to.
func (s Snapshots) Actions() []kit.Action { return measureActions() }

// Disabled says why an intent makes no sense now.
func (s Snapshots) Disabled(_ kit.Env, in keys.Intent) string {
	line, ok := s.list.Current()
	switch in.(type) {
	case keys.Open, keys.CopyID, keys.CopyMenu, keys.Mark:
		if why := s.list.Nothing(); why != "" {
			return why
		}
	}
	if _, open := in.(keys.Open); open && ok && len(line.Images()) == 0 && !s.list.Searching() {
		return "no image uses this snapshot: there is nothing to open"
	}
	return ""
}

// Counts says how many snapshots there are, and what the marked ones would free.
func (s Snapshots) Counts(env kit.Env) []kit.Part {
	parts := []kit.Part{s.list.Counts()}
	if n := len(s.list.Marks); n > 0 {
		parts = append(parts, kit.Part{Text: env.Theme.Symbols.Mark + " " + kit.Count(n) + " marked", Style: kit.Accent, Priority: 80})
		if s.tally != nil {
			parts = append(parts, kit.Part{Text: FreedShort(env.Theme, s.tally.Freed()), Style: kit.Good, Priority: 75})
		}
	}
	return parts
}

// View draws the snapshots, and below them what is known of the one under the
// cursor.
func (s Snapshots) View(env kit.Env) string {
	if env.Costs == nil {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "snapshots are being read "+env.Theme.Symbols.Ellipsis)
	}
	t, why := env.Theme, ""
	if l, ok := s.list.Current(); ok {
		why = " " + t.Paint(kit.Dim, t.Cut(lineWhy(l), max(0, env.Width-2)))
	}
	env.Height -= whyLines
	return s.list.View(env, "no snapshots in these accounts and regions", "9 shows what was read and what failed") + "\n" + kit.Block(why, env.Width, whyLines)
}

// lineWhy tells why a snapshot is of its kind.
func lineWhy(l *cost.Line) string {
	about := ""
	if l.Snapshot.Description != "" {
		about = ` · "` + l.Snapshot.Description + `"`
	}
	switch {
	case l.Kind == cost.Orphan:
		return fmt.Sprintf("its image %s is gone (told by %s)%s", tieName(l.Tie()), l.Tie().How, about)
	case l.Kind == cost.Undecided && l.Tie() != nil:
		return fmt.Sprintf("its image %s was not found (told by %s), but not all places where it may be could be read%s", tieName(l.Tie()), l.Tie().How, about)
	case l.Kind == cost.Undecided:
		return "an image of this account and region may use it: they could not all be read" + about
	case l.Kind == cost.OfImage && l.Tie() != nil:
		return "its image " + tieName(l.Tie()) + " is in the Recycle Bin" + about
	case l.Shared():
		return "one snapshot, used by " + strconv.Itoa(len(l.Images())) + " images: it is deleted only with the last of them" + about
	}
	return strings.TrimPrefix(about, " · ")
}

func tieName(t *cost.Tie) string {
	if t.Name == "" {
		return t.Image
	}
	return t.Name + " (" + t.Image + ")"
}
