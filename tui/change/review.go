package change

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Review shows a change before it is made: the same screen for every deed, for one
// image and for thousands.
//
// Its plan is made apart from the screen: of the facts at hand first, and anew
// whenever more is known. Meanwhile the images are read again. When that is over,
// and verdicts and plan rest on it, the confirmation opens.
type Review struct {
	subject Subject
	drafts  drafts
	look    looking
	guard   guard
	phrase  phrase
	list    outline
}

// drafts are the plans that were made so far.
type drafts struct {
	now   *draft // the newest; nil: the first is being made
	first *plan.Plan
	asked int // number of the newest request
	busy  bool
	again bool // something changed after it
	saw   seen
}

// draft is a plan, and what it rests on.
type draft struct {
	plan    *plan.Plan
	sum     *digest
	differs []differing // from the plan that was shown first
	saw     seen
}

// seen is a state of the world, as far as plans depend on it.
type seen struct {
	told, weighed, costed int
	rereads               int
	looked                bool // the images were read again, all that can be
}

// looking is the reading of the images again.
type looking struct {
	kit.Looked     // of the newest; N is 0 where none was begun
	need       int // what verdicts must have seen for the plan to rest on it
}

// NewReview is the review of a subject.
func NewReview(s Subject) Review { return Review{subject: s} }

func (r Review) sees(env kit.Env) seen {
	d := env.Deeds
	return seen{d.Told, d.Weighed, env.Costed, len(r.look.Rereads), r.look.Over}
}

// Sync draws anew, and asks for a new plan where more is known.
func (r Review) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	r = r.drawn(env)
	if r.drafts.asked > 0 && r.drafts.saw == r.sees(env) {
		return r, nil
	}
	return r.derive(env)
}

// derive asks for a plan, one at a time.
func (r Review) derive(env kit.Env) (Review, []kit.Effect) {
	if r.drafts.busy {
		r.drafts.again = true
		return r, nil
	}
	r.drafts.asked++
	r.drafts.busy, r.drafts.again, r.drafts.saw = true, false, r.sees(env)
	n, saw, first, subject, again := r.drafts.asked, r.drafts.saw, r.drafts.first, r.subject, r.look.Looked
	env.Marks = nil // the root's
	return r, []kit.Effect{kit.Work{Do: func() kit.Answer {
		p := subject.Plan(env, setting(env), again)
		d := &draft{plan: &p, sum: digested(&p), saw: saw}
		if first != nil {
			d.differs = differ(first, &p)
		}
		return kit.Made[*draft]{N: n, What: d}
	}}}
}

// Receive takes a new plan, or how far reading is.
func (r Review) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	was := r.closed(env)
	var effects []kit.Effect
	switch a := a.(type) {
	case kit.Made[*draft]:
		if a.N != r.drafts.asked {
			return r, nil
		}
		r, effects = r.planned(env, a.What)
	case kit.Looked:
		if a.N != r.look.N || r.look.Over {
			return r, nil
		}
		r, effects = r.looked(env, a)
	}
	if was != "" && r.closed(env) == "" {
		r.guard = armed(env.Now)
	}
	return r.drawn(env), effects
}

func (r Review) planned(env kit.Env, d *draft) (Review, []kit.Effect) {
	r.drafts.busy = false
	if r.drafts.first == nil {
		r.drafts.first = d.plan
	}
	if d.apart(r.drafts.now) {
		r.guard = armed(env.Now) // who was about to confirm has not read this
	}
	r.drafts.now = d
	var effects []kit.Effect
	if r.look.N == 0 {
		r, effects = r.lookAgain()
	}
	if r.drafts.again {
		next, more := r.derive(env)
		return next, append(effects, more...)
	}
	return r, effects
}

// lookAgain reads the images of the plan again.
func (r Review) lookAgain() (Review, []kit.Effect) {
	p := r.drafts.now.plan
	var of []model.ImageKey
	for i := range p.Targets {
		of = append(of, p.Targets[i].Image)
	}
	r.look = looking{Looked: kit.Looked{N: r.look.N + 1, Of: len(of)}}
	return r, []kit.Effect{kit.Look{N: r.look.N, Looks: p.Looks(), Of: of}}
}

func (r Review) looked(env kit.Env, a kit.Looked) (Review, []kit.Effect) {
	r.look.Looked = a
	if a.Over {
		r.look.need = env.Deeds.Told
	}
	return r.derive(env)
}

// working is why nothing can be confirmed between the last answer and the plan that
// rests on it.
const working = "what was read is being worked out"

// closed says why nothing can be confirmed now; "" when it can.
func (r Review) closed(env kit.Env) string {
	d := r.drafts.now
	switch {
	case d == nil:
		return "the plan is being made"
	case d.plan.Empty():
		return "there is nothing to confirm"
	case env.Deeds.ReadOnly != "":
		return env.Deeds.ReadOnly
	case !r.look.Over:
		return "the images are being read again"
	case !d.saw.looked || d.saw.weighed < r.look.need:
		return working
	}
	return ""
}

// Handle scrolls, opens and closes, confirms and leaves.
func (r Review) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	r.guard = r.guard.pressed(env.Now)
	if r.phrase.open {
		return r.inField(env, in)
	}
	switch in := in.(type) {
	case keys.Confirm:
		return r.confirm(env, 0)
	case keys.First:
		return r.begin(env, in.Images)
	case keys.Back:
		return r, []kit.Effect{kit.Pop{}}
	case keys.Print:
		return r, []kit.Effect{kit.Push{Screen: NewScript(r.drafts.now.plan)}}
	case keys.Refresh:
		r, effects := r.lookAgain()
		return r, effects
	case keys.Click:
		return r, r.list.click(in.Y - headLines)
	}
	effects := r.list.handle(in)
	return r, effects
}

// Scopes are the review's, or its field's while the phrase is typed.
func (r Review) Scopes() []keys.Scope {
	if r.phrase.open {
		return []keys.Scope{keys.Phrase}
	}
	return []keys.Scope{keys.Review, keys.Table}
}

// Disabled says why an intent makes no sense now.
func (r Review) Disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Confirm:
		return r.closed(env)
	case keys.First:
		if why := r.closed(env); why != "" || r.drafts.now.sum.runs > 1 {
			return why
		}
		return "it is one image only: y is for that"
	case keys.Print:
		if r.drafts.now == nil || r.drafts.now.plan.Empty() {
			return "there is nothing to print"
		}
	case keys.Refresh:
		if r.drafts.now == nil || !r.look.Over {
			return "the images are being read already"
		}
	case keys.Scroll:
		return "nothing to scroll sideways"
	}
	return ""
}

// Typing reports whether the phrase is being typed.
func (r Review) Typing() bool { return r.phrase.open }

// Type edits the phrase.
func (r Review) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	r.guard = r.guard.pressed(env.Now)
	r.phrase = r.phrase.edited(msg)
	return r, nil
}

// A guard that is up ends when no key was pressed for a while, and after some time
// in any case.
const (
	guardPause = 400 * time.Millisecond
	guardMost  = 1500 * time.Millisecond
)

// guard swallows confirmations that were typed before the eye could see what they
// would confirm.
type guard struct{ since, last time.Time }

func armed(now time.Time) guard { return guard{now, now} }

func (g guard) up(now time.Time) bool {
	all, pause := now.Sub(g.since), now.Sub(g.last)
	return all >= 0 && all < guardMost && pause >= 0 && pause < guardPause
}

// pressed notes a key. One that comes after the guard has fallen does not raise it.
func (g guard) pressed(now time.Time) guard {
	if g.up(now) {
		g.last = now
	}
	return g
}
