package fakeaws

import (
	"math"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// part is blocks in a row that are told alike.
type part struct {
	from, to int32
	in       sides
}

// sides are which of two snapshots hold a block.
type sides struct{ first, second bool }

// compared are the blocks that differ between two snapshots: all that one of
// them lacks, or holds by another write.
func compared(first, second []fleet.Extent) []part {
	var out []part
	for at := int32(0); len(first) > 0 || len(second) > 0; {
		a, b := lying(first, at), lying(second, at)
		end := min(a.To, b.To)
		if a.Write != b.Write {
			out = append(out, part{at, end, sides{a.Write != 0, b.Write != 0}})
		}
		at, first, second = end, beyond(first, end), beyond(second, end)
	}
	return out
}

// lying is the extent at a place, or the gap there, which nobody wrote. None of
// the extents ends before it.
func lying(held []fleet.Extent, at int32) fleet.Extent {
	switch {
	case len(held) == 0:
		return fleet.Extent{From: at, To: math.MaxInt32}
	case held[0].From > at:
		return fleet.Extent{From: at, To: held[0].From}
	}
	return held[0]
}

// beyond are the extents without one that has ended.
func beyond(held []fleet.Extent, at int32) []fleet.Extent {
	if len(held) > 0 && held[0].To <= at {
		return held[1:]
	}
	return held
}
