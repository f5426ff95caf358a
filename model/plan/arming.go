package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Arming tells what the Recycle Bin would hold of an account's images in a region if
// they were deleted now: whether a deletion there can be taken back, and for how long.
type Arming struct {
	Scope  model.Scope
	Why    string   // why that is not known: "denied", "not read yet"; "" where it is
	Images int      // of the account that are there
	Held   int      // of these: would come back, with all their snapshots
	Never  int      // of these: of instance store, which the bin never holds
	Unsure int      // of these: what of the rules takes them is not known
	Days   int      // for how long that one is held which is held shortest; 0 where none is
	NoRule []string // of "images" and "snapshots" that for which no rule is
}

// Unheld is how many images would be gone for good because no rule takes them.
func (a Arming) Unheld() int { return a.Images - a.Held - a.Never - a.Unsure }

// Arm looks at every account and region that can be read, in their order.
func Arm(inv model.Inventory) []Arming {
	var out []Arming
	for _, s := range inv.Scopes() {
		if inv.Readable(s) {
			out = append(out, arm(inv, s))
		}
	}
	return out
}

func arm(inv model.Inventory, s model.Scope) Arming {
	a := Arming{Scope: s}
	switch st := inv.Status(s, model.BinRules); {
	case st.Err != nil:
		a.Why = st.Err.Kind.String()
	case st.AsOf.IsZero():
		a.Why = "not read yet"
	}
	h := holding{inv: inv, scope: s, rules: inv.BinRules(s)}
	for what, resource := range map[string]string{"images": model.ImageResource, "snapshots": model.SnapshotResource} {
		if a.Why == "" && !slices.ContainsFunc(h.rules, func(r *model.BinRule) bool { return r.Resource == resource }) {
			a.NoRule = append(a.NoRule, what)
		}
	}
	slices.Sort(a.NoRule)
	for _, im := range inv.Standing(s) {
		if im.Owner != s.Account {
			continue
		}
		a.Images++
		if im.RootType == "instance-store" {
			a.Never++ // EBS user guide
			continue
		}
		switch days, sure := h.image(im); {
		case a.Why != "" || !sure:
			a.Unsure++
		case days > 0:
			if a.Held++; a.Days == 0 || days < a.Days {
				a.Days = days
			}
		}
	}
	return a
}

// holding are the rules of a scope.
type holding struct {
	inv   model.Inventory
	scope model.Scope
	rules []*model.BinRule
}

// image is for how long an image would be held with all its snapshots, without which
// it does not come back; sure is false where that is not known.
func (h *holding) image(im *model.Image) (days int, sure bool) {
	if im.Detail == nil {
		days, sure = h.days(model.ImageResource, nil, false)
		return both(days, sure)(h.days(model.SnapshotResource, nil, false))
	}
	days, sure = h.days(model.ImageResource, im.Detail.Tags, im.Detail.TagsRead)
	for _, id := range im.SnapshotIDs() {
		var tags []model.Tag
		sn, read := h.inv.Snapshot(h.scope, id)
		if read {
			tags = sn.Tags
		}
		days, sure = both(days, sure)(h.days(model.SnapshotResource, tags, read))
	}
	return days, sure
}

// both is for how long two things are held together: that one of them is not held
// decides it, whatever the other is.
func both(days int, sure bool) func(int, bool) (int, bool) {
	return func(d int, s bool) (int, bool) {
		if sure && days == 0 || s && d == 0 {
			return 0, true
		}
		return min(days, d), sure && s
	}
}

// days is for how long the rules hold what has these tags; of several rules the
// longest counts. Where tags were not read, rules that ask for them may or may not.
func (h *holding) days(resource string, tags []model.Tag, read bool) (days int, sure bool) {
	sure = true
	for _, r := range h.rules {
		switch {
		case r.Resource != resource:
		case !read && len(r.Tags)+len(r.Except) > 0:
			sure = false
		case r.Takes(tags):
			days = max(days, r.Days)
		}
	}
	return days, sure || days > 0
}
