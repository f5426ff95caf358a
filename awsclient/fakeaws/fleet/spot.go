package fleet

import (
	"slices"
	"strconv"
	"time"
)

// spot makes EC2 Fleets, Spot Fleets and spot requests: few, fresh ones and
// ones that are over.
func (g *generator) spot() {
	g.reseed(0x73706f74)
	if g.config.Images >= SpecialsFrom {
		g.aloneInSpot()
	}
	for range g.config.Images / 60 {
		if len(g.fleet.Templates) > 0 {
			g.capacity(&g.fleet.Templates[g.rng.IntN(len(g.fleet.Templates))])
		}
	}
	for i := range g.config.Images / 100 {
		g.spotFleet(i)
	}
	for range g.config.Images / 40 {
		g.spotRequest()
	}
}

// The states of fleets and requests, the likelier the more often.
var (
	capacityStates = slices.Concat(
		slices.Repeat([]string{"active"}, 6), slices.Repeat([]string{"deleted"}, 2),
		[]string{"submitted", "modifying", "deleted_running", "deleted_terminating", "failed"},
	)
	capacityTypes   = []string{"maintain", "maintain", "request", "instant"}
	spotFleetStates = []string{"active", "active", "active", "submitted", "modifying", "cancelled", "cancelled_running", "cancelled_terminating", "failed"}
	spotStates      = []string{"open", "closed", "closed", "cancelled", "cancelled", "failed", "disabled"}
)

var spotTypes = []string{"m6i.large", "m7g.large", "c6i.2xlarge", "r6i.xlarge"}

// capacity makes an EC2 Fleet that launches from a template.
func (g *generator) capacity(t *Template) *Capacity {
	c := Capacity{
		ID: "fleet-" + g.uuid(), Owner: t.Owner, Region: t.Region, Created: g.since(400 * day),
		State: pick(g, capacityStates), Type: pick(g, capacityTypes), Template: *g.use(t, g.version(t)),
		Overrides: []Override{{Type: pick(g, spotTypes)}, {Type: pick(g, spotTypes)}},
	}
	if c.Type == "instant" {
		g.tagFrom(t.ID, Tag{fleetTag, c.ID})
	}
	if id, ok := g.imageIn(c.Owner, c.Region); ok && g.chance(30) {
		c.Overrides[1].Image = id
	}
	g.fleet.Capacities = append(g.fleet.Capacities, c)
	return &g.fleet.Capacities[len(g.fleet.Capacities)-1]
}

// version draws how a version of a template is named.
func (g *generator) version(t *Template) string {
	return pick(g, []string{"$Latest", "$Default", strconv.Itoa(pick(g, t.Versions).Number)})
}

// tagFrom tags the instances that were launched from a template.
func (g *generator) tagFrom(t ID, tag Tag) {
	for _, n := range g.from[t] {
		in := &g.fleet.Instances[n]
		in.Tags = append(slices.Clip(in.Tags), tag)
	}
}

// since draws a moment at most so long ago.
func (g *generator) since(age time.Duration) Time {
	return stamp(Epoch.Add(-time.Duration(g.between(1, int(age/time.Hour))) * time.Hour))
}

// spotFleet makes a Spot Fleet request, by turns of launch specifications and
// of templates.
func (g *generator) spotFleet(i int) {
	s := SpotFleet{ID: "sfr-" + g.uuid(), Created: g.since(300 * day), State: pick(g, spotFleetStates)}
	if i%2 == 1 && len(g.fleet.Templates) > 0 {
		t := &g.fleet.Templates[g.rng.IntN(len(g.fleet.Templates))]
		s.Owner, s.Region, s.Templates = t.Owner, t.Region, []TemplateUse{*g.use(t, g.version(t))}
		s.Overrides = []Override{{Type: pick(g, spotTypes)}}
	} else {
		im := g.anyImage()
		s.Owner, s.Region, s.Images = im.Owner, im.Region, []string{im.ID.Image(), g.gone()}
	}
	g.fleet.SpotFleets = append(g.fleet.SpotFleets, s)
}

// anyImage draws one of the company's images, but none that a single thing
// names.
func (g *generator) anyImage() *Image {
	for {
		im := &g.fleet.Images[g.rng.IntN(len(g.fleet.Images))]
		if _, own := g.fleet.Member(im.Owner); own && !g.lonely[im.ID.Image()] {
			return im
		}
	}
}

