package fleet

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// series is what was built of one line: a stretch of Fleet.Images.
type series struct {
	stem     string
	from, to int
}

// launched is one thing that launches from what a series has in a region.
type launched struct {
	stem   string
	owner  string
	region string
	images []*Image // newest first; those that only one thing names are not among them
}

const maxTemplateVersions = 14

// templates makes the launch templates, and tells of the instances which of
// them they come from: a tenth as many templates as there are images.
func (g *generator) templates() {
	g.reseed(0x74656d706c617465)
	g.stops()
	g.noteInstances()
	if g.config.Images >= SpecialsFrom {
		g.aloneInTemplates()
	}
	aside := g.setAside()
	places := g.places()
	var l launched
	for i := 0; len(g.fleet.Templates) < g.config.Images/10 && len(places) > 0; i++ {
		l = g.launchedBy(places[i%len(places)], aside, l.images[:0])
		g.template(l, i/len(places))
	}
}

// setAside are the images that a single thing names so far, by number.
func (g *generator) setAside() map[ID]bool {
	out := map[ID]bool{}
	for text := range g.lonely {
		id, _ := ParseID(ImagePrefix, text)
		out[id] = true
	}
	return out
}

// noteInstances notes which instances each image has.
func (g *generator) noteInstances() {
	g.running = make(map[ID][]int, len(g.fleet.Instances))
	for i := range g.fleet.Instances {
		image := g.fleet.Instances[i].Image
		g.running[image] = append(g.running[image], i)
	}
}

// seriesAt is a series in one of the regions that it is in.
type seriesAt struct {
	series int
	region string
}

