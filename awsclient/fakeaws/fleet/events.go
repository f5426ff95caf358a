package fleet

import (
	"slices"
	"time"
)

// Event is what CloudTrail has kept of a call of EC2 that is about an image. What
// is zero the call did not say, or its answer.
type Event struct {
	At      Time
	Owner   string // account whose trail tells it
	Region  string
	Name    string // of the operation: "CopyImage"
	By      *Principal
	Image   ID     // made, changed or launched
	Source  Source // what the image was made of
	Added   []Permission
	Removed []Permission

	Instances []ID // launched
	Tags      []Tag
	Until     Time   // of a deprecation
	Error     string // AWS's code; "" where it went well
}

// Principal is who calls, and from where.
type Principal struct {
	Kind    string // root, user, role or service
	Name    string // of the user or role; of a service its host
	Session string // of the role
	Address string // a service's host where it calls for the role
}

// The principals of the company, in each of its accounts.
var (
	packer      = &Principal{"role", "packer-ci", "GitHubActions", "140.82.112.7"}
	distributor = &Principal{"role", "image-distributor", "copy", "52.94.133.131"}
	admin       = &Principal{"role", "AWSReservedSSO_PlatformAdmin_6f1d0a5b9c3e2f47", "jo@acme.example", "203.0.113.24"}
	alice       = &Principal{"user", "alice", "", "198.51.100.9"}
	rootUser    = &Principal{"root", "", "", "203.0.113.99"}
	autoscaling = &Principal{"role", "AWSServiceRoleForAutoScaling", "AutoScaling", "autoscaling.amazonaws.com"}
)

// trailKept is how long CloudTrail tells events.
const trailKept = 90 * day

// events makes what CloudTrail still tells of the company's images.
func (g *generator) events() {
	g.reseed(0x747261696c)
	begin := stamp(Epoch.Add(-trailKept))
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		if _, own := g.fleet.Member(im.Owner); !own {
			continue
		}
		if im.Life.Created >= begin {
			g.births(im)
		}
		if tell := stories()[im.Name]; tell != nil {
			tell(g, im)
		}
	}
	g.launches(begin)
	for i := range g.fleet.BinnedImages {
		im := &g.fleet.BinnedImages[i]
		g.event(&im.Image, im.Entered, alice, Event{Name: "DeregisterImage"})
	}
}

// event adds an event of the owner's trail.
func (g *generator) event(im *Image, at Time, by *Principal, e Event) {
	e.At, e.Owner, e.Region, e.By, e.Image = at, im.Owner, im.Region, by, im.ID
	g.fleet.Events = append(g.fleet.Events, e)
}

// births are how an image came to be, and what its makers set at once.
func (g *generator) births(im *Image) {
	at := im.Life.Created
	switch {
	case im.Source.Instance != 0:
		g.event(im, at, packer, Event{Name: "CreateImage", Source: Source{Instance: im.Source.Instance}})
	case im.Source.Image != 0:
		g.event(im, at, distributor, Event{Name: "CopyImage", Source: im.Source})
	default:
		g.event(im, at, alice, Event{Name: "RegisterImage"})
	}
	soon := func() Time { at = min(at+Time(g.between(20, 200))*second, stamp(Epoch)); return at }
	if len(im.Permissions) > 0 && stories()[im.Name] == nil {
		g.event(im, soon(), packer, Event{Name: "ModifyImageAttribute", Added: im.Permissions})
	}
	if im.Life.Deprecation != 0 {
		g.event(im, soon(), packer, Event{Name: "EnableImageDeprecation", Until: im.Life.Deprecation})
	}
	if im.Life.Protection != "disabled" {
		g.event(im, soon(), admin, Event{Name: "EnableImageDeregistrationProtection"})
	}
}

const second = Time(1000)

// launches are the starts of instances, one for each reservation.
func (g *generator) launches(begin Time) {
	for all := g.fleet.Instances; len(all) > 0; {
		first := &all[0]
		n := slices.IndexFunc(all, func(in Instance) bool { return in.Reservation != first.Reservation })
		if n < 0 {
			n = len(all)
		}
		if first.Launched >= begin {
			e := Event{At: first.Launched, Owner: first.Owner, Region: first.Region, Name: "RunInstances", By: g.launcher(), Image: first.Image}
			for _, in := range all[:n] {
				e.Instances = append(e.Instances, in.ID)
			}
			g.fleet.Events = append(g.fleet.Events, e)
		}
		all = all[n:]
	}
}

func (g *generator) launcher() *Principal {
	return pick(g, []*Principal{autoscaling, autoscaling, autoscaling, alice, admin})
}

// stories are what happened to images that show something particular, by their
// names.
func stories() map[string]func(*generator, *Image) {
	return map[string]func(*generator, *Image){
		"public-sample-app-1.0": func(g *generator, im *Image) {
			g.event(im, ago(70*day), admin, Event{Name: "ModifyImageAttribute", Added: im.Permissions})
		},
		"handed-to-contractor": func(g *generator, im *Image) {
			g.event(im, ago(30*day+5*time.Hour), alice, Event{Name: "ModifyImageAttribute", Added: im.Permissions})
		},
		"launched-yesterday": exposed,
		"disabled-erp": func(g *generator, im *Image) {
			g.event(im, ago(15*day), admin, Event{Name: "DisableImage"})
		},
		"many-tags": func(g *generator, im *Image) {
			g.event(im, ago(3*day), admin, Event{Name: "CreateTags", Tags: im.Tags[:3]})
		},
	}
}

// exposed was public for two days by mistake; and not everybody could launch it
// then.
func exposed(g *generator, im *Image) {
	everybody := []Permission{{Group: "all"}}
	g.event(im, ago(12*day+3*time.Hour), rootUser, Event{Name: "ModifyImageAttribute", Added: everybody})
	g.event(im, ago(11*day), alice, Event{Name: "RunInstances", Error: "Client.UnauthorizedOperation"})
	g.event(im, ago(10*day+time.Hour), admin, Event{Name: "ModifyImageAttribute", Removed: everybody})
	g.event(im, ago(9*day), autoscaling, Event{Name: "RunInstances", Error: "Server.InsufficientInstanceCapacity"})
}

// ago is a moment before the fleet's present.
func ago(d time.Duration) Time { return stamp(Epoch.Add(-d)) }