// imageIn draws an image of an account in a region, if a few tries find one.
func (g *generator) imageIn(owner, region string) (string, bool) {
	for range 20 {
		if im := g.anyImage(); im.Owner == owner && im.Region == region {
			return im.ID.Image(), true
		}
	}
	return "", false
}

// spotRequest makes a request for an instance: half of them have got it.
func (g *generator) spotRequest() {
	r := SpotRequest{ID: g.spotID(), Created: g.since(200 * day), Type: pick(g, []string{"one-time", "one-time", "persistent"})}
	if n := g.rng.IntN(max(len(g.fleet.Instances), 1)); g.chance(50) && n < len(g.fleet.Instances) && g.fleet.Instances[n].State == "running" {
		in := &g.fleet.Instances[n]
		in.Spot = r.ID
		r.Owner, r.Region, r.State, r.Image, r.Instance, r.Created = in.Owner, in.Region, "active", in.Image.Image(), in.ID, in.Launched
	} else {
		im := g.anyImage()
		r.Owner, r.Region, r.State, r.Image = im.Owner, im.Region, pick(g, spotStates), im.ID.Image()
	}
	g.fleet.SpotRequests = append(g.fleet.SpotRequests, r)
}

func (g *generator) spotID() string { return "sir-" + base36(g.rng.Uint64(), 8) }

// aloneInSpot lets each of these things be the only one that names some images.
func (g *generator) aloneInSpot() {
	g.spare(func(im *Image) bool { return len(im.Permissions) == 0 }).take(
		func(im *Image) { g.alone(im, "active", "maintain") },
		func(im *Image) { g.alone(im, "deleted", "request") },
		g.instant,
		func(im *Image) { g.aloneInSpotFleet(im, "active", 3*day) },
		func(im *Image) { g.aloneInSpotFleet(im, "cancelled_running", 90*day) },
		func(im *Image) { g.aloneInRequest(im, "open", "persistent", 2*day) },
		func(im *Image) { g.aloneInRequest(im, "cancelled", "one-time", 60*day) },
	)
}

// alone makes a fleet with an override that names an image, of a template that
// names none that is there.
func (g *generator) alone(im *Image, state, kind string) *Capacity {
	t := g.simple(im.Owner, "fleet", im, 100*day, g.gone())
	g.fleet.Capacities = append(g.fleet.Capacities, Capacity{
		ID: "fleet-" + g.uuid(), Owner: im.Owner, Region: im.Region, Created: g.since(60 * day), State: state, Type: kind,
		Template: TemplateUse{Template: t.ID, Version: "$Latest"}, Overrides: []Override{{Type: "m6i.large", Image: im.ID.Image()}},
	})
	return &g.fleet.Capacities[len(g.fleet.Capacities)-1]
}

// instant makes a fleet that EC2 does not list, and the instances by which
// alone it can be noticed.
func (g *generator) instant(im *Image) {
	c := g.alone(im, "active", "instant")
	for range 2 {
		g.instance(Instance{Owner: im.Owner, Region: im.Region, Image: im.ID, Machine: im.Machine, Reservation: g.id(), Launched: max(c.Created, im.Life.Created)})
		in := &g.fleet.Instances[len(g.fleet.Instances)-1]
		in.State, in.Tags = "running", append(slices.Clip(in.Tags), Tag{fleetTag, c.ID})
	}
}

func (g *generator) aloneInSpotFleet(im *Image, state string, age time.Duration) {
	g.fleet.SpotFleets = append(g.fleet.SpotFleets, SpotFleet{
		ID: "sfr-" + g.uuid(), Owner: im.Owner, Region: im.Region, Created: stamp(Epoch.Add(-age)), State: state, Images: []string{im.ID.Image()},
	})
}

func (g *generator) aloneInRequest(im *Image, state, kind string, age time.Duration) {
	g.fleet.SpotRequests = append(g.fleet.SpotRequests, SpotRequest{
		ID: g.spotID(), Owner: im.Owner, Region: im.Region, Created: stamp(Epoch.Add(-age)), State: state, Type: kind, Image: im.ID.Image(),
	})
}
