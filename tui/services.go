package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/kit"
)

// Services are what the screen needs of the world. They are made by cmd; the
// root calls them from commands only. Every stream ends by closing its
// channel, soon after its context ends.
type Services struct {
	// Restore streams what the cache holds for this selection, or only what the
	// first rows need: accounts and list pages.
	Restore func(ctx context.Context) <-chan model.Event
	// Rest streams, when Restore has ended and its rows have had time to show,
	// what else the cache holds. Nil where Restore streams all.
	Rest func(ctx context.Context) <-chan model.Event
	// Refresh reads AWS and streams what it finds.
	Refresh func(ctx context.Context, r Refresh) <-chan model.Event
	// Login makes the command that renews a login; it runs with the terminal in
	// its hands, and ends with the context. Nil where nothing can be logged in to.
	Login func(ctx context.Context, command []string) tea.ExecCommand
	// Questions are those for MFA codes, one at a time; each is answered or
	// withdrawn before the next comes. It may be nil, and closes when there will
	// be none.
	Questions <-chan Question
	// Answer answers a question; "" says that there is no code.
	Answer func(id int, code string)
	// Settle reads what usage verdicts wait for: launch permissions, the accounts
	// of organizations, images that references name. Nil where nothing can be asked.
	Settle func(ctx context.Context, s Settle) <-chan model.Event
	// Opine asks AWS itself what names images (DescribeImageReferences), each in its
	// owner's account. Nil where nothing can be asked.
	Opine func(ctx context.Context, keys []model.ImageKey) <-chan model.Event
	// Peek reads what is read only where somebody looks: pages of Volumes and
	// Inspections. Nil where nothing can be asked.
	Peek func(ctx context.Context, p kit.Peek) <-chan model.Event
	// Report lets AWS make usage reports of images (CreateImageUsageReport): pages
	// of Kind Reports say that they are begun, and notices what could not be. Nil
	// where none can be made.
	Report func(ctx context.Context, keys []model.ImageKey) <-chan model.Event
	// Costs are those for what everything costs.
	Costs CostServices
	// Changes are those that change AWS.
	Changes ChangeServices
	// Trail streams what is kept of the trail of an image, then what CloudTrail tells
	// that is newer. Nil where there are no trails.
	Trail func(ctx context.Context, t Tracing) <-chan Traced
	// SetAside journals that a reference does not count, or that it counts again,
	// and gives all that are set aside. It fills in who does it where Who is empty.
	// Nil where nothing can be set aside.
	SetAside func(a model.Aside, withdraw bool) ([]model.Aside, error)
	// Profiles lists the profiles of the user's AWS files, without a call. Nil
	// where there is no choice.
	Profiles func() ([]model.Profile, error)
	// Save keeps the user's view settings. Nil keeps nothing.
	Save func(State) error
	// Now is the clock.
	Now func() time.Time
}

// CostServices are what the screen needs of the world to tell costs.
type CostServices struct {
	// Measure lists the blocks of snapshots, keeps what it learns, and tells how far
	// it is. Nil where nothing can be asked.
	Measure func(ctx context.Context, m Measuring) <-chan Measured
	// Known is what was measured before, once the cache was read. Nil: nothing.
	Known func() cost.Blockmap
	// Past gives what scopes cost at the end of a day, as the ledger has it; none
	// where it began later. Nil where there is no ledger.
	Past func(at time.Time) ([]cost.Day, error)
	// Note sets down in the ledger what scopes cost today. Nil keeps none.
	Note func(days []cost.Day) error
	// Prices are those of the Pricing API, once they are there. Nil: those of
	// Options stand.
	Prices func(ctx context.Context) (cost.Prices, []string)
}

