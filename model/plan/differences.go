package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Differences lists what has changed in an image since a plan was made, as far as it
// matters to a deed. Where there is none, Decide makes the same of both facts.
func Differences(d Deed, before, now Facts) []string {
	c := comparing{deed: d, a: &before, b: &now}
	c.whole()
	if c.any(Copy, Share, Unshare, Deprecate, Undeprecate, Disable) {
		c.sharing()
	}
	if c.any(Copy, Share, Unshare, Enable, Delete, Restore) {
		c.snapshots()
	}
	if c.any(Deprecate, Undeprecate) && !samePointer(before.Deprecation, now.Deprecation) {
		c.add("its deprecation date is %s, and was %s", dateText(now.Deprecation), dateText(before.Deprecation))
	}
	if c.any(Deprecate) && !samePointer(before.Created, now.Created) {
		c.add("it was made at %s, and that was %s", dateText(now.Created), dateText(before.Created))
	}
	if c.any(Protect, Unprotect, Delete) && before.Protection != now.Protection {
		c.add("its protection is %s, and was %s", orUnknown(now.Protection), orUnknown(before.Protection))
	}
	if c.any(Tag) {
		c.tags()
	}
	if c.any(Delete, Disable, Unshare) {
		c.usage()
	}
	if c.any(Delete, Disable, Deprecate, Copy) {
		c.family()
	}
	if c.any(Delete, Restore) && !sameBin(before.Bin, now.Bin) {
		c.add("what the Recycle Bin holds of it has changed")
	}
	return c.out
}

// comparing gathers differences between facts a and b.
type comparing struct {
	deed Deed
	a, b *Facts
	out  []string
}

func (c *comparing) add(format string, args ...any) {
	c.out = append(c.out, fmt.Sprintf(format, args...))
}

// any reports whether the deed is one of some; that of an undoing may be any.
func (c *comparing) any(deeds ...Deed) bool {
	return c.deed == UndoOf || slices.Contains(deeds, c.deed)
}

// whole compares what matters to all deeds.
func (c *comparing) whole() {
	a, b := c.a, c.b
	if a.State != b.State && (a.State != "recovering" || b.State != "completed") { // of a snapshot
		c.add("it is %s, and was %s", orUnknown(b.State), orUnknown(a.State))
	}
	if a.Owner != b.Owner {
		c.add("account %s owns it, and that was %s", b.Owner, a.Owner)
	}
	if a.Managed != b.Managed || a.Manager != b.Manager {
		c.add("what cares for it has changed: %s", strings.TrimSpace(b.Managed+" "+b.Manager))
	}
	if c.any(Copy) && (a.Name != b.Name || a.Description != b.Description) {
		c.add("its name or description has changed")
	}
	for _, what := range []string{UnreadImage, UnreadPermissions, UnreadSnapshots, UnreadBin} {
		x, y := a.unread(what), b.unread(what)
		switch {
		case y != nil && (x == nil || *x != *y):
			c.add("its %s could not be read again: %s", what, y.Why)
		case x != nil && y == nil:
			c.add("its %s could be read again", what)
		}
	}
}

// sharing compares who may launch it.
func (c *comparing) sharing() {
	a, b := c.a.Permissions, c.b.Permissions
	switch {
	case a == nil && b == nil:
	case a == nil:
		c.add("who may launch it was read: %s", b)
	case b == nil:
		c.add("who may launch it is not known any more")
	case a.String() != b.String():
		c.add("it is shared with %s, and was with %s", b, a)
	}
	if c.a.Billed != c.b.Billed || c.a.Encrypted != c.b.Encrypted {
		c.add("its encryption or billing has changed")
	}
}

// String names all that an image is shared with.
func (s *Sharing) String() string {
	var out []string
	for _, g := range s.grants() {
		if g.Group != "" {
			out = append(out, "everybody")
		} else {
			out = append(out, g.String())
		}
	}
	if len(out) == 0 {
		return "nobody"
	}
	return strings.Join(out, ", ")
}

func (c *comparing) snapshots() {
	if c.a.SnapshotsKnown != c.b.SnapshotsKnown {
		c.add("who else uses its snapshots is %sknown", map[bool]string{true: "", false: "not "}[c.b.SnapshotsKnown])
	}
	for i := range c.b.Snapshots {
		y := &c.b.Snapshots[i]
		if x := c.a.snapshot(y.ID); x == nil {
			c.add("it has a snapshot %s", y.ID)
		} else {
			c.snapshot(x, y)
		}
	}
	for i := range c.a.Snapshots {
		if x := &c.a.Snapshots[i]; c.b.snapshot(x.ID) == nil {
			c.add("it has no snapshot %s", x.ID)
		}
	}
}

