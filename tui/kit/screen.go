package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui/keys"
)

// Screen is one thing that fills the area under the header: a view, a detail,
// a menu. It is a value: every method is free of I/O, and what it wants done
// it returns as effects for the root to perform.
type Screen interface {
	// Handle answers an intent.
	Handle(Env, keys.Intent) (Screen, []Effect)
	// Sync is called when the world or the size changed.
	Sync(Env) (Screen, []Effect)
	// Receive takes the answer to a Work effect.
	Receive(Env, Answer) (Screen, []Effect)
	// View draws Env.Width × Env.Height cells, and works for those only.
	View(Env) string
	// Scopes are the key scopes that hold here, inner to outer, without
	// keys.Everywhere.
	Scopes() []keys.Scope
	// Disabled says why an intent makes no sense now; "" when it does.
	Disabled(Env, keys.Intent) string
}

// Typist is a screen with a text field. While Typing, keys that Scopes does
// not bind go to Type, and nothing else sees them.
type Typist interface {
	Typing() bool
	Type(Env, tea.Msg) (Screen, []Effect)
}

// Floating is a screen drawn as a box over the one below.
type Floating interface {
	// Box is the size it would like in an area.
	Box(Env) (w, h int)
}

// Env is the world as a screen sees it, passed to every call and never kept.
type Env struct {
	Inv      model.Inventory
	Version  int          // changes with the images and accounts of Inv
	Usage    *model.Usage // verdicts; nil while there are none
	Judged   int          // changes with Usage
	Policy   model.UsagePolicy
	Costs    *cost.Costs       // nil while nothing was estimated
	Costed   int               // changes with Costs
	Findings *finding.Findings // nil while nothing was judged
	Audited  int               // changes with Findings
	Trail    *trail.Trail      // of the image whose trail was asked for last; nil: nothing was told yet
	Tracing  Tracing
	Scan     Scan
	Marks    *Marks
	Now      time.Time
	Theme    *Theme
	Width    int // of the screen's area
	Height   int
	Saved    map[string]Filter
	Known    map[string]bool // accounts of others that are no strangers
	Deeds    Deeds
}

// Scan is how far the running refresh is.
type Scan struct {
	Running bool
	Done    int // scopes whose images were read
	Total   int
	Used    int // scopes whose usage sources were read
	Users   int // scopes that have begun with these
	Failed  int
}

// Tracing is how far the reading of a trail is.
type Tracing struct {
	Image    model.ImageKey // that was asked for last
	Running  bool
	Done, Of int    // scopes
	Why      string // nothing can be read; "" where it can
}

// Filter is a filter kept under a letter.
type Filter struct {
	Name  string
	Query string
	Sort  string
}

// Effect is what a screen wants done. The set is closed.
type Effect interface{ effect() }

