package model

import (
	"cmp"
	"time"
)

// Reference is one place that names an image, or a snapshot of one. It is
// immutable once it is in an inventory.
type Reference struct {
	Scope  Scope  // where it is; the zero Scope for a file
	Source Kind   // the listing that told it
	Key    string // unique within its scope and source
	ID     string // i-…, lt-…, the name of a group, a parameter, a file; of an opinion the ARN
	Name   string // as its owner calls it, "" for what has none beside its id; of an opinion what an ID of another source would be
	Part   string // where in it: "override 2"; "" where there is but one place

	Image    string // ami-…; "" where it names one through Via, or names none
	Snapshot string // snap-…, named straight in block devices; else ""
	Alias    string // the parameter that its image was told by (resolve:ssm:); else ""
	Anywhere bool   // a text that may mean an image of any region
	Broken   string // why it leads to no image, "" where it does

	// Via is what it launches from; nil for nothing. Where Image is empty, that is
	// the image it means: a version by number is followed by whoever reads it.
	Via *Via

	State string    // of an instance, fleet or request, in AWS's words
	Group string    // Auto Scaling group of an instance; "" for none
	Since time.Time // see Version, Instance: since when it is as it is; zero: not told

	Version *Version // of a launch template; nil else
}

// Via is a launch template, or a launch configuration, as something names it.
type Via struct {
	Template string // lt-…, or "" where it is named by name
	Name     string
	Version  string // a number, $Latest, $Default; "" is $Default
	Config   string // name of a launch configuration; the rest is then empty
	Followed bool   // the version was read by its number: what the reference says of its image is all that there is
}

// Version tells of a version of a launch template.
type Version struct {
	Number  int64
	Of      int64 // number of the newest one
	Default bool
}

// Latest reports whether it is the newest one.
func (v Version) Latest() bool { return v.Number == v.Of }

func (r *Reference) key() string { return r.Key }

// Title is what people call the thing that names an image.
func (r *Reference) Title() string { return cmp.Or(r.Name, r.ID) }

// Gone reports whether what names the image is over itself, so that it needs
// no image any more.
func (r *Reference) Gone() bool {
	switch r.Source {
	case Instances:
		return r.State == "terminated" || r.State == "shutting-down"
	case Fleets:
		return r.State == "deleted" || r.State == "deleted_terminating" || r.State == "failed"
	case SpotFleets:
		return r.State == "cancelled" || r.State == "cancelled_terminating" || r.State == "failed"
	case SpotRequests:
		return r.State == "closed" || r.State == "cancelled" || r.State == "failed"
	default: // the others are there as long as they are told
		return false
	}
}
