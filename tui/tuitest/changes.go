package tuitest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
)

// Changing is an AWS that does what plans ask of it, as far as a screen can tell, and
// keeps what it was asked.
type Changing struct {
	Inv     model.Inventory // what is read again
	Applied []plan.Plan
	Runs    []plan.Run // the journal, the newest first
	Left    []plan.Run // of it, those that were interrupted
	Files   map[string]string
	Fails   func(plan.Step) (plan.Outcome, bool) // outcomes of steps that are not done
	Denied  *model.OpError                       // why nothing can be read again; nil: it can
	Renewed [][]string
	Waits   *plan.Event // what runs tell instead of what they do, and then nothing more
	Going   []string    // runs that were let go on behind their first targets
	rest    map[string]func()
}

// NewChanging changes what the events tell of.
func NewChanging(events ...model.Event) *Changing {
	return &Changing{Inv: model.Inventory{}.Fold(events...), Files: map[string]string{}, rest: map[string]func(){}}
}

// Services are those for changes.
func (c *Changing) Services() tui.ChangeServices {
	return tui.ChangeServices{
		Setting: c.setting, Look: c.look, Apply: c.apply,
		Proceed: func(run string) {
			c.Going = append(c.Going, run)
			c.rest[run]()
		},
		Resume: func(_ context.Context, run string) <-chan tui.Told {
			i := slices.IndexFunc(c.Left, func(r plan.Run) bool { return r.ID == run })
			r := c.Left[i]
			c.Left = slices.Delete(slices.Clone(c.Left), i, i+1)
			return c.run(r, 0)
		},
		Drop: func(run string) error {
			c.Left = slices.DeleteFunc(slices.Clone(c.Left), func(r plan.Run) bool { return r.ID == run })
			return nil
		},
		Interrupted: func() ([]plan.Run, error) { return c.Left, nil },
		Find:        c.find,
		Runs:        func() ([]plan.Run, []string, error) { return append(slices.Clone(c.Left), c.Runs...), nil, nil },
		Renewed:     func(sources []string) { c.Renewed = append(c.Renewed, sources) },
		Write: func(name, text string) (string, error) {
			c.Files[name] = text
			return "/tmp/" + name, nil
		},
	}
}

// setting lets the accounts that are read do everything; the first one is production.
func (c *Changing) setting(inv model.Inventory) plan.Setting {
	s := plan.Setting{Accounts: map[string]plan.AccountRule{}}
	for i, a := range inv.Accounts() {
		rule := plan.AccountRule{Name: a.Title(), Principal: "arn:aws:iam::" + a.ID + ":user/jo", Production: i == 0}
		for _, at := range inv.Scopes() {
			if at.Account == a.ID && inv.Enabled(at) {
				rule.Regions = append(rule.Regions, at.Region)
			}
		}
		s.Accounts[a.ID] = rule
	}
	return s
}

// look tells what the inventory holds, scope by scope.
func (c *Changing) look(_ context.Context, looks []model.Look) <-chan model.Event {
	var out []model.Event
	for _, l := range looks {
		r := model.Reread{Scope: l.Scope, At: Now}
		if c.Denied != nil {
			err := *c.Denied
			err.Scope = l.Scope
			r.Errors = append(r.Errors, &err)
		}
		for _, id := range l.Images {
			im, ok := c.Inv.Image(model.ImageKey{Region: l.Scope.Region, ID: id})
			switch {
			case c.Denied != nil && c.Denied.Op == "ec2:DescribeImages":
			case !ok:
				r.Gone = append(r.Gone, id)
			default:
				r.Images = append(r.Images, im)
				if l.Permissions {
					r.Permissions = append(r.Permissions, &model.LaunchPermissions{ID: id, At: Now})
				}
			}
		}
		for _, id := range l.Besides {
			if sn, ok := c.Inv.Snapshot(l.Scope, id); ok {
				r.Snapshots = append(r.Snapshots, sn)
			} else {
				r.Missing = append(r.Missing, id)
			}
		}
		for _, b := range c.Inv.Binned(l.Scope) {
			if l.Bin && slices.Contains(slices.Concat(r.Gone, r.Missing), b.ID) {
				r.Binned = append(r.Binned, b)
			}
		}
		out = append(out, r)
	}
	return Stream(out...)
}

