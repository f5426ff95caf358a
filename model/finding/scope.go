package finding

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// goneImage judges the image that an instance runs on. Of one that is none of
// ours it says what AWS told last, and nothing where that is long ago: it may have
// gone since.
func (j *judge) goneImage(r *model.Reference) (model.Tri, string) {
	im, found := j.find(r.Scope, r.Image)
	what := "gone, or no longer shared"
	switch {
	case im != nil && im.State != "available":
		what = im.State
	case found != model.No:
		return found.Not(), "whether its image is still there is not known"
	}
	return model.Yes, r.Image + " is " + what + "; the instance is " + cmp.Or(r.State, "in a state that is not told")
}

// unarmed judges whether the Recycle Bin takes what is deleted in a scope: an
// image comes back only with its snapshots, so that both need a rule.
func (j *judge) unarmed(s model.Scope) (model.Tri, string) {
	images := j.own(s)
	if len(images) == 0 {
		return model.No, ""
	}
	if why := j.unread(s, model.BinRules); why != "" {
		return model.Maybe, why
	}
	rules := j.inv.BinRules(s)
	var texts []string
	found := model.No
	for _, resource := range []string{model.ImageResource, model.SnapshotResource} {
		bare, text := uncovered(rules, resource, func(taken func([]model.Tag, bool) model.Tri) (int, int, model.Tri) {
			if resource == model.ImageResource {
				return countImages(images, taken)
			}
			return j.countSnapshots(s, taken)
		})
		if found = found.Or(bare); bare != model.No {
			texts = append(texts, text)
		}
	}
	return found, strings.Join(texts, "; ")
}

// uncovered reports whether something is under no rule of its kind. count goes
// through all there is, and says how many are taken by none, of how many, and
// whether all of that is known.
func uncovered(rules []*model.BinRule, resource string, count func(taken func([]model.Tag, bool) model.Tri) (bare, all int, known model.Tri)) (model.Tri, string) {
	what := map[string]string{model.ImageResource: "images", model.SnapshotResource: "snapshots"}[resource]
	var mine []*model.BinRule
	for _, r := range rules {
		if r.Resource == resource {
			if len(r.Tags) == 0 && len(r.Except) == 0 {
				return model.No, ""
			}
			mine = append(mine, r)
		}
	}
	if len(mine) == 0 {
		return model.Yes, "no rule for " + what
	}
	bare, all, known := count(func(tags []model.Tag, read bool) model.Tri {
		if !read {
			return model.Maybe
		}
		for _, r := range mine {
			if r.Takes(tags) {
				return model.Yes
			}
		}
		return model.No
	})
	switch {
	case bare > 0:
		return model.Yes, strconv.Itoa(bare) + " of " + strconv.Itoa(all) + " " + what + " are under no rule"
	case known != model.Yes:
		return model.Maybe, "which " + what + " are under a rule is not known"
	}
	return model.No, ""
}

func countImages(images []*model.Image, taken func([]model.Tag, bool) model.Tri) (bare, all int, known model.Tri) {
	known = model.Yes
	for _, im := range images {
		t := model.Maybe
		if im.Detail != nil {
			t = taken(im.Detail.Tags, im.Detail.TagsRead)
		}
		switch t {
		case model.No:
			bare++
		case model.Maybe:
			known = model.Maybe
		case model.Yes:
		}
	}
	return bare, len(images), known
}

func (j *judge) countSnapshots(s model.Scope, taken func([]model.Tag, bool) model.Tri) (bare, all int, known model.Tri) {
	known = unless(j.unread(s, model.Snapshots)).Not()
	snapshots := j.inv.ScopeSnapshots(s)
	for _, sn := range snapshots {
		if taken(sn.Tags, true) == model.No {
			bare++
		}
	}
	return bare, len(snapshots), known
}
