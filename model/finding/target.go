package finding

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Target is what was judged.
type Target struct {
	Scope model.Scope  // of its owner
	ID    string       // ami-…, i-…, snap-…; "" for all of the scope
	Name  string       // may be empty
	Image *model.Image // nil for what is none

	Snapshot *model.Snapshot // likewise
}

// Key is what an acceptance names it by.
func (t *Target) Key() string {
	if t.ID != "" {
		return t.ID
	}
	return t.Scope.String()
}

// Unit is what was judged. A rule on images, instances or snapshots says of the
// scope where these were not read.
func (t *Target) Unit() Unit {
	switch {
	case t.ID == "":
		return OfScope
	case t.Image != nil:
		return OfImage
	case t.Snapshot != nil:
		return OfSnapshot
	}
	return OfInstance
}

func imageTarget(im *model.Image) Target {
	return Target{Scope: model.Scope{Account: im.Owner, Region: im.Region}, ID: im.ID, Name: im.Name, Image: im}
}

// subject is a target with findings on it, and what a list shows of it. Images tell
// all else of themselves.
type subject struct {
	image     *model.Image   // nil: it is one of others
	worst     model.Severity // of what is open
	maybe     model.Severity // of what is undecided
	open      uint16
	undecided uint16
}

// other is a target that is no image.
type other struct {
	number uint32
	Target
}

// enter gives a target the next number.
func (f *Findings) enter(t Target) (number uint32) {
	number = uint32(f.subjects.len())
	f.subjects.add(subject{image: t.Image})
	if t.Image == nil {
		f.others = append(f.others, other{number, t})
	}
	return number
}

// target is the one with a number.
func (f *Findings) target(number uint32) Target {
	if im := f.subjects.at(int(number)).image; im != nil {
		return imageTarget(im)
	}
	i, _ := slices.BinarySearchFunc(f.others, number, func(o other, n uint32) int { return int(o.number) - int(n) })
	return f.others[i].Target
}

// number is that of an image, if anything was found on it.
func (f *Findings) number(im *model.Image) (uint32, bool) {
	n, ok := f.images.Find(im.ID, func(at int) bool {
		x := f.subjects.at(at).image
		return x != nil && x.ImageKey == im.ImageKey
	})
	return uint32(n), ok
}

// index makes images be found, so that a row of a list costs one look.
func (f *Findings) index() {
	f.images = model.NewIndex(f.subjects.len())
	n := 0
	for _, part := range f.subjects {
		for i := range part {
			if im := part[i].image; im != nil {
				f.images.Put(im.ID, n)
			}
			n++
		}
	}
}
