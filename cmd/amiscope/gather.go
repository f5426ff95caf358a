package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui"
)

// gathered is what a verb has to print.
type gathered struct {
	inv       model.Inventory
	usage     *model.Usage     // nil: not judged
	input     model.UsageInput // but for its time
	costs     *cost.Costs      // nil: not estimated
	inspected                  // by the rules, as far as it is known
	basis     cost.Input       // of the costs
	asked     bool             // for verdicts
	whole     bool             // charges were asked for
	also      []model.Kind     // these were besides,
	looked    bool             // and launch permissions whatever the verdicts
	mute      bool             // AWS's own opinion was asked for, and not all of it was had
	notes     []string         // to be told after the output
}

// need is what a verb has to know.
type need struct {
	force bool // also what is fresh is read again
	// usage says that verdicts are wanted: usage sources are read, and the launch
	// permissions of the images that it concerns.
	usage bool
	costs costing      // which costs are wanted
	also  []model.Kind // wanted whatever else is
	// concerns picks these images; nil: all.
	concerns func(g *gathered) []*model.Image
	// opinions are asked for of AWS besides; nil: none.
	opinions func(g *gathered) map[model.Scope][]string
	// wants are asked for when verdicts are made; nil: nothing besides.
	wants func(g *gathered) model.Wants
	// policy is what findings are made by; nil: none are made.
	policy *finding.Policy
	// then is done while AWS can still be reached; nil: nothing.
	then func(w *world, g *gathered) error
}

// kinds are what is read: usage sources, charges and how open scopes are only
// where that is wanted.
func (n need) kinds() []model.Kind {
	return slices.DeleteFunc(model.Swept(), func(k model.Kind) bool {
		switch {
		case slices.Contains(n.also, k):
			return false
		case slices.Contains(model.Charges(), k):
			return n.costs < allCosts
		case slices.Contains(model.Openness(), k):
			return true
		}
		return !n.usage && !slices.Contains(model.Kinds(), k)
	})
}

// gather gives what is known now: what the cache holds, and over it what AWS
// says of everything that is wanted and stale. The error is ctx's, or one that
// leaves nothing to print.
func (a *app) gather(ctx context.Context, n need) (g gathered, err error) {
	a.askMFA = a.codeFrom(a.in)
	w, c, err := a.open(ctx)
	if err != nil {
		return g, err
	}
	defer func() {
		g.notes = append(g.notes, w.close()...)
		if err != nil {
			a.tell(g.notes) // nobody else will
		}
	}()
	if g.input, g.notes, err = a.usageInput(ctx, c); err != nil {
		return g, err
	}
	p := newProgress(a.err)
	p.quiet = a.asking.Load
	defer p.clear()
	g.fold(w.restore(ctx), nil)
	if !w.offline {
		g.fold(w.refresh(ctx, tui.Refresh{Gen: 1, Kinds: n.kinds(), Force: n.force, Known: g.inv}), p.follow)
	}
	g.price(ctx, w, n)
	if g.asked = n.usage; n.usage {
		g.settle(ctx, w, n, p)
		g.estimate(w, n)
	}
	g.lookInto(ctx, w, n, p)
	if ctx.Err() != nil {
		return g, ctx.Err()
	}
	p.clear() // before anything is told
	if err = a.nothing(g.inv); err != nil {
		return g, err
	}
	a.noteDay(w, n, &g)
	if n.then != nil {
		err = n.then(w, &g)
	}
	return g, err
}

// settle makes verdicts, and waits for what they wait for, until nothing is left
// to be asked. Each thing is asked for once.
func (g *gathered) settle(ctx context.Context, w *world, n need, p *progress) {
	before := asked{images: map[model.ImageKey]bool{}}
	for g.judge(w.now()); !w.offline && ctx.Err() == nil; g.judge(w.now()) {
		wants := before.more(g, n)
		if wants.Empty() {
			break
		}
		p.tally.wanted += len(wants.Permissions)
		g.fold(w.settle(awsclient.AtOnce(ctx), tui.Settle{Wants: wants}), p.follow) // somebody waits
	}
	if n.opinions == nil || w.offline || ctx.Err() != nil {
		return
	}
	told := len(g.notes)
	g.fold(w.ask(ctx, n.opinions(g)), p.follow)
	g.mute = len(g.notes) > told
	g.judge(w.now())
}

// lookInto asks for what is wanted besides what verdicts wait for, once.
func (g *gathered) lookInto(ctx context.Context, w *world, n need, p *progress) {
	g.also = n.also
	if n.wants == nil {
		return
	}
	g.looked = true
	if w.offline || ctx.Err() != nil {
		return
	}
	wants := n.wants(g)
	if wants.Empty() {
		return
	}
	p.tally.wanted += len(wants.Permissions)
	g.fold(w.settle(ctx, tui.Settle{Wants: wants}), p.follow)
	if n.usage {
		g.judge(w.now())
	}
}

func (g *gathered) judge(now time.Time) {
	in := g.input
	in.Now = now
	g.usage = g.usage.Judge(g.inv, in)
}

