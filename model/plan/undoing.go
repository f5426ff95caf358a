package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// fate is what is to become of an image when a run is taken back.
type fate struct {
	before  *Facts               // how it was before the run; nil for a copy
	restore bool                 // it was deleted
	remove  bool                 // it was made, or brought back
	only    map[snapshotKey]bool // of what was brought back: the snapshots that were so too
	bring   []string             // snapshots that were deleted, where the image was not or stays as it is
	calls   []input              // else: what is done to it, in order
	lost    []Note               // what that does not bring back
}

// undoing makes the plan that takes a run back.
type undoing struct {
	*draft
	run     *Run
	fates   map[model.ImageKey]*fate
	open    map[model.ImageKey]bool // something was done to it of which nobody knows
	deleted map[snapshotKey]bool
	after   map[int]int // by target: the step that everything else to it waits for
}

// meet says what taking back a step means for its image.
func (u *undoing) meet(x doneStep) {
	f, target := u.fates[x.image], &u.run.Plan.Targets[x.Target]
	if f == nil {
		f = &fate{}
		u.fates[x.image] = f
	}
	if target.Image == x.image {
		f.before = &target.Before
	}
	for i := range u.Targets { // also where nothing is known of it now
		if t := &u.Targets[i]; t.Image == x.image && t.Account == "" {
			t.Account = x.Scope.Account
		}
	}
	switch in := x.in.(type) {
	case *copyImage:
		f.remove = true
	case *restoreImage:
		f.remove = true
		f.keepBut()
	case *restoreSnapshot:
		f.keepBut()[snapshotKey{x.Scope.Region, in.ID}] = true
	case *deregister:
		f.restore = true
	case *deleteSnapshot:
		f.bring = append(f.bring, in.ID)
	default:
		before := target.Before
		if target.Image != x.image { // a copy, which is private when it is made
			before = nothing()
			before.Permissions = &Sharing{}
		}
		w := x.in.back(&before, &u.s)
		f.calls, f.lost = append(f.calls, w.calls...), append(f.lost, w.lost...)
	}
}

// keepBut are the snapshots that are deleted again; the others were there before.
func (f *fate) keepBut() map[snapshotKey]bool {
	if f.only == nil {
		f.only = map[snapshotKey]bool{}
	}
	return f.only
}

// judge says whether an image can be brought to what it was.
func (u *undoing) judge(t *Target) {
	f := u.fates[t.Image]
	if u.open[t.Image] {
		t.warn(Note{Code: "unclear", Text: "of a step of the run nobody knows whether it was done: that one is not taken back", Grave: true})
	}
	if f.restore || len(f.bring) > 0 { // also where nothing is known of it yet: what is read next are its snapshots
		if f.before == nil {
			f.before = &t.Before
		}
		t.Before.Snapshots = u.shelved(t, f.before)
		if b := f.before.Bin; b.Known && !t.Before.TagsKnown { // by which rules hold it; of what is in the bin AWS tells no tags
			t.Before.Bin.Known, t.Before.Bin.Image, t.Before.Bin.Snapshots = true, b.Image, b.Snapshots
		}
	}
	if !u.reachable(t, f.deeds()[0]) {
		return
	}
	for _, deed := range f.deeds()[1:] {
		if rule := u.s.Accounts[t.Account]; slices.Contains(rule.Deny, deed) {
			t.block(Note{Code: "denied", Text: "the config file denies " + string(deed) + " in account " + rule.title(t.Account), Mend: "take it out of deny for that account"})
		}
	}
	switch {
	case f.restore:
		u.judgeRestore(t, f)
	case f.remove:
		u.careOf(t, careKept)
		judgeDelete(u.draft, t)
	case len(f.bring) > 0:
		u.judgeBring(t, f)
	case f.only != nil:
		u.judgeDrop(t, f)
	default:
		u.judgeCalls(t, f)
	}
	if t.Done != "" {
		t.Blocks = nil
	}
}

// deeds are what taking back comes to, at least one.
func (f *fate) deeds() []Deed {
	switch {
	case f.restore, len(f.bring) > 0 && !f.remove:
		return []Deed{Restore}
	case f.remove, f.only != nil:
		return []Deed{Delete}
	}
	out := []Deed{}
	for _, in := range f.calls {
		if !slices.Contains(out, in.deed()) {
			out = append(out, in.deed())
		}
	}
	if len(out) == 0 {
		return []Deed{UndoOf}
	}
	return out
}

// judgeBring says whether snapshots that were deleted can come back without their image.
func (u *undoing) judgeBring(t *Target, f *fate) {
	f.calls = nil
	for _, id := range f.bring {
		switch s := t.Before.snapshot(id); {
		case s == nil || s.State == Gone:
			t.block(Note{Code: "gone", Text: "its snapshot " + id + " is not in the Recycle Bin: it is gone for good"})
		case s.State == Binned:
			f.calls = append(f.calls, &restoreSnapshot{onSnapshot{id}})
		}
	}
	if len(f.calls) == 0 && len(t.Blocks) == 0 {
		t.Done = "it is there"
	}
}

