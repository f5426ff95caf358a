package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Renew gives the facts of an image with what was read again. What was not stays as
// it was; what could not be read though it was asked for is noted in Unread and in
// Usage.Recheck. Something that AWS names and that was not known makes the image used.
// A reading of another account or region changes nothing.
func Renew(t Target, r model.Reread) Facts {
	f := t.Before
	if r.Scope != t.Scope() {
		return f
	}
	n := renewal{f: &f, id: t.Image.ID, r: &r}
	if model.IsSnapshot(n.id) {
		n.snapshots()
		n.lone()
		return f
	}
	if n.image() {
		n.permissions()
	}
	n.snapshots()
	n.references()
	return f
}

// renewal puts what was read again into facts.
type renewal struct {
	f  *Facts
	id string
	r  *model.Reread
}

// failed is the error of one of some calls; nil where none failed.
func (n *renewal) failed(calls ...string) *model.OpError {
	i := slices.IndexFunc(n.r.Errors, func(e *model.OpError) bool {
		return slices.ContainsFunc(calls, func(c string) bool { return strings.EqualFold(e.Op, c) })
	})
	if i < 0 {
		return nil
	}
	return n.r.Errors[i]
}

// unread notes what could not be read, or that it could.
func (n *renewal) unread(what string, err *model.OpError) {
	n.f.Unread = slices.DeleteFunc(slices.Clone(n.f.Unread), func(u Unread) bool { return u.What == what })
	if err != nil {
		n.f.Unread = append(n.f.Unread, Unread{what, reason(err), err.Hint()})
		slices.SortFunc(n.f.Unread, func(a, b Unread) int { return strings.Compare(a.What, b.What) })
	}
	if len(n.f.Unread) == 0 {
		n.f.Unread = nil
	}
}

func reason(err *model.OpError) string { return err.Op + " " + err.Kind.String() }

// image renews what the image tells itself, and reports whether it is there.
func (n *renewal) image() bool {
	i := slices.IndexFunc(n.r.Images, func(im *model.Image) bool { return im.ID == n.id })
	switch {
	case i >= 0:
		n.unread(UnreadImage, nil)
		n.told(imageFacts(n.r.Images[i]))
		return true
	case slices.Contains(n.r.Gone, n.id):
		n.unread(UnreadImage, nil)
		n.f.State = n.missing(n.id, n.f.State)
		return false
	}
	if err := n.failed("", "ec2:DescribeImages"); err != nil {
		n.unread(UnreadImage, err)
	}
	return false
}

// lone renews what a snapshot tells that is looked at for its own sake.
func (n *renewal) lone() {
	told := slices.Contains(n.r.Missing, n.id) || slices.ContainsFunc(n.r.Snapshots, func(s *model.Snapshot) bool { return s.ID == n.id })
	err := n.failed("", "ec2:DescribeSnapshots", "ec2:DescribeImages")
	switch s := n.f.snapshot(n.id); {
	case told && s != nil:
		n.unread(UnreadImage, nil)
		n.f.State = s.State
	case err != nil:
		n.unread(UnreadImage, err)
	}
}

// told takes over what an image tells of itself. It does not tell of a family, of
// uses and of the Recycle Bin.
func (n *renewal) told(now Facts) {
	now.Family, now.Permissions, now.Usage, now.Bin, now.AsOf, now.Unread = n.f.Family, n.f.Permissions, n.f.Usage, n.f.Bin, n.f.AsOf, n.f.Unread
	now.Snapshots, now.SnapshotsKnown = n.f.Snapshots, n.f.SnapshotsKnown
	if !now.TagsKnown {
		now.Tags, now.TagsKnown = n.f.Tags, n.f.TagsKnown
	}
	if n.f.State == Binned { // what was told of it there was not much
		now.Family.Name, _ = model.Family(now.Name)
	}
	*n.f = now
}