// The effects.
type (
	// Push puts a screen on top.
	Push struct{ Screen Screen }
	// Pop takes the top screen away, and then lets the one below handle Then.
	Pop struct{ Then Request }
	// Toast shows a line for a few seconds.
	Toast struct {
		Text string
		Warn bool
	}
	// Clip puts text on the clipboard, by OSC 52, and says so.
	Clip struct{ Text, What string }
	// Read refreshes scopes, or tries ways in again, by their sources; none of
	// both means all.
	Read struct {
		Scopes  []model.Scope
		Sources []string
	}
	// Opine asks AWS itself what names images.
	Opine struct{ Keys []model.ImageKey }
	// Peek reads what is read only where somebody looks.
	Peek struct {
		Scope     model.Scope // whose account may read it
		Snapshots []string    // who may make volumes of these
		Image     string      // what Amazon Inspector found in it; "": in none
	}
	// Measure offers to list the blocks of images' snapshots and of others, so that
	// what they cost is known exactly.
	Measure struct {
		Images    []model.ImageKey
		Snapshots []cost.SnapshotKey
		Confirmed int64 // requests that may be made; 0: it is to be confirmed first
	}
	// Growth compares what is with what was.
	Growth struct{}
	// Trace reads who did what to an image, again where that was read lately too. A
	// zero image ends the reading.
	Trace struct {
		Image model.ImageKey
		Again bool
	}
	// Report lets AWS make usage reports of images; it was confirmed.
	Report struct{ Keys []model.ImageKey }
	// SetAside sets a reference aside, so that it does not count, or withdraws that.
	SetAside struct {
		Aside    model.Aside
		Withdraw bool
	}
	// Login hands the terminal to the command that renews a login, and then tries
	// again what it mends.
	Login struct{ Relogin model.Relogin }
	// Reply answers a question for an MFA code; "" says that there is none.
	Reply struct {
		ID   int
		Code string
	}
	// Choose opens the program anew with these profiles, and keeps the choice.
	Choose struct{ Profiles []string }
	// Go shows a view, and lets it handle Then.
	Go struct {
		View string
		Then Request
	}
	// Work runs Do apart from the screen, and gives the answer back to it.
	Work struct{ Do func() Answer }
	// Keep remembers view settings between sessions.
	Keep struct {
		Columns []string
		Sort    string
	}
	// KeepFilter remembers a filter under a letter.
	KeepFilter struct {
		Letter string
		Filter Filter
	}
	// Prepare asks for what a deed needs besides its images, and then proposes it.
	Prepare struct{ Request plan.Request }
	// Propose reviews a change.
	Propose struct{ Request plan.Request }
	// Undo reviews what takes a run back, the last one where none is named, or a part of
	// it.
	Undo struct {
		Run  string
		Part plan.Part
	}
	// Look reads images again, apart from any pass. Looked answers with its number
	// tell how far that is. A look ends the one before of the same screen.
	Look struct {
		N     int
		Looks []model.Look
		Of    []model.ImageKey // what they are for: images, and snapshots without one
	}
	// Apply runs a plan that was confirmed, and shows the run. It does the First targets
	// and then waits; 0: it does all of them.
	Apply struct {
		Plan  *plan.Plan
		First int
	}
	// Proceed lets a run go on that waits when its first targets are done.
	Proceed struct{ Number int }
	// Watch shows a run of this session by its id, or by its number: it has no id until
	// it has begun. Halt asks it to stop, 0 what is being measured.
	Watch struct {
		Run    string
		Number int
	}
	Halt struct{ Number int }
	// Recall asks for the journal, which is read where it may tell something new, or
	// Again. Recalled answers with the number; without one Env.Deeds has what it tells.
	Recall struct {
		N     int
		Again bool
	}
	// Recount shows a run of the journal, with the cursor on an image of it.
	Recount struct {
		Run   *plan.Run
		Image model.ImageKey
	}
	// Resume goes on with a run that was interrupted; Drop ends it as it is.
	Resume struct{ Run string }
	Drop   struct{ Run string }
	// Write keeps a text in a new file.
	Write struct{ Name, Text string }
	// Quit leaves the program.
	Quit struct{}
	// Press performs an intent as if its key had been pressed.
	Press struct{ Intent keys.Intent }
)

func (Push) effect()       {}
func (Pop) effect()        {}
func (Toast) effect()      {}
func (Clip) effect()       {}
func (Read) effect()       {}
func (Opine) effect()      {}
func (Peek) effect()       {}
func (Report) effect()     {}
func (Measure) effect()    {}
func (Growth) effect()     {}
func (Trace) effect()      {}
func (SetAside) effect()   {}
func (Login) effect()      {}
func (Reply) effect()      {}
func (Choose) effect()     {}
func (Go) effect()         {}
func (Work) effect()       {}
func (Keep) effect()       {}
func (KeepFilter) effect() {}
func (Prepare) effect()    {}
func (Propose) effect()    {}
func (Undo) effect()       {}
func (Look) effect()       {}
func (Apply) effect()      {}
func (Proceed) effect()    {}
func (Watch) effect()      {}
func (Recall) effect()     {}
func (Recount) effect()    {}
func (Halt) effect()       {}
func (Resume) effect()     {}
func (Drop) effect()       {}
func (Write) effect()      {}
func (Quit) effect()       {}
func (Press) effect()      {}