// places lists where series are, in random order.
func (g *generator) places() []seriesAt {
	var out []seriesAt
	for i, s := range g.series {
		var regions []string
		for _, im := range g.fleet.Images[s.from:s.to] {
			if !slices.Contains(regions, im.Region) {
				regions = append(regions, im.Region)
				out = append(out, seriesAt{i, im.Region})
			}
		}
	}
	g.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// launchedBy finds what a series has in a region, but for what is set aside. It
// puts the images where there is room for them.
func (g *generator) launchedBy(at seriesAt, aside map[ID]bool, room []*Image) launched {
	s := g.series[at.series]
	out := launched{stem: s.stem, region: at.region, images: room}
	for i := s.from; i < s.to; i++ {
		im := &g.fleet.Images[i]
		out.owner = im.Owner
		if im.Region == at.region && !aside[im.ID] {
			out.images = append(out.images, im)
		}
	}
	return out
}

// template makes a template of a series; round tells further ones apart.
func (g *generator) template(l launched, round int) {
	name := l.stem
	if round > 0 {
		name = fmt.Sprintf("%s-%d", l.stem, round+1)
	}
	t := Template{ID: g.id(), Owner: l.owner, Region: l.region, Name: g.unique(l.owner, l.region, name)}
	if g.chance(70) {
		t.Tags = []Tag{{"Name", l.stem}, {"Team", pick(g, teams)}}
	}
	t.Versions = g.versions(l, g.between(1, maxTemplateVersions))
	n := len(t.Versions)
	t.Created = t.Versions[0].Created
	if g.chance(15) { // the oldest versions were deleted
		t.Created -= Time((90 * day).Milliseconds())
		for i := range t.Versions {
			t.Versions[i].Number += n
		}
	}
	t.Default = t.Versions[g.defaultVersion(n)].Number
	g.fleet.Templates = append(g.fleet.Templates, t)
	g.launchFrom(&g.fleet.Templates[len(g.fleet.Templates)-1])
}

// defaultVersion draws which of n versions is the default: mostly the latest
// one, else one that was not moved on.
func (g *generator) defaultVersion(n int) int {
	switch {
	case g.chance(60):
		return n - 1
	case g.chance(50):
		return max(n-2, 0)
	}
	return g.rng.IntN(n)
}

// versions makes n versions, the newest last. Going back in time, each names
// the image before or the same one; where the series ends, its older images
// are gone.
func (g *generator) versions(l launched, n int) []TemplateVersion {
	out := make([]TemplateVersion, n)
	at, image := g.since(20*day), l.firstNamed(g)
	for i := n - 1; i >= 0; i-- {
		v := TemplateVersion{Number: i + 1, Image: g.gone(), Note: pick(g, notes)}
		if image < len(l.images) {
			v.Image = l.images[image].ID.Image()
			at = min(at, l.images[image].Life.Created+Time(g.between(1, 48))*hour)
		}
		v.Created = at
		g.vary(l, &v)
		out[i] = v
		at -= Time(g.between(2, 30*24)) * hour
		if g.chance(80) {
			image++
		}
	}
	return out
}

const hour = Time(time.Hour / time.Millisecond)

var notes = []string{"", "", "", "new image", "user data", "bigger disk", "roll back", "security update"}

// gone is the id of an image that is no longer there.
func (g *generator) gone() string { return g.id().Image() }

// firstNamed draws which of the images the newest version names: the newest
// one, one that is some builds behind, or an old one, where nobody has looked
// after the template for long.
func (l launched) firstNamed(g *generator) int {
	switch {
	case g.chance(55):
		return 0
	case g.chance(50):
		return g.between(1, 3)
	}
	return len(l.images) * g.between(40, 110) / 100
}

// vary lets a few versions name something else than the series' image: an
// image of others, a parameter, nothing at all, and a snapshot besides.
func (g *generator) vary(l launched, v *TemplateVersion) {
	switch n := g.rng.IntN(100); {
	case n < 4:
		v.Image = pick(g, g.vendors[l.region]).Image()
	case n < 7:
		v.Image = g.shared(l)
	case n < 11:
		v.Image = g.alias(l)
	case n < 13:
		v.Image = aliasPrefix + amazonParameter + "x86_64"
	case n < 14:
		v.Image = "" // whoever launches gives it
	case n < 19 && len(l.images) > 0:
		if im := pick(g, l.images); len(im.Snapshots) > 0 {
			v.Snapshots = []string{im.Snapshots[0].Snapshot()}
		}
	}
}

const aliasPrefix = "resolve:ssm:"

// shared is a base image that another account shares, or one that is gone.
func (g *generator) shared(l launched) string {
	if gold := g.gold[l.region]; len(gold) > 0 {
		if id := pick(g, gold).Image(); !g.lonely[id] {
			return id
		}
	}
	return g.gone()
}

// alias names a parameter by a path that the company uses. Two of three are
// there, in some the value is an image that is gone.
func (g *generator) alias(l launched) string {
	value := g.gone()
	if len(l.images) > 0 && g.chance(80) {
		value = l.images[0].ID.Image()
	}
	if g.chance(67) {
		return g.parameterFor(l.owner, l.region, "/golden/"+l.stem, value)
	}
	return g.lostParameter(l.owner, l.region, "/golden/"+l.stem+"-old")
}

// parameterFor makes a parameter that holds an image, unless it is there
// already, and gives what templates name it by.
func (g *generator) parameterFor(owner, region, name, value string) string {
	key := scoped{owner, region, "parameter " + name}
	if g.names[key]++; g.names[key] == 1 {
		g.fleet.Parameters = append(g.fleet.Parameters, Parameter{
			Owner: owner, Region: region, Name: name, Value: value, Type: "String", DataType: imageData,
			Version: int64(g.between(1, 40)), Modified: g.since(400 * day),
		})
	}
	return aliasPrefix + name
}

// lostParameter is the name of a parameter that is not there, and will not be.
func (g *generator) lostParameter(owner, region, name string) string {
	g.names[scoped{owner, region, "parameter " + name}]++
	return aliasPrefix + name
}

// launchFrom marks instances of the images that a template names as launched
// from it, three of four of them by an Auto Scaling group that has the
// template's name and -asg behind it.
func (g *generator) launchFrom(t *Template) {
	group := ""
	if g.chance(75) {
		group = t.Name + "-asg"
	}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		v := &t.Versions[i]
		id, ok := ParseID(ImagePrefix, v.Image)
		if !ok || id == 0 {
			continue
		}
		for _, n := range g.running[id] {
			if in := &g.fleet.Instances[n]; in.Owner == t.Owner && in.Region == t.Region && !g.marked[n] && in.Launched >= v.Created {
				g.mark(n, t, v.Number, group)
			}
		}
	}
}

// mark writes on an instance what launched it.
func (g *generator) mark(n int, t *Template, version int, group string) {
	in := &g.fleet.Instances[n]
	tags := slices.DeleteFunc(slices.Clone(in.Tags), func(t Tag) bool { return t.Key == groupTag })
	tags = append(tags, Tag{templateTag, t.ID.Template()}, Tag{versionTag, strconv.Itoa(version)})
	if group != "" {
		tags = append(tags, Tag{groupTag, group})
	}
	in.Tags = tags
	g.marked[n] = true
	g.from[t.ID] = append(g.from[t.ID], n)
}

// The tags that AWS sets on instances, by what launched them.
const (
	templateTag  = "aws:ec2launchtemplate:id"
	versionTag   = "aws:ec2launchtemplate:version"
	groupTag     = "aws:autoscaling:groupName"
	fleetTag     = "aws:ec2:fleet-id"
	spotFleetTag = "aws:ec2spot:fleet-request-id"
)
