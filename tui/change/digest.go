package change

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// digest is a plan counted and grouped, so that drawing it needs no look at all of
// its targets. It is made once for each plan.
type digest struct {
	runs, done, blocked int

	blocks   []group // why targets are not touched
	idle     []group // why there is nothing to do to them
	final    []group // what of them cannot be taken back
	warnings []group // the grave ones first

	places []place
	owners []owned
	calls  []calls
	acts   map[string]plan.Act // by account
}

// group are the targets of which the same is to be said.
type group struct {
	code, text, mend string
	differ           bool // not all texts are this one
	grave            bool
	hits             []hit
}

// hit is a target, and the very note on it.
type hit struct {
	target int
	text   string
}

// place is what is done in an account and region.
type place struct {
	scope         model.Scope
	runs, targets int
}

// owned is how many images a team has among the targets, by its tag.
type owned struct {
	who    string
	images int
}

// calls are the steps that make one kind of call.
type calls struct {
	api   string
	steps []int // indices
}

func digested(p *plan.Plan) *digest {
	d := &digest{acts: map[string]plan.Act{}}
	d.runs, d.done, d.blocked = p.Counts()
	for _, a := range p.Acts {
		d.acts[a.Account] = a
	}
	places, owners := map[model.Scope]*place{}, map[string]int{}
	for i := range p.Targets {
		t := &p.Targets[i]
		d.notes(i, t)
		owners[ownerOf(t)]++
		at := t.Scope()
		if places[at] == nil {
			places[at] = &place{scope: at}
		}
		places[at].targets++
		if t.Runs() {
			places[at].runs++
		}
	}
	for _, at := range places {
		d.places = append(d.places, *at)
	}
	slices.SortFunc(d.places, func(a, b place) int { return a.scope.Compare(b.scope) })
	for who, n := range owners {
		d.owners = append(d.owners, owned{who, n})
	}
	slices.SortFunc(d.owners, func(a, b owned) int { return cmp.Or(b.images-a.images, strings.Compare(a.who, b.who)) })
	for _, g := range []*[]group{&d.blocks, &d.idle, &d.final, &d.warnings} {
		rank(*g)
	}
	d.count(p)
	return d
}

// notes files what is to be said of a target.
func (d *digest) notes(i int, t *plan.Target) {
	for _, n := range t.Blocks {
		d.blocks = filed(d.blocks, i, n)
	}
	if len(t.Blocks) > 0 {
		return // it is not touched: what would happen to it does not matter
	}
	if t.Done != "" {
		d.idle = filed(d.idle, i, plan.Note{Code: t.Done, Text: t.Done})
		return
	}
	for _, n := range t.Warnings {
		if n.Final {
			d.final = filed(d.final, i, n)
		} else {
			d.warnings = filed(d.warnings, i, n)
		}
	}
}

// filed adds a note to the group of its code.
func filed(groups []group, target int, n plan.Note) []group {
	i := slices.IndexFunc(groups, func(g group) bool { return g.code == n.Code })
	if i < 0 {
		groups, i = append(groups, group{code: n.Code, text: n.Text, mend: n.Mend}), len(groups)
	}
	g := &groups[i]
	g.differ = g.differ || g.text != n.Text
	g.grave = g.grave || n.Grave
	if n.Mend != g.mend {
		g.mend = ""
	}
	g.hits = append(g.hits, hit{target, n.Text})
	return groups
}

// rank puts grave groups before others, and the largest first.
func rank(groups []group) {
	slices.SortStableFunc(groups, func(a, b group) int {
		if a.grave != b.grave {
			if a.grave {
				return -1
			}
			return 1
		}
		return len(b.hits) - len(a.hits)
	})
}

// count files the steps by their calls, in the order in which they come.
func (d *digest) count(p *plan.Plan) {
	for i := range p.Steps {
		api := p.Steps[i].Call.API
		at := slices.IndexFunc(d.calls, func(c calls) bool { return c.api == api })
		if at < 0 {
			d.calls, at = append(d.calls, calls{api: api}), len(d.calls)
		}
		d.calls[at].steps = append(d.calls[at].steps, i)
	}
}

// nobody stands for the owner of an image that has no owner tag.
const nobody = "no owner tag"

func ownerOf(t *plan.Target) string {
	for _, tag := range t.Before.Tags {
		if strings.EqualFold(tag.Key, "owner") {
			return cmp.Or(tag.Value, nobody)
		}
	}
	if !t.Before.TagsKnown {
		return "tags not read"
	}
	return nobody
}

// accounts and regions are how many of them the plan is about.
func (d *digest) accounts() int {
	n, last := 0, ""
	for _, at := range d.places {
		if at.scope.Account != last {
			n, last = n+1, at.scope.Account
		}
	}
	return n
}

func (d *digest) regions() []string {
	var out []string
	for _, at := range d.places {
		if !slices.Contains(out, at.scope.Region) {
			out = append(out, at.scope.Region)
		}
	}
	slices.Sort(out)
	return out
}
