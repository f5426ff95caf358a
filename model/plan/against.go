package plan

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Against lists what stands against a step before which nothing was done to its image,
// from what was read again right before it; nothing where it may be done. Whether an
// image has come to use a snapshot that goes is asked once more before that goes.
func Against(p *Plan, s Step, now model.Reread) []string {
	in, err := read(s.Call)
	if err != nil {
		return []string{err.Error()}
	}
	t := &p.Targets[s.Target]
	if now.Scope != t.Scope() {
		return nil
	}
	f := Renew(*t, now)
	p.leaveOut(&t.Before, &f)
	return Differences(in.deed(), t.Before, f)
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
