package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

func deleteWork() work {
	return work{
		care: careKept, judge: judgeDelete, together: (*draft).deletedTogether, steps: deleteSteps, money: (*draft).freed,
		how: "amiscope restores it from the Recycle Bin: snapshots, image, launch permissions and tags",
	}
}

// judgeDelete refuses what is used or protected, and says what must be known before
// it is confirmed.
func judgeDelete(d *draft, t *Target) {
	f := &t.Before
	switch {
	case f.State == Binned:
		t.Done = "it is in the Recycle Bin already"
		return
	case !f.there():
		t.Done = "it is gone already"
		return
	case f.protected():
		t.block(d.guarded(f))
	}
	d.judgeUse(t)
	if f.State == "pending" {
		t.warn(Note{Code: "pending", Text: "it is still being made: deleting it ends that"})
	}
	if u := f.unread(UnreadSnapshots); u != nil && !d.Options.KeepSnapshots {
		t.warn(u.note("snapshots", "who else uses its snapshots could not be read again: they stay"))
	} else if !f.SnapshotsKnown && !d.Options.KeepSnapshots {
		t.warn(Note{Code: "snapshots", Text: "who else uses its snapshots is not known: they stay", Mend: "refresh its scope, so that they can go too"})
	}
}

// guarded is why a protected image is not deleted, and from when it can be.
func (d *draft) guarded(f *Facts) Note {
	n := Note{Code: "protected", Text: "it is protected from being deleted", Mend: "unprotect it first"}
	if f.Protection == ProtectedYet {
		n.Text += ", with cooldown"
		n.Mend += "; it can be deleted 24 hours after that, " + moments(d.s.Now.Add(cooldown)) + " at the earliest"
	}
	return n
}

func moments(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// judgeUse refuses images that are used. What is not known or only probable a person
// confirms with the phrase, and a script by having said so before.
func (d *draft) judgeUse(t *Target) {
	u := &t.Before.Usage
	switch u.Verdict {
	case model.Used.String():
		t.block(Note{Code: "used", Text: "it is used: " + first(u.Evidence), Mend: "end that use first"})
	case model.Probable.String():
		d.confirmed(t, d.Options.AllowStale, Note{
			Code: "probable", Text: "it is probably used: " + first(u.Evidence), Mend: "allow it with --allow-stale",
		})
	case model.Unused.String():
	default:
		d.confirmed(t, d.Options.AllowUnknown, Note{
			Code: "unknown", Text: "who uses it is not known: " + blind(&t.Before), Mend: "look at that, or allow it with --allow-unknown",
		})
	}
	if u.Recheck != "" {
		d.confirmed(t, d.Options.AllowUnknown, Note{
			Code: "recheck", Text: "AWS could not be asked again what names it: " + u.Recheck, Mend: "look again, or allow it with --allow-unknown",
		})
	}
}

// confirmed warns of what somebody confirms, and blocks it where nobody does.
func (d *draft) confirmed(t *Target, allowed bool, n Note) {
	if !d.s.Person && !allowed {
		t.block(n)
		return
	}
	n.Mend, n.Grave = "", true
	t.warn(n)
}

// lastOnes warns of images without which nothing is left to replace them by.
func (d *draft) lastOnes() {
	left := map[line]int{}
	going, gone := d.going(), map[model.ImageKey]bool{}
	for _, i := range going {
		t := &d.Targets[i]
		gone[t.Image] = true
		if d.counts(t) {
			left[t.line()]--
		}
	}
	for _, i := range going {
		t := &d.Targets[i]
		stay := t.Before.Family.Others + left[t.line()]
		if d.counts(t) {
			stay++ // it is not among the others
		}
		elsewhere := func(k Kin) bool { return k.State == available && !gone[k.Image] }
		switch {
		case t.Before.State != available && t.Before.State != disabled:
		case stay <= 0 && !slices.ContainsFunc(t.Before.Family.Copies, elsewhere):
			t.warn(Note{Code: "last", Text: "no other image of " + cmp.Or(t.Before.Family.Name, "its kind") + " stays, and no copy", Grave: true})
		case t.Before.Family.Newest:
			t.picked(t.Before.Family, "find an older one")
			t.Warnings[len(t.Warnings)-1].Grave = true
		}
	}
}

// counts reports whether a target is among those that Family counts.
func (d *draft) counts(t *Target) bool {
	f := &t.Before
	return f.State == available && (f.Deprecation == nil || f.Deprecation.After(d.s.Now))
}

// line is what images share that replace each other.
type line struct{ account, region, family, architecture string }

func (t *Target) line() line {
	return line{t.Account, t.Image.Region, t.Before.Family.Name, t.Before.Architecture}
}
