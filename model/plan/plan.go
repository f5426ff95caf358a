package plan

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// Format is the version of a plan's JSON. An older program refuses a newer plan.
const Format = 1

// Plan is a change of AWS that has not been made. Its JSON is what "amiscope plan"
// prints and the journal keeps.
type Plan struct {
	Format  int       `json:"format"`
	Deed    Deed      `json:"deed"`
	Options Options   `json:"options"`
	Made    time.Time `json:"made"`
	Undoes  string    `json:"undoes,omitempty"` // the run that it takes back
	Of      []int     `json:"of,omitempty"`     // the steps of that run that it takes back; none: all that were about its targets

	Targets []Target `json:"targets"`
	Steps   []Step   `json:"steps"` // in an order in which they can be done one after the other

	Acts    []Act    `json:"acts"`              // who does it, an account each
	Hidden  int      `json:"hidden,omitempty"`  // targets that a filter hides
	Phrase  string   `json:"phrase,omitempty"`  // what must be typed to confirm it; "": a yes is enough
	Because []string `json:"because,omitempty"` // why the phrase is asked for
	Money   Money    `json:"money"`
	Undo    Undoing  `json:"undo"`
}

// Act is in whose name an account's steps are done.
type Act struct {
	Account    string `json:"account"`
	Name       string `json:"name"`      // of the account, or its id
	Principal  string `json:"principal"` // ARN; "" where it is not known
	Production bool   `json:"production,omitempty"`
}

// Target is an image that a plan is about. What is restored, and taken back then, may
// also be a snapshot without an image: then the id is its own, and in Before it stands as
// the only snapshot, with its state as that of the whole.
type Target struct {
	Image    model.ImageKey `json:"image"`
	Account  string         `json:"account"` // whose login acts: the owner's
	Before   Facts          `json:"before"`  // what the plan rests on, and what undoing is made of
	Blocks   []Note         `json:"blocks,omitempty"`
	Warnings []Note         `json:"warnings,omitempty"`
	Done     string         `json:"done,omitempty"` // why there is nothing to do: it is so already
}

// Runs reports whether anything will be done to the target.
func (t *Target) Runs() bool { return len(t.Blocks) == 0 && t.Done == "" }

// Note is something to be said of a target.
type Note struct {
	Code  string `json:"code"`            // for scripts and tests: "used", "protected", "backup"
	Text  string `json:"text"`            // a sentence without its full stop: "3 instances run on it"
	Mend  string `json:"mend,omitempty"`  // what to do about it
	Grave bool   `json:"grave,omitempty"` // of a warning: the phrase must be typed for its sake
	Final bool   `json:"final,omitempty"` // of a warning: this part cannot be taken back
}

// Step is one call, and what must be so for it to be made.
type Step struct {
	ID     int         `json:"id"`     // its number in the plan, from 1
	Target int         `json:"target"` // index in Targets
	Scope  model.Scope `json:"scope"`  // whose login calls, and where
	Call   Call        `json:"call"`
	After  []int       `json:"after,omitempty"`  // steps that must have been done before; where one was not, this is not run
	Why    string      `json:"why"`              // what it is for: "delete the image and its 2 snapshots"
	Follow bool        `json:"follow,omitempty"` // it is done when the image that it made is available
}

// Call is a call of AWS. Input has AWS's own names, as the --cli-input-json of the
// AWS CLI takes it. A text "${3.ImageId}" in it stands for what step 3 gave.
type Call struct {
	API   string          `json:"api"` // as IAM spells it: "ec2:DeregisterImage"
	Input json.RawMessage `json:"input"`
}

// Money is what a plan frees and what it costs.
type Money struct {
	Freed   *cost.Freed `json:"freed,omitempty"`   // a month; nil where nothing is freed or it is not known
	Monthly *cost.Band  `json:"monthly,omitempty"` // what it will cost more a month
	Once    *cost.Band  `json:"once,omitempty"`    // what it costs once
	Notes   []string    `json:"notes,omitempty"`   // from when, on what basis, what is not known
}

// Undoing says how a plan can be taken back.
type Undoing struct {
	Whole  bool       `json:"whole"`           // all of it can
	How    string     `json:"how"`             // "amiscope lifts the deprecation again"
	Until  *time.Time `json:"until,omitempty"` // after that it cannot; of what ends first
	Lost   []Note     `json:"lost,omitempty"`  // what cannot be taken back, and why
	Images int        `json:"images"`          // targets that can be brought back whole
}

// Counts are how many targets run, are as they should be already, and are blocked.
func (p *Plan) Counts() (runs, done, blocked int) {
	for i := range p.Targets {
		switch t := &p.Targets[i]; {
		case len(t.Blocks) > 0:
			blocked++
		case t.Done != "":
			done++
		default:
			runs++
		}
	}
	return runs, done, blocked
}

// Noun is the word for what the plan is about: "image", or "snapshot" where it is about
// these alone.
func (p *Plan) Noun() string {
	if len(p.Targets) > 0 && !slices.ContainsFunc(p.Targets, func(t Target) bool { return !t.lone() }) {
		return "snapshot"
	}
	return "image"
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }
