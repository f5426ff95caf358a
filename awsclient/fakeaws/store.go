package fakeaws

import (
	"hash/fnv"
	"strconv"
	"sync"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// store is what the accounts have: the records of a fleet, which it takes
// over. They are changed only under the lock, by putting new values and slices
// in their fields, for records share slices with each other.
type store struct {
	mu           sync.RWMutex
	fleet        *fleet.Fleet
	images       shelves[*fleet.Image]
	snapshots    shelves[*fleet.Snapshot]
	instances    shelves[*fleet.Instance]
	templates    shelves[*fleet.Template]
	capacities   shelves[*fleet.Capacity]
	spotFleets   shelves[*fleet.SpotFleet]
	spotRequests shelves[*fleet.SpotRequest]
	settings     shelves[*fleet.Settings]
	managed
	charges
	history
	deeds
}

// managed is what services other than EC2 keep. Their records have names
// instead of ids: nameID makes an id of where a record is and its name, as
// manage has it.
type managed struct {
	configs      shelves[*fleet.LaunchConfig]
	groups       shelves[*fleet.Group]
	parameters   shelves[*fleet.Parameter]
	recipes      shelves[*fleet.Recipe] // for images and for containers
	builds       shelves[*fleet.Build]
	environments shelves[*fleet.ComputeEnvironment]
	clusters     shelves[*fleet.Cluster]
	keys         shelves[*fleet.Key] // by their ARNs
}

func newStore(f *fleet.Fleet) *store {
	s := &store{fleet: f, deeds: newDeeds()}
	s.index()
	return s
}

// index puts all records of the fleet on their shelves. What is on them
// already goes, but for what callers have made.
func (s *store) index() {
	f := s.fleet
	complete(f)
	s.images = shelve(f.Images, func(r *fleet.Image) fleet.ID { return r.ID },
		func(r *fleet.Image) place { return place{r.Owner, r.Region} }, func(r *fleet.Image) bool { return len(r.Permissions) > 0 })
	s.snapshots = shelve(f.Snapshots, func(r *fleet.Snapshot) fleet.ID { return r.ID },
		func(r *fleet.Snapshot) place { return place{r.Owner, r.Region} }, func(r *fleet.Snapshot) bool { return len(r.Permissions) > 0 })
	s.instances = shelve(f.Instances, func(r *fleet.Instance) fleet.ID { return r.ID },
		func(r *fleet.Instance) place { return place{r.Owner, r.Region} }, nil)
	s.templates = shelve(f.Templates, func(r *fleet.Template) fleet.ID { return r.ID },
		func(r *fleet.Template) place { return place{r.Owner, r.Region} }, nil)
	s.capacities = shelve(f.Capacities, func(r *fleet.Capacity) fleet.ID { return textID(r.ID) },
		func(r *fleet.Capacity) place { return place{r.Owner, r.Region} }, nil)
	s.spotFleets = shelve(f.SpotFleets, func(r *fleet.SpotFleet) fleet.ID { return textID(r.ID) },
		func(r *fleet.SpotFleet) place { return place{r.Owner, r.Region} }, nil)
	s.spotRequests = shelve(f.SpotRequests, func(r *fleet.SpotRequest) fleet.ID { return textID(r.ID) },
		func(r *fleet.SpotRequest) place { return place{r.Owner, r.Region} }, nil)
	s.settings = named(f.Settings, func(r *fleet.Settings) (place, []string) { return place{r.Owner, r.Region}, nil })
	s.managed = manage(f)
	s.charges = charge(f)
	s.seeded = trailsOf(f)
	s.uses = nil
}

// gather lets the fleet have what is on the shelves: what callers have made, and
// not what they have deleted.
func (s *store) gather() {
	s.fleet.Images = gathered(s.fleet.Images, s.images)
	s.fleet.Snapshots = gathered(s.fleet.Snapshots, s.snapshots)
	s.fleet.BinnedImages = gathered(s.fleet.BinnedImages, s.binnedImages)
	s.fleet.BinnedSnapshots = gathered(s.fleet.BinnedSnapshots, s.binnedSnapshots)
}

func manage(f *fleet.Fleet) managed {
	return managed{
		configs: named(f.LaunchConfigs, func(r *fleet.LaunchConfig) (place, []string) { return place{r.Owner, r.Region}, []string{r.Name} }),
		groups:  named(f.Groups, func(r *fleet.Group) (place, []string) { return place{r.Owner, r.Region}, []string{r.Name} }),
		parameters: named(f.Parameters, func(r *fleet.Parameter) (place, []string) {
			return place{r.Owner, r.Region}, []string{r.Name}
		}),
		recipes: named(f.Recipes, func(r *fleet.Recipe) (place, []string) {
			return place{r.Owner, r.Region}, []string{recipeKind(r), r.Name, r.Version}
		}),
		builds: named(f.Builds, func(r *fleet.Build) (place, []string) {
			return place{r.Owner, r.Region}, []string{r.Name, r.Version, strconv.Itoa(r.Number)}
		}),
		environments: named(f.Environments, func(r *fleet.ComputeEnvironment) (place, []string) {
			return place{r.Owner, r.Region}, []string{r.Name}
		}),
		keys: shelve(f.Keys, func(r *fleet.Key) fleet.ID { return textID(r.ARN) },
			func(r *fleet.Key) place { return place{r.Owner, r.Region} }, nil),
		clusters: named(f.Clusters, func(r *fleet.Cluster) (place, []string) { return place{r.Owner, r.Region}, []string{r.Name} }),
	}
}

// named puts records that have names where they belong.
func named[R any](records []R, name func(*R) (place, []string)) shelves[*R] {
	id := func(r *R) fleet.ID {
		at, parts := name(r)
		return nameID(at, parts...)
	}
	at := func(r *R) place {
		at, _ := name(r)
		return at
	}
	return shelve(records, id, at, nil)
}

// recipeKind is the word of a recipe's ARN that tells images from containers.
func recipeKind(r *fleet.Recipe) string {
	if r.Container {
		return "container-recipe"
	}
	return "image-recipe"
}

// place is where a record is: the account that owns it and the region.
type place struct{ account, region string }

// textID stands for an id that is no number, such as fleet-….
func textID(parts ...string) fleet.ID {
	h := fnv.New64a()
	for _, part := range parts {
		_, _ = h.Write([]byte(part + "\x00")) // a hash takes everything
	}
	return fleet.ID(h.Sum64())
}

// nameID is the id of a record that its owner knows by name.
func nameID(at place, name ...string) fleet.ID {
	return textID(append([]string{at.account, at.region}, name...)...)
}
