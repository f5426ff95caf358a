package history

import (
	"cmp"
	"slices"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// past is a run of the journal, and what was worked out of it.
type past struct {
	*plan.Run
	title    string
	counts   kit.StepCount
	standing standing
	undone   undone
	by       []string // runs that took it back, or some of it, the newest first
	accounts []string
	regions  []string
	trouble  plan.Outcome // of the first step that went wrong
}

// standing is how a run stands, what needs somebody first.
type standing uint8

const (
	interrupted standing = iota
	open                 // it did not end, and may go on in another program
	stopped              // in this session, between steps: the last of which something is left
	failing              // it ended, and steps of it failed
	going
	held // it waits for a go behind its first images
	stopping
	inPart // it ended, and some of it was not run
	dropped
	planless // its plan is lost
	nothing  // it ended without having done anything
	whole
)

// undone is how far a run was taken back.
type undone uint8

const (
	standingAsDone undone = iota
	undoneInPart
	undoneWholly
)

// glimpse is how a run of this session stands: what the root knows of it before the
// journal is read again.
type glimpse struct {
	id                      string
	counts                  kit.StepCount
	interrupted, left, over bool
	asked, held             bool
}

// glimpses are those of all runs of this session.
func glimpses(env kit.Env) []glimpse {
	out := make([]glimpse, 0, len(env.Deeds.Runs))
	for _, x := range env.Deeds.Runs {
		out = append(out, glimpse{
			id: x.ID, counts: x.All, interrupted: x.Interrupted, left: x.Left(), over: x.Over, asked: x.Stopping, held: x.Held,
		})
	}
	return out
}

// pasts works out what the journal tells. Runs come newest first, so that who takes a
// run back is known before it.
func pasts(env kit.Env, runs []plan.Run, now []glimpse) []*past {
	out := make([]*past, len(runs))
	undoing := map[string][]*past{} // by the run that they take back
	for i := range runs {
		p := &past{Run: &runs[i]}
		p.count()
		p.stand(now)
		p.title, p.accounts, p.regions = pastTitle(env, p), p.reach(env, accountOf), p.reach(env, regionOf)
		p.takenBack(undoing[p.ID])
		if p.Plan.Undoes != "" && p.counts.Done > 0 && p.undone != undoneWholly {
			undoing[p.Plan.Undoes] = append(undoing[p.Plan.Undoes], p)
		}
		out[i] = p
	}
	return out
}

func pastTitle(env kit.Env, p *past) string {
	if p.Plan.Deed == "" {
		return "(its plan cannot be read)"
	}
	return kit.PlanTitle(env, &p.Plan)
}

// count counts its steps by how they stand.
func (p *past) count() {
	p.counts.Of = len(p.Plan.Steps)
	worst := plan.Outcome{}
	for i := range p.Plan.Steps {
		o := p.Outcomes[p.Plan.Steps[i].ID]
		tally(&p.counts, o.State)
		if bad(o.State) && worst.State == "" {
			worst = o
		}
	}
	if p.trouble = worst; len(p.Plan.Steps) > 0 {
		return
	}
	for _, o := range p.Outcomes { // of a run whose plan is lost
		p.counts.Of++
		tally(&p.counts, o.State)
	}
}

func tally(c *kit.StepCount, s plan.State) {
	switch s {
	case plan.Done:
		c.Done++
	case plan.Intended, plan.Pending:
		c.Pending++
	case plan.Failed, plan.Refused, plan.Unclear:
		c.Failed++
	case plan.NotRun:
		c.NotRun++
	}
}

func bad(s plan.State) bool { return s == plan.Failed || s == plan.Refused || s == plan.Unclear }

// stand says how it stands. What this session knows of it is newer than the journal.
func (p *past) stand(now []glimpse) {
	i := slices.IndexFunc(now, func(g glimpse) bool { return g.id == p.ID })
	switch {
	case i >= 0 && now[i].interrupted:
		p.standing = interrupted
	case i >= 0 && !now[i].over:
		p.standing, p.counts = going, now[i].counts
		switch {
		case now[i].asked:
			p.standing = stopping
		case now[i].held:
			p.standing = held
		}
	case p.Dropped:
		p.standing = dropped
	case len(p.Plan.Steps) == 0 && p.counts.Of > 0:
		p.standing = planless
	case i >= 0 && now[i].left:
		p.standing = stopped
	case p.Ended == nil:
		p.standing = open
	default:
		p.standing = p.ended()
	}
}

func (p *past) ended() standing {
	switch {
	case p.counts.Failed > 0:
		return failing
	case p.counts.Done == 0:
		return nothing
	case p.counts.Done < p.counts.Of:
		return inPart
	}
	return whole
}

// takenBack says how far others, the newest first, took it back. One that was taken
// back itself is not among them.
func (p *past) takenBack(others []*past) {
	if len(others) == 0 {
		return
	}
	again := map[int]bool{} // by step
	for _, o := range others {
		p.by = append(p.by, o.ID)
		for _, n := range p.Taken(o.takes()) {
			again[n] = true
		}
	}
	p.undone = undoneWholly
	if slices.ContainsFunc(p.Taken(plan.Part{}), func(n int) bool { return !again[n] }) {
		p.undone = undoneInPart
	}
}

// takes is what of another run it took back: some steps, or what was done to the images
// to which it did something.
func (p *past) takes() plan.Part {
	if len(p.Plan.Of) > 0 {
		return plan.Part{Steps: p.Plan.Of}
	}
	var out plan.Part
	for i := range p.Plan.Steps {
		s := &p.Plan.Steps[i]
		if p.Outcomes[s.ID].State == plan.Done {
			out.Images = append(out.Images, p.Plan.Targets[s.Target].Image)
		}
	}
	return out
}

func accountOf(env kit.Env, t *plan.Target) string { return env.Inv.Account(t.Account).Title() }

func regionOf(_ kit.Env, t *plan.Target) string { return t.Image.Region }

// reach lists something of its targets, each once, in order.
func (p *past) reach(env kit.Env, what func(kit.Env, *plan.Target) string) []string {
	var out []string
	for i := range p.Plan.Targets {
		if w := what(env, &p.Plan.Targets[i]); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

// cannotUndo says why a run cannot be taken back now; "" where it can be tried.
func (p *past) cannotUndo(env kit.Env) string {
	switch {
	case env.Deeds.Why != "":
		return env.Deeds.Why
	case p.live():
		return "it still goes on: ctrl+x asks it to stop"
	case len(p.Plan.Steps) == 0:
		return "its plan cannot be read: what it did cannot be taken back from here"
	case p.counts.Done == 0 && p.counts.Pending == 0:
		return "nothing was done that could be taken back"
	case p.undone == undoneWholly:
		return "it was taken back already, by run " + p.by[0]
	}
	return ""
}

// note is the one line that says what somebody should know of it.
func (p *past) note(env kit.Env) (string, kit.Style) {
	switch {
	case p.left():
		return p.rest(), kit.Warn
	case p.standing == held:
		return "the first images came to an end, and the others wait for a yes: enter shows what came out", kit.Warn
	case p.standing == planless:
		return "the journal is damaged where its plan was: what is told of its steps is all that is known", kit.Bad
	case p.trouble.State != "":
		return cmp.Or(p.trouble.Why, string(p.trouble.State)) + hint(p.trouble.Hint), kit.Bad
	case p.undone == undoneWholly:
		return "taken back by run " + p.by[0], kit.Dim
	case p.undone == undoneInPart:
		return "taken back in part by run " + kit.Some(p.by, 2) + "; U takes back the rest", kit.Dim
	case p.Plan.Undoes != "":
		return "it took back run " + p.Plan.Undoes, kit.Dim
	case p.standing == dropped:
		return "it was interrupted, and somebody decided not to go on; what was done stays done", kit.Dim
	case p.counts.Done > 0 && p.Plan.Undo.How != "" && env.Deeds.Why == "":
		return "U undoes it: " + p.Plan.Undo.How + p.until(), kit.Dim
	}
	return "", kit.Dim
}

// live reports whether it goes on in this session.
func (p *past) live() bool { return p.standing >= going && p.standing <= stopping }

// left reports whether it can be resumed or dropped.
func (p *past) left() bool { return p.standing <= stopped }

// rest says what is left of a run that did not end.
func (p *past) rest() string {
	unclear, unbegun := p.Interrupted()
	text := kit.Plural(len(unbegun), "step was", "steps were") + " not begun"
	if len(unclear) > 0 {
		text = kit.Plural(len(unclear), "step", "steps") + " of unknown end, " + text
	}
	if p.standing == open {
		return text + ": enter resumes or drops it, unless it goes on in another amiscope"
	}
	return text + ": enter resumes or drops it"
}

func (p *past) until() string {
	if p.Plan.Undo.Until == nil {
		return ""
	}
	return ", until " + kit.Moment(*p.Plan.Undo.Until)
}

func hint(text string) string {
	if text == "" {
		return ""
	}
	return "; " + text
}
