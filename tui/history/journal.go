package history

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Journal is the view of all that amiscope has changed, the newest first.
type Journal struct {
	list   kit.Listing[*past]
	memory memory
}

// NewJournal is the view of the journal.
func NewJournal() Journal { return Journal{list: kit.NewListing(&pastRecords, "")} }

var pastRecords = kit.Records[*past]{
	One: "run", Many: "runs",
	ID:   func(p *past) string { return p.ID },
	Also: pastWords,
	Cols: []kit.ListColumn[*past]{
		{Column: kit.Column{Key: "when", Title: "WHEN", Min: 8, Max: 8, Priority: 98}, Cell: func(env kit.Env, p *past) kit.Cell {
			return kit.Cell{Text: kit.Since(p.At, env.Now), Style: kit.Dim}
		}, Compare: func(a, b *past) int { return a.At.Compare(b.At) }, Large: true},
		{Column: kit.Column{Key: "what", Title: "WHAT", Min: 20, Max: 90, Weight: 4, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, p *past) kit.Cell { return kit.Cell{Text: p.title, Style: kit.Strong} }},
		{Column: kit.Column{Key: "state", Title: "STATE", Min: 11, Max: 14, Priority: 99}, Cell: standingCell, Compare: func(a, b *past) int { return cmp.Compare(a.standing, b.standing) }},
		{Column: kit.Column{Key: "done", Title: "DONE", Min: 7, Max: 11, Right: true, Priority: 96}, Cell: func(_ kit.Env, p *past) kit.Cell {
			if p.counts.Of == 0 {
				return orDash("")
			}
			return kit.Cell{Text: fmt.Sprintf("%d/%d", p.counts.Done, p.counts.Of)}
		}, Compare: func(a, b *past) int { return cmp.Compare(a.counts.Done, b.counts.Done) }, Large: true},
		{Column: kit.Column{Key: "failed", Title: "FAILED", Min: 6, Max: 6, Right: true, Priority: 92}, Cell: failedCell, Compare: func(a, b *past) int { return cmp.Compare(a.counts.Failed, b.counts.Failed) }, Large: true},
		{Column: kit.Column{Key: "undone", Title: "TAKEN BACK", Min: 10, Max: 10, Priority: 94}, Cell: undoneCell, Compare: func(a, b *past) int { return cmp.Compare(a.undone, b.undone) }, Large: true},
		{Column: kit.Column{Key: "who", Title: "WHO", Min: 6, Max: 16, Weight: 1, Priority: 84}, Cell: func(_ kit.Env, p *past) kit.Cell { return orDash(p.Who) }},
		{Column: kit.Column{Key: "account", Title: "ACCOUNTS", Min: 12, Max: 24, Weight: 1, Priority: 90}, Cell: func(_ kit.Env, p *past) kit.Cell { return orDash(kit.Some(p.accounts, 2)) }},
		{Column: kit.Column{Key: "region", Title: "REGIONS", Min: 10, Max: 24, Weight: 1, Priority: 88}, Cell: func(_ kit.Env, p *past) kit.Cell { return orDash(kit.Some(p.regions, 2)) }},
		{Column: kit.Column{Key: "id", Title: "RUN", Min: 20, Max: 22, Priority: 70}, Cell: func(_ kit.Env, p *past) kit.Cell { return kit.Cell{Text: p.ID, Style: kit.Dim} }, Compare: func(a, b *past) int { return strings.Compare(a.ID, b.ID) }, Large: true},
	},
}

// pastWords are what is searched besides what the columns say: images by name and id,
// and why steps failed.
func pastWords(p *past) string {
	words := []string{p.trouble.Why, kit.Date(p.At), p.Plan.Undoes, strings.Join(p.accounts, "\n"), strings.Join(p.regions, "\n")}
	for i := range p.Plan.Targets {
		t := &p.Plan.Targets[i]
		words = append(words, t.Image.ID, t.Before.Name, t.Account)
	}
	for _, o := range p.Outcomes {
		words = append(words, o.Result.Image, o.Request)
	}
	return strings.Join(words, "\n")
}

func standingCell(_ kit.Env, p *past) kit.Cell {
	return [...]kit.Cell{
		interrupted: {Text: "interrupted", Style: kit.Bad},
		open:        {Text: "not ended", Style: kit.Warn},
		stopped:     {Text: "stopped", Style: kit.Warn},
		failing:     {Text: "with failures", Style: kit.Bad},
		going:       {Text: "goes on", Style: kit.Info},
		held:        {Text: "waits for you", Style: kit.Warn},
		stopping:    {Text: "stopping", Style: kit.Warn},
		inPart:      {Text: "done in part", Style: kit.Warn},
		dropped:     {Text: "dropped", Style: kit.Warn},
		planless:    {Text: "damaged", Style: kit.Bad},
		nothing:     {Text: "nothing done", Style: kit.Dim},
		whole:       {Text: "done", Style: kit.Good},
	}[p.standing]
}

func failedCell(_ kit.Env, p *past) kit.Cell {
	c := number(p.counts.Failed)
	if p.counts.Failed > 0 {
		c.Style = kit.Bad
	}
	return c
}

func undoneCell(_ kit.Env, p *past) kit.Cell {
	return [...]kit.Cell{standingAsDone: orDash(""), undoneInPart: {Text: "in part", Style: kit.Info}, undoneWholly: {Text: "wholly", Style: kit.Info}}[p.undone]
}

func journalRoom(env kit.Env) kit.Env {
	env.Height -= whyLines
	return env
}

