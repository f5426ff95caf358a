package model

import "time"

// Use is the word of a verdict.
type Use uint8

// The words, the strongest first.
const (
	UseUnknown Use = iota // something was not looked at that could be using it
	Used                  // something names it that counts
	Probable              // only stale things name it
	Unused                // all was looked at, and nothing names it
)

var useNames = [...]string{UseUnknown: "unknown", Used: "used", Probable: "probable", Unused: "unused"}

// String is the word in filters and JSON.
func (u Use) String() string { return useNames[u] }

// UseNames lists the words, for completion.
func UseNames() []string { return []string{"used", "probable", "unknown", "unused"} }

// Verdict says who still uses an image, on what evidence, and what was not
// looked at.
type Verdict struct {
	Use      Use
	Evidence []Evidence // what counts first, then what is stale, then what is set aside
	Blind    []Blind    // what was not looked at and might show a use
	Caveats  []string   // what was looked at in a way that has its limits
	AsOf     time.Time  // the oldest reading that it rests on; zero: none
}

// Evidence is one reference, or what a report of AWS says of one account.
type Evidence struct {
	Ref       *Reference   // nil for a report
	Image     string       // the id that the reference comes to; "" where it names a snapshot
	Report    *Report      // nil for a reference
	Reported  ReportedUse  // of a report
	Snapshot  string       // the image's snapshot that is named instead of the image
	Through   *Reference   // the template version or configuration between the two
	Launchers []*Reference // what launches from a template version or configuration
	Stale     string       // why it is weak: "stopped 214 d"; "" where it counts
	Aside     *Aside       // it was set aside and does not count
}

// Counts reports whether the evidence makes an image used.
func (e Evidence) Counts() bool { return e.Aside == nil && e.Stale == "" }

// Blind is something that was not looked at.
type Blind struct {
	Scope  Scope    // where; the region is empty where it does not matter
	Source Kind     // of a usage source, or Images for the whole account
	What   string   // what is missing, in a few words: "instances: denied"
	Mend   string   // what to do about it
	Err    *OpError // what AWS said; nil where it was not asked
}

// Aside is a reference that a person has set aside: it is shown, and does not
// count until the date.
type Aside struct {
	Scope  Scope
	Source Kind
	Key    string // of the reference
	Image  string
	Reason string
	Who    string
	At     time.Time
	Until  time.Time
}

// asideKey finds one.
type asideKey struct {
	scope  Scope
	source Kind
	key    string
	image  string
}

// UsagePolicy says how old things must be to count less, and what is not
// looked at on purpose. The zero value of a duration means never.
type UsagePolicy struct {
	Stopped    time.Duration // since when an instance must be stopped to be stale
	Unlaunch   time.Duration // age of a template or configuration that nothing launches from
	OldVersion time.Duration // age of a template version that is neither default nor newest
	Fresh      time.Duration // for how long a reading is evidence
	Waived     []Kind        // sources that are not asked for
	Versions   int           // older template versions that are read besides; 0: none, negative: all
	Paths      []string      // of plain SSM parameters that are read
}

// DefaultUsagePolicy is what holds unless the config file says otherwise.
func DefaultUsagePolicy() UsagePolicy {
	const day = 24 * time.Hour
	return UsagePolicy{Stopped: 90 * day, Unlaunch: 180 * day, OldVersion: 30 * day, Fresh: day}
}

// How long a usage report of AWS settles who uses an image, and how long after
// the last new share it must have been made: instances show in it after a day,
// launch templates after a few (EC2 user guide, your-ec2-ami-usage).
const (
	reportSettles = 7 * 24 * time.Hour
	reportLags    = 3 * 24 * time.Hour
)
