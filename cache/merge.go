package cache

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is read image by image is stored a scope at a time, with what the file
// holds already: the model itself joins the two, so that the next start shows
// what this one does.

// compact puts the permissions that come one by one into few pages, and leaves
// the rest as it is. The order of two readings of one image stays.
func compact(pieces []model.Event) []model.Event {
	type filling struct {
		at   int // of its page
		have map[string]bool
	}
	open := map[model.Scope]filling{}
	var out []model.Event
	for _, e := range pieces {
		p, ok := e.(model.Page)
		if !ok || p.Kind != model.Permissions {
			out = append(out, e)
			continue
		}
		f, ok := open[p.Scope]
		if !ok || slices.ContainsFunc(p.Permissions, func(lp *model.LaunchPermissions) bool { return f.have[lp.ID] }) {
			f = filling{len(out), map[string]bool{}}
			open[p.Scope] = f
			out = append(out, model.Page{Scope: p.Scope, Kind: p.Kind, At: p.At, Last: true})
		}
		page := out[f.at].(model.Page)
		page.Permissions = append(page.Permissions, p.Permissions...)
		out[f.at] = page
		for _, lp := range p.Permissions {
			f.have[lp.ID] = true
		}
	}
	return out
}

// merge adds what came in pieces, and drops what is known of images that a
// clean pass over the scope's images did not see.
func (w *writing) merge(b sealed) error {
	pieces, witnesses := map[model.Scope][]model.Event{}, w.witnesses(b.pieces)
	for i, e := range b.pieces { // in their order: a reading does not stand against what came after it
		switch e := e.(type) {
		case model.Page:
			pieces[e.Scope] = append(pieces[e.Scope], e)
		case model.Named:
			pieces[e.Scope] = append(pieces[e.Scope], e)
		case model.Formers:
			pieces[e.Scope] = append(pieces[e.Scope], e)
		case model.Reread:
			for _, s := range append(witnesses[i], e.Scope) {
				pieces[s] = append(pieces[s], e)
			}
		case model.Organization:
			if err := w.organization(e); err != nil {
				return err
			}
		}
	}
	swept := map[model.Scope][]byte{} // list chunks
	for _, p := range b.passes {
		if p.kind == model.Images && !p.failed() {
			swept[p.scope] = p.values[0].chunk
			pieces[p.scope] = slices.Clip(pieces[p.scope]) // also where nothing came
		}
	}
	for _, s := range slices.SortedFunc(maps.Keys(pieces), model.Scope.Compare) {
		if err := w.scope(s, pieces[s], swept[s]); err != nil {
			return err
		}
	}
	return nil
}

// scope merges the pieces of one scope into its values. list is what a clean
// pass saw, nil where there was none.
func (w *writing) scope(s model.Scope, pieces []model.Event, list []byte) error {
	inv := model.Inventory{}.Fold(w.before(s, pieces)...)
	var rows []model.Page
	if slices.ContainsFunc(pieces, isReread) {
		rows = w.rows(s)
	}
	after := inv.Fold(inTime(rows, pieces)...)
	inv = inv.Fold(inTime(rows, nil)...)
	if err := w.rewrite(s, inv, after); err != nil {
		return err
	}
	permissions, opinions := after.ScopePermissions(s), after.References(s, model.Opinions)
	if list != nil && len(permissions)+len(opinions) > 0 {
		ims, err := w.codec.openList(list, &scratch{})
		if err != nil {
			return err
		}
		permissions = alive(ims, permissions, func(p *model.LaunchPermissions) string { return p.ID })
		opinions = alive(ims, opinions, func(r *model.Reference) string { return r.Image })
	}
	for _, part := range []struct {
		changed bool
		seal    func() (value, error)
	}{
		{!slices.Equal(permissions, inv.ScopePermissions(s)), func() (value, error) { return w.codec.sealPermissions(s, permissions) }},
		{!slices.Equal(opinions, inv.References(s, model.Opinions)), func() (value, error) { return w.codec.sealOpinions(s, opinions) }},
		{slices.ContainsFunc(pieces, isNamed), func() (value, error) { return w.codec.sealNamed(namedOf(after, s)) }},
		{!slices.Equal(after.Formers(s), inv.Formers(s)), func() (value, error) { return w.codec.sealFormers(kept(after.Formers(s), s)) }},
	} {
		if !part.changed {
			continue
		}
		v, err := part.seal()
		if err == nil {
			err = w.write(scopeKey(s), v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// before is what the file holds of a scope that pieces may change.
func (w *writing) before(s model.Scope, pieces []model.Event) []model.Event {
	var out []model.Event
	read := func(bucket []byte, open func(model.Scope, []byte, *scratch) (model.Event, error)) {
		if chunk := w.get(bucket, scopeKey(s)); chunk != nil {
			if e, err := open(s, chunk, &scratch{}); err == nil {
				out = append(out, e)
			}
		}
	}
	read(permissionsPart().bucket(), w.codec.openPermissions)
	read(referencesOf(model.Opinions).bucket(), w.codec.openOpinions)
	if slices.ContainsFunc(pieces, isNamed) {
		read(namedPart().bucket(), w.codec.openNamed)
	}
	if slices.ContainsFunc(pieces, isFormers) || slices.ContainsFunc(pieces, isReread) {
		read(formersPart().bucket(), w.codec.openFormers)
	}
	return out
}

func isNamed(e model.Event) bool {
	_, ok := e.(model.Named)
	return ok
}

func namedOf(inv model.Inventory, s model.Scope) model.Named {
	n := model.Named{Scope: s}
	n.Images, n.Asked, n.At = inv.Named(s)
	for _, im := range n.Images {
		n.Asked = append(n.Asked, im.ID)
	}
	return n
}

// alive are the records of those images that are among ims, which are in order
// of id.
func alive[T any](ims []*model.Image, recs []*T, image func(*T) string) []*T {
	return slices.DeleteFunc(recs, func(r *T) bool {
		_, found := slices.BinarySearchFunc(ims, image(r), func(im *model.Image, id string) int { return strings.Compare(im.ID, id) })
		return !found
	})
}

// organization keeps what is known of an organization; an error does not take
// that away.
func (w *writing) organization(o model.Organization) error {
	p := organizationPart()
	var inv model.Inventory
	if before, err := w.codec.openOrganization(w.get(p.bucket(), nameKey(o.ARN))); err == nil && before.ARN == o.ARN {
		inv = inv.Fold(before)
	}
	v, err := w.codec.sealOrganization(inv.Fold(o).Organizations()[0])
	if err != nil {
		return err
	}
	return w.write(nameKey(o.ARN), v)
}

func (c codec) sealOrganization(o model.Organization) (value, error) {
	p := organizationPart()
	chunk, err := p.seal(c, model.Scope{}, time.Time{}, []*organization{sealedOrganization(o)})
	return value{p.bucket(), chunk}, err
}

func (c codec) openOrganization(chunk []byte) (model.Organization, error) {
	recs, _, err := organizationPart().open(c, model.Scope{}, chunk, &scratch{})
	if errors.Is(err, errFormat) {
		recs, _, err = membersPart().open(c, model.Scope{}, chunk, &scratch{})
	}
	if err != nil || len(recs) != 1 {
		return model.Organization{}, errors.Join(err, errDamage)
	}
	return recs[0].opened(), nil
}

// organizations reads all organizations of a world that can be read.
func (c codec) organizations(w world) []model.Organization {
	var out []model.Organization
	for _, chunk := range w.all(organizationPart().bucket()) {
		if o, err := c.openOrganization(chunk); err == nil {
			out = append(out, o)
		}
	}
	return out
}