// Request is what one screen asks of another, through Pop and Go. The set is
// closed; nil asks nothing.
type Request interface{ request() }

// The requests.
type (
	// SetFilter replaces the filter, and the sort where given.
	SetFilter struct{ Query, Sort string }
	// AddTerm adds a term to the filter.
	AddTerm struct{ Term string }
	// SetSort sorts.
	SetSort struct{ Order query.Order }
	// SetOrder sorts a listing by a column of its own.
	SetOrder struct {
		Key  string
		Desc bool
	}
	// SetGrouping groups costs.
	SetGrouping struct{ By cost.Grouping }
	// SetColumns chooses the shown columns.
	SetColumns struct{ Keys []string }
	// Show opens one image.
	Show struct{ Key model.ImageKey }
	// Filed keeps the current filter under a letter.
	Filed struct{ Letter string }
)

func (SetFilter) request()   {}
func (AddTerm) request()     {}
func (SetSort) request()     {}
func (SetOrder) request()    {}
func (SetGrouping) request() {}
func (SetColumns) request()  {}
func (Show) request()        {}
func (Filed) request()       {}

// Actor is a screen that can do what no key is bound to; the palette offers it.
type Actor interface {
	Actions() []Action
}

// Action is one such thing.
type Action struct {
	Name, Note string
	Intent     keys.Intent
}

// Watcher is a screen that shows images whose facts are wanted soon.
type Watcher interface {
	// InSight lists the images on the screen, the one that is looked at first.
	InSight(Env) []model.ImageKey
}

// Curious is a screen that shows who may launch images, though no verdict needs
// it.
type Curious interface {
	// Curious lists the images of which that is not known.
	Curious(Env) []model.ImageKey
}

// Thorough is a screen whose rows may depend on who may launch each of the images.
type Thorough interface {
	// Thorough reports whether they do now.
	Thorough() bool
}

// Auditor is a screen that may show what is wrong.
type Auditor interface {
	// Audits reports whether it does now.
	Audits() bool
}

// Counter is a screen that says at the left of the status line what it shows.
type Counter interface {
	Counts(Env) []Part
}

// Asked is a screen that understands requests.
type Asked interface {
	Ask(Env, Request) (Screen, []Effect)
}

// Answer is what Work gives back. The set is closed.
type Answer interface{ answer() }

// The answers.
type (
	// Sorted is the whole inventory in an order, and what a filter shows of
	// it. N numbers the request: a screen drops all but the newest.
	Sorted struct {
		N         int            // the request
		NAll      int            // the request for All; 0 when only the filter changed
		All       []*model.Image // the whole inventory in order
		Shown     []*model.Image
		Undecided int
		Hidden    int            // marked images that are not in Shown
		At        model.ImageKey // the image under the cursor when it was asked
		Row       int            // where that one is in Shown; -1: not there
	}
	// Listed are the records of a view in an order, and what its filter shows of
	// them. All is nil when only the filter changed.
	Listed[R any] struct {
		N          int // numbers the request
		All, Shown []R
	}
	// Completions are what may stand at the cursor of a filter field.
	Completions struct {
		N       int
		From    int
		Options []query.Completion
	}
	// Looked tells how far a Look is.
	Looked struct {
		N        int
		Done, Of int            // images
		Rereads  []model.Reread // all that was read so far
		Over     bool
	}
	// Recalled is what the journal tells of runs, the newest first.
	Recalled struct {
		N        int
		Runs     []plan.Run
		Warnings []string // what of it cannot be read, and what follows
		Err      error
	}
	// Made is what Work made for a screen, whatever that is.
	Made[T any] struct {
		N    int // numbers the request
		What T
	}
)

func (Sorted) answer()      {}
func (Listed[R]) answer()   {}
func (Completions) answer() {}
func (Looked) answer()      {}
func (Recalled) answer()    {}
func (Made[T]) answer()     {}
