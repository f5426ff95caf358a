package model

import "time"

// Gen numbers a refresh. It is kept per scope and kind, and a page of an older
// one changes nothing. Gen 0 is what the cache gave.
type Gen uint64

// Kind is what a page is about.
type Kind uint8

// The kinds of pages. Usage sources and permissions get theirs with the work
// that reads them.
const (
	Images Kind = iota
	Snapshots
	kinds
)

var pageKindNames = [...]string{Images: "images", Snapshots: "snapshots"}

// String is the plural noun of the kind.
func (k Kind) String() string { return pageKindNames[k] }

// Kinds lists all kinds, in the order in which they are read.
func Kinds() []Kind { return []Kind{Images, Snapshots} }

// Event is what services tell the program. The set is closed.
type Event interface{ event() }

// Page is one answer of a scope: what it held, and whether the pass over that
// scope and kind is over. A pass that ended with an error sweeps nothing.
type Page struct {
	Gen       Gen
	Scope     Scope
	Kind      Kind
	Images    []*Image    // for Kind Images
	Snapshots []*Snapshot // for Kind Snapshots
	Calls     int         // requests that this page cost, retries not counted
	At        time.Time   // when AWS answered
	Last      bool        // the pass is over
	Err       *OpError    // why it ended early; only with Last
}

// Began says that a pass over a scope and kind starts: what the scope shows
// from now on is being refreshed.
type Began struct {
	Gen   Gen
	Scope Scope
	Kind  Kind
}

// Details carries full records for images that the inventory holds without
// their Detail. It adds nothing else: an image that is gone stays gone.
type Details struct {
	Scope  Scope
	Images []*Image
}

// Found is an account with the scopes that are wanted in it.
type Found struct {
	Account Account
	Regions []Region
	Also    []string // sources of other ways that lead to this account as well
	Err     *OpError // the regions could not be read and were assumed; nil otherwise
}

// Region is a region of an account, and whether the account has enabled it.
type Region struct {
	Name    string
	Enabled bool
}

// Lost is a way into AWS that led nowhere.
type Lost struct{ Unreached }

// Stopped says that a refresh is over, by its end or because it was cancelled:
// no pass of it runs any more.
type Stopped struct{ Gen Gen }

func (Page) event()    {}
func (Began) event()   {}
func (Details) event() {}
func (Found) event()   {}
func (Lost) event()    {}
func (Stopped) event() {}

// Notice is something the user should be told once: a cache that was moved
// aside, a file that cannot be written. The program goes on.
type Notice struct {
	Text string // one sentence, with what to do
	Warn bool
}

func (Notice) event() {}
