// Package calls is the one table of the calls of AWS that the program makes: what
// each is for, what is missing without it, and which permission it takes. The
// client refuses a call that is not in it; what doctor looks at and the IAM policy
// that it prints are made of it.
package calls

import (
	"slices"
	"strings"
	"sync"
)

// Group is what calls serve together, and what somebody may want or not.
type Group uint8

// The groups. Read is part of all that can be asked for: without it there is
// nothing to look at.
const (
	Read         Group = iota // images and snapshots of accounts and regions
	Usage                     // who uses an image
	Permissions               // who may launch it, and make volumes of its snapshots
	Trail                     // who did what to it
	Settings                  // what accounts set for all that they have
	Inspector                 // what Amazon Inspector found in images
	Cost                      // what is in the Recycle Bin, what costs besides, list prices
	Measure                   // blocks of snapshots
	Bill                      // what AWS has billed
	Organization              // all accounts of an organization
	Report                    // usage reports
	Write                     // deeds: what changes images and their snapshots
	Keys                      // copies that are encrypted with keys of one's own
	groups
)

var words = [...]string{
	Read: "read", Usage: "usage", Permissions: "permissions", Trail: "trail", Settings: "settings", Inspector: "inspector", Cost: "cost", Measure: "measure", Bill: "bill",
	Organization: "organization", Report: "report", Write: "write", Keys: "keys",
}

// String is the word for a group on the command line.
func (g Group) String() string { return words[g] }

// Groups lists all groups, in their order.
func Groups() []Group {
	out := make([]Group, groups)
	for i := range out {
		out[i] = Group(i)
	}
	return out
}

// ParseGroup is the group of a word.
func ParseGroup(word string) (Group, bool) {
	i := slices.Index(words[:], word)
	return Group(max(i, 0)), i >= 0
}

// Check is how it can be told whether a call is allowed, without changing or
// paying anything.
type Check uint8

// The ways to tell.
const (
	None   Check = iota // none: Call.Why says what is in the way
	DryRun              // EC2 says so when it is asked with DryRun
	Try                 // the call itself, of the smallest page
)

// Place is where a call is made.
type Place uint8

// The places.
const (
	EachRegion  Place = iota
	EachAccount       // once, in the region of the login
	AnyAccount        // likewise, and one account that may is enough for all
)

// Call is a row of the table: an operation, which takes the permission of its
// name.
type Call struct {
	API    string  // service and operation as IAM spells them: "ec2:DescribeImages"
	For    []Group // what it serves, one at least
	What   string  // what it is for, in a few words: "images"
	Loss   string  // what is missing without it: a sentence, without its full stop
	At     Place
	Check  Check
	Why    string // it cannot be checked; with None only
	ByID   bool   // its dry run names an image or snapshot, which there need not be
	Spare  string // why a policy can do without it; "" for most
	Free   bool   // it needs no permission
	Behind string // the API that needs this permission besides, where it is no call of ours
	If     string // condition key that must be true for the permission to count; "" for most
	On     string // ARN of what it is used on; "": everything. {partition} and {role} stand for those
}

// Serves reports whether a call serves one of some groups.
func (c Call) Serves(some []Group) bool {
	return slices.ContainsFunc(c.For, func(g Group) bool { return slices.Contains(some, g) })
}

// Service is the first half of the API.
func (c Call) Service() string {
	service, _, _ := strings.Cut(c.API, ":")
	return service
}

// All lists the whole table, in its order.
func All() []Call {
	return slices.Concat(reading(), usage(), tracing(), opening(), charging(), organization(), writing(), encrypting())
}

// made are the calls that the program makes, by API. Every call is looked up.
var made = sync.OnceValue(func() map[string]Call {
	out := map[string]Call{}
	for _, c := range All() {
		if c.Behind == "" {
			out[c.API] = c
		}
	}
	return out
})

// Find is the row of a call that the program makes, by its API.
func Find(api string) (Call, bool) {
	c, ok := made()[api]
	return c, ok
}

// Asked lists what some groups need, and Read in any case.
func Asked(some []Group) []Call {
	some = append(slices.Clone(some), Read)
	return slices.DeleteFunc(All(), func(c Call) bool { return !c.Serves(some) })
}
