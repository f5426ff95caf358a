package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/cache/journal"
	"github.com/amiscope/amiscope/cmd/internal/output"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// costing says which costs a verb wants. Each is wanted with those before it.
type costing uint8

const (
	noCosts     costing = iota
	knownCosts          // of what is read anyway, at the prices that are known
	pricedCosts         // AWS may be asked for prices
	allCosts            // what costs besides is read too, and the ledger kept
)

// inJSON are the costs that a format shows of every image.
func inJSON(s output.Style) costing {
	if s.Format == output.JSON || s.Format == output.JSONL {
		return knownCosts
	}
	return noCosts
}

// price makes a first estimate, on which a filter may rest while verdicts are
// waited for.
func (g *gathered) price(ctx context.Context, w *world, n need) {
	g.whole = n.costs == allCosts
	switch {
	case n.costs == noCosts || ctx.Err() != nil:
		return
	case n.costs == knownCosts:
		g.basis.Prices, _ = w.pricesAtHand()
	default:
		var notes []string
		g.basis.Prices, notes = w.prices(ctx)
		g.notes = append(g.notes, notes...)
	}
	g.basis.Blocks = w.measured(g.inv.Scopes())
	if n.costs == allCosts {
		g.judgeKnown(w.now())
	}
	g.estimate(w, n)
}

// estimate works out what everything costs, by the verdicts that there are.
func (g *gathered) estimate(w *world, n need) {
	if n.costs > noCosts {
		g.basis.Usage, g.basis.Now = g.usage, w.now()
		g.costs = (*cost.Costs)(nil).Estimate(g.inv, g.basis)
	}
}

// ledger is where what scopes cost is kept, day by day.
func (a *app) ledger() *journal.Ledger {
	return journal.OpenLedger(filepath.Join(a.place(a.dirs.state), "costs.jsonl"))
}

// past is what scopes cost at the end of a day, as far as the ledger tells.
func (a *app) past(at time.Time) ([]cost.Day, error) {
	p, err := a.ledger().At(at)
	return p.Days, err
}

// oldest is how long ago may have been read what the ledger notes for today.
const oldest = 24 * time.Hour

// noteDay notes in the ledger what scopes cost today, where all that costs was
// read just now, or might have been.
func (a *app) noteDay(w *world, n need, g *gathered) {
	if n.costs < allCosts || w.offline || w.fresh.Age > oldest && !n.force {
		return
	}
	if err := a.ledger().Note(g.costs.Days()); err != nil {
		g.notes = append(g.notes, err.Error())
	}
}

// tellPrices says once where prices come from.
func (a *app) tellPrices(g gathered) {
	regions := map[string][]string{} // by source
	for _, s := range g.inv.Scopes() {
		if !g.inv.Readable(s) {
			continue
		}
		p := g.costs.Price(s.Region)
		source := ""
		switch p.From {
		case cost.Configured:
			source = "of the config file"
		case cost.Listed:
			source = "of AWS's price list, read on " + day(p.AsOf)
		case cost.BuiltIn:
			source = "built in, of " + day(p.AsOf)
		case cost.Assumed:
			source = "of " + p.Region + ", as those of their own are not known"
		}
		if !slices.Contains(regions[source], s.Region) {
			regions[source] = append(regions[source], s.Region)
		}
	}
	var parts []string
	for source, in := range regions {
		slices.Sort(in)
		where := kit.Plural(len(in), "region", "regions")
		if len(in) <= 3 {
			where = strings.Join(in, ", ")
		}
		parts = append(parts, where+": "+source)
	}
	slices.Sort(parts)
	a.say("prices: %s", strings.Join(parts, "; "))
}

// concludeCosts tells where prices come from and what is missing, after the
// output, and gives the error that the exit code comes from.
func (a *app) concludeCosts(g gathered) error {
	a.tellPrices(g)
	unread := map[model.Kind]int{}
	for _, b := range output.Missing(g.costs) {
		if b.Err == nil {
			unread[b.Source]++
		}
	}
	for _, k := range append(model.Kinds(), model.Charges()...) {
		if n := unread[k]; n > 0 {
			a.say("not in the costs: %s of %s, not read yet", k, kit.Plural(n, "scope", "scopes"))
		}
	}
	if h := g.costs.Hastening(); h.Restores > 0 {
		text := fmt.Sprintf("beside storage: %s, %s a month", kit.Plural(h.Restores, "fast restore", "fast restores"), kit.Money(h.Cost))
		if h.Unpriced > 0 {
			text += fmt.Sprintf(", %d without a known price", h.Unpriced)
		}
		a.say("%s", text)
	}
	sizeless := 0
	for _, l := range g.costs.Lines() {
		if l.Basis == cost.NotKnown {
			sizeless++
		}
	}
	if sizeless > 0 {
		a.say("not in the costs: %s whose size is not known (AWS does not tell it of what is in the Recycle Bin)", kit.Plural(sizeless, "snapshot", "snapshots"))
	}
	return a.conclude(g)
}

// canGo tells images that nothing uses; nil where verdicts are not known.
func (g *gathered) canGo() func(*model.Image) bool {
	if g.usage == nil {
		return nil
	}
	return func(im *model.Image) bool { return g.usage.Ruling(im).Use == model.Unused }
}

// reclaimable is what deleting those of some images that nothing uses would free,
// with the orphans among some snapshots; nil where verdicts are not known.
func (g *gathered) reclaimable(images []*model.Image, lines []*cost.Line) *cost.Band {
	goes := g.canGo()
	if goes == nil {
		return nil
	}
	var keys []model.ImageKey
	for _, im := range images {
		if goes(im) {
			keys = append(keys, im.ImageKey)
		}
	}
	var orphans []cost.SnapshotKey
	for _, l := range lines {
		if l.Kind == cost.Orphan {
			orphans = append(orphans, l.Key())
		}
	}
	return &[]cost.Band{g.costs.Freed(keys, orphans).Cost}[0]
}

func atMost(n int, what string) error {
	if n < 0 {
		return usageError{fmt.Errorf("--limit is a number of %s; 0 prints all", what)}
	}
	return nil
}
