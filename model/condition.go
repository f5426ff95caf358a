package model

import "cmp"

// Condition is how an image stands that a reference names: what it means for
// the next launch.
type Condition uint8

// The conditions, the worst last.
const (
	NotResolved    Condition = iota // nobody has asked AWS yet
	InOrder                         // it can be launched, and an account that is read owns it
	Foreign                         // it can be launched as long as its owner, who is not read, leaves it there
	PastDate                        // it can be launched, but its deprecation date has passed
	Unplaced                        // none of the images read is it, and its region is not told: a text in a file
	SwitchedOff                     // disabled
	NotLaunchable                   // failed, pending and the like
	Vanished                        // AWS knows it not, or it is not for this account to launch
	LeadsNowhere                    // no image is named at all: a template or parameter between is missing
	conditionCount                  // how many there are
)

var conditionNames = [conditionCount]string{
	NotResolved: "not known yet", InOrder: "ok", Foreign: "foreign", PastDate: "deprecated", Unplaced: "not found",
	SwitchedOff: "disabled", NotLaunchable: "not available", Vanished: "gone", LeadsNowhere: "leads nowhere",
}

// String is the condition in a word or two.
func (c Condition) String() string { return conditionNames[c] }

// Target is the image that a reference comes to.
type Target struct {
	ID        string
	Image     *Image // nil where it is gone or not known
	Condition Condition
}

// Word is the condition with the name that belongs to it: whose image a
// foreign one is, in which state one is that cannot be launched.
func (t Target) Word() string {
	switch t.Condition {
	case Foreign:
		return "foreign: " + cmp.Or(t.Image.OwnerAlias, t.Image.Owner)
	case NotLaunchable:
		return t.Image.State
	default:
		return t.Condition.String()
	}
}

// resolver finds targets, each once.
type resolver struct {
	u     *Usage
	known map[Scope]map[string]Target
}

func (r *resolver) target(s Scope, id string) Target {
	if t, ok := r.known[s][id]; ok {
		return t
	}
	if r.known[s] == nil {
		r.known[s] = map[string]Target{}
	}
	im, found := r.u.Resolve(s, id)
	t := Target{ID: id, Image: im, Condition: NotResolved}
	switch {
	case im != nil:
		t.Condition = r.u.condition(im)
	case found == No:
		t.Condition = Vanished
	}
	r.known[s][id] = t
	return t
}

// anywhere finds the image that a text means, whose region is not told.
func (r *resolver) anywhere(id string) Target {
	none := Target{ID: id, Condition: Unplaced}
	for region, scopes := range r.u.inv.byRegion() {
		if im, ok := r.u.inv.Image(ImageKey{region, id}); ok {
			return Target{id, im, r.u.condition(im)}
		}
		for _, s := range scopes {
			if im := s.shard.named.images[id]; im != nil {
				return Target{id, im, r.u.condition(im)}
			}
		}
	}
	return none
}

func (u *Usage) condition(im *Image) Condition {
	switch {
	case im.Disabled():
		return SwitchedOff
	case im.State != "available":
		return NotLaunchable
	case im.Deprecated(u.in.Now):
		return PastDate
	case !u.inv.reached(im.Owner):
		return Foreign
	}
	return InOrder
}

// reached reports whether an account is among those that are read.
func (inv Inventory) reached(account string) bool {
	_, ok := inv.accounts[account]
	return ok
}
