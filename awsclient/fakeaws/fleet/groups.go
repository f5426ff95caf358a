package fleet

import (
	"fmt"
	"strconv"
	"time"
)

// lastConfigs is when AWS let accounts make their last launch configurations.
const lastConfigs = 765 * day // before Epoch: 1 October 2024 at the latest

// autoScaling makes launch configurations that were left behind, and groups.
func (g *generator) autoScaling(e *estate) {
	size := len(e.images)
	if size == 0 && len(e.templates) == 0 {
		return
	}
	for range size/60 + g.rng.IntN(2) {
		g.launchConfig(e, g.usual(e))
	}
	for _, name := range e.groupTags {
		g.groupOf(e, name)
	}
	for range size/25 + g.rng.IntN(2) {
		g.group(e, "")
	}
}

// launchConfig makes a launch configuration and gives its name. Whoever made
// it put the time in its name, for it cannot be changed.
func (g *generator) launchConfig(e *estate, image string) string {
	e.configs++
	at := Epoch.Add(-lastConfigs - time.Duration(g.between(0, 1200*24))*time.Hour)
	name := fmt.Sprintf("%s-lc-%s-%d", pick(g, services), at.Format("20060102150405"), e.configs)
	r := LaunchConfig{Owner: e.account.ID, Region: e.region, Name: name, Created: stamp(at), Image: image}
	g.fleet.LaunchConfigs = append(g.fleet.LaunchConfigs, r)
	return name
}

// groupTagged are the tags of groups.
func (e *estate) groupTagged(name string) []Tag {
	return []Tag{{"Name", name}, {"Environment", environment(e.account)}}
}

// addGroup adds a group; without a name it gets one.
func (g *generator) addGroup(e *estate, r Group) {
	e.groups++
	if r.Name == "" {
		r.Name = fmt.Sprintf("%s-asg-%d", pick(g, services), e.groups)
	}
	r.Owner, r.Region, r.Tags = e.account.ID, e.region, e.groupTagged(r.Name)
	r.Created = stamp(Epoch.Add(-time.Duration(g.between(2*24, 900*24)) * time.Hour))
	r.Desired = pick(g, []int{0, 1, 2, 2, 3, 3, 6})
	g.fleet.Groups = append(g.fleet.Groups, r)
}

// groupOf makes the group that instances say they are in. Where a template has
// the group's name it is what they were launched from.
func (g *generator) groupOf(e *estate, name string) {
	for _, t := range e.templates {
		if name == t.Name+"-asg" {
			g.addGroup(e, Group{Name: name, Template: g.use(t, pick(g, []string{"$Latest", "$Latest", "$Default", "", g.pinned(t)}))})
			return
		}
	}
	g.group(e, name)
}

// group makes a group of one of the kinds there are; without templates it
// launches from a configuration.
func (g *generator) group(e *estate, name string) {
	kind := e.groups % 6
	if len(e.templates) == 0 || kind == 5 {
		g.addGroup(e, Group{Name: name, Config: g.launchConfig(e, g.usual(e))})
		return
	}
	t := pick(g, e.templates)
	r := Group{Name: name}
	switch kind {
	case 0:
		r.Template = g.use(t, "$Latest")
	case 1:
		r.Template = g.use(t, "$Default")
	case 2:
		r.Template, r.Mixed, r.Overrides = g.use(t, "$Latest"), true, g.overrides(e)
	case 3:
		r.Template = g.use(t, g.pinned(t))
	case 4:
		r.Template = g.use(t, "")
	}
	g.addGroup(e, r)
}

// pinned draws the number of a version of a template, the default one's mostly.
func (g *generator) pinned(t *Template) string {
	if len(t.Versions) == 0 || g.chance(60) {
		return strconv.Itoa(t.Default)
	}
	return strconv.Itoa(pick(g, t.Versions).Number)
}

// overrides are those of a mixed group: plain ones, one with a template and
// one with an image.
func (g *generator) overrides(e *estate) []Override {
	other := pick(g, e.templates)
	return []Override{
		{Type: "m7g.large"},
		{Type: "m6i.large", Template: g.use(other, pick(g, []string{"$Latest", "$Default", g.pinned(other)}))},
		{Type: "c7g.large", Image: g.usual(e)},
	}
}

// loneConfig is a configuration that no group has any more.
func (g *generator) loneConfig(e *estate, im *Image) {
	g.launchConfig(e, im.ID.Image())
}

// loneGroup launches from a configuration.
func (g *generator) loneGroup(e *estate, im *Image) {
	g.addGroup(e, Group{Config: g.launchConfig(e, im.ID.Image())})
}

// loneOverride is an image in an override of a mixed group.
func (g *generator) loneOverride(e *estate, im *Image) {
	t := g.simple(e.account.ID, "mixed", im, 200*day, g.gone())
	r := Group{Template: g.use(t, "$Default"), Mixed: true}
	r.Overrides = []Override{{Type: "m7g.large"}, {Type: "m6i.large", Image: im.ID.Image()}}
	g.addGroup(e, r)
}
