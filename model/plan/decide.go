package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Decide makes the plan of a request from the facts of its images and nothing else.
// It is the same whatever the order of targets, which it puts in that of account and
// image. An image of the request of which there are no facts is blocked, and facts of
// others are not looked at.
func Decide(r Request, targets []Target, s Setting) Plan {
	d := newDraft(r.Deed, s)
	d.Options, d.Hidden = r.Options, r.Hidden
	d.take(r.Images, targets)
	w := workOf(r.Deed)
	for i := range d.Targets {
		t := &d.Targets[i]
		if d.reachable(t, r.Deed) && d.fits(t, w) {
			d.careOf(t, w.care)
			w.judge(d, t)
		}
		if t.Done != "" {
			t.Blocks = nil
		}
	}
	if w.together != nil {
		w.together(d)
	}
	for i := range d.Targets {
		if d.Targets[i].Runs() {
			w.steps(d, i)
		}
	}
	d.finish(w)
	return *d.Plan
}

// work is what a deed does.
type work struct {
	from  []string // states of images that it can be done to; none: any that is there
	care  care     // what is said where a service cares for the image
	judge func(d *draft, t *Target)
	// together looks at all targets that run, once it is known which these are.
	together func(d *draft)
	steps    func(d *draft, i int)
	money    func(d *draft) Money
	how      string // how it is taken back
}

// workOf is the work of a deed.
func workOf(d Deed) work {
	switch d {
	case Copy:
		return copyWork()
	case Share:
		return shareWork()
	case Unshare:
		return unshareWork()
	case Deprecate:
		return deprecateWork()
	case Undeprecate:
		return undeprecateWork()
	case Disable:
		return disableWork()
	case Enable:
		return enableWork()
	case Protect:
		return protectWork()
	case Unprotect:
		return unprotectWork()
	case Tag:
		return tagWork()
	case Delete:
		return deleteWork()
	case Restore:
		return restoreWork()
	case UndoOf: // of a run, not of images: see Undo
	}
	return work{
		judge: func(_ *draft, t *Target) {
			t.block(Note{Code: "deed", Text: "there is no deed " + string(d), Mend: "see amiscope plan --help"})
		},
		steps: func(*draft, int) {},
	}
}

// draft is a plan while it is made.
type draft struct {
	*Plan
	s      Setting
	inputs []input             // of the steps
	goes   gone                // by a deletion
	back   map[snapshotKey]int // by a restoration: the steps of the snapshots
}

func newDraft(deed Deed, s Setting) *draft {
	s.Now = s.Now.UTC().Round(0)
	return &draft{s: s, Plan: &Plan{Format: Format, Deed: deed, Made: s.Now, Targets: []Target{}, Steps: []Step{}, Acts: []Act{}}}
}

// take puts the targets of some images in order, with nothing said of them yet.
func (d *draft) take(images []model.ImageKey, targets []Target) {
	known := make(map[model.ImageKey]*Target, len(targets))
	for i := range targets {
		known[targets[i].Image] = &targets[i]
	}
	taken := make(map[model.ImageKey]bool, len(images))
	for _, k := range images {
		if taken[k] {
			continue
		}
		taken[k] = true
		t := Target{Image: k, Before: nothing()}
		if found := known[k]; found != nil {
			t = Target{Image: k, Account: found.Account, Before: found.Before}
		}
		d.Targets = append(d.Targets, t)
	}
	slices.SortFunc(d.Targets, Target.compare)
}

func (t *Target) block(n Note) { t.Blocks = append(t.Blocks, n) }
func (t *Target) warn(n Note)  { t.Warnings = append(t.Warnings, n) }

// lone reports whether it is a snapshot without an image.
func (t *Target) lone() bool { return model.IsSnapshot(t.Image.ID) }

// Scope is where the target is.
func (t *Target) Scope() model.Scope { return model.Scope{Account: t.Account, Region: t.Image.Region} }

// step adds a call for a target, and gives its number.
func (d *draft) step(i int, in input, why string, after ...int) int {
	return d.stepIn(i, d.Targets[i].Scope(), in, why, after...)
}

// stepIn is step in a scope that is not the target's.
func (d *draft) stepIn(i int, s model.Scope, in input, why string, after ...int) int {
	id := len(d.Steps) + 1
	d.Steps = append(d.Steps, Step{ID: id, Target: i, Scope: s, Call: callOf(in), After: after, Why: why})
	d.inputs = append(d.inputs, in)
	return id
}

// running lists the targets that run.
func (d *draft) running() []int {
	var out []int
	for i := range d.Targets {
		if d.Targets[i].Runs() {
			out = append(out, i)
		}
	}
	return out
}

// reachable blocks what may not be done at all, and reports whether more is to be
// said.
func (d *draft) reachable(t *Target, deed Deed) bool {
	rule, reached := d.s.Accounts[t.Account]
	switch {
	case t.Before.State == "":
		t.block(Note{Code: "unread", Text: "nothing is known of it yet", Mend: "refresh its scope, or check its id and region"})
		return false
	case t.Account != "" && !reached:
		t.block(Note{Code: "foreign", Text: "account " + t.Account + " owns it, and that is not reached", Mend: "add a profile or role of that account, see amiscope doctor"})
		return false
	case d.s.ReadOnly:
		t.block(Note{Code: "read-only", Text: "nothing may be changed here", Mend: "leave out --read-only, or set read_only = false in the config file"})
	case rule.ReadOnly:
		t.block(Note{Code: "read-only", Text: "the config file makes account " + rule.title(t.Account) + " read-only", Mend: "set read_only = false for that account"})
	case slices.Contains(rule.Deny, deed):
		t.block(Note{Code: "denied", Text: "the config file denies " + string(deed) + " in account " + rule.title(t.Account), Mend: "take it out of deny for that account"})
	}
	if u := t.Before.unread(UnreadImage); u != nil {
		t.block(u.note("unread", "it could not be read again"))
	}
	return true
}

func (r AccountRule) title(id string) string {
	if r.Name != "" {
		return r.Name
	}
	return id
}

// unread finds what could not be read again; nil where it was.
func (f *Facts) unread(what string) *Unread {
	for i := range f.Unread {
		if f.Unread[i].What == what {
			return &f.Unread[i]
		}
	}
	return nil
}

func (u *Unread) note(code, text string) Note {
	return Note{Code: code, Text: text + ": " + u.Why, Mend: u.Mend}
}

// fits blocks images in a state in which the deed cannot be done.
func (d *draft) fits(t *Target, w work) bool {
	state := t.Before.State
	switch {
	case len(w.from) == 0 || slices.Contains(w.from, state):
		return true
	case state == Gone || state == "deregistered":
		t.block(Note{Code: "gone", Text: "it is gone"})
	case state == Binned:
		t.block(Note{Code: "binned", Text: "it is in the Recycle Bin", Mend: "restore it first"})
	case state == disabled && d.Deed == Disable || state == available && d.Deed == Enable:
		t.Done = "it is " + state + " already"
	case state == disabled:
		t.block(Note{Code: "state", Text: "it is disabled", Mend: "enable it first"})
	default:
		t.block(Note{Code: "state", Text: "it is " + state, Mend: "wait until it is available"})
	}
	return false
}
