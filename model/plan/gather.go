package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Gather takes the facts of images from an inventory, a target each, in order of
// account and image. An image that is not listed is looked for in the Recycle Bins.
// What was not read is told as not known. Nil usage has judged nothing.
//
// Its work grows with the accounts and regions of the images, which are looked
// through once, however many images there are.
func Gather(inv model.Inventory, usage *model.Usage, keys []model.ImageKey, now time.Time) []Target {
	g := gathering{inv: inv, usage: usage, now: now, scopes: map[model.Scope]*place{}, bins: map[model.Scope]map[string]*model.Binned{}, madeFor: map[model.Scope]map[string][]string{}}
	out := make([]Target, 0, len(keys))
	var there []*model.Image
	for _, k := range keys {
		im, ok := inv.Image(k)
		if !ok {
			out = append(out, g.missing(k))
			continue
		}
		there = append(there, im)
	}
	g.index(there)
	for _, im := range there {
		out = append(out, Target{Image: im.ImageKey, Account: im.Owner, Before: g.facts(im)})
	}
	slices.SortFunc(out, Target.compare)
	return slices.CompactFunc(out, func(a, b Target) bool { return a.Image == b.Image })
}

func (t Target) compare(o Target) int {
	return cmp.Or(strings.Compare(t.Account, o.Account), t.Image.Compare(o.Image))
}

// gathering looks facts up.
type gathering struct {
	inv    model.Inventory
	usage  *model.Usage
	now    time.Time
	scopes map[model.Scope]*place // of the owners
	lines  model.Lines
	kin    kinship

	bins    map[model.Scope]map[string]*model.Binned // what is in the Recycle Bins, by id
	madeFor map[model.Scope]map[string][]string      // snapshots in them, by the image that they say they were made for
}

// place is what is needed of a scope.
type place struct {
	users   map[string][]string // by snapshot: images made of it
	sure    bool                // no image can be there without being known, nor a snapshot
	rules   []*model.BinRule
	ruled   bool // the rules were read
	asOf    time.Time
	ageless bool // part of it is from a cache whose age is not known
}

// index looks through what the images' accounts have, once.
func (g *gathering) index(images []*model.Image) {
	for _, im := range images {
		s := model.Scope{Account: im.Owner, Region: im.Region}
		if g.scopes[s] == nil {
			g.scopes[s] = g.place(s)
		}
	}
	g.lines = g.inv.Lines(images, g.now)
	g.kin = kinOf(g.inv, images)
}

func (g *gathering) place(s model.Scope) *place {
	p := &place{users: map[string][]string{}, rules: g.inv.BinRules(s)}
	for _, im := range g.inv.ScopeImages(s) {
		for _, id := range im.SnapshotIDs() {
			p.users[id] = append(p.users[id], im.ID)
		}
	}
	images, snapshots, rules := g.inv.Status(s, model.Images), g.inv.Status(s, model.Snapshots), g.inv.Status(s, model.BinRules)
	p.sure = whole(images) && whole(snapshots) && g.inv.Detailed(s)
	p.ruled = whole(rules)
	p.asOf = older(images.AsOf, snapshots.AsOf)
	p.ageless = images.AsOf.IsZero() || snapshots.AsOf.IsZero()
	return p
}

// whole reports whether a pass was read to its end, and none failed since.
func whole(s model.Status) bool { return !s.AsOf.IsZero() && s.Err == nil }

// older is the earlier of two times, of which the zero one is none.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// facts are those of an image that is listed.
func (g *gathering) facts(im *model.Image) Facts {
	p := g.scopes[model.Scope{Account: im.Owner, Region: im.Region}]
	f := imageFacts(im)
	f.Permissions = sharing(g.inv.Permissions(im))
	f.Snapshots = g.snapshots(im, p)
	f.SnapshotsKnown = p.sure && im.Detail != nil
	f.Usage = g.used(im)
	f.Family = g.family(im)
	f.Bin = p.bin(&f)
	f.AsOf = g.asOf(im, p)
	return f
}

// imageFacts are what the image itself tells.
func imageFacts(im *model.Image) Facts {
	f := Facts{
		Owner: im.Owner, Name: im.Name, State: im.State, Architecture: im.Architecture, Created: moment(im.Created), Deprecation: moment(im.Deprecation),
		Encrypted: im.Encrypted, Managed: im.Managed.String(), SizeGiB: im.SizeGiB, Tags: []model.Tag{}, Snapshots: []Snapshot{},
	}
	if im.Protected == model.No {
		f.Protection = Unprotected
	}
	d := im.Detail
	if d == nil {
		return f
	}
	f.Description, f.Protection = d.Description, cmp.Or(d.Traits.Value().Protection, f.Protection)
	f.Billed = len(d.ProductCodes) > 0
	f.Tags, f.TagsKnown = append(f.Tags, d.Tags...), d.TagsRead
	f.Manager = manager(d.Tags)
	return f
}

// managerTags are the keys of tags that name what cares for an image: a policy of
// Data Lifecycle Manager, a build of Image Builder, a vault or resource of AWS Backup.
var managerTags = [...]string{"aws:dlm:lifecycle-policy-id", "Ec2ImageBuilderArn", "aws:backup:vault", "aws:backup:source-resource"}

func manager(tags []model.Tag) string {
	for _, key := range managerTags {
		if v := valueOf(tags, key); v != "" {
			return v
		}
	}
	return ""
}

func valueOf(tags []model.Tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// moment is a time as facts have it: nil where there is none, else in UTC and by
// the second, as AWS tells times.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// sharing is nil where launch permissions were not read.
func sharing(p *model.LaunchPermissions) *Sharing {
	if p == nil || p.Err != nil {
		return nil
	}
	return &Sharing{
		Public:   p.Public,
		Accounts: sorted(p.Accounts), Organizations: sorted(p.Organizations), Units: sorted(p.Units),
	}
}

// sorted is a list of its own, in order, each once; never nil.
func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

// asOf is the oldest of what the facts rest on; nil where the age of some is not
// known.
func (g *gathering) asOf(im *model.Image, p *place) *time.Time {
	if p.ageless {
		return nil
	}
	at := p.asOf
	if l := g.inv.Permissions(im); l != nil {
		at = older(at, l.At)
	}
	return moment(at)
}
