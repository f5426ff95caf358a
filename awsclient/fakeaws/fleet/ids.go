package fleet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ID is the number in an EC2 resource id. Today's ids are a zero and sixteen
// hex digits; numbers of 32 bits are written with eight digits, as ids made
// before 2018 were.
type ID uint64

// The prefixes of the ids that a fleet uses.
const (
	ImagePrefix       = "ami-"
	SnapshotPrefix    = "snap-"
	InstancePrefix    = "i-"
	VolumePrefix      = "vol-"
	ReservationPrefix = "r-"
	TemplatePrefix    = "lt-"
	ReportPrefix      = "amiur-" // of image usage reports
)

// CopyVolume is the volume that EC2 names in snapshots made by a copy.
const CopyVolume ID = math.MaxUint32

// Text writes the id with a prefix.
func (id ID) Text(prefix string) string {
	buf := make([]byte, 0, len(prefix)+17)
	buf = append(buf, prefix...)
	digits := strconv.AppendUint(make([]byte, 0, 16), uint64(id), 16)
	width := 17
	if id <= math.MaxUint32 {
		width = 8
	}
	for range width - len(digits) {
		buf = append(buf, '0')
	}
	return string(append(buf, digits...))
}

// Image writes the id of an image, ami-….
func (id ID) Image() string { return id.Text(ImagePrefix) }

// Snapshot writes the id of a snapshot, snap-….
func (id ID) Snapshot() string { return id.Text(SnapshotPrefix) }

// Instance writes the id of an instance, i-….
func (id ID) Instance() string { return id.Text(InstancePrefix) }

// Template writes the id of a launch template, lt-….
func (id ID) Template() string { return id.Text(TemplatePrefix) }

// ParseID reads an id with a prefix. The id is well formed if it has eight or
// seventeen hex digits; one that no ID can have gives the zero ID, which names
// nothing.
func ParseID(prefix, text string) (id ID, wellFormed bool) {
	digits, ok := strings.CutPrefix(text, prefix)
	if !ok || len(digits) != 8 && len(digits) != 17 {
		return 0, false
	}
	if strings.Trim(digits, "0123456789abcdef") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	if err != nil || ID(n).Text(prefix) != text {
		return 0, true
	}
	return ID(n), true
}

// id draws a new resource id.
func (g *generator) id() ID { return ID(g.rng.Uint64() | 1<<40) }

// oldID draws an id of eight digits.
func (g *generator) oldID() ID { return ID(g.rng.Uint32() | 1<<28) }

// uuid draws a UUID as AWS writes them.
func (g *generator) uuid() string {
	a, b := g.rng.Uint64(), g.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, uint16(b>>48)&0x3fff|0x8000, b&0xffffffffffff)
}