// missing is the state of what is not listed: in the bin, gone, or, where the bin was
// not looked at, what it was if it was in there, and else gone.
func (n *renewal) missing(id, was string) string {
	i := slices.IndexFunc(n.r.Binned, func(b *model.Binned) bool { return b.ID == id })
	if i >= 0 {
		n.unread(UnreadBin, nil)
		if id == n.id {
			n.f.Bin.Exits = moment(n.r.Binned[i].Exits)
		}
		return Binned
	}
	if err := n.failed("ec2:ListImagesInRecycleBin", "ec2:ListSnapshotsInRecycleBin"); err != nil {
		n.unread(UnreadBin, err)
	}
	if n.r.Binned == nil && was == Binned {
		return Binned
	}
	return Gone
}

func (n *renewal) permissions() {
	for _, p := range n.r.Permissions {
		if p == nil || p.ID != n.id {
			continue
		}
		n.unread(UnreadPermissions, p.Err)
		if p.Err == nil {
			n.f.Permissions = sharing(p)
		}
		return
	}
	if err := n.failed("ec2:DescribeImageAttribute"); err != nil && len(n.r.Permissions) == 0 {
		n.unread(UnreadPermissions, err)
	}
}

// snapshots renews those of the image: what they tell, who else uses them, and who
// may.
func (n *renewal) snapshots() {
	known := map[string]bool{}
	var all []Snapshot
	for _, s := range n.f.Snapshots {
		all = append(all, n.snapshot(s, known))
	}
	for _, im := range n.r.Images { // whose details were not known before
		if im.ID != n.id || len(all) > 0 {
			continue
		}
		for _, id := range im.SnapshotIDs() {
			all = append(all, n.snapshot(Snapshot{ID: id, FullBytes: -1, Tags: []model.Tag{}, Images: []string{}, Named: []string{}}, known))
		}
	}
	if all != nil {
		n.f.Snapshots = all
	}
	if len(all) > 0 && len(known) == len(all) {
		n.f.SnapshotsKnown = true
	}
	asked := n.r.Snapshots != nil || n.r.Missing != nil || n.r.Users != nil || n.r.Shares != nil
	err := n.failed("ec2:DescribeSnapshots", "ec2:DescribeSnapshotAttribute")
	if err == nil && asked && n.r.Users == nil {
		err = n.failed("ec2:DescribeImages")
	}
	if asked || err != nil {
		n.unread(UnreadSnapshots, err)
	}
}

func (n *renewal) snapshot(s Snapshot, known map[string]bool) Snapshot {
	i, there := slices.BinarySearchFunc(n.r.Snapshots, s.ID, func(r *model.Snapshot, id string) int { return cmp.Compare(r.ID, id) })
	switch {
	case there:
		was := s
		s = snapshotFacts(n.r.Snapshots[i])
		s.Images, s.Named, s.Accounts, s.Default = was.Images, was.Named, was.Accounts, was.Default
	case slices.Contains(n.r.Missing, s.ID):
		s.State = n.missing(s.ID, s.State)
	}
	if users, ok := n.r.Users[s.ID]; ok {
		s.Images = others(users, n.id)
		known[s.ID] = true
	}
	if shares, ok := n.r.Shares[s.ID]; ok {
		s.Accounts = sorted(shares)
	}
	return s
}

// references takes what AWS itself names. What it names besides what was known is
// evidence, whatever was known before.
func (n *renewal) references() {
	u := &n.f.Usage
	if err := n.failed("ec2:DescribeImageReferences"); err != nil {
		u.Recheck = reason(err)
	} else if n.r.References != nil {
		u.Recheck = ""
	}
	var fresh []string
	for _, ref := range n.r.References {
		if ref.Image == n.id && !slices.Contains(u.Weak, cmp.Or(ref.Name, ref.ID)) {
			fresh = append(fresh, said(ref))
		}
	}
	if len(fresh) == 0 || u.Verdict == model.Used.String() {
		return
	}
	u.Verdict = model.Used.String()
	u.Evidence = slices.Concat(sorted(fresh), u.Evidence)
	u.Evidence = u.Evidence[:min(len(u.Evidence), listed)]
}

// said is what AWS names. Of a launch template it does not tell the version: one that
// launches nothing any more has to be read to be told from one that does.
func said(ref *model.Reference) string {
	if ref.State == model.ReportedTemplates {
		return "launch template " + ref.Title() + ", as AWS says, in a version not read: template_versions in the config file reads more"
	}
	return ref.Title() + ", as AWS says"
}
