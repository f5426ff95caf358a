package cost

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// ImageLine is what one image costs.
type ImageLine struct {
	Image *model.Image
	Cost  Band // of all its snapshots
	Share Band // of them what falls to it: the shares of all images of a snapshot add up to its cost
	Bytes Bytes
	Part  Bytes // its share of them
	Basis Basis
	State ImageState
	Gaps  uint16 // snapshots that it names and that were not read
	Joint bool   // other images use one of its snapshots
}

// ImageState is whether an image's cost can be told.
type ImageState uint8

// The states.
const (
	NotEstimated ImageState = iota // not yet
	Told
	InS3   // an instance-store image: what its bundle costs in S3 is not known
	Theirs // another account owns it and pays for it
	Unread // its snapshots were not read
)

var imageStateNames = [...]string{
	NotEstimated: "not estimated yet", Told: "known", InS3: "instance store: S3, not known",
	Theirs: "its owner pays", Unread: "its snapshots were not read",
}

// String is the state in words.
func (s ImageState) String() string { return imageStateNames[s] }

// user is an image and the snapshots that it uses. What it costs is made of these
// when somebody asks.
type user struct {
	image *model.Image
	first int32 // of its lines among the uses of all
	gaps  uint16
	state ImageState
}

// usesOf are the lines of an image's snapshots.
func (r *region) usesOf(image int) []int32 {
	if image+1 == len(r.images) {
		return r.uses[r.images[image].first:]
	}
	return r.uses[r.images[image].first:r.images[image+1].first]
}

// image is the place of one.
func (r *region) image(id string) (int, bool) {
	return r.places.Find(id, func(at int) bool { return r.images[at].image.ID == id })
}

// attach tells each image which snapshots it uses, and each snapshot which images
// use it.
func (r *region) attach() {
	lines := model.NewIndex(len(r.lines))
	for i := range r.lines {
		lines.Put(r.lines[i].Snapshot.ID, i)
	}
	r.uses = make([]int32, 0, r.usesAtMost())
	for i := range r.images {
		u := &r.images[i]
		u.first, u.state = int32(len(r.uses)), r.state(u.image)
		ids := u.image.SnapshotIDs()
		for _, id := range ids {
			if at, ok := lines.Find(id, func(at int) bool { return r.lines[at].Snapshot.ID == id }); ok {
				r.uses = append(r.uses, int32(at))
				r.lines[at].n++
			}
		}
		if u.state == Told {
			u.gaps = uint16(len(ids) - (len(r.uses) - int(u.first)))
		}
	}
	r.shelve()
}

// usesAtMost is how many uses there may be of snapshots.
func (r *region) usesAtMost() (n int) {
	for _, u := range r.images {
		if u.image.Detail != nil {
			n += int(u.image.Snapshots)
		}
	}
	return n
}

// shelve lays the images of each line side by side.
func (r *region) shelve() {
	next := int32(0)
	for i := range r.lines {
		l := &r.lines[i]
		l.users, next = next, next+l.n
		l.n = 0
	}
	r.common.users = make([]*model.Image, next)
	for i := range r.images {
		for _, at := range r.usesOf(i) {
			l := &r.lines[at]
			r.common.users[l.users+l.n] = r.images[i].image
			l.n++
		}
	}
}

// imageLine adds the snapshots of an image up.
func (r *region) imageLine(image int) ImageLine {
	u := r.images[image]
	x := ImageLine{Image: u.image, State: u.state, Gaps: u.gaps}
	if x.State != Told {
		return x
	}
	if x.Gaps > 0 {
		x.Basis = NotKnown
	}
	for _, at := range r.usesOf(image) {
		l := &r.lines[at]
		cost, users := l.Cost(), l.Images()
		x.Cost, x.Bytes, x.Basis = x.Cost.Plus(cost), x.Bytes.plus(l.Bytes), x.Basis.weaker(l.Basis)
		i, of := slices.Index(users, x.Image), len(users)
		x.Share, x.Part = x.Share.Plus(cost.share(i, of)), x.Part.plus(l.Bytes.share(i, of))
		x.Joint = x.Joint || of > 1
	}
	return x
}

func (r *region) state(im *model.Image) ImageState {
	owner := model.Scope{Account: im.Owner, Region: im.Region}
	switch {
	case im.RootType == "instance-store" && im.Snapshots == 0:
		return InS3
	case !slices.Contains(r.scopes, owner):
		return Theirs
	case im.Snapshots > 0 && (im.Detail == nil || r.c.inv.Status(owner, model.Snapshots).AsOf.IsZero()):
		return Unread
	}
	return Told
}

// Tiers tells in which storage tiers the snapshots of an image are; known is false
// where not all of them were read.
func (c *Costs) Tiers(im *model.Image) (standard, archive, known bool) {
	r := c.region(im.Region)
	if r == nil {
		return false, false, false
	}
	i, ok := r.image(im.ID)
	if !ok {
		return false, false, false
	}
	if u := r.images[i]; u.state == Unread || u.state == NotEstimated || u.state == Theirs && im.Snapshots > 0 || u.gaps > 0 {
		return false, false, false
	}
	for _, at := range r.usesOf(i) {
		archived := r.lines[at].Snapshot.Archived()
		standard, archive = standard || !archived, archive || archived
	}
	return standard, archive, true
}
