package cache

import (
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is read of single images when they are changed stands against passes that
// had begun, and against echoes of what is gone: so they are folded together by the
// model, both where a pass is gathered and where it is stored.

func isReread(e model.Event) bool {
	_, ok := e.(model.Reread)
	return ok
}

// foldReread notes a reading of single images, for what is stored and for the
// passes over its region that run or follow.
func (f *Flusher) foldReread(r model.Reread) {
	f.finished.Pieces = append(f.finished.Pieces, r)
	region := r.Scope.Region
	f.rereads[region] = slices.DeleteFunc(f.rereads[region], func(e model.Event) bool { return r.At.Sub(e.(model.Reread).At) > model.Echo })
	f.rereads[region] = append(f.rereads[region], r)
	for u, g := range f.passes {
		if u.scope.Region == region && u.holds() && !g.over {
			g.told = append(g.told, r)
		}
	}
}

// holds reports whether single images are read of what the pass is over.
func (u unit) holds() bool { return u.kind == model.Images || u.kind == model.Snapshots }

// settled are the rows of a pass beside what was read of single ones.
func (g *gathering) settled() model.Page {
	p := g.page
	if !slices.ContainsFunc(g.told, isReread) {
		return p
	}
	inv := model.Inventory{}.Fold(g.told...)
	if p.Kind == model.Images {
		p.Images = inv.ScopeImages(p.Scope)
	} else {
		p.Snapshots = inv.ScopeSnapshots(p.Scope)
	}
	return p
}

// witnesses are the scopes of other accounts whose stored lists hold an image of which
// a reading tells that it is gone, by the place of the reading among the pieces.
func (w *writing) witnesses(pieces []model.Event) map[int][]model.Scope {
	out := map[int][]model.Scope{}
	if !slices.ContainsFunc(pieces, isReread) {
		return out
	}
	w.each(bucketLists, nil, func(key, chunk []byte) {
		account, region, _ := strings.Cut(string(key), "/")
		s := model.Scope{Account: account, Region: region}
		var ims []*model.Image
		for i, e := range pieces {
			r, ok := e.(model.Reread)
			if !ok || len(r.Gone) == 0 || r.Scope.Region != region || r.Scope == s {
				continue
			}
			if ims == nil {
				ims, _ = w.codec.openList(chunk, &scratch{}) // what cannot be read is read anew
			}
			if slices.ContainsFunc(r.Gone, func(id string) bool {
				return len(alive(ims, []*string{&id}, func(id *string) string { return *id })) > 0
			}) {
				out[i] = append(out[i], s)
			}
		}
	})
	return out
}

// rows is what the file holds of a scope that readings of single images may change:
// nothing of what is damaged, which is read anew as a whole. They are in order of
// time, and of a generation that sweeps.
func (w *writing) rows(s model.Scope) []model.Page {
	var out []model.Page
	read := func(p model.Page, err error) {
		if p.Scope, p.Gen, p.Last = s, 1, true; err == nil && !p.At.IsZero() {
			out = append(out, p)
		}
	}
	sc := &scratch{}
	list := w.get(bucketLists, scopeKey(s))
	ims, err := w.codec.openDetails(list, w.get(bucketDetails, scopeKey(s)), sc)
	if err != nil {
		ims, err = w.codec.openList(list, sc)
	}
	read(model.Page{Kind: model.Images, Images: ims, At: w.asOf(s, model.Images)}, err)
	ss, err := w.codec.openSnapshots(w.get(bucketSnapshots, scopeKey(s)), sc)
	read(model.Page{Kind: model.Snapshots, Snapshots: ss, At: w.asOf(s, model.Snapshots)}, err)
	bin := model.Page{Scope: s, Kind: model.Bin}
	bin, at, err := w.codec.openRows(bin, w.get([]byte(model.Bin.Word()), scopeKey(s)), sc)
	bin.At = at
	read(bin, err)
	slices.SortStableFunc(out, func(a, b model.Page) int { return a.At.Compare(b.At) })
	return out
}

// asOf is the end of the last complete pass that is stored.
func (w *writing) asOf(s model.Scope, k model.Kind) time.Time {
	return w.codec.openStatus(w.get(bucketStatus(k), scopeKey(s)), &scratch{}).asOf
}

// inTime puts what the file holds between the pieces of a scope: a pass that ended
// after single images were read has heeded that, but for echoes.
func inTime(rows []model.Page, pieces []model.Event) []model.Event {
	var out []model.Event
	until := func(r model.Reread) {
		for len(rows) > 0 && !rows[0].At.After(r.At) {
			out, rows = append(out, rows[0]), rows[1:]
		}
	}
	for _, e := range pieces {
		if r, ok := e.(model.Reread); ok {
			until(r)
		}
		out = append(out, e)
	}
	for _, p := range rows {
		out = append(out, p)
	}
	return out
}

// rewrite stores the rows of a scope that readings of single images have changed,
// of passes that are stored.
func (w *writing) rewrite(s model.Scope, before, after model.Inventory) error {
	var values []value
	changed := func(k model.Kind, same bool) bool { return !same && !before.Status(s, k).AsOf.IsZero() }
	if ims := after.ScopeImages(s); changed(model.Images, slices.Equal(ims, before.ScopeImages(s))) {
		list, details, err := w.codec.sealImages(ims)
		if err != nil {
			return err
		}
		values = append(values, value{bucketLists, list}, value{bucketDetails, details})
	}
	if ss := after.ScopeSnapshots(s); changed(model.Snapshots, slices.Equal(ss, before.ScopeSnapshots(s))) {
		chunk, err := w.codec.sealSnapshots(ss)
		if err != nil {
			return err
		}
		values = append(values, value{bucketSnapshots, chunk})
	}
	if bs := after.Binned(s); changed(model.Bin, slices.Equal(bs, before.Binned(s))) {
		v, err := w.codec.sealRows(model.Page{Scope: s, Kind: model.Bin, Binned: bs}, before.Status(s, model.Bin).AsOf)
		if err != nil {
			return err
		}
		values = append(values, v)
	}
	for _, v := range values {
		if err := w.write(scopeKey(s), v); err != nil {
			return err
		}
	}
	return nil
}
