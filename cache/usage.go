package cache

import (
	"errors"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
)

// passKinds are the kinds beyond images and snapshots that are read in whole
// passes.
func passKinds() []model.Kind {
	return slices.Concat(model.Sources(), model.Charges(), model.Openness(), []model.Kind{model.Reports})
}

// usageBuckets are where a scope's usage stands, in the order that openUsage
// expects: a value and a status for each of passKinds, then what is read of
// single images.
func usageBuckets() [][]byte {
	var out [][]byte
	for _, k := range passKinds() {
		out = append(out, []byte(k.Word()), bucketStatus(k))
	}
	return append(out, permissionsPart().bucket(), referencesOf(model.Opinions).bucket(), namedPart().bucket(), formersPart().bucket())
}

// Usage reads what is known of who uses images and of what costs besides, until
// yield returns an error: the organizations, then scope by scope in their order
// pages of the usage sources, of charges, reports, permissions and opinions, what
// references name beyond our images, and what is there no more. Its events are to be folded like those of Load, after
// Details. What is damaged or of another version counts as never read.
func (s *Store) Usage(scopes []model.Scope, yield func(model.Event) error) error {
	var orgs []model.Organization
	var chunks []stored
	buckets := usageBuckets()
	err := s.view(append(buckets, organizationPart().bucket()), func(tx *bolt.Tx) error {
		w := s.world(tx)
		orgs, chunks = s.codec.organizations(w), w.copyOut(scopes, buckets...)
		return nil
	})
	for _, o := range orgs {
		if err := yield(o); err != nil {
			return err
		}
	}
	open := func(st stored, sc *scratch) []model.Event {
		events, _ := s.codec.openUsage(st, sc)
		return events
	}
	if failed := handOn(chunks, open, yield); failed != nil {
		return failed
	}
	return err
}

