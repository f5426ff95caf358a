package plan

import "slices"

func restoreWork() work {
	return work{judge: judgeRestore, together: (*draft).restoredTogether, steps: func(d *draft, i int) { restoreSteps(d, i) }, how: "amiscope deletes it again, with the snapshots that came back"}
}

func judgeRestore(d *draft, t *Target) {
	f := &t.Before
	switch {
	case f.there():
		t.Done = "it is there"
		return
	case f.State != Binned, f.Bin.Exits != nil && !f.Bin.Exits.After(d.s.Now):
		t.block(Note{Code: "gone", Text: "it is not in the Recycle Bin: it is gone for good"})
		return
	case t.lone():
		if !f.Bin.Known || f.Bin.Snapshots == 0 {
			t.warn(Note{Code: "bin", Text: "deleted again it is gone for good: no rule of the Recycle Bin is known that holds it", Final: true})
		}
		return
	}
	if i := slices.IndexFunc(f.Snapshots, func(s Snapshot) bool { return s.State == Gone }); i >= 0 {
		t.block(Note{Code: "gone", Text: "its snapshot " + f.Snapshots[i].ID + " is gone for good, and the image does not come back without it"})
	}
	if u := f.unread(UnreadBin); u != nil {
		t.warn(u.note("bin", "what is in the Recycle Bin could not be read again"))
	}
	if len(f.Snapshots) == 0 {
		t.warn(Note{
			Code: "snapshots", Text: "its snapshots are not known: AWS does not bring it back while one of them is in the Recycle Bin",
			Mend: "if it fails, restore its snapshots first",
		})
	}
}

// restoredTogether begins with the snapshots, of which two images may share one.
func (d *draft) restoredTogether() { d.restoreSnapshots(d.running()) }

func (d *draft) restoreSnapshots(targets []int) {
	d.back = map[snapshotKey]int{}
	for _, i := range targets {
		t := &d.Targets[i]
		for _, s := range t.Before.Snapshots {
			k := snapshotKey{t.Image.Region, s.ID}
			if _, begun := d.back[k]; s.State == Binned && !begun {
				why := "bring back its snapshot " + s.ID
				if t.lone() {
					why = "bring back the snapshot"
				}
				d.back[k] = d.step(i, &restoreSnapshot{onSnapshot{s.ID}}, why)
			}
		}
	}
}

// restoreSteps brings an image back once its snapshots are, and gives that step; 0 of a
// snapshot, which is back then.
func restoreSteps(d *draft, i int) int {
	t := &d.Targets[i]
	if t.lone() {
		return 0
	}
	var after []int
	for _, s := range t.Before.Snapshots {
		if n, ok := d.back[snapshotKey{t.Image.Region, s.ID}]; ok {
			after = append(after, n)
		}
	}
	slices.Sort(after)
	return d.step(i, &restoreImage{onImage{t.Image.ID}}, "bring back the image", after...)
}
