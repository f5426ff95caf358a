package fleet

import (
	"cmp"
	"math/rand/v2"
	"time"
)

// Epoch is the present of every fleet: nothing in it happened later, ages are
// counted from here, and a deprecation date before it has passed.
var Epoch = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// The size of a fleet whose Config leaves it open, and the least number of
// images with which every special kind of image is present.
const (
	DefaultAccounts = 5
	DefaultRegions  = 8
	DefaultImages   = 600
	DefaultSeed     = 1
	SpecialsFrom    = 200
)

// Config is the size and the seed of a fleet. Zero fields take the defaults.
type Config struct {
	Accounts int    // active accounts of the organization
	Regions  int    // enabled regions; beyond 17, opt-in regions are opted in
	Images   int    // images that those accounts own, all together
	Seed     uint64 // same seed, same fleet
}

func (c Config) withDefaults() Config {
	return Config{
		Accounts: cmp.Or(max(c.Accounts, 0), DefaultAccounts),
		Regions:  min(cmp.Or(max(c.Regions, 0), DefaultRegions), len(regionNames)),
		Images:   cmp.Or(max(c.Images, 0), DefaultImages),
		Seed:     cmp.Or(c.Seed, DefaultSeed),
	}
}

// New makes the fleet of a Config. Images of vendors and strangers, which the
// accounts see but do not own, come on top of Config.Images.
func New(c Config) *Fleet {
	c = c.withDefaults()
	g := newGenerator(c)
	g.fleet.Images = make([]Image, 0, c.Images+c.Regions*vendorImages+strangerImages)
	g.organize()
	g.world()
	if c.Images >= SpecialsFrom {
		g.specials()
	}
	g.lines()
	g.strays()
	g.instances()
	g.templates()
	g.spot()
	g.services()
	g.lineages()
	g.charges()
	g.settings()
	g.inspect()
	g.events()
	g.kmsKeys()
	return g.fleet
}

// Organize makes the organization of New's fleet, its accounts and regions,
// and nothing of what they have: it costs the same whatever the Config.
func Organize(c Config) *Fleet {
	g := newGenerator(c.withDefaults())
	g.organize()
	return g.fleet
}

// generator holds what the steps of New share. All randomness comes from rng,
// drawn in one fixed order; steps that came later have a source of their own,
// so that what older ones make stays as it was.
type generator struct {
	fleet   *Fleet
	config  Config
	rng     *rand.Rand
	owned   int               // images made so far that count as Config.Images
	names   map[scoped]int    // how often a name was asked for in a scope
	keys    map[scoped]string // KMS key of a scope
	gold    map[string][]ID   // shared base images by region, newest first
	vendors map[string][]ID   // Amazon's base images by region
	series  []series          // the lines that were built, in order

	// lonely are images that a single thing names, by their ids: later steps
	// leave them alone, so that each kind of reference is somewhere the only one.
	lonely map[string]bool

	running map[ID][]int // the instances of each image, by their index
	marked  map[int]bool // instances whose template is known
	from    map[ID][]int // the instances of each template
}

// reseed gives the steps from here on a source of their own.
func (g *generator) reseed(step uint64) { g.rng = rand.New(rand.NewPCG(g.config.Seed, step)) }

// scoped is something named within one account and region.
type scoped struct{ account, region, name string }

func newGenerator(c Config) *generator {
	return &generator{
		fleet:   &Fleet{Config: c},
		config:  c,
		rng:     rand.New(rand.NewPCG(c.Seed, 0x616d6973636f7065)),
		names:   map[scoped]int{},
		keys:    map[scoped]string{},
		gold:    map[string][]ID{},
		vendors: map[string][]ID{},
		lonely:  map[string]bool{},
		marked:  map[int]bool{},
		from:    map[ID][]int{},
	}
}

// chance is true in percent cases of a hundred.
func (g *generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// between draws a number from lo to hi, both included.
func (g *generator) between(lo, hi int) int { return lo + g.rng.IntN(hi-lo+1) }

// pick draws one element.
func pick[T any](g *generator, from []T) T { return from[g.rng.IntN(len(from))] }
