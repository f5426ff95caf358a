package model

import (
	"cmp"
	"slices"
	"strings"
)

// collect lists what names the image, one by one.
func (w *weighing) collect() {
	w.takeFiles(w.im.ID, "")
	w.take(w.im.ID, "", func(n *naming) map[string][]use { return n.images })
	if w.im.Detail == nil {
		return
	}
	for _, d := range w.im.Detail.Devices {
		if d.Snapshot != "" {
			w.takeFiles(d.Snapshot, d.Snapshot)
			w.take(d.Snapshot, d.Snapshot, func(n *naming) map[string][]use { return n.snapshots })
		}
	}
}

// take adds the references of all accounts of the region, and of other regions
// those texts that may mean any.
func (w *weighing) take(id, snapshot string, from func(*naming) map[string][]use) {
	for _, s := range w.r.scopes {
		for _, x := range from(w.r.u.names[s.scope].n)[id] {
			w.add(x, snapshot)
		}
	}
	if snapshot != "" {
		return
	}
	for s, d := range w.r.u.names {
		if s.Region == w.r.name {
			continue
		}
		for _, x := range d.n.anywhere[id] {
			w.add(x, "")
		}
	}
}

func (w *weighing) takeFiles(id, snapshot string) {
	for _, r := range w.r.u.in.Files {
		if r.Image == id || r.Snapshot == id {
			w.add(use{ref: r, image: id}, snapshot)
		}
	}
}

func (w *weighing) add(x use, snapshot string) {
	weak := w.policy().weak(x, w.now())
	e := Evidence{
		Ref: x.ref, Image: x.image, Snapshot: snapshot, Through: x.through, Launchers: x.launchers,
		Stale: weak.String(), Aside: w.r.u.asideOf(x.ref, x.image),
	}
	if weak.revivable() && w.launchedLately() {
		e.Stale = ""
	}
	w.v.Evidence = append(w.v.Evidence, e)
}

// sort puts evidence that counts first, and each blind spot and caveat once.
func (w *weighing) sort() {
	v := w.v
	slices.SortStableFunc(v.Evidence, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.compare(b))
	})
	slices.SortStableFunc(v.Blind, func(a, b Blind) int {
		return cmp.Or(a.Scope.Compare(b.Scope), cmp.Compare(a.Source, b.Source), strings.Compare(a.What, b.What))
	})
	v.Blind = slices.CompactFunc(v.Blind, func(a, b Blind) bool { return a.Scope == b.Scope && a.Source == b.Source && a.What == b.What })
	v.Caveats = append(v.Caveats, w.policy().limits()...)
	if w.im.Snapshots > 0 {
		v.Caveats = append(v.Caveats, "who may use its snapshots without the image is not read")
	}
	slices.Sort(v.Caveats)
	v.Caveats = slices.Compact(v.Caveats)
	for _, s := range w.r.scopes {
		if slices.ContainsFunc(v.Evidence, func(e Evidence) bool { return e.Ref != nil && e.Ref.Scope == s.scope }) {
			v.AsOf = older(v.AsOf, w.r.sights[s.scope.Account].asOf)
		}
	}
}

// rank orders evidence: what counts, what is stale, what is set aside.
func (e Evidence) rank() int {
	switch {
	case e.Aside != nil:
		return 2
	case e.Stale != "":
		return 1
	}
	return 0
}

func (e Evidence) compare(o Evidence) int {
	if e.Ref == nil || o.Ref == nil {
		return cmp.Compare(e.Reported.Account+e.Reported.Type, o.Reported.Account+o.Reported.Type)
	}
	return cmp.Or(cmp.Compare(e.Ref.place(), o.Ref.place()), e.Ref.Scope.Compare(o.Ref.Scope), cmp.Compare(e.Ref.Key, o.Ref.Key))
}

// place orders references by what they are: files, which launch nothing, come
// last.
func (r *Reference) place() Kind {
	if r.Source == FileSource {
		return kinds
	}
	return r.Source
}

// limits are what is left out on purpose, whatever the image.
func (p UsagePolicy) limits() []string {
	var out []string
	if p.Versions == 0 {
		out = append(out, "of launch templates only the default and newest versions are read, and those that something launches from")
	}
	if len(p.Paths) == 0 {
		out = append(out, "of SSM parameters only those of data type aws:ec2:image are read: name paths of others in the config")
	}
	return out
}
