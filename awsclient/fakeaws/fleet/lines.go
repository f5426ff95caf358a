package fleet

import "time"

// A line is a family of images: one product, built again and again, in one
// account and copied to some of its regions.
type line struct {
	account Account
	stem    string
	name    scheme
	machine *Machine
	home    string   // region where it is built
	spread  []string // regions where its builds are copied
	tags    []Tag
	newest  int           // number of its newest build
	builds  int           // how many are kept
	first   time.Duration // age of the newest, or how much it is older than usual
	cadence time.Duration // between two builds
	retire  time.Duration // deprecated this long after its creation; zero: never
	shared  bool          // a base image: shared with the organization
	perTags func(*generator, build, scoped) []Tag
}

// role is what an account is for; it decides how many of the images it has
// and which lines come first.
type role struct {
	share int // weight among the accounts
	home  int // index of its home region
	lines []line
}

// lines fills the fleet up to Config.Images with the builds of all accounts.
func (g *generator) lines() {
	quotas := g.quotas()
	for i, a := range g.fleet.Active() {
		g.fill(a, roleOf(i), quotas[i])
	}
}

// quotas splits the images still to make by the weights of the roles.
func (g *generator) quotas() []int {
	left, weights := g.config.Images-g.owned, 0
	for i := range g.config.Accounts {
		weights += roleOf(i).share
	}
	out, given := make([]int, g.config.Accounts), 0
	for i := range out {
		out[i] = left * roleOf(i).share / weights
		given += out[i]
	}
	out[min(1, len(out)-1)] += left - given
	return out
}

// fill makes the well-known lines of a role, then service after service.
func (g *generator) fill(a Account, r role, quota int) {
	until := g.owned + quota
	for _, l := range r.lines {
		l.builds = min(max(quota/(4*len(r.lines)), 2), 90)
		fair := g.owned + max(quota/len(r.lines), 1) // so that a small fleet has some of each
		g.build(g.furnish(a, r, l), min(fair, until))
	}
	for i := 0; g.owned < until; i++ {
		l := line{stem: stem(i), name: pick(g, schemes), machine: g.machine(), builds: g.between(3, 12)}
		if g.chance(25) {
			l.builds *= 4
		}
		if g.chance(20) { // nobody builds it any more
			l.first = time.Duration(g.between(150, 800)) * day
		}
		g.build(g.furnish(a, r, l), until)
	}
}

// furnish draws what a line leaves open.
func (g *generator) furnish(a Account, r role, l line) line {
	regions := g.fleet.Enabled()
	l.account = a
	l.home = regions[r.home%len(regions)]
	if l.spread == nil {
		l.spread = g.someRegions(regions)
	}
	l.newest = max(l.newest, l.builds+g.rng.IntN(120))
	l.cadence = min(max((pick(g, spans)/time.Duration(l.builds)).Truncate(day), day), slowest)
	l.first += time.Duration(g.between(1, 20)) * day
	l.retire = pick(g, retirements)
	l.tags = g.lineTags(a, l.stem)
	return l
}

// slowest is the longest time between two builds of a line.
const slowest = 120 * day

var (
	spans       = []time.Duration{45 * day, 180 * day, 365 * day, 365 * day, 730 * day, 1300 * day} // between oldest and newest
	retirements = []time.Duration{0, 0, 90 * day, 180 * day, 365 * day}
)

// someRegions draws where a line is deployed besides its home; early regions
// are likelier, and one line in six is everywhere.
func (g *generator) someRegions(regions []string) []string {
	if g.chance(16) {
		return regions
	}
	var out []string
	for i, r := range regions {
		if g.chance(max(45-6*i, 8)) {
			out = append(out, r)
		}
	}
	return out
}

func (g *generator) machine() *Machine {
	m := pick(g, []Machine{linuxX86, linuxX86, linuxX86, linuxARM, linuxARM, ubuntuX86, ubuntuX86, rhelX86, windowsX86})
	sized := m.sized(m.Devices[0].GiB + pick(g, []int32{0, 0, 0, 12, 22, 42}))
	if g.chance(55) {
		return sized.encrypted()
	}
	return sized
}

var (
	teams = []string{"platform", "payments", "search", "storefront", "data-eng", "sre", "mobile", "security"}
	// environments are told from the name of the account.
	environments = []string{"prod", "staging", "dev"}
)

// lineTags are the tags that every build of a line carries. One line in six
// has no owner, one in eight spells the key in its own way, some have none.
func (g *generator) lineTags(a Account, stem string) []Tag {
	if g.chance(6) {
		return nil
	}
	team := pick(g, teams)
	tags := []Tag{{"Name", stem}, {"Team", team}, {"CostCenter", pick(g, []string{"CC-1001", "CC-1042", "CC-2300", "CC-4711"})}}
	switch {
	case g.chance(16):
	case g.chance(12):
		tags = append(tags, Tag{"owner", team})
	default:
		tags = append(tags, Tag{"Owner", team + "@acme.example"})
	}
	return append(tags, Tag{"Environment", environment(a)})
}

func environment(a Account) string {
	for _, e := range environments {
		if a.Name == "acme-"+e {
			return e
		}
	}
	if a.Name == accountNames[0] {
		return "shared"
	}
	return "prod"
}
