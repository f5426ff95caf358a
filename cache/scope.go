package cache

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// scratch is one worker's memory, used again for each chunk.
type scratch struct {
	raw    []byte
	lens   []int // of texts
	texts  []string
	traits []model.Traits
	disks  []model.Disk
}

// reader opens a chunk and reads the head of its payload.
func (c codec) reader(chunk []byte, sc *scratch) (*coder, int, error) {
	payload, raw, err := c.open(chunk, sc.raw)
	sc.raw = raw
	if err != nil {
		return nil, 0, err
	}
	r, n := newReader(payload, sc)
	return r, n, nil
}

// sealImages makes a scope's two chunks: what the list needs, and the rest. The
// second names the first by its checksum, so that they are never mixed.
func (c codec) sealImages(ims []*model.Image) (list, details []byte, err error) {
	ims = sorted(ims, func(im *model.Image) string { return im.ID })
	w := newWriter()
	imageColumns(w, ims)
	if list, err = c.seal(w.payload(len(ims))); err != nil {
		return nil, nil, err
	}
	w = newWriter()
	w.number(int(sum(list)))
	detailsOf(w, ims)
	details, err = c.seal(w.payload(len(ims)))
	return list, details, err
}

// openList reads a scope's images without their details.
func (c codec) openList(chunk []byte, sc *scratch) ([]*model.Image, error) {
	r, n, err := c.reader(chunk, sc)
	if err != nil {
		return nil, err
	}
	ims := fresh[model.Image](r.room(n, columnsOfImage))
	imageColumns(r, ims)
	return ims, r.finished()
}

// openDetails reads a scope's images with their details.
func (c codec) openDetails(list, details []byte, sc *scratch) ([]*model.Image, error) {
	ims, err := c.openList(list, sc)
	if err != nil {
		return nil, err
	}
	r, n, err := c.reader(details, sc)
	if err != nil {
		return nil, err
	}
	if n != len(ims) || r.uvarint() != uint64(sum(list)) {
		return nil, errDamage
	}
	detailsOf(r, ims)
	return ims, r.finished()
}

// detailsOf are the details of those images that have any. What Amazon Inspector
// found came later: where an older version wrote it ends before, and that is not
// known.
func detailsOf(c *coder, ims []*model.Image) {
	ds := optional(c, ims, columnsOfDetail, func(im *model.Image) **model.Detail { return &im.Detail })
	detailColumns(c, ds)
	if c.write || c.left() > 0 {
		scanColumns(c, ds)
	}
}

func (c codec) sealSnapshots(ss []*model.Snapshot) ([]byte, error) {
	ss = sorted(ss, func(s *model.Snapshot) string { return s.ID })
	w := newWriter()
	snapshotColumns(w, ss)
	return c.seal(w.payload(len(ss)))
}

func (c codec) openSnapshots(chunk []byte, sc *scratch) ([]*model.Snapshot, error) {
	r, n, err := c.reader(chunk, sc)
	if err != nil {
		return nil, err
	}
	ss := fresh[model.Snapshot](r.room(n, columnsOfSnapshot))
	snapshotColumns(r, ss)
	return ss, r.finished()
}

func sealStatus(st status) []byte {
	w := newWriter()
	statusColumns(w, []*status{&st})
	return sealPlain(w.payload(1))
}

// openStatus reads a status; an absent or unreadable one is that of a scope
// that was never read.
func (c codec) openStatus(chunk []byte, sc *scratch) status {
	r, n, err := c.reader(chunk, sc)
	if err != nil || n != 1 {
		return status{}
	}
	var st status
	statusColumns(r, []*status{&st})
	if r.finished() != nil {
		return status{}
	}
	return st
}

// sorted puts records in order of id, each once: where an id comes twice, the
// later answer stands.
func sorted[T any](recs []*T, id func(*T) string) []*T {
	recs = slices.Clone(recs)
	slices.Reverse(recs)
	slices.SortStableFunc(recs, func(a, b *T) int { return strings.Compare(id(a), id(b)) })
	return slices.CompactFunc(recs, func(a, b *T) bool { return id(a) == id(b) })
}

func selectionColumns(c *coder, fs []*found, ls []*lost) {
	foundColumns(c, fs)
	lostColumns(c, ls)
}

func sealSelection(sel Selection) []byte {
	w := newWriter()
	w.number(len(sel.Lost))
	fs, ls := fresh[found](len(sel.Found)), fresh[lost](len(sel.Lost))
	for i, f := range sel.Found {
		*fs[i] = found{f.Account, f.Regions, failures(f.Err)}
	}
	for i, l := range sel.Lost {
		*ls[i] = lost{l.Source, failures(l.Err)}
	}
	selectionColumns(w, fs, ls)
	return sealPlain(w.payload(len(sel.Found)))
}

// openSelection reads a selection; an absent or unreadable one is empty.
func (c codec) openSelection(name string, chunk []byte) Selection {
	sel := Selection{Name: name}
	r, n, err := c.reader(chunk, &scratch{})
	if err != nil {
		return sel
	}
	ls := fresh[lost](r.count(columnsOfLost))
	fs := fresh[found](r.room(n, columnsOfFound))
	selectionColumns(r, fs, ls)
	if r.finished() != nil {
		return sel
	}
	for _, f := range fs {
		sel.Found = append(sel.Found, model.Found{Account: f.account, Regions: f.regions, Err: opError(f.failed)})
	}
	for _, l := range ls {
		sel.Lost = append(sel.Lost, model.Lost{Unreached: model.Unreached{Source: l.source, Err: opError(l.failed)}})
	}
	return sel
}
