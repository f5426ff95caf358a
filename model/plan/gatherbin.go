package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// missing are the facts of an image that is not listed: in the Recycle Bin, gone, or
// never read.
func (g *gathering) missing(k model.ImageKey) Target {
	if model.IsSnapshot(k.ID) {
		return g.lone(k)
	}
	t := Target{Image: k, Before: nothing()}
	seen, sure := false, true
	for _, s := range g.inv.Scopes() {
		if s.Region != k.Region {
			continue
		}
		if b, ok := g.binned(s)[k.ID]; ok {
			t.Account, t.Before = s.Account, g.inBin(s, b)
			return t
		}
		seen = true
		sure = sure && (!g.inv.Readable(s) || whole(g.inv.Status(s, model.Images)) && whole(g.inv.Status(s, model.Bin)))
		if _, was := g.inv.Former(s, k.ID); was {
			t.Account, t.Before.Owner = s.Account, s.Account
		}
	}
	if seen && sure {
		t.Before.State = Gone
	}
	return t
}

// lone are the facts of a snapshot that is looked at for its own sake.
func (g *gathering) lone(k model.ImageKey) Target {
	t := Target{Image: k, Before: nothing()}
	sn := Snapshot{ID: k.ID, FullBytes: -1, Tags: []model.Tag{}, Images: []string{}, Named: []string{}}
	seen, sure := false, true
	for _, s := range g.inv.Scopes() {
		if s.Region != k.Region {
			continue
		}
		_, was := g.inv.Former(s, k.ID)
		b := g.binned(s)[k.ID]
		if now := g.binnedSnapshot(s, k.ID); b != nil || was || now.State != "" && now.State != Gone {
			t.Account, sn = s.Account, now
			t.Before = g.loneFacts(s, now, b)
			return t
		}
		seen = true
		sure = sure && (!g.inv.Readable(s) || whole(g.inv.Status(s, model.Snapshots)) && whole(g.inv.Status(s, model.Bin)))
	}
	if seen && sure {
		t.Before.State, sn.State = Gone, Gone
	}
	t.Before.Snapshots = append(t.Before.Snapshots, sn)
	return t
}

func (g *gathering) loneFacts(s model.Scope, sn Snapshot, b *model.Binned) Facts {
	f := nothing()
	f.Owner, f.State, f.SizeGiB, f.Snapshots = s.Account, sn.State, sn.SizeGiB, []Snapshot{sn}
	p := g.place(s)
	f.Snapshots[0].Images = sorted(p.users[sn.ID])
	f.Snapshots[0].Named = labels(g.usage.SnapshotNames(s.Region, sn.ID))
	f.SnapshotsKnown = p.sure
	f.Bin = p.bin(&f)
	f.AsOf = moment(g.inv.Status(s, model.Snapshots).AsOf)
	if b != nil {
		f.Description, f.Bin.Exits = b.Description, moment(b.Exits)
		f.AsOf = moment(g.inv.Status(s, model.Bin).AsOf)
	}
	return f
}

// nothing are the facts of an image of which nothing is known.
func nothing() Facts {
	return Facts{
		Managed: model.ManagerNotTold.String(), Tags: []model.Tag{}, Snapshots: []Snapshot{},
		Family: Family{Copies: []Kin{}, Pickers: []string{}},
		Usage:  Usage{Verdict: model.UseUnknown.String(), Evidence: []string{}, Blind: []string{}, Weak: []string{}},
	}
}

// binned finds what is in the bin of a scope.
func (g *gathering) binned(s model.Scope) map[string]*model.Binned {
	if all, ok := g.bins[s]; ok {
		return all
	}
	all := map[string]*model.Binned{}
	for _, b := range g.inv.Binned(s) {
		all[b.ID] = b
	}
	g.bins[s] = all
	return all
}

// inBin are the facts of an image in the Recycle Bin, of which AWS tells little.
func (g *gathering) inBin(s model.Scope, b *model.Binned) Facts {
	f := nothing()
	f.Owner, f.Name, f.Description, f.State = s.Account, b.Name, b.Description, Binned
	f.Family.Name, _ = model.Family(b.Name)
	for _, id := range g.formerSnapshots(s, b.ID) {
		f.Snapshots = append(f.Snapshots, g.binnedSnapshot(s, id))
	}
	p := &place{rules: g.inv.BinRules(s), ruled: whole(g.inv.Status(s, model.BinRules))}
	f.Bin = p.bin(&f)
	f.Bin.Exits = moment(b.Exits)
	f.AsOf = moment(g.inv.Status(s, model.Bin).AsOf)
	return f
}

// formerSnapshots are those of an image in the bin: as it was seen before, and as
// the snapshots themselves say.
func (g *gathering) formerSnapshots(s model.Scope, image string) []string {
	var ids []string
	if was, ok := g.inv.Former(s, image); ok {
		ids = was.Snapshots
	}
	if g.madeFor[s] == nil {
		g.madeFor[s] = map[string][]string{}
		for _, b := range g.inv.Binned(s) {
			if im := cost.MadeFor(b.Description); im != "" {
				g.madeFor[s][im] = append(g.madeFor[s][im], b.ID)
			}
		}
	}
	return sorted(slices.Concat(ids, g.madeFor[s][image]))
}

// binnedSnapshot is a snapshot of an image in the bin, wherever that snapshot is.
func (g *gathering) binnedSnapshot(s model.Scope, id string) Snapshot {
	if r, ok := g.inv.Snapshot(s, id); ok {
		return snapshotFacts(r)
	}
	out := Snapshot{ID: id, Owner: s.Account, FullBytes: -1, Tags: []model.Tag{}, Images: []string{}, Named: []string{}}
	switch _, binned := g.binned(s)[id]; {
	case binned:
		out.State = Binned
	case whole(g.inv.Status(s, model.Bin)) && whole(g.inv.Status(s, model.Snapshots)):
		out.State = Gone
	}
	if was, ok := g.inv.Former(s, id); ok {
		out.SizeGiB, out.FullBytes, out.Archived = was.SizeGiB, was.FullBytes, was.Archived
	}
	return out
}
