package history

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// sheet is a list that is looked at and led on from: a line above its rows, and below
// them what is to be known of the one under the cursor.
type sheet[R any] struct {
	list  kit.Listing[R]
	about *topic[R]
}

// topic is what a sheet is about.
type topic[R any] struct {
	records *kit.Records[R]
	scope   keys.Scope // of what can be asked of a row
	jumped  bool       // esc goes back to where the jump came from
	title   string
	none    []string                               // what is said where there is no row
	nothing string                                 // why nothing can be asked where none is shown
	note    func(kit.Env, R) (string, kit.Style)   // of a row
	do      func(in keys.Intent, r R) []kit.Effect // what is asked of a row
}

func newSheet[R any](about *topic[R]) sheet[R] {
	return sheet[R]{kit.NewListing(about.records, ""), about}
}

func (s sheet[R]) with(l kit.Listing[R], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// sheetHead is the height of the line above the rows.
const sheetHead = 1

func sheetRoom(env kit.Env) kit.Env {
	env.Height -= sheetHead + whyLines
	return env
}

// Sync asks for new rows when the world changed.
func (s sheet[R]) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Sync(sheetRoom(env)))
}

// Receive takes new rows.
func (s sheet[R]) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Receive(sheetRoom(env), a))
}

// Handle answers what is asked of a listing, goes back, and leads on from a row.
func (s sheet[R]) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env = sheetRoom(env)
	if click, ok := in.(keys.Click); ok {
		click.Y -= sheetHead
		in = click
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, leave := in.(keys.Back); leave && s.about.jumped && s.list.Text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	if l, effects, ok := s.list.Handle(env, in); ok {
		return s.with(l, effects)
	}
	r, ok := s.list.Current()
	if !ok {
		return s, nil
	}
	return s, s.about.do(in, r)
}

// Ask sorts and searches.
func (s sheet[R]) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	switch r := r.(type) {
	case kit.SetOrder:
		return s.with(s.list.SortBy(sheetRoom(env), kit.ListOrder(r)))
	case kit.SetFilter:
		l, effects, _ := s.list.Searched(sheetRoom(env), r.Query)
		return s.with(l, effects)
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s sheet[R]) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s sheet[R]) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(sheetRoom(env), msg))
}

// Scopes are its own and a listing's, and where it was jumped to the way back.
func (s sheet[R]) Scopes() []keys.Scope {
	if s.about.jumped {
		return s.list.Scopes(keys.Jumped, s.about.scope)
	}
	return s.list.Scopes(s.about.scope)
}

// Disabled says why an intent makes no sense now.
func (s sheet[R]) Disabled(_ kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.CopyID:
		if s.list.Nothing() != "" {
			return s.about.nothing
		}
	}
	return ""
}

// Counts says how many rows there are.
func (s sheet[R]) Counts(kit.Env) []kit.Part { return []kit.Part{s.list.Counts()} }

// View draws them, and below them what is to be known of the one under the cursor.
func (s sheet[R]) View(env kit.Env) string {
	text, style := "", kit.Dim
	if r, ok := s.list.Current(); ok {
		text, style = s.about.note(env, r)
	}
	title := " " + env.Theme.Paint(kit.Title, env.Theme.Cut(s.about.title, max(0, env.Width-2)))
	return strings.Join([]string{kit.Block(title, env.Width, sheetHead), s.list.View(sheetRoom(env), s.about.none...), why(env, text, style)}, "\n")
}
