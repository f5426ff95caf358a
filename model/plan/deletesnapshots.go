package plan

import (
	"fmt"
	"slices"
	"strings"
)

// snapshotKey names a snapshot. An id is unique within a region.
type snapshotKey struct{ region, id string }

// gone is what a deletion takes besides images.
type gone struct {
	users map[snapshotKey][]int // targets that run and are made of it
	only  map[snapshotKey]bool  // no others may go; nil: all may
	step  map[int]int           // by target: the step that deregisters it
	keep  []string              // snapshots that stay
	spare map[int]bool          // targets that run and do not go: something else is done to them
}

// going lists the targets that go.
func (d *draft) going() []int {
	return slices.DeleteFunc(d.running(), func(i int) bool { return d.goes.spare[i] })
}

// deletedTogether looks at the snapshots of all images that go: one that two of them
// share goes with the last.
func (d *draft) deletedTogether() {
	d.goes.users, d.goes.step = map[snapshotKey][]int{}, map[int]int{}
	for _, i := range d.going() {
		t := &d.Targets[i]
		for _, s := range t.Before.Snapshots {
			k := snapshotKey{t.Image.Region, s.ID}
			d.goes.users[k] = append(d.goes.users[k], i)
		}
	}
	for _, i := range d.going() {
		d.tellKept(&d.Targets[i])
	}
	d.lastOnes()
}

// stays is why a snapshot of a target is not deleted; "" where it is. held reports
// whether an image that stays uses it, so that EC2 itself keeps it.
func (d *draft) stays(t *Target, s *Snapshot) (why string, held bool) {
	users := d.outside(t, s)
	held = len(users) > 0
	switch {
	case d.Options.KeepSnapshots:
		return "it is to be kept", held
	case !t.Before.SnapshotsKnown || t.Before.unread(UnreadSnapshots) != nil:
		return "who else uses it is not known", held
	case d.goes.only != nil && !d.goes.only[snapshotKey{t.Image.Region, s.ID}]:
		return "it was there before", held
	case held:
		return first(users) + " uses it", held
	case len(s.Named) > 0:
		return first(s.Named) + " names it", held
	case s.Backup:
		return "AWS Backup keeps it", held
	case s.Owner != t.Account:
		return "it is not account " + t.Account + "'s", held
	case s.State == Gone || s.State == Binned:
		return "it is gone already", held
	}
	return "", false
}

// outside lists the images that use a snapshot and do not go.
func (d *draft) outside(t *Target, s *Snapshot) []string {
	going := d.goes.users[snapshotKey{t.Image.Region, s.ID}]
	return slices.DeleteFunc(slices.Clone(s.Images), func(id string) bool {
		return slices.ContainsFunc(going, func(i int) bool { return d.Targets[i].Image.ID == id })
	})
}

// tellKept names the snapshots of a target that stay though they could be expected to
// go.
func (d *draft) tellKept(t *Target) {
	var lines []string
	for n := range t.Before.Snapshots {
		s := &t.Before.Snapshots[n]
		why, _ := d.stays(t, s)
		if why == "" {
			continue
		}
		d.goes.keep = append(d.goes.keep, s.ID)
		if !d.Options.KeepSnapshots && t.Before.SnapshotsKnown && s.State != Gone && s.State != Binned {
			lines = append(lines, s.ID+" stays: "+why)
		}
	}
	if len(lines) > 0 {
		t.warn(Note{Code: "kept", Text: strings.Join(lines, "; ")})
	}
}

// deleteSteps deregisters an image and deletes its snapshots. EC2 does both in one
// call where it would delete just those that may go: it keeps what another image uses,
// but not what only a template names.
func deleteSteps(d *draft, i int) {
	t := &d.Targets[i]
	var alone, shared []string
	simple := true
	for n := range t.Before.Snapshots {
		s := &t.Before.Snapshots[n]
		why, held := d.stays(t, s)
		switch {
		case why != "":
			simple = simple && held
		case len(d.goes.users[snapshotKey{t.Image.Region, s.ID}]) > 1:
			shared, simple = append(shared, s.ID), false
		default:
			alone = append(alone, s.ID)
		}
	}
	in := &deregister{onImage{t.Image.ID}, simple && len(alone) > 0}
	why := "delete the image"
	if in.Snapshots {
		why += " and its " + several(len(alone), "snapshot")
	}
	d.goes.step[i] = d.step(i, in, why)
	if !in.Snapshots {
		for _, id := range alone {
			d.step(i, &deleteSnapshot{onSnapshot{id}}, "delete its snapshot "+id, d.goes.step[i])
		}
	}
	d.deleteShared(i, shared)
}

// deleteShared deletes the snapshots that a target shares with others that go, if it
// is the last of them.
func (d *draft) deleteShared(i int, snapshots []string) {
	for _, id := range snapshots {
		users := d.goes.users[snapshotKey{d.Targets[i].Image.Region, id}]
		if users[len(users)-1] != i {
			continue
		}
		var after []int
		for _, u := range users {
			after = append(after, d.goes.step[u])
		}
		d.step(i, &deleteSnapshot{onSnapshot{id}}, fmt.Sprintf("delete snapshot %s, which %d of the images share", id, len(users)), after...)
	}
}

// freed is what the deletion frees.
func (d *draft) freed() Money {
	if d.s.Money == nil {
		return Money{Notes: []string{"what it frees is not known"}}
	}
	return d.s.Money(d.keys(d.going()), sorted(d.goes.keep))
}
