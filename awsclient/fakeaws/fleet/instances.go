package fleet

import (
	"slices"
	"time"
)

// running counts how many of a hundred recently built images are in use, and
// how many older ones.
const (
	recentlyBuilt = 60 * day
	recentInUse   = 45
	olderInUse    = 6
)

// instances starts machines on some of the images: on new ones mostly, on old
// ones here and there, on Amazon's, and some on images that are gone.
func (g *generator) instances() {
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		if _, own := g.fleet.Member(im.Owner); !own || im.Life.State != "available" {
			continue
		}
		if g.chance(g.inUse(im)) {
			g.launchAll(im)
		}
	}
	g.onForeign()
}

func (g *generator) inUse(im *Image) int {
	if Epoch.Sub(im.Life.Created.UTC()) < recentlyBuilt {
		return recentInUse
	}
	return olderInUse
}

// launchAll starts one group of instances on an image and notes the launch.
func (g *generator) launchAll(im *Image) {
	reservation := g.id()
	at := im.Life.LastLaunched
	if at == 0 {
		at = g.launch(im.Life.Created.UTC())
		im.Life.LastLaunched = at
	}
	if at == 0 { // too young for EC2 to tell the launch
		at = stamp(Epoch.Add(-6 * time.Hour))
	}
	for range g.between(1, 3) {
		g.instance(Instance{Owner: im.Owner, Region: im.Region, Image: im.ID, Machine: im.Machine, Reservation: reservation, Launched: at})
	}
}

// onForeign starts instances on images that the company does not own, or no
// longer has.
func (g *generator) onForeign() {
	regions := g.fleet.Enabled()
	for i := range g.config.Images/50 + 4 {
		a, region := pick(g, g.fleet.Active()), regions[i%len(regions)]
		image := g.id() // gone
		if i%2 == 1 {
			image = pick(g, g.vendors[region])
		}
		at := stamp(Epoch.Add(-time.Duration(g.between(1, 700*24)) * time.Hour))
		g.instance(Instance{Owner: a.ID, Region: region, Image: image, Machine: &linuxX86, Reservation: g.id(), Launched: at})
	}
}

// instanceStates are the states of instances, the likelier the more often.
var instanceStates = slices.Concat(
	slices.Repeat([]string{"running"}, 24), slices.Repeat([]string{"stopped"}, 8), slices.Repeat([]string{"terminated"}, 2),
	[]string{"pending", "stopping", "shutting-down"},
)

// instance gives an instance what it needs besides where, of what and when it
// was launched.
func (g *generator) instance(in Instance) {
	kind := "t3.medium"
	if m := in.Machine; m.Architecture == "arm64" {
		kind = pick(g, []string{"t4g.small", "m7g.large", "c7g.xlarge"})
	} else if m.Architecture == "x86_64" {
		kind = pick(g, []string{"t3.medium", "m6i.large", "c6i.2xlarge", "r6i.xlarge"})
	}
	in.ID, in.Type = g.id(), kind
	in.Zone = in.Region + pick(g, []string{"a", "b", "c"})
	in.State, in.Tags = pick(g, instanceStates), pick(g, instanceTags)
	g.fleet.Instances = append(g.fleet.Instances, in)
}

var instanceTags = [][]Tag{
	nil,
	{{"Name", "web"}, {"Environment", "prod"}, {"Owner", "sre@acme.example"}},
	{{"Name", "worker"}, {"Environment", "staging"}, {"Team", "platform"}},
	{{"aws:autoscaling:groupName", "asg-web"}, {"Name", "asg-web"}},
}
