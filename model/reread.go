package model

import (
	"slices"
	"strings"
	"time"
)

// Look says what is to be read again of some images of one account and region.
type Look struct {
	Scope       Scope    // whose images they are
	Images      []string // ids
	Besides     []string // ids of snapshots, whether of those images or not
	Copies      []string // ids of images of other regions or accounts: what was copied from them to here
	Permissions bool     // who may launch them: a call each
	Snapshots   bool     // their snapshots, who may use those, and which other images use them
	References  bool     // what names them, as AWS itself says
	Bin         bool     // whether what is gone is in the Recycle Bin
}

// IsSnapshot reports whether an id is that of a snapshot.
func IsSnapshot(id string) bool { return strings.HasPrefix(id, "snap-") }

// LookAt looks at images, and at snapshots for their own sake, by their ids.
func LookAt(s Scope, ids ...string) Look {
	l := Look{Scope: s}
	l.Add(ids...)
	return l
}

// Add looks at these too.
func (l *Look) Add(ids ...string) {
	for _, id := range ids {
		if IsSnapshot(id) {
			l.Besides = append(l.Besides, id)
		} else {
			l.Images = append(l.Images, id)
		}
	}
}

// Asks reports whether an image or snapshot is looked at.
func (l Look) Asks(id string) bool {
	return slices.Contains(l.Images, id) || slices.Contains(l.Besides, id)
}

// Reread is what was read again of single images, apart from any pass. What Look
// did not ask for is nil. What could not be read, though asked for, stands in
// Errors and is nil as well.
type Reread struct {
	Scope       Scope
	At          time.Time
	Images      []*Image             // those that are there, and copies that were asked for, by id
	Gone        []string             // those that are not, whether in the bin or nowhere
	Permissions []*LaunchPermissions // of Images, by id; each with an error of its own
	Snapshots   []*Snapshot          // of Images and Besides, by id
	Missing     []string             // snapshots that are not there
	Users       map[string][]string  // by snapshot: images of the account that use it, sorted
	Shares      map[string][]string  // by snapshot: accounts that may use it, sorted, "all" for everybody
	References  []*Reference         // of Kind Opinions
	Binned      []*Binned            // of Gone and Missing
	Errors      []*OpError           // one a call that failed
}

func (Reread) event() {}

// Told lists what was read: images and snapshots that are there, and those that are not.
func (r Reread) Told() []string {
	out := slices.Concat(r.Gone, r.Missing)
	for _, im := range r.Images {
		out = append(out, im.ID)
	}
	for _, s := range r.Snapshots {
		out = append(out, s.ID)
	}
	return out
}
