package model

import "time"

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
