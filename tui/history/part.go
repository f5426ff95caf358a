package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// part is what a run was to do to one image.
type part struct {
	target  *plan.Target // nil: the plan is lost
	image   model.ImageKey
	account string
	steps   []*plan.Step
	done    int
	state   plan.State // the worst of its steps; "" where none was begun
	why     string     // of what is not done
	hint    string
}

// parts gives what a run was to do, image by image; what went wrong first.
func parts(r *plan.Run) []*part {
	out := make([]*part, 0, len(r.Plan.Targets))
	for _, x := range r.Portions() {
		out = append(out, &part{
			target: x.Target, image: x.Target.Image, account: x.Target.Account, steps: x.Steps, done: x.Done, state: x.State, why: x.Why, hint: x.Hint,
		})
	}
	slices.SortStableFunc(out, func(a, b *part) int { return cmp.Compare(a.rank(), b.rank()) })
	if len(r.Plan.Steps) == 0 {
		return append(out, planlessParts(r)...)
	}
	return out
}

// rank is its place among the others.
func (p *part) rank() int {
	if len(p.steps) == 0 {
		return plan.Done.Rank() + 1
	}
	return p.state.Rank()
}

// planlessParts are steps of a run whose plan is lost, one by one.
func planlessParts(r *plan.Run) []*part {
	var out []*part
	for id, o := range r.Outcomes {
		p := &part{state: o.State, why: o.Why, hint: o.Hint, steps: []*plan.Step{{ID: id}}}
		if o.State == plan.Done {
			p.done = 1
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *part) int { return cmp.Compare(a.steps[0].ID, b.steps[0].ID) })
	return out
}

// id is the image, or the step of a plan that is lost.
func (p *part) id() string {
	if p.target == nil {
		return fmt.Sprint("step ", p.steps[0].ID)
	}
	return p.image.Region + "/" + p.image.ID
}

func (p *part) name() string {
	if p.target == nil {
		return p.id()
	}
	return kit.TargetName(p.target)
}

func partStateCell(env kit.Env, p *part) kit.Cell {
	sign, word, style := kit.PortionLook(env.Theme, &plan.Portion{Target: p.target, Steps: p.steps, State: p.state})
	return kit.Cell{Text: sign + " " + word, Style: style}
}

var partColumns = []kit.ListColumn[*part]{
	{Column: kit.Column{Key: "image", Title: "IMAGE", Min: 18, Max: 60, Weight: 2, Middle: true, Priority: 100, Fixed: true}, Cell: func(_ kit.Env, p *part) kit.Cell { return kit.Cell{Text: p.name(), Style: kit.Strong} }},
	{Column: kit.Column{Key: "state", Title: "OUTCOME", Min: 11, Max: 13, Priority: 99}, Cell: partStateCell, Compare: func(a, b *part) int { return cmp.Compare(a.rank(), b.rank()) }},
	{Column: kit.Column{Key: "done", Title: "STEPS", Min: 5, Max: 7, Right: true, Priority: 96}, Cell: func(_ kit.Env, p *part) kit.Cell {
		if len(p.steps) == 0 {
			return orDash("")
		}
		return kit.Cell{Text: fmt.Sprintf("%d/%d", p.done, len(p.steps))}
	}, Compare: func(a, b *part) int { return cmp.Compare(len(a.steps), len(b.steps)) }, Large: true},
	{Column: kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 94}, Cell: func(env kit.Env, p *part) kit.Cell { return orDash(env.Inv.Account(p.account).Title()) }},
	{Column: kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 92}, Cell: func(_ kit.Env, p *part) kit.Cell { return orDash(p.image.Region) }},
	{Column: kit.Column{Key: "why", Title: "WHY", Min: 20, Max: 120, Weight: 4, Priority: 93}, Cell: func(_ kit.Env, p *part) kit.Cell { return kit.Cell{Text: p.why, Style: kit.Dim} }},
	{Column: kit.Column{Key: "id", Title: "ID", Min: 21, Max: 21, Priority: 90}, Cell: func(_ kit.Env, p *part) kit.Cell { return orDash(p.image.ID) }},
}

// partWords are what is searched besides: calls.
func partWords(p *part) string {
	words := []string{p.hint}
	for _, s := range p.steps {
		words = append(words, s.Call.API, s.Why)
	}
	return strings.Join(words, "\n")
}
