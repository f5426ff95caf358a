package fleet

import (
	"fmt"
	"slices"
	"time"
)

// build makes the builds of a line, newest first, until the account has all
// its images.
func (g *generator) build(l line, until int) {
	from := len(g.fleet.Images)
	defer func() { g.series = append(g.series, series{l.stem, from, len(g.fleet.Images)}) }()
	for k := range l.builds {
		if g.owned >= until {
			return
		}
		b := l.at(g, k)
		original := g.original(l, b)
		for _, region := range g.destinations(l, k) {
			if g.owned >= until {
				return
			}
			g.copyImage(l, b, original, region)
		}
	}
}

// at is the k-th newest build of a line, on a working morning or afternoon.
func (l line) at(g *generator, k int) build {
	midnight := Epoch.Add(-l.first - time.Duration(k)*l.cadence).Truncate(day)
	return build{number: l.newest - k, at: midnight.Add(time.Duration(g.between(6*3600, 19*3600)) * time.Second), hash: g.rng.Uint64()}
}

// destinations are the regions a build is copied to: the two newest builds of
// a line go wherever the line goes, older copies have partly been deleted.
func (g *generator) destinations(l line, k int) []string {
	var out []string
	for _, region := range l.spread {
		known := slices.Contains(g.fleet.Enabled(), region)
		if known && region != l.home && (k < 2 || g.chance(40)) {
			out = append(out, region)
		}
	}
	return out
}

// original makes the image of a build in the line's home region.
func (g *generator) original(l line, b build) *Image {
	at := scoped{l.account.ID, l.home, l.stem}
	im := g.image(at.account, at.region, l.name(l.stem, b), l.machine)
	im.Life = g.life(l, b.at)
	im.Source = Source{Image: g.base(l), Region: l.home, Instance: g.id()}
	im.Description = pick(g, []string{"", "", l.stem + " built by packer", "Built from " + im.Source.Image.Image()})
	im.Tags = slices.Concat(l.tags, g.buildTags(l, b, at))
	g.snapshotsOf(im, fmt.Sprintf("Created by CreateImage(%s) for %s", im.Source.Instance.Instance(), im.ID.Image()))
	g.publish(l, im)
	return im
}

// copyImage makes what CopyImage leaves in another region.
func (g *generator) copyImage(l line, b build, from *Image, region string) {
	im := g.image(from.Owner, region, l.name(l.stem, b), l.machine)
	im.Description = fmt.Sprintf("[Copied %s from %s] %s", from.ID.Image(), from.Region, from.Description)
	im.Life = g.life(l, b.at.Add(time.Duration(g.between(5, 90))*time.Minute))
	im.Source = Source{Image: from.ID, Region: from.Region}
	if g.chance(80) { // the rest was copied without CopyImageTags
		im.Tags = from.Tags
	}
	g.copiedSnapshots(im, from)
	g.publish(l, im)
}

// image appends an image that counts; the slice was made large enough for
// pointers into it to stay good.
func (g *generator) image(account, region, name string, m *Machine) *Image {
	g.owned++
	if name != "" {
		name = g.unique(account, region, name)
	}
	return g.add(Image{ID: g.id(), Owner: account, Region: region, Name: name, Machine: m})
}

func (g *generator) add(im Image) *Image {
	g.fleet.Images = append(g.fleet.Images, im)
	return &g.fleet.Images[len(g.fleet.Images)-1]
}

// base is the image that a build starts from: Amazon's for base images, mostly
// one of the company's base images for all others.
func (g *generator) base(l line) ID {
	gold := g.gold[l.home]
	if l.shared || len(gold) == 0 || g.chance(15) {
		return pick(g, g.vendors[l.home])
	}
	return gold[min(g.rng.IntN(len(gold)), g.rng.IntN(len(gold)))]
}

// life draws the dates of a build from its age.
func (g *generator) life(l line, at time.Time) Life {
	life := Life{State: "available", Protection: "disabled", Created: stamp(at)}
	if l.retire > 0 {
		life.Deprecation = stamp(at.Add(l.retire).Truncate(time.Minute))
		old := Epoch.Sub(at) > l.retire+90*day
		if old && g.chance(40) {
			life.State = "disabled"
		}
	}
	if g.chance(75) {
		life.LastLaunched = g.launch(at)
	}
	if l.shared && Epoch.Sub(at) < 60*day {
		life.Protection = "enabled-with-cooldown"
	}
	return life
}

// launch draws when an image was last launched: until shortly after its time.
// EC2 tells launches with a day's delay.
func (g *generator) launch(created time.Time) Time {
	at := created.Add(time.Duration(g.between(1, 120*24)) * time.Hour)
	if limit := Epoch.Add(-day - time.Duration(g.between(0, 72))*time.Hour); at.After(limit) {
		at = limit
	}
	if at.Before(created) {
		return 0
	}
	return stamp(at)
}

func (g *generator) buildTags(l line, b build, at scoped) []Tag {
	if l.perTags != nil {
		return l.perTags(g, b, at)
	}
	if len(l.tags) == 0 || b.hash%3 == 0 {
		return nil
	}
	return []Tag{{"Version", version(b)}, {"GitCommit", fmt.Sprintf("%010x", b.hash&0xffffffffff)}}
}

// publish shares base images: new ones with the whole organization, older ones
// with single accounts, as was done before there was an organization. A
// disabled image has lost its permissions.
func (g *generator) publish(l line, im *Image) {
	if !l.shared {
		return
	}
	g.gold[im.Region] = append(g.gold[im.Region], im.ID)
	if im.Life.State == "disabled" {
		return
	}
	if Epoch.Sub(im.Life.Created.UTC()) < 400*day {
		im.Permissions = []Permission{{Organization: g.fleet.Organization.ARN}}
		return
	}
	for _, a := range g.fleet.Active()[1:] {
		im.Permissions = append(im.Permissions, Permission{Account: a.ID})
	}
}
