package trail

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Act is what a call did to an image, or tried to.
type Act uint8

// The acts.
const (
	Other        Act = iota // none of the below: the API says what
	Created                 // from an instance
	Copied                  // it was made as a copy of another image
	CopiedOn                // another image was made as a copy of it
	Registered              // from snapshots
	Restored                // out of the Recycle Bin
	Shared                  // with accounts, organizations, units
	Unshared                // with these no more
	MadePublic              // everybody may launch it
	MadePrivate             // not everybody may any more
	Reset                   // all its shares were taken away
	Left                    // an account gave up its share
	Deprecated              // a date was set
	Undeprecated            // the date was taken away
	Disabled                // which takes all its shares away
	Enabled
	Protected   // against deregistration
	Unprotected // likewise
	Tagged
	Untagged
	Described // its description was changed
	Hardened  // instances get IMDSv2 only, which cannot be undone
	Launched
	Deregistered
	acts
)

var words = [acts]string{
	Other: "other", Created: "created", Copied: "copied", CopiedOn: "copied-on", Registered: "registered", Restored: "restored",
	Shared: "shared", Unshared: "unshared", MadePublic: "made-public", MadePrivate: "made-private", Reset: "reset", Left: "left",
	Deprecated: "deprecated", Undeprecated: "undeprecated", Disabled: "disabled", Enabled: "enabled", Protected: "protected",
	Unprotected: "unprotected", Tagged: "tagged", Untagged: "untagged", Described: "described", Hardened: "hardened",
	Launched: "launched", Deregistered: "deregistered",
}

// String is the act as JSON spells it.
func (a Act) String() string { return words[a] }

// Parse is the act that a word means.
func Parse(word string) (Act, bool) {
	i := slices.Index(words[:], word)
	return Act(max(i, 0)), i >= 0
}

// Acts lists all acts, in their order.
func Acts() []Act {
	out := make([]Act, acts)
	for i := range out {
		out[i] = Act(i)
	}
	return out
}

// Event is one thing that a call did to an image. A call that did several, such as
// sharing with some and no more with others, gives an event for each.
type Event struct {
	ID     string // CloudTrail's, of the call
	At     time.Time
	Scope  model.Scope // whose trail tells it
	API    string      // as IAM spells it: "ec2:CopyImage"
	Act    Act
	Who    string   // readable: "user jo", "role deploy/jo", "root", "autoscaling.amazonaws.com"
	Caller string   // id of the account of who called; "" where it is not told, as of services
	Source string   // address, or service, that the call came from
	With   []string // accounts, ARNs of organizations and units; keys of tags; ids of instances
	Count  int      // instances that were launched, or were to be
	Thing  string   // the other image of a copy, the instance that it was made from
	Region string   // of the other image
	Value  string   // the date of a deprecation, the description
	Error  string   // AWS's code; "" where it went well
}

// compare puts the newest first.
func (e *Event) compare(o *Event) int {
	return cmp.Or(o.At.Compare(e.At), strings.Compare(e.ID, o.ID), cmp.Compare(e.Act, o.Act))
}

// same reports whether two tell the same: a trail is read more than once.
func (e *Event) same(o *Event) bool { return e.ID == o.ID && e.Act == o.Act }

// joined are the events of several lists, the newest first and each once. Of two
// that are the same the earlier list's stands.
func joined(lists ...[]*Event) []*Event {
	out := slices.Concat(lists...)
	slices.SortStableFunc(out, (*Event).compare)
	return slices.CompactFunc(out, (*Event).same)
}
