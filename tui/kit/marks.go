package kit

import (
	"maps"
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Marks are the marked images. They are keys, so they survive filter, sort and
// refresh. One value is shared by the screens; only the root's goroutine
// touches it, and work that runs apart takes a Copy.
type Marks struct {
	set     map[model.ImageKey]struct{}
	cleared map[model.ImageKey]struct{}
	changes []model.ImageKey // since they were asked for
	all     bool             // or too many to tell
}

// told is how many changes of marks are told one by one.
const told = 2048

// Has reports whether an image is marked.
func (m *Marks) Has(k model.ImageKey) bool {
	_, ok := m.set[k]
	return ok
}

// Len is the number of marked images.
func (m *Marks) Len() int { return len(m.set) }

// Set marks or unmarks an image.
func (m *Marks) Set(k model.ImageKey, on bool) {
	m.cleared = nil
	if m.Has(k) == on {
		return
	}
	if m.all = m.all || len(m.changes) >= told; !m.all {
		m.changes = append(m.changes, k)
	}
	if !on {
		delete(m.set, k)
		return
	}
	if m.set == nil {
		m.set = map[model.ImageKey]struct{}{}
	}
	m.set[k] = struct{}{}
}

// Clear takes all marks away and reports how many; where there are none, it
// brings back those that the last Clear took, as a negative number.
func (m *Marks) Clear() int {
	m.all = true
	if len(m.set) == 0 {
		m.set, m.cleared = m.cleared, nil
		return -len(m.set)
	}
	m.set, m.cleared = nil, m.set
	return len(m.cleared)
}

// Changes are the images that were marked or unmarked since the last call; all
// says that any may have been.
func (m *Marks) Changes() (changes []model.ImageKey, all bool) {
	changes, all = m.changes, m.all
	m.changes, m.all = nil, false
	return changes, all
}

// Keys lists the marked images in order.
func (m *Marks) Keys() []model.ImageKey {
	return slices.SortedFunc(maps.Keys(m.set), model.ImageKey.Compare)
}

// Copy is a marked-test that stays as it is now.
func (m *Marks) Copy() func(model.ImageKey) bool {
	set := make(map[model.ImageKey]struct{}, len(m.set))
	for k := range m.set {
		set[k] = struct{}{}
	}
	return func(k model.ImageKey) bool {
		_, ok := set[k]
		return ok
	}
}
