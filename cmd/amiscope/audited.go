package main

import (
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
)

// inspected is what is wrong with what is known, and what that goes by.
type inspected struct {
	policy finding.Policy
	found  *finding.Findings // nil: nothing was looked for
}

// look goes through the rules, if there is a policy to go by.
func (g *gathered) look(p *finding.Policy, now time.Time) {
	if p != nil {
		g.inspected = inspected{*p, finding.Find(g.inv, g.usage, *p, now)}
	}
}

// audited adds to what a verb has to know what its filter asks of launch permissions
// and findings, and to its JSON findings as far as they are known.
func (a *app) audited(n need, sel *search) (need, error) {
	if !sel.audit && !sel.json {
		return n, nil
	}
	p, err := a.findingPolicy(auditing{})
	if n.policy = &p; err != nil || !sel.audit {
		return n, err
	}
	rules := a.needOf(p, *sel)
	n.usage, n.also, n.wants = n.usage || rules.usage, append(n.also, rules.also...), rules.wants
	return n, nil
}

// needOf is what must be known for the rules that judge anything.
func (a *app) needOf(p finding.Policy, sel search) need {
	n := need{usage: sel.usage, costs: sel.costs, concerns: sel.possible}
	for _, r := range finding.Rules() {
		if !p.On(r) {
			continue
		}
		if n.usage = n.usage || r.Usage; sel.query.Empty() { // else images alone are judged
			n.also = append(n.also, r.Also...)
		}
	}
	n.wants = func(g *gathered) model.Wants {
		concerned := g.concerned(n)
		return finding.Wants(g.inv, g.usage, p, a.now(), func(im *model.Image) bool { return concerned[im.ImageKey] })
	}
	return n
}