// snapshot compares what is known of one.
func (c *comparing) snapshot(x, y *Snapshot) {
	if x.State != y.State && (x.State != "recovering" || y.State != "completed") { // which it becomes by itself
		c.add("its snapshot %s is %s, and was %s", y.ID, orUnknown(y.State), orUnknown(x.State))
	}
	if fresh := without(y.Images, x.Images); len(fresh) > 0 {
		c.add("its snapshot %s is used by %s", y.ID, strings.Join(fresh, ", "))
	}
	if old := without(x.Images, y.Images); len(old) > 0 {
		c.add("its snapshot %s is not used by %s any more", y.ID, strings.Join(old, ", "))
	}
	if !slices.Equal(x.Named, y.Named) {
		c.add("what names its snapshot %s has changed", y.ID)
	}
	if c.any(Share, Unshare) && ((x.Accounts == nil) != (y.Accounts == nil) || !slices.Equal(x.Accounts, y.Accounts)) {
		c.add("who may use its snapshot %s has changed: %s", y.ID, strings.Join(y.Accounts, ", "))
	}
	type rest struct {
		owner, key                string
		archived, managed, backup bool
		encrypted                 model.Tri
		full, gib                 int64
	}
	of := func(s *Snapshot) rest {
		return rest{s.Owner, s.Key, s.Archived, s.Default, s.Backup, s.Encrypted, s.FullBytes, s.SizeGiB}
	}
	if of(x) != of(y) {
		c.add("the owner, key, size or tier of its snapshot %s has changed", y.ID)
	}
}

// without is a list but for what is in another one.
func without(list, but []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(but, s) })
}

func (c *comparing) tags() {
	if c.a.TagsKnown != c.b.TagsKnown {
		c.add("its tags are %sknown", map[bool]string{true: "", false: "not "}[c.b.TagsKnown])
	}
	for _, t := range c.b.Tags {
		switch v, had := c.a.tag(t.Key); {
		case !had:
			c.add("it has a tag %s", t.Key)
		case v != t.Value:
			c.add("its tag %s is %q, and was %q", t.Key, t.Value, v)
		}
	}
	for _, t := range c.a.Tags {
		if _, has := c.b.tag(t.Key); !has {
			c.add("it has no tag %s", t.Key)
		}
	}
}

func (c *comparing) usage() {
	a, b := &c.a.Usage, &c.b.Usage
	switch {
	case a.Verdict != b.Verdict:
		c.add("it is %s, and was %s: %s", b.Verdict, a.Verdict, first(slices.Concat(b.Evidence, b.Blind)))
	case !slices.Equal(a.Evidence, b.Evidence):
		c.add("what uses it has changed: %s", first(b.Evidence))
	case len(a.Blind) > 0 && len(b.Blind) == 0:
		c.add("everything that may use it was looked at, and was not")
	case !slices.Equal(a.Blind, b.Blind):
		c.add("what was not looked at has changed: %s", first(b.Blind))
	}
	if a.Recheck != b.Recheck {
		if b.Recheck == "" {
			c.add("AWS could be asked again what names it")
		} else {
			c.add("AWS could not be asked again what names it: %s", b.Recheck)
		}
	}
}

func (c *comparing) family() {
	a, b := &c.a.Family, &c.b.Family
	if a.Newest != b.Newest || a.Others != b.Others || a.Name != b.Name || c.a.Architecture != c.b.Architecture || !slices.Equal(a.Pickers, b.Pickers) {
		c.add("its family has changed")
	}
	if c.any(Delete, Copy) && !slices.Equal(a.Copies, b.Copies) {
		c.add("its copies have changed")
	}
	if c.any(Copy) && c.a.SizeGiB != c.b.SizeGiB {
		c.add("its size has changed")
	}
}

func sameBin(a, b Bin) bool {
	return a.Known == b.Known && a.Image == b.Image && a.Snapshots == b.Snapshots && samePointer(a.Exits, b.Exits)
}

func samePointer(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func dateText(t *time.Time) string {
	if t == nil {
		return "none"
	}
	return moments(*t)
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}

// Change is a difference in one image of a plan.
type Change struct {
	Image model.ImageKey
	Text  string
}

// Changes lists what has changed between two plans of one request, in their order.
func Changes(before, now *Plan) []Change {
	was := make(map[model.ImageKey]*Facts, len(before.Targets))
	for i := range before.Targets {
		was[before.Targets[i].Image] = &before.Targets[i].Before
	}
	var out []Change
	for i := range now.Targets {
		t := &now.Targets[i]
		old := was[t.Image]
		if old == nil {
			out = append(out, Change{t.Image, "it was not in the plan"})
			continue
		}
		for _, text := range Differences(now.Deed, *old, t.Before) {
			out = append(out, Change{t.Image, text})
		}
	}
	return out
}