// ChangeServices are what the screen needs of the world to change it. What is nil
// cannot be done here.
type ChangeServices struct {
	// Setting is what decisions rest on besides facts, but for its Now, Money and
	// Person: the accounts that are reached, and what the config says of each. It is
	// called apart from the screen.
	Setting func(model.Inventory) plan.Setting
	// Look reads images again, apart from any pass, and tells each answer as a Reread.
	// What could not be read stands in its Errors; an image that a Reread neither
	// holds nor calls gone was not read.
	Look func(ctx context.Context, looks []model.Look) <-chan model.Event
	// Apply runs a plan that was confirmed: the first targets, and when Proceed says so
	// the others; 0 are all. When the context ends it stops between steps, tells what was
	// begun and closes.
	Apply func(ctx context.Context, p plan.Plan, first int) <-chan Told
	// Proceed lets a run go on that waits for that.
	Proceed func(run string)
	// Resume goes on with a run of the journal that was interrupted.
	Resume func(ctx context.Context, run string) <-chan Told
	// Drop ends such a run as it is.
	Drop func(run string) error
	// Interrupted are the runs of the journal that have not ended and that no living
	// program goes on with, the newest first.
	Interrupted func() ([]plan.Run, error)
	// Runs are all runs of the journal, the newest first, and what of it cannot be
	// read.
	Runs func() (runs []plan.Run, warnings []string, err error)
	// Find is a run of the journal by its id, the last one for "".
	Find func(run string) (plan.Run, error)
	// Renewed says that ways in work again: what waits for them goes on.
	Renewed func(sources []string)
	// Write keeps a text in a new file of about that name, and says where.
	Write func(name, text string) (path string, err error)
}

// Told is what a run tells, and what was read of its image after the step: that is
// folded into the inventory.
type Told struct {
	plan.Event
	World []model.Event
}

// Refresh says what to read.
type Refresh struct {
	Gen    model.Gen
	Scopes []model.Scope // nil: all that the selection means
	// Sources of the ways in to try again; what they lead to is read, and nothing
	// else. Nil: all ways. Not together with Scopes.
	Sources []string
	Kinds   []model.Kind    // what to read of them; nil: all of model.Swept()
	Force   bool            // also those that are fresh enough
	Known   model.Inventory // tells how fresh each scope is
}

// Measuring says what is to be measured.
type Measuring struct {
	Asks []cost.Ask
	Cap  int64 // requests that may be made
}

// Measured says how far it is, and what was learnt since it was said last.
type Measured struct {
	Requests int64 // made so far
	Done, Of int   // questions
	Holdings []cost.Holding
	Changes  []cost.Change
	Notes    []string // what could not be answered
	Capped   bool     // it stopped before it would have made more requests than it may
}

// Tracing says whose trail is wanted.
type Tracing struct {
	Image model.ImageKey
	Known model.Inventory // tells where to look
	Force bool            // also where it was looked lately
}

// Traced is what was learnt of a trail since it was said last.
type Traced struct {
	Scopes  []model.Scope   // where is looked, once that is known
	Lookups []*trail.Lookup // pieces of what their trails tell
	Done    int             // scopes that have told all
}

// Settle says what verdicts wait for.
type Settle struct {
	Wants model.Wants
	First []model.ImageKey // images under the eye, the most wanted first: their permissions are read before all others
	Rest  []model.ImageKey // all others whose permissions are not known: they are read behind
}

// Question is one for the code of an MFA device, or the word that nobody waits
// for its answer any more.
type Question struct {
	ID        int
	Device    string // its serial number or ARN
	Withdrawn bool
}

// State is what is kept between sessions.
type State struct {
	Columns []string               `json:"columns,omitempty"` // keys of the shown columns, in order; empty: the default
	Sort    string                 `json:"sort,omitempty"`    // "created" or "-created"
	Filters map[string]SavedFilter `json:"filters,omitempty"` // by the letter after '
	// Profiles are those that the user chose in the picker. They hold where no
	// flag, variable or config file names others.
	Profiles []string `json:"profiles,omitempty"`
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
	Width    int    // of the terminal, where it is known at the start, so that the first frame need not wait for it; else 0
	Height   int
	Light    bool // the terminal's background is light, until Auto finds out
	Auto     bool // ask the terminal for its background
	NoColor  bool
	ASCII    bool
	Offline  string // why nothing is ever refreshed, for who asks; "" where it is
	ReadOnly string // why nothing may be changed, for who asks; "" where it may be
	// Usage is what verdicts rest on besides the inventory, at the start. Its Now is
	// not used.
	Usage model.UsageInput
	// Costs is what estimates rest on besides inventory and verdicts, at the start.
	// Its Now and Usage are not used.
	Costs cost.Input
	// Known are accounts of others that are no strangers.
	Known map[string]bool
	// Audit says what counts as wrong.
	Audit finding.Policy
	// Default is the source of the default credentials where nothing else was
	// asked for: the picker opens when it leads nowhere. "" where it never does.
	Default  string
	Warnings []string
	// Exec hands the terminal to a command; nil means for real.
	Exec func(tea.ExecCommand, tea.ExecCallback) tea.Cmd
	// After sends a message after a while; nil means by the clock. Tests decide
	// when time passes.
	After func(time.Duration, tea.Msg) tea.Cmd
}
