package plan

import (
	"strings"
	"time"
)

func deprecateWork() work {
	return work{
		from: []string{available, disabled}, care: careKept, judge: judgeDeprecate, steps: deprecateSteps,
		how: "amiscope lifts the deprecation, or sets the date that was there",
	}
}

// deprecatesIn is the latest date that AWS takes: ten years ahead, and two after its
// making for a public image (EC2 user guide, ami-deprecate).
const (
	deprecatesIn       = 10
	deprecatesPublicIn = 2
)

// date is the date of the options as AWS keeps it.
func (o *Options) date() time.Time {
	if o.At == nil {
		return time.Time{}
	}
	return o.At.UTC().Round(time.Minute)
}

func judgeDeprecate(d *draft, t *Target) {
	f, at := &t.Before, d.Options.date()
	if f.Deprecation != nil && sameMoment(f.Deprecation, &at) {
		t.Done = "its deprecation date is that already"
		return
	}
	if !at.After(d.s.Now) {
		t.block(Note{Code: "date", Text: "AWS takes no deprecation date that has passed", Mend: "name a later one"})
	}
	if f.Permissions != nil && f.Permissions.Public && f.Created != nil && at.After(f.Created.AddDate(deprecatesPublicIn, 0, 0)) {
		t.block(Note{Code: "date", Text: "a public image is deprecated two years after its making at the latest", Mend: "name an earlier date"})
	}
	t.picked(f.Family, "stop finding it")
}

// picked says that an image is the one that others would pick by its name or age
// (such as Karpenter, which passes over deprecated images).
func (t *Target) picked(f Family, then string) {
	if !f.Newest {
		return
	}
	n := Note{Code: "newest", Text: "it is the newest of " + f.Name + ": what picks the newest by name, tag or age will " + then}
	if len(f.Pickers) > 0 {
		n.Grave = true
		n.Text += ", perhaps " + strings.Join(f.Pickers[:min(len(f.Pickers), 3)], ", ")
		if len(f.Pickers) > 3 {
			n.Text += " and others"
		}
		n.Mend = "make a newer one first, or look whether what launches from the family names its image by id"
	}
	t.warn(n)
}

func deprecateSteps(d *draft, i int) {
	at := d.Options.date()
	d.step(i, &enableDeprecation{onImage{d.Targets[i].Image.ID}, at}, "deprecate the image at "+at.Format("2006-01-02 15:04")+" UTC")
}

func undeprecateWork() work {
	return work{
		from: []string{available, disabled}, care: careTold, judge: judgeUndeprecate, steps: undeprecateSteps,
		how: "amiscope sets the date again",
	}
}

func judgeUndeprecate(_ *draft, t *Target) {
	switch f := &t.Before; {
	case f.Deprecation == nil:
		t.Done = "it has no deprecation date"
	case f.Permissions != nil && f.Permissions.Public:
		t.block(Note{Code: "public", Text: "AWS does not lift the deprecation of a public image", Mend: "unshare it first"})
	}
}

func undeprecateSteps(d *draft, i int) {
	d.step(i, &disableDeprecation{onImage{d.Targets[i].Image.ID}}, "lift the deprecation of the image")
}
