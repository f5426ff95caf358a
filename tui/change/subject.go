package change

import (
	"errors"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// Subject is what is reviewed: it makes the plan of what is known. It is called
// apart from the screen.
type Subject interface {
	// Plan makes the plan anew. again is what was read of its images since it was
	// opened.
	Plan(env kit.Env, s plan.Setting, again kit.Looked) plan.Plan
}

// Asked is a change that somebody asks for.
type Asked struct{ Request plan.Request }

// Plan decides of the facts at hand.
func (a Asked) Plan(env kit.Env, s plan.Setting, again kit.Looked) plan.Plan {
	targets := plan.Gather(env.Inv, env.Usage, a.Request.Images, env.Now)
	renew(targets, again)
	return plan.Decide(a.Request, targets, s)
}

// Undone is a run that somebody takes back, or a part of it.
type Undone struct {
	Run  plan.Run
	Part plan.Part
}

// Plan takes the run back. The first draft knows of images that are gone whose they
// were, and which snapshots they had.
func (u Undone) Plan(env kit.Env, s plan.Setting, again kit.Looked) plan.Plan {
	now := plan.Gather(env.Inv, env.Usage, u.Run.Touched(u.Part), env.Now)
	draft := plan.Undo(&u.Run, u.Part, now, s)
	if len(again.Rereads) == 0 && !again.Over {
		return draft
	}
	renew(draft.Targets, again)
	return plan.Undo(&u.Run, u.Part, draft.Targets, s)
}

// renew adds to facts what only a second reading tells: who may use snapshots, and
// what could not be read.
func renew(targets []plan.Target, again kit.Looked) {
	told := map[model.ImageKey][]int{} // by image: rereads
	in := map[model.Scope][]int{}      // by scope: those that tell of failures
	for i := range again.Rereads {
		r := &again.Rereads[i]
		for _, id := range r.Told() {
			k := model.ImageKey{Region: r.Scope.Region, ID: id}
			told[k] = append(told[k], i)
		}
		if len(r.Errors) > 0 {
			in[r.Scope] = append(in[r.Scope], i)
		}
	}
	for i := range targets {
		t := &targets[i]
		from, heard := told[t.Image]
		if !heard && again.Over {
			from = in[t.Scope()]
			t.Before = plan.Renew(*t, silence(t))
		}
		for _, n := range from {
			t.Before = plan.Renew(*t, again.Rereads[n])
		}
	}
}

// silence is a reading in which nothing was told of an image: it is not known to be
// as it was.
func silence(t *plan.Target) model.Reread {
	return model.Reread{Scope: t.Scope(), Errors: []*model.OpError{{
		Op: "ec2:DescribeImages", Scope: t.Scope(), Kind: model.Network, Err: errors.New("no answer"),
	}}}
}

// setting is what decisions rest on besides facts, for somebody at the screen. A
// program that may change nothing plans all the same: the review shows what would
// happen, and does not let it.
func setting(env kit.Env) plan.Setting {
	s := env.Deeds.Setting(env.Inv)
	s.Now, s.Person, s.ReadOnly = env.Now, true, false
	if env.Costs != nil {
		s.Money, s.Price = plan.FreedBy(env.Costs), env.Costs.Price
	}
	return s
}

// Preparing reports whether a screen is one of those that lead to a run: they are
// done with when it begins.
func Preparing(s kit.Screen) bool {
	switch s.(type) {
	case Review, Form, about, Script:
		return true
	}
	return false
}
