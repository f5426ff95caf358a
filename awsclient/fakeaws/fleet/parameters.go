package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// At gives the version of a parameter that a selector means: a number, a label,
// or "" for the current one.
func (p *Parameter) At(selector string) (ParameterVersion, bool) {
	for _, v := range p.versions() {
		if selector == "" || selector == strconv.FormatInt(v.Number, 10) || slices.Contains(v.Labels, selector) {
			return v, true
		}
	}
	return ParameterVersion{}, false
}

// versions are all that are kept, the current one first.
func (p *Parameter) versions() []ParameterVersion {
	current := ParameterVersion{Number: cmp.Or(p.Version, 1), Value: p.Value, Modified: p.Modified, Labels: p.Labels}
	return slices.Concat([]ParameterVersion{current}, p.Earlier)
}

// imageData is the data type of parameters whose value Systems Manager checks
// to be an image.
const imageData = "aws:ec2:image"

// parameterStore makes the parameters of an account: pointers to the newest image
// of some lines, what configurations say of images in their own ways, and
// things that are about no image at all.
func (g *generator) parameterStore(e *estate) {
	if len(e.images) == 0 {
		return
	}
	lines := map[string][]*Image{} // newest first
	for _, im := range e.images {
		line := lineOf(im)
		lines[line] = append(lines[line], im)
	}
	for _, im := range e.images[:min(len(e.images), 3+len(e.images)/25)] {
		line := lineOf(im)
		if lines[line][0] == im && g.chance(60) {
			g.pointers(e, line, lines[line])
		}
	}
	if g.chance(30) {
		g.configured(e)
	}
	if g.chance(12) {
		g.store(e, Parameter{Name: "/golden/retired-" + pick(g, services), Value: g.gone(), DataType: imageData, Modified: g.longAgo()})
	}
}

// pointers name the newest image of a line, and sometimes the one before it.
func (g *generator) pointers(e *estate, line string, images []*Image) {
	newest := images[0]
	r := Parameter{Name: "/golden/" + line, Value: newest.ID.Image(), DataType: imageData, Version: int64(g.between(2, 60)), Modified: newest.Life.Created + hour}
	if len(images) > 1 {
		before := images[1]
		r.Earlier = []ParameterVersion{{Number: r.Version - 1, Value: before.ID.Image(), Modified: before.Life.Created + hour, Labels: []string{"previous"}}}
		if g.chance(25) {
			g.store(e, Parameter{Name: r.Name + "/previous", Value: before.ID.Image(), DataType: imageData, Modified: newest.Life.Created})
		}
	}
	r.Shared = g.chance(10)
	r.Labels = pick(g, [][]string{nil, nil, {"prod"}, {"prod", "approved"}})
	g.store(e, r)
}

// configured are what a service's configuration says, images among it.
func (g *generator) configured(e *estate) {
	path := "/config/" + pick(g, services) + "/"
	for _, r := range []Parameter{
		{Name: path + "log-level", Value: "info"},
		{Name: path + "ami", Value: g.usual(e)},
		{Name: path + "canary-amis", Value: g.usual(e) + "," + g.usual(e), Type: "StringList"},
		{Name: path + "deploy", Value: fmt.Sprintf(`{"image": %q, "count": 3, "subnets": ["subnet-0a1b2c3d"]}`, g.usual(e))},
		{Name: path + "db-password", Value: g.uuid(), Type: "SecureString"},
	} {
		r.Modified = g.longAgo()
		g.store(e, r)
	}
}

// store adds a parameter, unless the account has one of its name.
func (g *generator) store(e *estate, r Parameter) {
	r.Owner, r.Region = e.account.ID, e.region
	r.Type, r.DataType, r.Version = cmp.Or(r.Type, "String"), cmp.Or(r.DataType, "text"), cmp.Or(r.Version, 1)
	key := scoped{r.Owner, r.Region, "parameter " + r.Name}
	if g.names[key]++; g.names[key] == 1 {
		g.fleet.Parameters = append(g.fleet.Parameters, r)
	}
}

// longAgo draws a time within the last three years.
func (g *generator) longAgo() Time {
	return stamp(Epoch.Add(-time.Duration(g.between(1, 1100*24)) * time.Hour))
}

// loneParameter has the data type of images.
func (g *generator) loneParameter(e *estate, im *Image) {
	name := fmt.Sprintf("/golden/%s-pinned-%s", lineOf(im), im.ID.Image()[len(ImagePrefix):len(ImagePrefix)+5])
	g.store(e, Parameter{Name: name, Value: im.ID.Image(), DataType: imageData, Modified: g.longAgo()})
}

// loneText is in the middle of a text.
func (g *generator) loneText(e *estate, im *Image) {
	g.store(e, Parameter{Name: "/config/" + im.ID.Image()[len(ImagePrefix):] + "/launch", Value: "image=" + im.ID.Image() + " count=2", Modified: g.longAgo()})
}

// loneList is in a list.
func (g *generator) loneList(e *estate, im *Image) {
	g.store(e, Parameter{
		Name: "/config/" + im.ID.Image()[len(ImagePrefix):] + "/amis", Value: g.gone() + "," + im.ID.Image(), Type: "StringList", Modified: g.longAgo(),
	})
}