// judgeDrop says whether snapshots that were brought back go again, where no image does.
func (u *undoing) judgeDrop(t *Target, f *fate) {
	f.calls = nil
	if t.Before.there() && !t.lone() {
		t.block(Note{Code: "snapshots", Text: "the image is there, and needs its snapshots", Mend: "take back the step that brought back the image: its snapshots go with it"})
		return
	}
	for i := range t.Before.Snapshots {
		s := &t.Before.Snapshots[i]
		if !f.only[snapshotKey{t.Image.Region, s.ID}] || s.State == Gone || s.State == Binned {
			continue
		}
		if why, _ := u.stays(t, s); why != "" {
			t.block(Note{Code: "kept", Text: s.ID + " stays: " + why})
			continue
		}
		f.calls = append(f.calls, &deleteSnapshot{onSnapshot{s.ID}})
	}
	if len(f.calls) == 0 && len(t.Blocks) == 0 {
		t.Done = "it is gone again already"
	}
}

// judgeCalls leaves out what is so already, and says what cannot be brought back.
func (u *undoing) judgeCalls(t *Target, f *fate) {
	if !t.Before.there() {
		u.fits(t, work{from: []string{available}})
		return
	}
	if f.before != nil && len(t.Before.Snapshots) == 0 { // nobody looked at them since
		t.Before.Snapshots = f.before.Snapshots
	}
	all := len(f.calls)
	enabled := slices.ContainsFunc(f.calls, func(in input) bool { _, ok := in.(*enableImage); return ok })
	f.calls = slices.DeleteFunc(f.calls, func(in input) bool { return in.settled(&t.Before, &t.Before) == Done })
	for _, in := range f.calls {
		if _, share := in.(*modifyImage); share && t.Before.State != available && !enabled {
			t.block(Note{Code: "state", Text: "it is " + t.Before.State + ", and then AWS does not change who may launch it", Mend: "enable it first"})
			break
		}
	}
	u.losses(t, f, all > 0)
}

// losses says what is not brought back; where that is all, the image is blocked.
func (u *undoing) losses(t *Target, f *fate, something bool) {
	switch {
	case len(f.calls) == 0 && len(f.lost) > 0:
		t.Blocks = append(t.Blocks, f.lost...)
	case len(f.calls) == 0 && something:
		t.Done = "it is as it was before already"
	default:
		t.Warnings = append(t.Warnings, f.lost...)
	}
}

// judgeRestore says whether an image that was deleted can come back, and what it takes
// to make it what it was.
func (u *undoing) judgeRestore(t *Target, f *fate) {
	f.calls, f.lost = nil, nil
	u.asBefore(t, f)
	if t.Before.there() {
		u.losses(t, f, true)
		return
	}
	judgeRestore(u.draft, t)
	t.Warnings = append(t.Warnings, f.lost...)
}

// shelved are the snapshots that an image had, as they are now: where that was not
// read, in the bin if the run has deleted them.
func (u *undoing) shelved(t *Target, before *Facts) []Snapshot {
	out := make([]Snapshot, 0, len(before.Snapshots))
	for _, s := range before.Snapshots {
		state := s.State
		if u.deleted[snapshotKey{t.Image.Region, s.ID}] {
			state = Binned
		}
		if now := t.Before.snapshot(s.ID); now != nil && now.State != "" {
			state = now.State
		}
		s.State = state
		out = append(out, s)
	}
	return out
}

// asBefore gives the calls that make an image what it was once it is back. What AWS
// brings back with it they set again, which changes nothing.
func (u *undoing) asBefore(t *Target, f *fate) {
	b, now, id := f.before, &t.Before, onImage{t.Image.ID}
	if b.Permissions != nil && b.State == available {
		var missing []grant
		for _, g := range b.Permissions.grants() {
			if now.Permissions == nil || !now.Permissions.has(g) {
				missing = append(missing, g)
			}
		}
		w := shareAgain(id.ID, missing, &u.s)
		f.calls, f.lost = append(f.calls, w.calls...), append(f.lost, w.lost...)
	}
	if b.TagsKnown {
		f.calls = append(f.calls, now.retag(b, id.ID)...)
	}
	switch {
	case sameMoment(b.Deprecation, now.Deprecation):
	case b.Deprecation == nil:
		f.calls = append(f.calls, &disableDeprecation{id})
	default:
		w := dateAgain(id.ID, *b.Deprecation, &u.s)
		f.calls = append(f.calls, w.calls...)
		if now.there() { // else AWS brings back one that has passed
			f.lost = append(f.lost, w.lost...)
		}
	}
	if b.protected() && b.Protection != now.Protection {
		f.calls = append(f.calls, &enableProtection{id, b.Protection == ProtectedYet})
	}
}

// retag gives the calls that set the tags of people as they were.
func (f *Facts) retag(before *Facts, id string) []input {
	var set, gone []tag
	for _, t := range before.Tags {
		if x := tagOf(t); own(t) && (!f.TagsKnown || !f.held(x)) {
			set = append(set, x)
		}
	}
	for _, t := range f.Tags {
		if _, had := before.tag(t.Key); own(t) && !had {
			gone = append(gone, tag{Key: t.Key})
		}
	}
	var out []input
	if len(set) > 0 {
		out = append(out, &createTags{tagged{[]string{id}, set}})
	}
	if len(gone) > 0 {
		out = append(out, &deleteTags{tagged{[]string{id}, gone}})
	}
	return out
}
