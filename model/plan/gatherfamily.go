package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// family is where an image stands among those that can replace it.
func (g *gathering) family(im *model.Image) Family {
	l := model.LineOf(im)
	f := Family{Name: l.Family, Copies: g.kin.of(im), Pickers: []string{}}
	line := g.lines.Images(l)
	member := slices.Contains(line, im)
	f.Others = len(line)
	if member {
		f.Others--
		f.Newest = f.Name != "" && g.lines.Behind(im) == 0
	}
	if f.Newest {
		f.Pickers = g.pickers(line)
	}
	return f
}

// pickers are what launches from a family by itself: what names one of its images
// today may find the newest one by name or age tomorrow.
func (g *gathering) pickers(line []*model.Image) []string {
	var found []*model.Reference
	for _, im := range line {
		for _, r := range g.usage.ImageNames(im.ImageKey) {
			switch r.Source {
			case model.Groups, model.NodeGroups, model.Fleets, model.SpotFleets, model.ComputeEnvironments, model.Parameters:
				found = append(found, r)
			default: // nothing that launches or is followed by itself
			}
		}
	}
	all := labels(found)
	return rest(all[:min(len(all), listed)], len(all))
}

// kinship finds images that are the same.
type kinship struct {
	byName   map[nameKey][]*model.Image
	bySource map[model.ImageKey][]*model.Image // copies of it
	byKey    map[model.ImageKey]*model.Image   // sources of those in question
}

type nameKey struct{ name, architecture string }

// kinOf looks once through all images that accounts of ours own.
func kinOf(inv model.Inventory, images []*model.Image) kinship {
	k := kinship{byName: map[nameKey][]*model.Image{}, bySource: map[model.ImageKey][]*model.Image{}, byKey: map[model.ImageKey]*model.Image{}}
	for _, im := range images {
		k.byName[nameKey{im.Name, im.Architecture}] = nil
		k.bySource[im.ImageKey] = nil
		if from, ok := copiedFrom(im); ok {
			k.bySource[from], k.byKey[from] = nil, nil
		}
	}
	for _, s := range inv.Scopes() {
		for _, im := range inv.ScopeImages(s) {
			if im.Owner == s.Account {
				k.add(im)
			}
		}
	}
	return k
}

func (k kinship) add(im *model.Image) {
	name := nameKey{im.Name, im.Architecture}
	if all, wanted := k.byName[name]; wanted && im.Name != "" {
		k.byName[name] = append(all, im)
	}
	if from, ok := copiedFrom(im); ok {
		if all, wanted := k.bySource[from]; wanted {
			k.bySource[from] = append(all, im)
		}
	}
	if _, wanted := k.byKey[im.ImageKey]; wanted {
		k.byKey[im.ImageKey] = im
	}
}

// copiedFrom is what an image was copied from. One that was made of an instance has
// a source too, but is another image (EC2 user guide, ami-ancestry).
func copiedFrom(im *model.Image) (model.ImageKey, bool) {
	d := im.Detail
	if d == nil || d.SourceImage == "" || d.SourceInstance != "" {
		return model.ImageKey{}, false
	}
	return model.ImageKey{Region: cmp.Or(d.SourceRegion, im.Region), ID: d.SourceImage}, true
}

// of lists the kin of an image: of other accounts just a few, as a golden image may
// be in each of hundreds.
func (k kinship) of(im *model.Image) []Kin {
	lists := [][]*model.Image{k.byName[nameKey{im.Name, im.Architecture}], k.bySource[im.ImageKey]}
	if from, ok := copiedFrom(im); ok {
		lists = append(lists, k.bySource[from])
		if source := k.byKey[from]; source != nil {
			lists = append(lists, []*model.Image{source})
		}
	}
	out, elsewhere := []Kin{}, 0
	for _, list := range lists {
		for _, o := range list {
			if o.Owner != im.Owner {
				if elsewhere++; elsewhere > listed {
					continue
				}
			}
			if o.ImageKey != im.ImageKey {
				from, ok := copiedFrom(o)
				out = append(out, Kin{o.ImageKey, o.Owner, o.Name, o.State, ok && from == im.ImageKey})
			}
		}
	}
	slices.SortFunc(out, func(a, b Kin) int { return cmp.Or(a.Image.Compare(b.Image), strings.Compare(a.Account, b.Account)) })
	return slices.Compact(out)
}
