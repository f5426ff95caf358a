package tuitest

import (
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui"
)

// past makes runs of the fleet as a journal tells them.
type past struct {
	inv   model.Inventory
	usage *model.Usage
	set   plan.Setting
	runs  []plan.Run // the newest first
}

// JournalRuns is a journal with a run that stands in each way there is, the newest
// first. That of InterruptedRun did not end.
func JournalRuns() []plan.Run {
	p := past{inv: model.Inventory{}.Fold(UsedFleet()...)}
	p.usage = (*model.Usage)(nil).Judge(p.inv, UsedOptions().Usage)
	p.set = plan.Setting{Now: Now, Person: true, Accounts: map[string]plan.AccountRule{}}
	for _, a := range p.inv.Accounts() {
		p.set.Accounts[a.ID] = plan.AccountRule{Name: a.Title(), Principal: "arn:aws:sts::" + a.ID + ":assumed-role/admin/jo", Regions: []string{"eu-west-1", "us-east-1"}}
	}
	until := Now.AddDate(0, 0, 60)
	p.run(40*day, plan.Request{Deed: plan.Deprecate, Images: p.some(Prod, 0, 2), Options: plan.Options{At: &until}}, nil)
	p.run(31*day, plan.Request{Deed: plan.Share, Images: p.some(Prod, 14, 3), Options: plan.Options{Accounts: []string{Dev.Account, "444444444444"}}}, nil)
	p.undo(30*day, p.runs[0], 1)
	p.run(21*day, plan.Request{Deed: plan.Protect, Images: p.some(Dev, 1, 3)}, func(i int) plan.State { return [...]plan.State{plan.Done, plan.NotRun, plan.NotRun}[i%3] })
	p.runs[0].Ended, p.runs[0].Dropped = nil, true
	p.run(20*day, plan.Request{Deed: plan.Tag, Images: p.some(Prod, 13, 10), Options: plan.Options{Set: map[string]string{"note": "\x1b[31mred\u202e"}}}, nil)
	p.undo(19*day, p.runs[0], len(p.runs[0].Plan.Targets))
	p.run(9*day, plan.Request{Deed: plan.Disable, Images: p.some(Prod, 14, 9)}, func(i int) plan.State {
		return [...]plan.State{plan.Done, plan.Failed, plan.Refused, plan.Unclear}[i%4]
	})
	p.lost(8 * day)
	p.run(3*day, plan.Request{Deed: plan.Copy, Images: p.some(Dev, 3, 1), Options: plan.Options{Regions: []string{"us-east-1"}, Name: "web-copy"}}, nil)
	p.run(2*day, plan.Request{Deed: plan.Unshare, Images: p.some(Prod, 11, 1), Options: plan.Options{Accounts: []string{"444444444400"}}}, nil)
	p.runs[0].Ended = nil
	p.run(5*time.Hour, plan.Request{Deed: plan.Deprecate, Images: p.some(Dev, 0, 6), Options: plan.Options{At: &until}}, func(i int) plan.State { return [...]plan.State{plan.Done, plan.Done, plan.Intended, "", "", ""}[i%6] })
	p.runs[0].ID, p.runs[0].Ended = InterruptedRun, nil
	return p.runs
}

// InterruptedRun did not end.
const InterruptedRun = "20261102-043000-dead"

// some are n images of a scope, from the i-th on.
func (p *past) some(s model.Scope, i, n int) []model.ImageKey {
	var out []model.ImageKey
	for _, im := range p.inv.ScopeImages(s)[i : i+n] {
		out = append(out, im.ImageKey)
	}
	return out
}

// run does a plan; state says how its i-th step stands, "" that it was not begun.
func (p *past) run(ago time.Duration, q plan.Request, state func(i int) plan.State) {
	p.set.Now = Now.Add(-ago)
	p.add(plan.Decide(q, plan.Gather(p.inv, p.usage, q.Images, p.set.Now), p.set), state)
}

// undo takes what a run did to its first n images back.
func (p *past) undo(ago time.Duration, r plan.Run, n int) {
	p.set.Now = Now.Add(-ago)
	part := plan.Part{}
	for i := range n {
		part.Images = append(part.Images, r.Plan.Targets[i].Image)
	}
	now := plan.Gather(p.inv, p.usage, r.Touched(part), p.set.Now)
	for i := range now { // as the run left them
		now[i].Before.Permissions = &plan.Sharing{Accounts: r.Plan.Options.Accounts}
		for k, v := range r.Plan.Options.Set {
			now[i].Before.Tags, now[i].Before.TagsKnown = append(now[i].Before.Tags, model.Tag{Key: k, Value: v}), true
		}
	}
	p.add(plan.Undo(&r, part, now, p.set), nil)
}

func (p *past) add(made plan.Plan, state func(i int) plan.State) {
	at := p.set.Now
	end := at.Add(3 * time.Minute)
	r := plan.Run{ID: fmt.Sprintf("%s-%04x", at.Format("20060102-150405"), len(p.runs)), At: at, Who: "jo", Plan: made, Outcomes: map[int]plan.Outcome{}, Ended: &end}
	for i := range made.Steps {
		s, is := &made.Steps[i], plan.Done
		if state != nil {
			is = state(i)
		}
		if is != "" {
			r.Outcomes[s.ID] = outcome(s, is, at)
		}
	}
	p.runs = append([]plan.Run{r}, p.runs...)
}

func outcome(s *plan.Step, is plan.State, at time.Time) plan.Outcome {
	o := plan.Outcome{State: is, At: at.Add(time.Duration(s.ID) * time.Second), Request: fmt.Sprintf("0f1e2d3c-%04x-4000-8000-00000000beef", s.ID)}
	switch is {
	case plan.Failed:
		o.Why, o.Hint, o.Kind = "denied: no identity-based policy allows the action\x1b[2J", "allow "+s.Call.API+": amiscope doctor prints the policy", "denied"
	case plan.Refused:
		o.Why, o.Hint = "its launch permissions have changed since it was planned", "plan it again"
	case plan.Unclear:
		o.Why = "the answer got lost, and AWS does not tell"
	case plan.NotRun:
		o.Why = "it was stopped before"
	case plan.Done:
		if s.Call.API == "ec2:CopyImage" {
			o.Result.Image = "ami-0c0b1ec0b1ec0b1ec"
		}
	case plan.Intended, plan.Pending:
	}
	return o
}

// lost is a run whose plan the journal has lost.
func (p *past) lost(ago time.Duration) {
	at := Now.Add(-ago)
	p.runs = append([]plan.Run{{ID: at.Format("20060102-150405") + "-1057", At: at, Who: "", Outcomes: map[int]plan.Outcome{
		1: {State: plan.Done, At: at}, 2: {State: plan.Unclear, At: at, Why: "line 12 of the journal cannot be read, and may have said that it was begun"},
	}}}, p.runs...)
}

// JournalOptions are those of a program whose journal tells of runs.
func JournalOptions(runs ...plan.Run) tui.Options {
	o := CostedOptions()
	o.Services.Changes.Runs = func() ([]plan.Run, []string, error) { return runs, nil, nil }
	return o
}
