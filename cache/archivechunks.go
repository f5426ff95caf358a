package cache

import (
	"errors"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// archiveHead is the first chunk. parts says what the chunks behind the
// selection are.
type archiveHead struct {
	created time.Time
	program string
	scopes  []model.Scope
	parts   []archivePart
}

// archivePart is a value of the cache: a scope's, or an organization.
type archivePart struct {
	scope  model.Scope
	bucket string
}

const (
	columnsOfScope = 2
	columnsOfPart  = 3
)

func headColumns(c *coder, h *archiveHead, format int) {
	hs := []*archiveHead{h}
	times(c, hs, func(h *archiveHead) *time.Time { return &h.created })
	texts(c, hs, func(h *archiveHead) *string { return &h.program })
	scopes := lists(c, hs, columnsOfScope, func(h *archiveHead) *[]model.Scope { return &h.scopes })
	texts(c, scopes, func(s *model.Scope) *string { return &s.Account })
	texts(c, scopes, func(s *model.Scope) *string { return &s.Region })
	if format == oldestArchive {
		return // every scope has its basicBuckets
	}
	parts := lists(c, hs, columnsOfPart, func(h *archiveHead) *[]archivePart { return &h.parts })
	texts(c, parts, func(p *archivePart) *string { return &p.scope.Account })
	texts(c, parts, func(p *archivePart) *string { return &p.scope.Region })
	texts(c, parts, func(p *archivePart) *string { return &p.bucket })
}

// basicBuckets are what an archive has of each of its scopes, in this order;
// those of usageBuckets are there where something is known.
func basicBuckets() [][]byte {
	return [][]byte{bucketLists, bucketDetails, bucketStatus(model.Images), bucketSnapshots, bucketStatus(model.Snapshots)}
}

// archived is what is known of a scope, from its pages.
type archived struct {
	scope  model.Scope
	rows   map[model.Kind]model.Page
	status map[model.Kind]status
	named  []model.Named
	gone   []model.Formers
}

func (a Archive) seal(c codec) ([][]byte, error) {
	head := archiveHead{created: a.Created, program: a.Program}
	scopes := map[model.Scope]*archived{}
	of := func(s model.Scope) *archived {
		if scopes[s] == nil {
			scopes[s] = &archived{scope: s, rows: map[model.Kind]model.Page{}, status: map[model.Kind]status{}}
			head.scopes = append(head.scopes, s)
		}
		return scopes[s]
	}
	for _, p := range a.Pages {
		of(p.Scope).add(p)
	}
	for _, n := range a.Named {
		of(n.Scope).named = append(of(n.Scope).named, n)
	}
	for _, f := range a.Formers {
		of(f.Scope).gone = append(of(f.Scope).gone, f)
	}
	var chunks [][]byte
	for _, s := range head.scopes {
		values, err := scopes[s].seal(c)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			head.parts, chunks = append(head.parts, archivePart{s, string(v.bucket)}), append(chunks, v.chunk)
		}
	}
	for _, o := range a.Organizations {
		v, err := c.sealOrganization(o)
		if err != nil {
			return nil, err
		}
		head.parts, chunks = append(head.parts, archivePart{bucket: string(v.bucket)}), append(chunks, v.chunk)
	}
	w := newWriter()
	headColumns(w, &head, archiveFormat)
	first, err := c.seal(w.payload(1))
	return slices.Concat([][]byte{first, sealSelection(Selection{Found: a.Found, Lost: a.Lost})}, chunks), err
}

func (s *archived) add(p model.Page) {
	rows := s.rows[p.Kind]
	rows.Scope, rows.Kind = p.Scope, p.Kind
	rows.Images = append(rows.Images, p.Images...)
	rows.Snapshots = append(rows.Snapshots, p.Snapshots...)
	rows.References = append(rows.References, p.References...)
	rows.Binned = append(rows.Binned, p.Binned...)
	rows.Rules = append(rows.Rules, p.Rules...)
	rows.Hastened = append(rows.Hastened, p.Hastened...)
	rows.Settings = append(rows.Settings, p.Settings...)
	rows.Public = append(rows.Public, p.Public...)
	rows.Reports = append(rows.Reports, p.Reports...)
	rows.Permissions = append(rows.Permissions, p.Permissions...)
	s.rows[p.Kind] = rows
	if !p.Last {
		return
	}
	st := s.status[p.Kind]
	st.tried, st.calls, st.failed = p.At, p.Calls, failures(p.Err)
	if p.Err == nil {
		st.asOf = p.At
	}
	s.status[p.Kind] = st
}

