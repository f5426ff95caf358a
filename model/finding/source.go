package finding

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// badSource judges the image that an image was made from. Where AWS names none
// there is nothing to judge: an image registered from a snapshot has none.
func (j *judge) badSource(im *model.Image) (model.Tri, string) {
	d := im.Detail
	switch {
	case d == nil:
		return model.Maybe, noDetails
	case d.SourceImage == "":
		return model.No, ""
	}
	source, found := j.source(im)
	switch {
	case found == model.No:
		return model.Yes, d.SourceImage + " is gone, or no longer shared"
	case source == nil:
		return model.Maybe, noSource
	case source.Disabled():
		return model.Yes, d.SourceImage + " is disabled"
	case source.Deprecated(j.now):
		return model.Yes, d.SourceImage + " is deprecated since " + day(source.Deprecation)
	}
	return found.Not(), noSource
}

// sourceKey names the image that an image was made from.
func sourceKey(im *model.Image) model.ImageKey {
	k := model.ImageKey{Region: im.Detail.SourceRegion, ID: im.Detail.SourceImage}
	if k.Region == "" {
		k.Region = im.Region
	}
	return k
}

// source finds what an image was made from.
func (j *judge) source(im *model.Image) (source *model.Image, found model.Tri) {
	k := sourceKey(im)
	return j.find(model.Scope{Account: im.Owner, Region: k.Region}, k.ID)
}

// find finds an image that a scope names: among what accounts have, and what AWS
// told when it was asked. found is No for one that is gone, and Maybe where
// nobody asked lately.
func (j *judge) find(s model.Scope, id string) (im *model.Image, found model.Tri) {
	k := model.ImageKey{Region: s.Region, ID: id}
	if i, ok := j.places.Find(id, func(at int) bool { return j.images[at].ImageKey == k }); ok {
		return j.images[i], model.Yes
	}
	im, asked := j.told(s)[id]
	switch {
	case asked && im == nil, !asked && j.formers[k]:
		return nil, model.No
	case asked:
		_, _, at := j.inv.Named(s)
		return im, lately(j.policy.fresh(at, j.now))
	}
	return nil, model.Maybe
}

func lately(fresh bool) model.Tri {
	if fresh {
		return model.Yes
	}
	return model.Maybe
}

// told is what AWS told of ids that were asked for in a scope: nil for what is
// gone.
func (j *judge) told(s model.Scope) map[string]*model.Image {
	if all, ok := j.named[s]; ok {
		return all
	}
	all := map[string]*model.Image{}
	images, gone, _ := j.inv.Named(s)
	for _, im := range images {
		all[im.ID] = im
	}
	for _, id := range gone {
		all[id] = nil
	}
	j.named[s] = all
	return all
}

// recovery is what stands in the regions that the policy names.
type recovery struct {
	regions map[string]bool
	missing string // why not all that is there is known; "" where it is
	origins map[model.ImageKey]bool
	names   map[owned]bool
	images  map[model.ImageKey]bool
}

type owned struct{ owner, name string }

// recover gathers the copies in the recovery regions. A region of an account
// that is not among those read may hold one too.
func (j *judge) recover() {
	r := recovery{regions: map[string]bool{}, origins: map[model.ImageKey]bool{}, names: map[owned]bool{}, images: map[model.ImageKey]bool{}}
	for _, region := range j.policy.RecoveryRegions {
		r.regions[region] = true
	}
	j.recovery = r
	known := map[model.Scope]bool{}
	for _, s := range j.inv.Scopes() {
		if known[s] = true; r.regions[s.Region] && j.inv.Readable(s) {
			j.gather(s)
		}
	}
	for _, a := range j.inv.Accounts() {
		for region := range r.regions {
			if !known[model.Scope{Account: a.ID, Region: region}] {
				j.recovery.missing = "the recovery regions are not among the regions read"
			}
		}
	}
}

func (j *judge) gather(s model.Scope) {
	r := &j.recovery
	if why := j.unread(s, model.Images); why != "" {
		r.missing = "the recovery regions are not known: " + why
	}
	for _, im := range j.inv.ScopeImages(s) {
		if im.State != "available" {
			continue
		}
		r.names[owned{im.Owner, im.Name}], r.images[im.ImageKey] = im.Name != "", true
		switch {
		case im.Detail == nil:
			r.missing = "the details of images in the recovery regions are not loaded yet"
		case im.Detail.SourceImage != "":
			r.origins[sourceKey(im)] = true
		}
	}
}

// unrecoverable looks for a copy in a recovery region: one made from the image,
// the one that it was made from, or one of its owner's with its name.
func (j *judge) unrecoverable(im *model.Image) (model.Tri, string) {
	r := &j.recovery
	if r.regions[im.Region] || r.origins[im.ImageKey] || r.names[owned{im.Owner, im.Name}] {
		return model.No, ""
	}
	missing := r.missing
	switch {
	case im.Detail == nil:
		missing = noDetails
	case im.Detail.SourceImage != "" && r.images[sourceKey(im)]:
		return model.No, ""
	}
	if missing != "" {
		return j.whileUsed(im, model.Maybe, missing)
	}
	return j.whileUsed(im, model.Yes, "no copy in a recovery region")
}

// Wants lists what findings wait for and can be asked of AWS: launch permissions
// of the images that are judged, and images that others were made from or that
// instances run on; as far as rules that are on need them. concerns picks the
// images; nil: all.
func Wants(inv model.Inventory, usage *model.Usage, p Policy, now time.Time, concerns func(*model.Image) bool) model.Wants {
	j := newJudge(inv, usage, p, now)
	isOn := func(rule string) bool { return j.on[place(rule)] }
	w := model.Wants{Named: map[model.Scope][]string{}}
	if isOn("instances-on-gone-image") {
		for s, ids := range usage.Wants().Named {
			w.Named[s] = append(w.Named[s], ids...)
		}
	}
	asked := map[model.Scope]map[string]bool{}
	for _, s := range inv.Scopes() {
		for _, im := range j.own(s) {
			if concerns != nil && !concerns(im) {
				continue
			}
			decides := isOn("shared-with-stranger") || im.Public == model.Maybe && isOn("public")
			if perms := inv.Permissions(im); decides && j.unsaid(perms) != "" && !j.triedLately(perms) {
				w.Permissions = append(w.Permissions, im.ImageKey)
			}
			if isOn("source-deprecated-or-gone") {
				j.wantSource(im, w.Named, asked)
			}
		}
	}
	return w
}

// triedLately reports whether reading permissions failed a short while ago.
func (j *judge) triedLately(p *model.LaunchPermissions) bool {
	const retry = 15 * time.Minute
	return p != nil && p.Err != nil && j.now.Sub(p.At) <= retry
}

// wantSource asks for an image's source, once, where its region can be read.
func (j *judge) wantSource(im *model.Image, named map[model.Scope][]string, asked map[model.Scope]map[string]bool) {
	if im.Disabled() || im.Detail == nil || im.Detail.SourceImage == "" {
		return
	}
	if _, found := j.source(im); found != model.Maybe {
		return
	}
	k := sourceKey(im)
	s := model.Scope{Account: im.Owner, Region: k.Region}
	if j.inv.Status(s, model.Images).AsOf.IsZero() || j.inv.Status(s, model.Images).Err != nil || asked[s][k.ID] {
		return
	}
	if asked[s] == nil {
		asked[s] = map[string]bool{}
	}
	asked[s][k.ID] = true
	named[s] = append(named[s], k.ID)
}