func (c *Changing) apply(_ context.Context, p plan.Plan, first int) <-chan tui.Told {
	c.Applied = append(c.Applied, p)
	return c.run(plan.Run{ID: fmt.Sprintf("20261102-09300%d-0000", len(c.Applied)), At: Now, Plan: p, Outcomes: map[int]plan.Outcome{}}, first)
}

// run does what is left of a run, step by step; of its first targets, and the others when
// it is let go on. With 0 that is all of them.
func (c *Changing) run(r plan.Run, first int) <-chan tui.Told {
	if c.Waits != nil {
		out := make(chan tui.Told, 1)
		out <- tui.Told{Event: *c.Waits}
		return out
	}
	out := make(chan tui.Told, 2*len(r.Plan.Steps)+3)
	out <- tui.Told{Event: plan.Event{Run: r.ID}}
	steps, rest := r.Plan.Steps, 0
	if first > 0 {
		rest = slices.IndexFunc(steps, func(s plan.Step) bool { return s.Target >= first })
		c.steps(out, &r, steps[:rest])
		out <- tui.Told{Event: plan.Event{Run: r.ID, Waiting: true}}
	}
	c.rest[r.ID] = func() {
		c.steps(out, &r, steps[rest:])
		out <- tui.Told{Event: plan.Event{Run: r.ID, Ended: true}}
		close(out)
		at := Now
		r.Ended = &at
		c.Runs = slices.Insert(c.Runs, 0, r)
	}
	if first == 0 {
		c.rest[r.ID]()
	}
	return out
}

// steps does some steps of a run, and tells it.
func (c *Changing) steps(out chan<- tui.Told, r *plan.Run, steps []plan.Step) {
	for _, s := range steps {
		if o, begun := r.Outcomes[s.ID]; begun && o.State == plan.Done {
			continue
		}
		image := r.Plan.Targets[s.Target].Image
		o, failed := plan.Outcome{State: plan.Done, At: Now, Request: "req-1"}, false
		if c.Fails != nil {
			if f, fails := c.Fails(s); fails {
				o, failed = f, true
			}
		}
		e := tui.Told{Event: plan.Event{Run: r.ID, Step: s.ID, Image: &image, Outcome: o}}
		if !failed {
			e.World = c.world(s, image)
			c.Inv = c.Inv.Fold(e.World...)
		}
		if r.Outcomes == nil {
			r.Outcomes = map[int]plan.Outcome{}
		}
		r.Outcomes[s.ID] = o
		out <- e
	}
}

// world is what is read of an image after a step that deleted it or changed its state.
func (c *Changing) world(s plan.Step, image model.ImageKey) []model.Event {
	r := model.Reread{Scope: s.Scope, At: Now}
	im, ok := c.Inv.Image(image)
	switch s.Call.API {
	case "ec2:DeregisterImage":
		r.Gone = []string{image.ID}
	case "ec2:DisableImage", "ec2:EnableImage":
		if !ok {
			return nil
		}
		next := *im
		next.State = map[string]string{"ec2:DisableImage": "disabled", "ec2:EnableImage": "available"}[s.Call.API]
		r.Images = []*model.Image{&next}
	default:
		return nil
	}
	return []model.Event{r}
}

func (c *Changing) find(run string) (plan.Run, error) {
	for _, r := range c.Runs {
		if r.ID == run || run == "" {
			return r, nil
		}
	}
	return plan.Run{}, errors.New("nothing was changed yet that could be undone")
}
