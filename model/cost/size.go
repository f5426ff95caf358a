package cost

import "github.com/amiscope/amiscope/model"

// size gives a snapshot's stored bytes: what was measured, else the band between
// what it must add to those before it and all that it holds.
func (r *region) size(l *Line, earlier int64) {
	full, basis := fullSize(l.Snapshot)
	switch {
	case l.Snapshot.Archived():
		l.Bytes, l.Basis = Bytes{full, full}, Archived
		if basis != FullSize {
			l.Bytes.Low, l.Basis = 0, basis
		}
	case !chained(l.Snapshot):
		l.Bytes, l.Basis = Bytes{0, full}, basis
	default:
		l.Bytes, l.Basis = Bytes{0, full}, basis
		if basis == FullSize {
			l.Bytes.Low = max(0, full-earlier)
		}
		b, ok := r.written(l)
		switch {
		case !ok:
		case r.certain(l):
			l.Bytes, l.Basis = Bytes{b.Bytes(), b.Bytes()}, Measured
		default:
			l.Bytes = Bytes{min(l.Bytes.Low, b.Bytes()), min(full, b.Bytes())}
			l.Basis = AtMost
		}
	}
}

// fullSize is all that a snapshot holds: in bytes as AWS tells it, else the size
// of its volume, which it cannot pass.
func fullSize(s *model.Snapshot) (int64, Basis) {
	switch {
	case s.FullBytes >= 0:
		return s.FullBytes, FullSize
	case s.SizeGiB > 0:
		return s.SizeGiB * GiB, Provisioned
	}
	return 0, NotKnown
}

// written are the blocks of a snapshot that none has with which it can be
// compared, where all of that was measured.
func (r *region) written(l *Line) (Blocks, bool) {
	id := l.Snapshot.ID
	before := r.before(l)
	if len(before) == 0 {
		h, ok := r.c.in.Blocks.Holding(id)
		return h.Blocks, ok
	}
	if len(before) > r.c.in.Blocks.comparisons(id) {
		return nil, false
	}
	var out Blocks
	for n, j := range before {
		c, ok := r.c.in.Blocks.Change(r.lines[j].Snapshot.ID, id)
		if !ok {
			return nil, false
		}
		if n == 0 {
			out = c.Written
		} else {
			out = out.Both(c.Written)
		}
	}
	return out, true
}
