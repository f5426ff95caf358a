package plan

import (
	"fmt"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// FreedBy tells by what everything costs what deleting images frees, but for snapshots
// that stay: it is the Money of a Setting.
func FreedBy(c *cost.Costs) func(images []model.ImageKey, keep []string) Money {
	return func(images []model.ImageKey, keep []string) Money {
		f := freed(c, images, keep)
		return Money{Freed: &f, Notes: freedNotes(&f)}
	}
}

// freed counts the images without the snapshots that stay. An id of a snapshot is held
// in each region of the images.
func freed(c *cost.Costs, images []model.ImageKey, keep []string) cost.Freed {
	tally, regions := c.Tally(), map[string]bool{}
	for _, k := range images {
		if !regions[k.Region] {
			regions[k.Region] = true
			for _, id := range keep {
				tally.Hold(cost.SnapshotKey{Region: k.Region, ID: id})
			}
		}
		tally.MarkImage(k, true)
	}
	return tally.Freed()
}

// freedNotes says when that is freed, and what the figure leaves out.
func freedNotes(f *cost.Freed) []string {
	var out []string
	note := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if f.Days > 0 {
		note("when the Recycle Bin lets go, after up to %s", several(f.Days, "day"))
	}
	switch {
	case f.Kept == 1:
		note("1 snapshot stays and costs as before: something else needs it")
	case f.Kept > 1:
		note("%d snapshots stay and cost as before: something else needs them", f.Kept)
	}
	if f.Unsure {
		note("whether templates name the snapshots was not looked at")
	}
	if f.Unread > 0 {
		note("of %s the snapshots are not known: what they free is not counted", several(f.Unread, "image"))
	}
	return out
}
