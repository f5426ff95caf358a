package query

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
)

// The accessors of keys that need more than one field of an image.

func age(w *World, im *model.Image) (int64, model.Tri) {
	if im.Created.IsZero() {
		return 0, model.Maybe
	}
	return int64(w.Now.Sub(im.Created)), model.Yes
}

func created(_ *World, im *model.Image) (int64, model.Tri) {
	if im.Created.IsZero() {
		return 0, model.Maybe
	}
	return im.Created.Unix(), model.Yes
}

func launched(_ *World, im *model.Image) (int64, model.Tri) {
	return im.LastLaunched.Unix(), im.Launched
}

// idle takes a launch that never was for one infinitely long ago: who asks for
// what has not been launched in 90 days means those images too.
func idle(w *World, im *model.Image) (int64, model.Tri) {
	switch im.Launched {
	case model.Yes:
		return int64(w.Now.Sub(im.LastLaunched)), model.Yes
	case model.No:
		return math.MaxInt64, model.Yes
	case model.Maybe:
	}
	return 0, model.Maybe
}

// ownerTitle is the name that the table shows for an owner.
func ownerTitle(w *World, im *model.Image) (string, bool) {
	return cmp.Or(w.Inv.Account(im.Owner).Name, im.OwnerAlias, im.Owner), true
}

// someOwner matches known accounts once, by id and name, and all others by
// their id.
func someOwner(w *World, _ string, p patterns) matcher {
	known := map[string]bool{}
	for _, a := range w.Inv.Accounts() {
		known[a.ID] = p.match(a.ID) || a.Name != "" && p.match(a.Name)
	}
	return func(im *model.Image) model.Tri {
		meant, ok := known[im.Owner]
		return model.Truth(meant || !ok && p.match(im.Owner) || im.OwnerAlias != "" && p.match(im.OwnerAlias))
	}
}

// someAccount looks up once which accounts are meant, and then only whether
// they see an image.
func someAccount(w *World, tag string, p patterns) matcher {
	owner := someOwner(w, tag, p)
	var meant []string
	for _, id := range accounts(w.Inv) {
		if name := w.Inv.Account(id).Name; p.match(id) || name != "" && p.match(name) {
			meant = append(meant, id)
		}
	}
	return func(im *model.Image) model.Tri {
		if owner(im) == model.Yes {
			return model.Yes
		}
		for _, id := range meant {
			if w.Inv.Sees(id, im) {
				return model.Yes
			}
		}
		return model.No
	}
}

// accounts lists the ids of all accounts that have scopes or were reached.
func accounts(inv model.Inventory) []string {
	var out []string
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, a := range inv.Accounts() {
		add(a.ID)
	}
	for _, s := range inv.Scopes() {
		add(s.Account)
	}
	return out
}

func someSource(_ *World, _ string, p patterns) matcher {
	return func(im *model.Image) model.Tri {
		d := im.Detail
		if d == nil {
			return model.Maybe
		}
		return model.Truth(d.SourceImage != "" && p.match(d.SourceImage) || d.SourceInstance != "" && p.match(d.SourceInstance))
	}
}

// someTag matches the values of tags whose key is the one asked for, case
// folded: AWS holds Owner and owner apart, people do not.
func someTag(_ *World, tag string, p patterns) matcher {
	return tags(func(t model.Tag) bool { return strings.EqualFold(t.Key, tag) && p.match(t.Value) })
}

func someTagKey(_ *World, _ string, p patterns) matcher {
	return tags(func(t model.Tag) bool { return p.match(t.Key) })
}

// tags tells whether an image has a tag; one that is not seen may still be
// there, unless all were read.
func tags(want func(model.Tag) bool) matcher {
	return func(im *model.Image) model.Tri {
		if im.Detail == nil {
			return model.Maybe
		}
		for _, t := range im.Detail.Tags {
			if want(t) {
				return model.Yes
			}
		}
		if !im.Detail.TagsRead {
			return model.Maybe
		}
		return model.No
	}
}

// bind looks in what a list shows first, then in the tags.
func (v word) bind(*World) matcher {
	p := patterns{newFinder(v.text, v.literal)}
	tagged := tags(func(t model.Tag) bool { return p.match(t.Value) })
	return func(im *model.Image) model.Tri {
		if p.match(im.Name) || p.match(im.ID) {
			return model.Yes
		}
		return tagged(im)
	}
}

