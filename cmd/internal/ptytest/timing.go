package ptytest

import (
	"regexp"
	"slices"
	"time"
)

// arrival is when the program's output had come up to an offset.
type arrival struct {
	end int
	at  time.Time
}

// Written returns how long after the program was started its output held what
// matches a pattern, and whether it does. It is the time at which the output was
// read, of which the emulator keeps no more than its drawing of what came before.
func (t *Terminal) Written(pattern *regexp.Regexp) (time.Duration, bool) {
	d := t.display
	d.mu.Lock()
	defer d.mu.Unlock()
	match := pattern.FindIndex(d.raw)
	if match == nil {
		return 0, false
	}
	i := slices.IndexFunc(d.came, func(a arrival) bool { return a.end >= match[1] })
	return d.came[i].at.Sub(t.started), true
}
