package fleet

import (
	"cmp"
	"slices"
	"strings"
)

// imagesPerRound is after how many images there is one more lone reference of
// each kind.
const imagesPerRound = 2500

// estate is one account in one region, with what its services can name.
type estate struct {
	account   Account
	region    string
	images    []*Image // its own that can be launched, newest first
	foreign   []*Image // of other accounts of the company, that it may launch
	templates []*Template
	groupTags []string // names of groups that instances say they are in

	configs, groups      int // made so far
	clusters, nodeGroups int
	derived              bool // has a recipe that builds on another's images
}

// services makes what Auto Scaling, Systems Manager, Image Builder, Batch and
// EKS keep for the accounts: mostly of images that are in use anyway. First come
// those references that are the only one of their image.
func (g *generator) services() {
	g.reseed(0x7365727669636573)
	estates, at := g.estates()
	if g.config.Images >= SpecialsFrom {
		g.aloneInServices(at)
	}
	for _, e := range estates {
		e.images = slices.DeleteFunc(e.images, g.isLonely)
		e.foreign = slices.DeleteFunc(e.foreign, g.isLonely)
		g.autoScaling(e)
		g.parameterStore(e)
		g.imageBuilder(e)
		g.batch(e)
		g.kubernetes(e)
	}
}

func (g *generator) isLonely(im *Image) bool { return g.lonely[im.ID.Image()] }

// estates looks at every account in every region; at finds them by both.
func (g *generator) estates() (all []*estate, at map[scoped]*estate) {
	at = map[scoped]*estate{}
	for _, a := range g.fleet.Active() {
		for _, region := range g.fleet.Enabled() {
			e := &estate{account: a, region: region}
			all = append(all, e)
			at[scoped{a.ID, region, ""}] = e
		}
	}
	open := g.settle(at)
	for _, e := range all {
		slices.SortStableFunc(e.images, func(a, b *Image) int { return cmp.Compare(b.Life.Created, a.Life.Created) })
		e.foreign = slices.DeleteFunc(slices.Clone(open[e.region]), func(im *Image) bool { return !e.mayLaunch(im) })
	}
	return all, at
}

// settle gives all estates what is theirs, and tells by region which images
// more than their owner may launch.
func (g *generator) settle(at map[scoped]*estate) (open map[string][]*Image) {
	open = map[string][]*Image{}
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		e, own := at[scoped{im.Owner, im.Region, ""}]
		if !own || im.Life.State != "available" {
			continue
		}
		e.images = append(e.images, im)
		if len(im.Permissions) > 0 {
			open[im.Region] = append(open[im.Region], im)
		}
	}
	for i := range g.fleet.Templates {
		t := &g.fleet.Templates[i]
		if e, ok := at[scoped{t.Owner, t.Region, ""}]; ok {
			e.templates = append(e.templates, t)
		}
	}
	for _, in := range g.fleet.Instances {
		if e, ok := at[scoped{in.Owner, in.Region, ""}]; ok {
			e.note(in.Tags)
		}
	}
	return open
}

// note keeps the group that an instance is in.
func (e *estate) note(tags []Tag) {
	for _, t := range tags {
		if t.Key == groupTag && !slices.Contains(e.groupTags, t.Value) {
			e.groupTags = append(e.groupTags, t.Value)
		}
	}
}

// mayLaunch reports whether an image of another account is open to this one.
func (e *estate) mayLaunch(im *Image) bool {
	return im.Owner != e.account.ID && slices.ContainsFunc(im.Permissions, func(p Permission) bool {
		return p.Group == "all" || p.Account == e.account.ID || p.Organization != "" || p.Unit != "" && p.Unit == e.account.Unit
	})
}

// aloneInServices lets each kind of reference be the only one of some images,
// of the account's own and of those that another shares with all.
func (g *generator) aloneInServices(at map[scoped]*estate) {
	named := g.namedInFleets()
	free := func(im *Image) bool { return !named[im.ID.Image()] }
	home := func(kind func(*estate, *Image)) func(*Image) {
		return func(im *Image) { kind(at[scoped{im.Owner, im.Region, ""}], im) }
	}
	away := func(kind func(*estate, *Image)) func(*Image) {
		return func(im *Image) { kind(at[scoped{g.other(im), im.Region, ""}], im) }
	}
	own := g.spare(func(im *Image) bool { return free(im) && len(im.Permissions) == 0 })
	shared := g.spare(func(im *Image) bool { return free(im) && g.seenByAll(im) })
	for range 2 + g.config.Images/imagesPerRound {
		own.deal(
			home(g.loneConfig), home(g.loneGroup), home(g.loneOverride), home(g.loneParameter), home(g.loneText), home(g.loneList),
			home(g.loneRecipe), home(g.loneOldRecipe), home(g.loneContainer), home(g.loneAncestor),
			home(g.loneBatchImage), home(g.loneBatchOverride), home(g.loneNodeGroup),
		)
		shared.deal(
			away(g.loneConfig), away(g.loneOverride), away(g.loneParameter), away(g.loneText), away(g.loneRecipe),
			away(g.loneContainer), away(g.loneBatchOverride), away(g.loneNodeGroup),
		)
	}
}

// deal gives each use one image, as long as there are any, and sets them aside.
func (l *spare) deal(uses ...func(*Image)) {
	for _, use := range uses[:min(len(uses), len(l.next))] {
		im := l.next[0]
		l.next = l.next[1:]
		l.g.lonely[im.ID.Image()] = true
		use(im)
	}
}

// namedInFleets are the images that fleets and spot requests name.
func (g *generator) namedInFleets() map[string]bool {
	out := map[string]bool{}
	for _, c := range g.fleet.Capacities {
		for _, o := range c.Overrides {
			out[o.Image] = true
		}
	}
	for _, f := range g.fleet.SpotFleets {
		for _, image := range f.Images {
			out[image] = true
		}
	}
	for _, r := range g.fleet.SpotRequests {
		out[r.Image] = true
	}
	return out
}

// usual draws an image that something of an account names: mostly one of its
// newest, also old ones, those of others, Amazon's, and some that are gone.
func (g *generator) usual(e *estate) string {
	n := g.rng.IntN(100)
	switch {
	case n < 60 && len(e.images) > 0:
		return e.images[g.rng.IntN(min(len(e.images), 3+len(e.images)/10))].ID.Image()
	case n < 75 && len(e.images) > 0:
		return pick(g, e.images).ID.Image()
	case n < 85 && len(e.foreign) > 0:
		return pick(g, e.foreign).ID.Image()
	case n < 95:
		return pick(g, g.vendors[e.region]).Image()
	default:
		return g.gone()
	}
}

// lineOf is the line that an image is of, by its Name tag: lower-case letters,
// digits and dashes, or "web" where it has none.
func lineOf(im *Image) string {
	for _, t := range im.Tags {
		if t.Key == "Name" && strings.Trim(t.Value, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && t.Value != "" {
			return t.Value
		}
	}
	return "web"
}

// use names a version of a template, and the template in one of the ways
// there are.
func (g *generator) use(t *Template, version string) *TemplateUse {
	if g.chance(50) {
		return &TemplateUse{Name: t.Name, Version: version}
	}
	return &TemplateUse{Template: t.ID, Version: version}
}

// loneName is a name that nothing else of its kind has.
func loneName(kind string, im *Image) string {
	return kind + "-" + im.ID.Image()[len(ImagePrefix):len(ImagePrefix)+8]
}
