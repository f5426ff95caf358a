package model

// Running is an instance with the image that it was launched from.
type Running struct {
	Ref    *Reference
	Target Target
	// Behind is how many versions of the image's family are newer and can be
	// launched: of the same owner, region and architecture. Negative: not known.
	Behind int
}

// Running lists the instances of all scopes, in order of scope and id, without
// those that are terminated.
func (u *Usage) Running() []Running {
	if u == nil {
		return nil
	}
	var out []Running
	to := &resolver{u: u, known: map[Scope]map[string]Target{}}
	for _, s := range u.inv.Scopes() {
		for _, e := range u.inv.shards[s].references[Instances] {
			if !e.rec.Gone() {
				out = append(out, Running{Ref: e.rec, Target: to.target(s, e.rec.Image), Behind: -1})
			}
		}
	}
	lines := u.inv.Lines(launched(out), u.in.Now)
	for i := range out {
		if im := out[i].Target.Image; im != nil && u.inv.reached(im.Owner) {
			out[i].Behind = lines.Behind(im)
		}
	}
	return out
}

// launched lists the images that instances run on.
func launched(running []Running) []*Image {
	var out []*Image
	for _, r := range running {
		if r.Target.Image != nil {
			out = append(out, r.Target.Image)
		}
	}
	return out
}
