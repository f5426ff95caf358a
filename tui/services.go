package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
)

// Services are what the screen needs of the world. They are made by cmd; the
// root calls them from commands only. Every stream ends by closing its
// channel, soon after its context ends.
type Services struct {
	// Restore streams what the cache holds for this selection: accounts and
	// list pages first, then Details, then snapshots.
	Restore func(ctx context.Context) <-chan model.Event
	// Refresh reads AWS and streams what it finds.
	Refresh func(ctx context.Context, r Refresh) <-chan model.Event
	// Save keeps the user's view settings. Nil keeps nothing.
	Save func(State) error
	// Now is the clock.
	Now func() time.Time
}

// Refresh says what to read.
type Refresh struct {
	Gen    model.Gen
	Scopes []model.Scope   // nil: all that the selection means
	Force  bool            // also those that are fresh enough
	Known  model.Inventory // tells how fresh each scope is
}

// State is what is kept between sessions.
type State struct {
	Columns []string               `json:"columns,omitempty"` // keys of the shown columns, in order; empty: the default
	Sort    string                 `json:"sort,omitempty"`    // "created" or "-created"
	Filters map[string]SavedFilter `json:"filters,omitempty"` // by the letter after '
}

// SavedFilter is a filter under a letter.
type SavedFilter struct {
	Name  string `json:"name"`
	Query string `json:"query"`
	Sort  string `json:"sort,omitempty"`
}

// Options are what cmd decides before the first frame.
type Options struct {
	Services Services
	State    State
	Title    string // "demo", a profile, or ""
	Query    string // filter to open with
	Light    bool   // the terminal's background is light, until Auto finds out
	Auto     bool   // ask the terminal for its background
	NoColor  bool
	ASCII    bool
	Offline  bool // never refreshes
	Warnings []string
	// After sends a message after a while; nil means by the clock. Tests decide
	// when time passes.
	After func(time.Duration, tea.Msg) tea.Cmd
}
