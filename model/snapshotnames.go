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

// SnapshotNames lists what names a snapshot itself, in order of scope; nil Usage has
// looked at nothing.
func (u *Usage) SnapshotNames(region, id string) []*Reference {
	if u == nil {
		return nil
	}
	var out []*Reference
	for _, r := range u.in.Files {
		if r.Snapshot == id {
			out = append(out, r)
		}
	}
	return append(out, u.named(region, id, func(n *naming) map[string][]use { return n.snapshots })...)
}

// ImageNames lists what of a region comes to an image, through launch templates too,
// stale or set aside or not, in order of scope.
func (u *Usage) ImageNames(k ImageKey) []*Reference {
	if u == nil {
		return nil
	}
	return u.named(k.Region, k.ID, func(n *naming) map[string][]use { return n.images })
}

func (u *Usage) named(region, id string, from func(*naming) map[string][]use) []*Reference {
	r := u.regions[region]
	if r == nil {
		return nil
	}
	var out []*Reference
	for _, s := range r.scopes {
		for _, x := range from(u.names[s.scope].n)[id] {
			out = append(out, x.ref)
		}
	}
	return out
}
