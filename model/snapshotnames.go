package model

// NamesSnapshot reports whether something, such as a launch template, names a
// snapshot itself rather than an image of it. Set aside or stale, it would fail
// without the snapshot all the same. Nil Usage has looked at nothing.
func (u *Usage) NamesSnapshot(region, id string) bool {
	if u == nil {
		return false
	}
	for _, r := range u.in.Files {
		if r.Snapshot == id {
			return true
		}
	}
	r := u.regions[region]
	if r == nil {
		return false
	}
	for _, s := range r.scopes {
		if len(u.names[s.scope].n.snapshots[id]) > 0 {
			return true
		}
	}
	return false
}