// openUsage reads a scope's usage. An error says that something is damaged,
// and what is given does not hold that.
func (c codec) openUsage(st stored, sc *scratch) ([]model.Event, error) {
	var out []model.Event
	var errs []error
	chunks := st.chunks
	for _, k := range passKinds() {
		pages, err := c.openPass(model.Page{Scope: st.scope, Kind: k}, chunks[0], chunks[1], sc)
		for _, p := range pages {
			out = append(out, p)
		}
		errs, chunks = append(errs, err), chunks[2:]
	}
	for i, open := range []func(model.Scope, []byte, *scratch) (model.Event, error){c.openPermissions, c.openOpinions, c.openNamed, c.openFormers} {
		if chunks[i] == nil {
			continue
		}
		e, err := open(st.scope, chunks[i], sc)
		if err == nil {
			out = append(out, e)
		}
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// openPass reads what a pass left of a scope and kind. A source that was read
// and names nothing is told apart from one whose rows are gone: the status
// alone is no proof, nor are rows of another pass than the status tells of.
func (c codec) openPass(rows model.Page, chunk, state []byte, sc *scratch) ([]model.Page, error) {
	st := c.openStatus(state, sc)
	if chunk == nil {
		st.asOf = time.Time{}
		return st.pages(rows), nil
	}
	full, at, err := c.openRows(rows, chunk, sc)
	if err == nil && !at.Equal(st.asOf) {
		err = errDamage
	}
	if err != nil {
		st.asOf = time.Time{}
		return st.pages(rows), err
	}
	return st.allPages(full), nil
}

// openRows reads the records of a page that comes in whole passes.
func (c codec) openRows(p model.Page, chunk []byte, sc *scratch) (_ model.Page, at time.Time, err error) {
	switch p.Kind {
	case model.Bin:
		p.Binned, at, err = binnedPart().open(c, p.Scope, chunk, sc)
	case model.BinRules:
		p.Rules, at, err = c.openBinRules(p.Scope, chunk, sc)
	case model.Hasten:
		p.Hastened, at, err = hastenedPart().open(c, p.Scope, chunk, sc)
	case model.Settings:
		p.Settings, at, err = c.openSettings(p.Scope, chunk, sc)
	case model.PublicSnapshots:
		p.Public, at, err = publicPart().open(c, p.Scope, chunk, sc)
	case model.Reports:
		p.Reports, at, err = reportsPart().open(c, p.Scope, chunk, sc)
	default:
		p.References, at, err = referencesOf(p.Kind).open(c, p.Scope, chunk, sc)
	}
	return p, at, err
}

// sealRows makes the value of such a page. at is that of the pass, zero where
// it was not whole.
func (c codec) sealRows(p model.Page, at time.Time) (value, error) {
	v := value{bucket: []byte(p.Kind.Word())}
	var err error
	switch p.Kind {
	case model.Bin:
		v.chunk, err = binnedPart().seal(c, p.Scope, at, sorted(p.Binned, func(b *model.Binned) string { return b.ID }))
	case model.BinRules:
		v.chunk, err = binRulesPart().seal(c, p.Scope, at, sorted(p.Rules, func(r *model.BinRule) string { return r.ID }))
	case model.Hasten:
		v.chunk, err = hastenedPart().seal(c, p.Scope, at, sorted(p.Hastened, hastenedKey))
	case model.Settings:
		v.chunk, err = c.sealSettings(p.Scope, at, p.Settings)
	case model.PublicSnapshots:
		v.chunk, err = publicPart().seal(c, p.Scope, at, sorted(p.Public, func(s *model.PublicSnapshot) string { return s.ID }))
	case model.Reports:
		v.chunk, err = reportsPart().seal(c, p.Scope, at, sorted(p.Reports, func(r *model.Report) string { return r.ID }))
	default:
		v.chunk, err = referencesOf(p.Kind).seal(c, p.Scope, at, sorted(p.References, func(r *model.Reference) string { return r.Key }))
	}
	return v, err
}

func (c codec) openPermissions(s model.Scope, chunk []byte, sc *scratch) (model.Event, error) {
	ps, _, err := permissionsPart().open(c, s, chunk, sc)
	out := make([]*model.LaunchPermissions, len(ps))
	for i, p := range ps {
		if i > 0 && slices.Equal(p.failed, ps[i-1].failed) {
			p.Err = ps[i-1].Err // where one is denied, thousands are
		} else {
			p.Err = opError(p.failed)
		}
		out[i] = &p.LaunchPermissions
	}
	return permissionsPage(s, out), err
}

// permissionsPage is the page of all permissions of a scope, of when the newest
// were read.
func permissionsPage(s model.Scope, ps []*model.LaunchPermissions) model.Page {
	out := model.Page{Scope: s, Kind: model.Permissions, Last: true, Permissions: ps}
	for _, p := range ps {
		if p.At.After(out.At) {
			out.At = p.At
		}
	}
	return out
}

func (c codec) sealPermissions(s model.Scope, ps []*model.LaunchPermissions) (value, error) {
	recs := fresh[permission](len(ps))
	for i, p := range ps {
		*recs[i] = permission{*p, failures(p.Err)}
	}
	chunk, err := permissionsPart().seal(c, s, time.Time{}, recs)
	return value{permissionsPart().bucket(), chunk}, err
}

func (c codec) openOpinions(s model.Scope, chunk []byte, sc *scratch) (model.Event, error) {
	rs, _, err := referencesOf(model.Opinions).open(c, s, chunk, sc)
	return model.Page{Scope: s, Kind: model.Opinions, Last: true, References: rs}, err
}

func (c codec) sealOpinions(s model.Scope, rs []*model.Reference) (value, error) {
	p := referencesOf(model.Opinions)
	chunk, err := p.seal(c, s, time.Time{}, rs)
	return value{p.bucket(), chunk}, err
}

func (c codec) openNamed(s model.Scope, chunk []byte, sc *scratch) (model.Event, error) {
	recs, at, err := namedPart().open(c, s, chunk, sc)
	if err != nil || len(recs) != 1 {
		return nil, errors.Join(err, errDamage)
	}
	n := model.Named{Scope: s, Asked: recs[0].gone, At: at}
	for i := range recs[0].images {
		im := &recs[0].images[i]
		n.Asked, n.Images = append(n.Asked, im.ID), append(n.Images, im)
	}
	return n, nil
}

func (c codec) sealNamed(n model.Named) (value, error) {
	var rec named
	for _, im := range n.Images {
		rec.images = append(rec.images, *im)
	}
	rec.gone = slices.DeleteFunc(slices.Clone(n.Asked), func(id string) bool {
		return slices.ContainsFunc(n.Images, func(im *model.Image) bool { return im.ID == id })
	})
	chunk, err := namedPart().seal(c, n.Scope, n.At, []*named{&rec})
	return value{namedPart().bucket(), chunk}, err
}
