package model

import (
	"fmt"
	"time"
)

// weakness is why a reference does not prove a use, and for how long.
type weakness struct {
	kind weakKind
	d    time.Duration
}

type weakKind uint8

const (
	sound      weakKind = iota // it counts
	stopped                    // an instance that has been stopped for long
	unlaunched                 // a template or configuration that nothing launches from
	oldVersion                 // a template version that is neither default nor newest
	said                       // AWS said so, and has not been asked again
)

// revivable reports whether a late launch of the image makes it count again.
func (w weakness) revivable() bool { return w.kind == unlaunched || w.kind == oldVersion }

// String is the reason in a few words; "" where it counts.
func (w weakness) String() string {
	switch w.kind {
	case stopped:
		return "stopped " + days(w.d)
	case unlaunched:
		return days(w.d) + " old, and nothing launches from it"
	case oldVersion:
		return days(w.d) + " old, neither default nor newest, and nothing launches from it"
	case said:
		return "said " + ago(w.d) + " ago"
	case sound:
	}
	return ""
}

func days(d time.Duration) string { return fmt.Sprintf("%d d", int(d.Hours()/24)) }

// weak judges a reference by the policy. What has no time, or nothing in the
// policy, counts.
func (p UsagePolicy) weak(x use, now time.Time) weakness {
	r := x.ref
	age := now.Sub(r.Since)
	if r.Since.IsZero() {
		return weakness{}
	}
	switch r.Source {
	case Instances:
		if r.State == "stopped" && past(age, p.Stopped) {
			return weakness{stopped, age}
		}
	case Templates:
		if x.launched(now, p.Unlaunch) {
			return weakness{}
		}
		if v := r.Version; v != nil && !v.Default && !v.Latest() {
			if past(age, p.OldVersion) {
				return weakness{oldVersion, age}
			}
		} else if past(age, p.Unlaunch) {
			return weakness{unlaunched, age}
		}
	case Opinions:
		if past(age, p.Fresh) {
			return weakness{said, age}
		}
	case LaunchConfigs:
		if !x.launched(now, p.Unlaunch) && past(age, p.Unlaunch) {
			return weakness{unlaunched, age}
		}
	default: // in use as long as it is there
	}
	return weakness{}
}

func past(age, limit time.Duration) bool { return limit > 0 && age > limit }

// launched reports whether something can launch from the template version or
// configuration at any time, or whether an instance did lately.
func (x use) launched(now time.Time, lately time.Duration) bool {
	for _, l := range x.launchers {
		if l.Source != Instances || l.Since.IsZero() || now.Sub(l.Since) <= lately {
			return true
		}
	}
	return false
}
