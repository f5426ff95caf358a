package plan

import (
	"github.com/amiscope/amiscope/model"
)

// lookAtOnce is how many images one look is for: what came back is shown while the
// others are read.
const lookAtOnce = 50

// Looks says what is read again before a plan can be confirmed: of each image what
// the deed's decisions rest on, and what taking it back will need.
func (p *Plan) Looks() []model.Look {
	var out []model.Look
	var held []int // targets of each
	for i := range p.Targets {
		t := &p.Targets[i]
		at := -1
		for n := range out {
			if at < 0 && out[n].Scope == t.Scope() && held[n] < lookAtOnce {
				at = n
			}
		}
		if at < 0 {
			l := p.wants()
			l.Scope = t.Scope()
			out, held, at = append(out, l), append(held, 0), len(out)
		}
		held[at]++
		out[at].Add(t.Image.ID)
		if out[at].Bin {
			for _, s := range t.Before.Snapshots {
				out[at].Besides = append(out[at].Besides, s.ID)
			}
		}
	}
	return out
}

// wants is what a deed's decisions rest on, besides the images themselves.
func (p *Plan) wants() model.Look {
	switch p.Deed {
	case Copy:
		return model.Look{Snapshots: true, Permissions: p.Options.Permissions}
	case Share, Unshare:
		return model.Look{Snapshots: true, Permissions: true}
	case Delete:
		return model.Look{Snapshots: true, Permissions: true, References: true}
	case Disable, Deprecate:
		return model.Look{Permissions: true, References: true}
	case Undeprecate: // which AWS refuses for public images
		return model.Look{Permissions: true}
	case Restore:
		return model.Look{Snapshots: true, Permissions: true, Bin: true}
	case UndoOf: // which deletes copies, that may be used by now
		return model.Look{Snapshots: true, Permissions: true, Bin: true, References: len(p.going()) > 0}
	case Enable, Protect, Unprotect, Tag:
	}
	return model.Look{}
}
