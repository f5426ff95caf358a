package cost

import "github.com/amiscope/amiscope/model"

// Archiving is what moving the snapshots of disabled images to the archive tier
// would change a month. There they are stored whole, so it may cost more than it
// saves, and at least 90 days are billed (EBS user guide, snapshot-archive).
type Archiving struct {
	Snapshots int
	Saved     Band // what the standard tier stores no more
	Cost      Band // what the archive costs
	Change    Band // Cost less Saved: below zero it saves
	Enabled   int  // images that are not disabled: they must be before
	Held      int  // snapshots that stay, as an image outside the set uses them
	Basis     Basis
}

// Archiving says what archiving the snapshots of images would change.
func (c *Costs) Archiving(images []model.ImageKey) Archiving {
	var a Archiving
	t := c.Tally()
	for _, k := range images {
		r := c.region(k.Region)
		if r == nil {
			continue
		}
		i, ok := r.image(k.ID)
		switch {
		case !ok || r.images[i].state != Told:
		case !r.images[i].image.Disabled():
			a.Enabled++
		default:
			t.MarkImage(k, true)
		}
	}
	for r, rt := range t.regions {
		for i := range rt.users {
			l := &r.lines[i]
			switch {
			case rt.users[i] == 0 || l.Snapshot.Archived():
			case rt.users[i] < int(l.n):
				a.Held++
			default:
				full, basis := fullSize(l.Snapshot)
				high := r.common.price.Archive.Of(full)
				low := high
				if basis != FullSize {
					low = 0
				}
				a.Snapshots++
				a.Cost, a.Basis = a.Cost.Plus(Band{low, high}), a.Basis.weaker(l.Basis)
				continue
			}
			if l.Snapshot.Archived() {
				t.leave(r, rt, i)
			}
		}
	}
	a.Saved = t.Freed().Cost
	a.Change = Band{a.Cost.Low - a.Saved.High, a.Cost.High - a.Saved.Low}
	return a
}

// leave takes a line out of what goes, whatever its marks.
func (t *Tally) leave(r *region, rt *regionTally, i int32) {
	rt.users[i] = 0
	t.settle(r, rt, i)
}