func (s Journal) with(l kit.Listing[*past], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync follows the runs of this session.
func (s Journal) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	var recall, rows []kit.Effect
	var changed bool
	s.memory, recall, changed = s.memory.follow(env)
	if changed && s.memory.got > 0 {
		s.list, rows = s.list.From(journalRoom(env), s.memory.pasts())
		recall = append(recall, rows...)
	}
	if s.memory.got > 0 {
		s.list, rows = s.list.Sync(journalRoom(env))
		recall = append(recall, rows...)
	}
	return s, recall
}

// Receive takes what the journal tells, and new rows.
func (s Journal) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	m, told := s.memory.take(a)
	if !told {
		return s.with(s.list.Receive(journalRoom(env), a))
	}
	s.memory = m
	var effects []kit.Effect
	s.list, effects = s.list.From(journalRoom(env), m.pasts())
	if n := len(m.warnings); n > 0 {
		text := m.warnings[0]
		if n > 1 {
			text += "; and " + kit.Plural(n-1, "line", "lines") + " more: amiscope journal lists them"
		}
		effects = append(effects, kit.Toast{Text: text, Warn: true})
	}
	return s, effects
}

// Handle answers what is asked of a listing, opens a run and takes it back.
func (s Journal) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env = journalRoom(env)
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if l, effects, ok := s.list.Handle(env, in); ok {
		return s.with(l, effects)
	}
	if _, again := in.(keys.Refresh); again {
		var effects []kit.Effect
		s.memory, effects = s.memory.again()
		return s, effects
	}
	p, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	switch in.(type) {
	case keys.Open, keys.Click:
		return s, p.open("")
	case keys.Undo:
		return s, []kit.Effect{kit.Undo{Run: p.ID}}
	case keys.Resume:
		return s, []kit.Effect{kit.Resume{Run: p.ID}}
	case keys.Drop:
		return s, []kit.Effect{kit.Drop{Run: p.ID}}
	case keys.CopyID:
		return s, []kit.Effect{kit.Clip{Text: p.ID, What: "run " + p.ID}}
	}
	return s, nil
}

// open shows a run, with the cursor on an image of it where one is named; of one that was interrupted it asks what to do.
func (p *past) open(at string) []kit.Effect {
	look := kit.Push{Screen: newRan(p, at)}
	switch {
	case p.live():
		return []kit.Effect{kit.Watch{Run: p.ID}}
	case !p.left():
		return []kit.Effect{look}
	}
	unclear, unbegun := p.Interrupted()
	return push(kit.Menu{Title: "This run did not end", Items: []kit.Item{
		{Letter: "l", Text: "look at it", Do: look},
		{Letter: "r", Text: "resume", Note: fmt.Sprintf("finds out about %d, does %s", len(unclear), kit.Plural(len(unbegun), "step", "steps")), Do: kit.Resume{Run: p.ID}},
		{Letter: "x", Text: "drop", Note: "what was done stays done", Do: kit.Drop{Run: p.ID}},
	}})
}

// Ask sorts and searches.
func (s Journal) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	switch r := r.(type) {
	case kit.SetOrder:
		return s.with(s.list.SortBy(journalRoom(env), kit.ListOrder(r)))
	case kit.SetFilter:
		l, effects, _ := s.list.Searched(journalRoom(env), r.Query)
		return s.with(l, effects)
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Journal) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Journal) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(journalRoom(env), msg))
}

// Scopes are the journal's, and a listing's.
func (s Journal) Scopes() []keys.Scope { return s.list.Scopes(keys.Journal) }

// Actions are what no key is bound to.
func (s Journal) Actions() []kit.Action { return leftActions() }

func leftActions() []kit.Action {
	return []kit.Action{
		{Name: "resume", Note: "go on with the run that was interrupted", Intent: keys.Resume{}},
		{Name: "drop", Note: "leave the interrupted run as it is", Intent: keys.Drop{}},
	}
}

// Disabled says why an intent makes no sense now.
func (s Journal) Disabled(env kit.Env, in keys.Intent) string {
	p, ok := s.list.Current()
	if ok {
		return p.disabled(env, in)
	}
	switch in.(type) {
	case keys.Open, keys.CopyID, keys.Undo, keys.Resume, keys.Drop:
		return s.list.Nothing()
	}
	return ""
}

// disabled says why something cannot be done with a run.
func (p *past) disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Undo:
		return p.cannotUndo(env)
	case keys.Resume, keys.Drop:
		if !p.left() {
			return "nothing is left of this run"
		}
	}
	return ""
}

// Counts says how many runs there are, and how many want somebody.
func (s Journal) Counts(kit.Env) []kit.Part {
	parts := []kit.Part{s.list.Counts()}
	if n := len(s.memory.warnings); n > 0 {
		parts = append(parts, kit.Part{Text: kit.Plural(n, "line", "lines") + " not readable", Style: kit.Warn, Priority: 78})
	}
	return parts
}

// View draws the runs, and below them what to know of the one under the cursor.
func (s Journal) View(env kit.Env) string {
	if s.memory.err != nil {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "the journal cannot be read", s.memory.err.Error(), "r tries again")
	}
	text, style := "", kit.Dim
	if p, ok := s.list.Current(); ok {
		text, style = p.note(env)
	}
	none := []string{
		"amiscope has changed nothing yet",
		"D, c, S, z, e and p on images lead to changes; each is reviewed first",
		"every call is written down here before it is made, and U takes runs back",
	}
	return s.list.View(journalRoom(env), none...) + "\n" + why(env, text, style)
}
