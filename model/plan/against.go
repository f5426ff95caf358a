package plan

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Against lists what stands against a step, from what was read again right before it;
// nothing where it may be done. Of the steps of a target the first is held against the
// facts of the plan. Those behind it find what the first has changed, and only a
// deletion of a snapshot is looked at again: an image that uses it may be new.
func Against(p *Plan, s Step, now model.Reread) []Note {
	in, err := read(s.Call)
	if err != nil {
		return []Note{{Code: "step", Text: err.Error(), Mend: "plan it anew"}}
	}
	if d, ok := in.(*deleteSnapshot); ok {
		return p.needed(s, d.ID, now)
	}
	t := &p.Targets[s.Target]
	if now.Scope != t.Scope() || p.begun(s) {
		return nil
	}
	f := Renew(*t, now)
	p.leaveOut(&t.Before, &f)
	var out []Note
	for _, text := range Differences(in.deed(), t.Before, f) {
		out = append(out, Note{Code: "changed", Text: text, Mend: "plan it anew"})
	}
	return out
}

// begun reports whether a step before this one may have changed its image.
func (p *Plan) begun(s Step) bool {
	return slices.ContainsFunc(p.Steps, func(o Step) bool {
		return o.Target == s.Target && o.ID < s.ID && o.Call.API != (*copyImage)(nil).api()
	})
}

// leaveOut forgives what the plan itself does to snapshots: that images which it
// deletes use them no more, and that they are gone or back.
func (p *Plan) leaveOut(before, now *Facts) {
	going := p.going()
	for i := range now.Snapshots {
		s := &now.Snapshots[i]
		was := before.snapshot(s.ID)
		if was == nil {
			continue
		}
		for _, id := range was.Images {
			if going[id] && !slices.Contains(s.Images, id) {
				s.Images = sorted(append(slices.Clone(s.Images), id))
			}
		}
		if was.State == Binned && p.calls("ec2:RestoreSnapshotFromRecycleBin", s.ID) {
			s.State = was.State
			s.Owner, s.Key, s.Archived, s.Encrypted, s.FullBytes, s.SizeGiB, s.Backup = was.Owner, was.Key, was.Archived, was.Encrypted, was.FullBytes, was.SizeGiB, was.Backup
		}
	}
}

// going are the ids of the images that the plan deletes.
func (p *Plan) going() map[string]bool {
	out := map[string]bool{}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Call.API == (*deregister)(nil).api() {
			out[p.Targets[s.Target].Image.ID] = true
		}
	}
	return out
}

// calls reports whether a step makes a call about a thing.
func (p *Plan) calls(api, id string) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Call.API == api && strings.Contains(string(s.Call.Input), `"`+id+`"`) })
}

// needed lists the images that use a snapshot and that the plan does not delete.
func (p *Plan) needed(s Step, id string, now model.Reread) []Note {
	if now.Scope != s.Scope {
		return nil
	}
	users, told := now.Users[id]
	going := p.going()
	users = slices.DeleteFunc(slices.Clone(users), func(im string) bool { return going[im] })
	switch {
	case len(users) > 0:
		return []Note{{Code: "used", Text: first(users) + " uses snapshot " + id, Mend: "it stays; plan it anew where that image is to go too"}}
	case !told && !slices.Contains(now.Missing, id):
		return []Note{{Code: "unread", Text: "who uses snapshot " + id + " could not be read again", Mend: "allow ec2:DescribeImages, then plan it anew"}}
	}
	return nil
}
