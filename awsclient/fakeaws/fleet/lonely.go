package fleet

import "time"

// spare are images of the company that nothing names yet.
type spare struct {
	g    *generator
	next []*Image // that are left, in random order
}

// spare finds the images that nothing names yet, of those that are wanted.
func (g *generator) spare(want func(*Image) bool) *spare {
	named := g.inTemplates()
	out := &spare{g: g}
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		if im.Life.State != "available" || len(g.running[im.ID]) > 0 || !want(im) {
			continue
		}
		id := im.ID.Image()
		if _, own := g.fleet.Member(im.Owner); own && !g.lonely[id] && !named[id] {
			out.next = append(out.next, im)
		}
	}
	g.rng.Shuffle(len(out.next), func(i, j int) { out.next[i], out.next[j] = out.next[j], out.next[i] })
	return out
}

// inTemplates are the ids that stand in templates and in parameters.
func (g *generator) inTemplates() map[string]bool {
	out := map[string]bool{}
	for _, t := range g.fleet.Templates {
		for _, v := range t.Versions {
			out[v.Image] = true
		}
	}
	for _, p := range g.fleet.Parameters {
		out[p.Value] = true
	}
	return out
}

// take gives each use two images, as long as there are any, and sets them
// aside.
func (l *spare) take(uses ...func(*Image)) {
	for _, use := range uses {
		for range min(2, len(l.next)) {
			im := l.next[0]
			l.next = l.next[1:]
			l.g.lonely[im.ID.Image()] = true
			use(im)
		}
	}
}

// aloneInTemplates lets each way in which a template names an image be the only
// one for some images.
func (g *generator) aloneInTemplates() {
	g.spare(func(im *Image) bool { return len(im.Snapshots) > 0 && len(im.Permissions) == 0 }).take(
		func(im *Image) { g.simple(im.Owner, "nightly-report", im, 2*day, im.ID.Image()) },
		func(im *Image) { g.simple(im.Owner, "old-poc", im, 900*day, im.ID.Image()) },
		func(im *Image) { g.simple(im.Owner, "blue-green", im, 20*day, im.ID.Image(), g.gone()).Default = 1 },
		func(im *Image) { g.simple(im.Owner, "canary", im, 5*day, g.gone(), im.ID.Image()).Default = 1 },
		func(im *Image) {
			g.simple(im.Owner, "rollback", im, 60*day, g.gone(), im.ID.Image(), g.gone()).Default = 3
		},
		func(im *Image) {
			t := g.simple(im.Owner, "restore-drill", im, 30*day, g.gone())
			t.Versions[0].Snapshots = []string{im.Snapshots[0].Snapshot()}
		},
		func(im *Image) {
			g.simple(im.Owner, "by-parameter", im, 10*day, g.parameterFor(im.Owner, im.Region, "/golden/by-parameter-"+im.ID.Image()[4:9], im.ID.Image()))
		},
		func(im *Image) {
			g.simple(im.Owner, "parameter-lost", im, 10*day, g.lostParameter(im.Owner, im.Region, "/golden/lost"))
		},
	)
	g.spare(g.seenByAll).take(
		func(im *Image) { g.simple(g.other(im), "from-base", im, 15*day, im.ID.Image()) },
		func(im *Image) { g.elsewhere(im, "running") },
		func(im *Image) { g.elsewhere(im, "stopped") },
	)
}

// seenByAll reports whether every account of the organization may launch an
// image.
func (g *generator) seenByAll(im *Image) bool {
	for _, p := range im.Permissions {
		if p.Organization == g.fleet.Organization.ARN {
			return true
		}
	}
	return false
}

// other is an account that does not own an image, if there are two.
func (g *generator) other(im *Image) string {
	active := g.fleet.Active()
	i := g.rng.IntN(len(active))
	if active[i].ID == im.Owner {
		i = (i + 1) % len(active)
	}
	return active[i].ID
}

// elsewhere starts an instance on an image of another account.
func (g *generator) elsewhere(im *Image, state string) {
	at := im.Life.Created + Time(g.between(1, 10))*hour
	g.instance(Instance{Owner: g.other(im), Region: im.Region, Image: im.ID, Machine: im.Machine, Reservation: g.id(), Launched: min(at, stamp(Epoch)-hour)})
	in := &g.fleet.Instances[len(g.fleet.Instances)-1]
	in.State = state
	g.stop(in)
}

// simple makes a template where an image is, with a version for each text, the
// newest so old; the newest is the default.
func (g *generator) simple(owner, name string, where *Image, age time.Duration, images ...string) *Template {
	t := Template{ID: g.id(), Owner: owner, Region: where.Region, Name: g.unique(owner, where.Region, name), Default: len(images)}
	for i, image := range images {
		at := stamp(Epoch.Add(-age - time.Duration(len(images)-1-i)*30*day))
		t.Versions = append(t.Versions, TemplateVersion{Number: i + 1, Created: at, Image: image})
	}
	t.Created = t.Versions[0].Created
	g.fleet.Templates = append(g.fleet.Templates, t)
	return &g.fleet.Templates[len(g.fleet.Templates)-1]
}

// stops tells of stopped instances since when they have been.
func (g *generator) stops() {
	for i := range g.fleet.Instances {
		g.stop(&g.fleet.Instances[i])
	}
}

func (g *generator) stop(in *Instance) {
	if in.State != "stopped" {
		in.Stopped = 0
		return
	}
	in.Stopped = in.Launched + Time(g.rng.Int64N(max(int64(stamp(Epoch)-in.Launched), 1)))
}
