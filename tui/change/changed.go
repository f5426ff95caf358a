package change

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// differing is something that has changed since a review was opened, and the images
// of which that is so.
type differing struct {
	text   string
	images []model.ImageKey
}

// differ lists what is different in a plan from the one that was shown first, that of
// most images first.
func differ(first, now *plan.Plan) []differing {
	at := map[string]int{}
	var out []differing
	for _, c := range plan.Changes(baseline(first, now), now) {
		i, ok := at[c.Text]
		if !ok {
			i = len(out)
			at[c.Text], out = i, append(out, differing{text: c.Text})
		}
		out[i].images = append(out[i].images, c.Image)
	}
	slices.SortStableFunc(out, func(a, b differing) int { return cmp.Compare(len(b.images), len(a.images)) })
	return out
}

// baseline is the first plan with what was not known then as it is now: to have read
// something is no change of it.
func baseline(first, now *plan.Plan) *plan.Plan {
	is := make(map[model.ImageKey]*plan.Facts, len(now.Targets))
	for i := range now.Targets {
		is[now.Targets[i].Image] = &now.Targets[i].Before
	}
	was := plan.Plan{Deed: first.Deed, Targets: slices.Clone(first.Targets)}
	for i := range was.Targets {
		if t := &was.Targets[i]; is[t.Image] != nil {
			learn(&t.Before, is[t.Image])
		}
	}
	return &was
}

// learn fills in what facts did not tell.
func learn(f, now *plan.Facts) {
	if f.State == "" { // nothing was known of it
		*f = *now
		return
	}
	if unknown := model.UseUnknown.String(); f.Usage.Verdict == unknown && (now.Usage.Verdict == unknown || now.Usage.Verdict == model.Unused.String()) {
		f.Usage = now.Usage
	}
	if f.Usage.Verdict == now.Usage.Verdict { // and that is what the blind spots are for
		f.Usage.Blind = now.Usage.Blind
	}
	if f.Permissions == nil {
		f.Permissions = now.Permissions
	}
	if !f.TagsKnown {
		f.Tags, f.TagsKnown = now.Tags, now.TagsKnown
	}
	if !f.SnapshotsKnown {
		f.Snapshots, f.SnapshotsKnown = now.Snapshots, now.SnapshotsKnown
	}
	f.Snapshots = slices.Clone(f.Snapshots)
	for i := range f.Snapshots {
		s := &f.Snapshots[i]
		at := slices.IndexFunc(now.Snapshots, func(x plan.Snapshot) bool { return x.ID == s.ID })
		if at >= 0 && s.Accounts == nil {
			s.Accounts = now.Snapshots[at].Accounts
		}
	}
}

// apart reports whether somebody who has read one draft has not read the other.
func (d *draft) apart(was *draft) bool {
	if was == nil {
		return false
	}
	return d.plan.Phrase != was.plan.Phrase || len(d.plan.Steps) != len(was.plan.Steps) ||
		!slices.EqualFunc(d.differs, was.differs, func(a, b differing) bool { return a.text == b.text && slices.Equal(a.images, b.images) })
}

// changed says what is different since the review was opened.
func (p page) changed(differs []differing) section {
	if len(differs) == 0 {
		return section{}
	}
	t := p.env.Theme
	touched := map[model.ImageKey]bool{}
	for _, d := range differs {
		for _, k := range d.images {
			touched[k] = true
		}
	}
	s := p.folded("changed", "Changed", "since this was opened: "+images(len(touched)), len(differs))
	s.tip = t.Paint(kit.Danger, s.tip)
	s.item = func(i int) string {
		return "   " + t.Paint(kit.Warn, t.Symbols.Bullet+" "+t.Cut(p.whose(&differs[i]), max(0, p.env.Width-6)))
	}
	return s
}

// whose is a difference with whose it is: the name of one image, the number of several.
func (p page) whose(d *differing) string {
	if len(d.images) > 1 {
		return images(len(d.images)) + ": " + d.text
	}
	i := slices.IndexFunc(p.Targets, func(t plan.Target) bool { return t.Image == d.images[0] })
	if i < 0 || len(p.Targets) == 1 {
		return d.text
	}
	return kit.TargetName(&p.Targets[i]) + ": " + d.text
}