// usage is the verdict. One that is unknown is a fact that is not known, so
// that neither it nor its negation says that nothing uses the image.
func usage(w *World, im *model.Image) (string, bool) {
	use := w.Usage.Ruling(im).Use
	return use.String(), use != model.UseUnknown
}

// usagePlace orders verdicts from used to unused: those that are not known stand
// before unused, with which they must not be mixed up.
func usagePlace(w *World, im *model.Image) int64 {
	switch w.Usage.Ruling(im).Use {
	case model.Used:
		return 0
	case model.Probable:
		return 1
	case model.UseUnknown:
		return 2
	case model.Unused:
	}
	return 3
}

// references are not counted while the verdict is unknown: what was not looked
// at may hold some.
func references(w *World, im *model.Image) (int64, model.Tri) {
	r := w.Usage.Ruling(im)
	if r.Use == model.UseUnknown {
		return 0, model.Maybe
	}
	return int64(r.References), model.Yes
}

// monthly is the high end of what an image costs a month. That of others is paid
// by others; that of an instance-store image is not known.
func monthly(w *World, im *model.Image) (int64, model.Tri) {
	switch x := w.Costs.Image(im.ImageKey); {
	case x.State == cost.Theirs:
		return 0, model.No
	case x.State != cost.Told || x.Gaps > 0:
		return 0, model.Maybe
	default:
		return int64(x.Cost.High), model.Yes
	}
}

func someTier(w *World, _ string, p patterns) matcher {
	return func(im *model.Image) model.Tri {
		standard, archive, known := w.Costs.Tiers(im)
		if !known {
			return model.Maybe
		}
		return model.Truth(standard && p.match("standard") || archive && p.match("archive"))
	}
}

// tier is what images sort by: those with archived snapshots first.
func tier(w *World, im *model.Image) (string, bool) {
	standard, archive, known := w.Costs.Tiers(im)
	switch {
	case archive && standard:
		return "archive, standard", known
	case archive:
		return "archive", known
	case standard:
		return "standard", known
	}
	return "", known
}

// someShared matches what an image is shared with. Until its launch permissions
// are read only that it is public is known.
func someShared(w *World, _ string, p patterns) matcher {
	return func(im *model.Image) model.Tri {
		if im.Public == model.Yes && p.match("public") {
			return model.Yes
		}
		perms := w.Inv.Permissions(im)
		if perms == nil || perms.Err != nil {
			return model.Maybe
		}
		for _, id := range perms.Accounts {
			if p.match(id) || p.match(w.Inv.AccountTitle(id)) {
				return model.Yes
			}
		}
		for _, arn := range slices.Concat(perms.Organizations, perms.Units) {
			name := w.Inv.UnitName(arn)
			if p.match(arn) || p.match(arn[strings.LastIndexByte(arn, '/')+1:]) || name != "" && p.match(name) {
				return model.Yes
			}
		}
		return model.Truth(perms.Public && p.match("public") || p.match("stranger") && len(w.Inv.Strangers(perms, w.Known)) > 0)
	}
}

// sharedWith is what images sort by: how far they reach, public ones first.
func sharedWith(w *World, im *model.Image) (string, bool) {
	perms := w.Inv.Permissions(im)
	switch {
	case im.Public == model.Yes:
		return "0 public", true
	case perms == nil || perms.Err != nil:
		return "", false
	case perms.Public:
		return "0 public", true
	case len(w.Inv.Strangers(perms, w.Known)) > 0:
		return "1 strangers", true
	case len(perms.Organizations)+len(perms.Units) > 0:
		return "2 organization", true
	case len(perms.Accounts) > 0:
		return "3 accounts", true
	}
	return "", true
}

// someFinding matches rules of which an image has open findings. Where one is
// undecided for want of facts, that is not known.
func someFinding(w *World, _ string, p patterns) matcher {
	return func(im *model.Image) model.Tri {
		if w.Findings == nil {
			return model.Maybe
		}
		out := model.No
		for _, f := range w.Findings.Of(im) {
			switch {
			case !p.match(f.Rule.ID):
			case f.State == finding.Open:
				return model.Yes
			case f.State == finding.Undecided:
				out = model.Maybe
			}
		}
		return out
	}
}

// severity is that of the worst open finding. It is not known while something worse
// may be found.
func severity(w *World, im *model.Image) (int64, model.Tri) {
	if w.Findings == nil {
		return 0, model.Maybe
	}
	worst, open, undecided := w.Findings.Worst(im)
	switch {
	case undecided > 0:
		return 0, model.Maybe
	case open == 0:
		return 0, model.No
	}
	return int64(worst), model.Yes
}