// seal makes the values of a scope, by bucket.
func (s *archived) seal(c codec) ([]value, error) {
	list, details, err := c.sealImages(s.rows[model.Images].Images)
	if err != nil {
		return nil, err
	}
	snapshots, err := c.sealSnapshots(s.rows[model.Snapshots].Snapshots)
	if err != nil {
		return nil, err
	}
	out := []value{
		{bucketLists, list},
		{bucketDetails, details},
		{bucketStatus(model.Images), sealStatus(s.status[model.Images])},
		{bucketSnapshots, snapshots},
		{bucketStatus(model.Snapshots), sealStatus(s.status[model.Snapshots])},
	}
	for _, k := range passKinds() {
		rows, ok := s.rows[k]
		if !ok {
			continue
		}
		v, err := c.sealRows(rows, s.status[k].asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, v, value{bucketStatus(k), sealStatus(s.status[k])})
	}
	pieces, err := s.sealPieces(c)
	return append(out, pieces...), err
}

func (s *archived) sealPieces(c codec) ([]value, error) {
	var out []value
	var errs []error
	add := func(v value, err error) { out, errs = append(out, v), append(errs, err) }
	if p, ok := s.rows[model.Permissions]; ok {
		add(c.sealPermissions(s.scope, p.Permissions))
	}
	if p, ok := s.rows[model.Opinions]; ok {
		add(c.sealOpinions(s.scope, p.References))
	}
	for _, n := range s.named {
		add(c.sealNamed(n))
	}
	for _, f := range s.gone {
		add(c.sealFormers(f))
	}
	return out, errors.Join(errs...)
}

// errNewerPart is a file with a part that this version does not know.
var errNewerPart = &NotArchive{"was written by a newer amiscope: update amiscope to open it"}

func openChunks(c codec, format int, chunks [][]byte) (Archive, error) {
	if len(chunks) < 2 {
		return Archive{}, errDamage
	}
	r, n, err := c.reader(chunks[0], &scratch{})
	if err != nil || n != 1 {
		return Archive{}, errDamage
	}
	var head archiveHead
	headColumns(r, &head, format)
	sel := c.openSelection("", chunks[1])
	chunks = chunks[2:]
	if format == oldestArchive && len(chunks) == len(basicBuckets())*len(head.scopes) {
		head.parts = basicParts(head.scopes)
	}
	if r.finished() != nil || len(chunks) != len(head.parts) || len(chunks) < len(basicBuckets())*len(head.scopes) {
		return Archive{}, errDamage
	}
	a := Archive{Created: head.created, Program: head.program, Found: sel.Found, Lost: sel.Lost}
	err = a.open(c, head, chunks)
	return a, err
}

// basicParts are those of a file of the oldest format.
func basicParts(scopes []model.Scope) []archivePart {
	var out []archivePart
	for _, s := range scopes {
		for _, b := range basicBuckets() {
			out = append(out, archivePart{s, string(b)})
		}
	}
	return out
}

// open reads the chunks that the head names.
func (a *Archive) open(c codec, head archiveHead, chunks [][]byte) error {
	buckets := append(basicBuckets(), usageBuckets()...)
	at := map[model.Scope]int{}
	scopes := make([]stored, len(head.scopes))
	for i, s := range head.scopes {
		at[s], scopes[i] = i, stored{s, make([][]byte, len(buckets))}
	}
	for i, p := range head.parts {
		if p.bucket == organizationPart().name {
			o, err := c.openOrganization(chunks[i])
			if err != nil {
				return err
			}
			a.Organizations = append(a.Organizations, o)
			continue
		}
		n := slices.IndexFunc(buckets, func(b []byte) bool { return string(b) == p.bucket })
		s, known := at[p.scope]
		switch {
		case n < 0:
			return errNewerPart
		case !known:
			return errDamage
		}
		scopes[s].chunks[n] = chunks[i]
	}
	events, errs := make([][]model.Event, len(scopes)), make([]error, len(scopes))
	inParallel(len(scopes), func(i int, sc *scratch) { events[i], errs[i] = c.openArchived(scopes[i], sc) })
	for _, e := range slices.Concat(events...) {
		switch e := e.(type) {
		case model.Page:
			a.Pages = append(a.Pages, e)
		case model.Named:
			a.Named = append(a.Named, e)
		case model.Formers:
			a.Formers = append(a.Formers, e)
		}
	}
	return errors.Join(errs...)
}

// openArchived reads a scope, whose chunks are basicBuckets and usageBuckets.
func (c codec) openArchived(st stored, sc *scratch) ([]model.Event, error) {
	ims, err := c.openDetails(st.chunks[0], st.chunks[1], sc)
	if err != nil {
		return nil, err
	}
	ss, err := c.openSnapshots(st.chunks[3], sc)
	if err != nil {
		return nil, err
	}
	images, snapshots := c.openStatus(st.chunks[2], sc), c.openStatus(st.chunks[4], sc)
	pages := images.allPages(model.Page{Scope: st.scope, Kind: model.Images, Images: ims})
	pages = append(pages, snapshots.allPages(model.Page{Scope: st.scope, Kind: model.Snapshots, Snapshots: ss})...)
	var out []model.Event
	for _, p := range pages {
		out = append(out, p)
	}
	usage, err := c.openUsage(stored{st.scope, st.chunks[len(basicBuckets()):]}, sc)
	return append(out, usage...), err
}
