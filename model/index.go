package model

import "hash/maphash"

// Index finds the places of records in a list by their ids. A map of ids takes some
// sixty bytes a record, this about eight: it holds places alone, and who asks
// compares the records. The zero value finds nothing.
type Index struct {
	seed  maphash.Seed
	slots []uint32 // a power of two of them: a place and one, under bits of its id's hash; 0: none
}

// NewIndex has room for n records, and no more.
func NewIndex(n int) Index {
	size := 8
	for size*3 < n*4 {
		size *= 2
	}
	return Index{maphash.MakeSeed(), make([]uint32, size)}
}

// Put notes the place of a record, which is less than the room that was made.
func (x Index) Put(id string, at int) {
	i, bits := x.slot(id)
	for x.slots[i] != 0 {
		i = x.after(i)
	}
	x.slots[i] = bits | uint32(at+1)
}

// Find is the place of the record with an id of which is says that it is the one.
func (x Index) Find(id string, is func(at int) bool) (at int, ok bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	places := uint32(len(x.slots) - 1)
	i, bits := x.slot(id)
	for ; x.slots[i] != 0; i = x.after(i) {
		if s := x.slots[i]; s&^places == bits && is(int(s&places)-1) {
			return int(s&places) - 1, true
		}
	}
	return 0, false
}

// slot is where an id is looked for first, and the bits that tell most others from
// it without a look at their records.
func (x Index) slot(id string) (at, bits uint32) {
	h, places := maphash.String(x.seed, id), uint32(len(x.slots)-1)
	return uint32(h) & places, uint32(h>>32) &^ places
}

func (x Index) after(i uint32) uint32 { return (i + 1) & uint32(len(x.slots)-1) }