// judgeKnown makes the verdicts that can be made of what was read before, if
// anything was.
func (g *gathered) judgeKnown(now time.Time) {
	if g.usage == nil && g.inv.UsageRead() {
		g.judge(now)
	}
}

func (g *gathered) known() output.Known {
	return output.Known{Inv: g.inv, Usage: g.usage, Costs: g.costs, Findings: g.found, Familiar: known(g.policy)}
}

// asked is what verdicts have waited for before.
type asked struct {
	images map[model.ImageKey]bool
	orgs   bool
	units  []string
}

// more is what they wait for and was not asked for yet. What references name is
// of no matter to a verdict.
func (a *asked) more(g *gathered, n need) model.Wants {
	all := g.usage.Wants()
	wants := model.Wants{Organizations: all.Organizations && !a.orgs}
	a.orgs = a.orgs || all.Organizations
	for _, u := range all.Units {
		if !slices.Contains(a.units, u) {
			a.units, wants.Units = append(a.units, u), append(wants.Units, u)
		}
	}
	concerned := g.concerned(n)
	if n.force {
		all.Permissions = append(all.Permissions, g.failedPermissions()...)
	}
	for _, k := range all.Permissions {
		if !a.images[k] && (concerned == nil || concerned[k]) {
			a.images[k] = true
			wants.Permissions = append(wants.Permissions, k)
		}
	}
	return wants
}

// failedPermissions are images whose launch permissions could not be read, which
// stands for a while unless everything is to be read again.
func (g *gathered) failedPermissions() []model.ImageKey {
	var out []model.ImageKey
	for _, s := range g.inv.Scopes() {
		for _, p := range g.inv.ScopePermissions(s) {
			if p.Err != nil {
				out = append(out, model.ImageKey{Region: s.Region, ID: p.ID})
			}
		}
	}
	return out
}

// concerned are the images whose verdicts are wanted; nil: all.
func (g *gathered) concerned(n need) map[model.ImageKey]bool {
	if n.concerns == nil {
		return nil
	}
	out := map[model.ImageKey]bool{}
	for _, im := range n.concerns(g) {
		out[im.ImageKey] = true
	}
	return out
}

// fold takes a stream in, until its end.
func (g *gathered) fold(events <-chan model.Event, watch func(model.Event)) {
	for e := range events {
		g.note(e)
		if watch != nil {
			watch(e)
		}
		g.inv = g.inv.Fold(e)
	}
}

// note keeps what the inventory does not.
func (g *gathered) note(e model.Event) {
	switch e := e.(type) {
	case model.Notice:
		g.notes = append(g.notes, e.Text)
	case model.Found:
		if e.Err != nil {
			g.notes = append(g.notes, fmt.Sprintf("%s: its regions could not be read, so some may be missing: %s", e.Account.Title(), e.Err))
		}
	case model.Page, model.Began, model.Details, model.Lost, model.Stopped, model.Named, model.Organization, model.Formers, model.Reread: // in the inventory
	}
}

// nothing is the error of a run that has no scope to tell of.
func (a *app) nothing(inv model.Inventory) error {
	if len(inv.Scopes()) > 0 {
		return nil
	}
	lost := inv.Unreached()
	switch {
	case a.flags.from != "":
		return fmt.Errorf("%s holds no account", a.flags.from)
	case a.flags.offline:
		return errors.New("nothing is cached for these accounts and regions; leave out --offline to read them")
	case len(lost) == 1 && lost[0].Source == awsclient.DefaultSource && lost[0].Err.Kind == model.Expired:
		return errors.New("no AWS credentials found: name a profile with --profile, log in, or try `amiscope demo`")
	}
	a.tellTroubles(inv)
	return errTold
}

// conclude tells what stood in the way, after the output, and gives the error
// that the exit code comes from.
func (a *app) conclude(g gathered) error {
	a.tell(g.notes)
	failed, read := a.tellTroubles(g.inv)
	missing := a.tellMissing(g) > 0
	switch {
	case failed == 0 && read == 0:
		return errors.New("there is nothing to read: each of these regions is not enabled, or closed by a policy")
	case failed == 0 && !missing:
		return nil
	case read == 0:
		return errTold
	}
	return errPartial
}

func (a *app) tell(notes []string) {
	for _, n := range notes {
		a.say("%s", n)
	}
}

// tellTroubles writes a line for every scope and way in that failed, and
// counts them and the others. Of a scope with nothing to read there is nothing to
// tell.
func (a *app) tellTroubles(inv model.Inventory) (failed, read int) {
	for _, u := range inv.Unreached() {
		failed++
		a.trouble(u.Source, u.Err)
	}
	for _, s := range inv.Scopes() {
		if !inv.Readable(s) {
			continue
		}
		if err := inv.Trouble(s); err != nil {
			failed++
			a.trouble("", err)
			continue
		}
		read++
	}
	return failed, read
}

func (a *app) trouble(source string, err *model.OpError) {
	text := err.Error()
	if source != "" {
		text = source + ": " + text
	}
	if h := err.Hint(); h != "" {
		text += "; hint: " + h
	}
	a.say("%s", text)
}
