package fleet

import "slices"

// archived reports whether a snapshot is in the archive tier, where each is
// stored whole.
func (s *Snapshot) archived() bool { return s.Tier == "archive" }

// Stored is the bytes that EBS stores for snapshots, if these are all there are.
// A write that several in the standard tier hold is stored once.
func Stored(present []Snapshot) int64 {
	writes := map[ID][]Extent{}
	blocks := int64(0)
	for i := range present {
		s := &present[i]
		for _, e := range s.Blocks() {
			if s.archived() {
				blocks += int64(e.To - e.From)
				continue
			}
			writes[e.Write] = append(writes[e.Write], e)
		}
	}
	for _, extents := range writes {
		blocks += covered(extents)
	}
	return blocks * BlockSize
}

// Freed is the bytes that are freed when some of the snapshots that there are go:
// what none that stays holds.
func Freed(present []Snapshot, gone func(*Snapshot) bool) int64 {
	stay := slices.Clone(present)
	stay = slices.DeleteFunc(stay, func(s Snapshot) bool { return gone(&s) })
	return Stored(present) - Stored(stay)
}

// covered counts the blocks in any of some extents.
func covered(extents []Extent) int64 {
	n, end := int64(0), int32(0)
	slices.SortFunc(extents, func(a, b Extent) int { return int(a.From) - int(b.From) })
	for _, e := range extents {
		if from := max(e.From, end); from < e.To {
			n += int64(e.To - from)
			end = e.To
		}
	}
	return n
}
