package plan

import "time"

// emit adds the steps: what was brought back or made goes, what was deleted comes
// back, and the rest is set as it was.
func (u *undoing) emit() {
	u.goes.spare, u.goes.only = map[int]bool{}, map[snapshotKey]bool{}
	copies := false
	for i := range u.Targets {
		f := u.fates[u.Targets[i].Image]
		u.goes.spare[i] = !f.remove
		for k := range f.only {
			u.goes.only[k] = true
		}
		copies = copies || f.remove && f.only == nil
	}
	if copies { // with all their snapshots
		u.goes.only = nil
	}
	u.deletedTogether()
	for _, i := range u.going() {
		deleteSteps(u.draft, i)
	}
	u.bringBack()
	for _, i := range u.running() {
		if u.goes.spare[i] {
			u.set(i)
		}
	}
}

// bringBack restores what was deleted, the snapshots first.
func (u *undoing) bringBack() {
	u.after = map[int]int{}
	var back []int
	for _, i := range u.running() {
		if t := &u.Targets[i]; u.fates[t.Image].restore && !t.Before.there() {
			back = append(back, i)
		}
	}
	u.restoreSnapshots(back)
	for _, i := range back {
		u.after[i] = restoreSteps(u.draft, i)
	}
}

// set makes an image what it was. What it takes to be launched comes before all that
// follows, and disabling, which takes its permissions away, after all before; so does
// lifting a deprecation, which AWS refuses while it is public.
func (u *undoing) set(i int) {
	var gate, done []int
	if n := u.after[i]; n > 0 {
		gate = []int{n}
	}
	for _, in := range u.fates[u.Targets[i].Image].calls {
		if s, ok := in.(*restoreSnapshot); ok && u.back[snapshotKey{u.Targets[i].Image.Region, s.ID}] > 0 {
			continue // it comes back with an image
		}
		after := gate
		switch in.(type) {
		case *disableImage, *disableDeprecation:
			after = append(append([]int{}, gate...), done...)
		}
		n := u.step(i, in, why(in), after...)
		done = append(done, n)
		if _, first := in.(*enableImage); first {
			gate = []int{n}
		}
	}
}

// why says what a call is for that sets something as it was.
func why(in input) string {
	switch in := in.(type) {
	case *modifyImage:
		if len(in.Permission.Remove) > 0 {
			return "take the image away from " + some(in.Permission.Remove) + " again"
		}
		return "share the image with " + some(in.Permission.Add) + " again"
	case *modifySnapshot:
		if in.Operation == removal {
			return "take its snapshot " + in.ID + " away from accounts again"
		}
		return "share its snapshot " + in.ID + " with accounts again"
	case *enableDeprecation:
		return "set its deprecation date to " + in.At.Format(time.DateOnly) + " again"
	case *disableDeprecation:
		return "lift its deprecation again"
	case *enableImage:
		return "enable the image again"
	case *disableImage:
		return "disable the image again"
	case *enableProtection:
		return "protect the image again"
	case *disableProtection:
		return "turn its protection off again"
	case *createTags:
		return "set " + tagNames(in.Tags) + " as before"
	case *deleteTags:
		return "remove " + tagNames(in.Tags) + " again"
	case *restoreSnapshot:
		return "bring back snapshot " + in.ID
	case *deleteSnapshot:
		return "delete snapshot " + in.ID + " again"
	}
	return "take it back"
}
