package plan

import (
	"time"
)

// deregister deletes an image, and, where it says so, its snapshots that no other
// image uses.
type deregister struct {
	onImage
	Snapshots bool `json:"DeleteAssociatedSnapshots,omitempty"`
}

func (*deregister) api() string { return "ec2:DeregisterImage" }
func (*deregister) deed() Deed  { return Delete }

func (d *deregister) back(before *Facts, s *Setting) way {
	w := way{calls: []input{&restoreImage{onImage{d.ID}}}}
	days := before.Bin.Image
	if d.Snapshots {
		days = min(days, before.Bin.Snapshots)
	}
	switch before.State {
	case "pending", "failed":
		w.lost = []Note{{Code: "bin", Text: "the Recycle Bin holds no image that is " + before.State}}
	default:
		w.held(before, days, s)
	}
	if before.Permissions != nil && before.Permissions.Public {
		w.lost = append(w.lost, shareAgain(d.ID, []grant{{Group: everybody}}, s).lost...)
	}
	return w
}

// held says until when the Recycle Bin gives back what is deleted now.
func (w *way) held(before *Facts, days int, s *Setting) {
	switch {
	case !before.Bin.Known:
		w.lost = []Note{{Code: "bin", Text: "whether the Recycle Bin holds what is deleted was not read", Mend: "allow rbin:ListRules and rbin:GetRule, then refresh"}}
	case days == 0:
		w.lost = []Note{{Code: "bin", Text: "no rule of the Recycle Bin holds what is deleted: it is gone for good", Mend: "make rules that hold images and snapshots first"}}
	default:
		until := s.Now.Add(time.Duration(days) * 24 * time.Hour).UTC()
		w.until = &until
	}
}

func (d *deregister) settled(_, now *Facts) State {
	switch {
	case now.State == "":
		return Unclear
	case now.there():
		return NotRun
	case !d.Snapshots:
		return Done
	}
	for _, s := range now.Snapshots { // EC2 may have stopped between the image and its snapshots
		if len(s.Images) == 0 && s.State != Gone && s.State != Binned {
			return Unclear
		}
	}
	return Done
}

// deleteSnapshot deletes a snapshot.
type deleteSnapshot struct{ onSnapshot }

func (*deleteSnapshot) api() string { return "ec2:DeleteSnapshot" }
func (*deleteSnapshot) deed() Deed  { return Delete }

func (d *deleteSnapshot) back(before *Facts, s *Setting) way {
	w := way{calls: []input{&restoreSnapshot{onSnapshot{d.ID}}}}
	w.held(before, before.Bin.Snapshots, s)
	return w
}

func (d *deleteSnapshot) settled(_, now *Facts) State {
	s := now.snapshot(d.ID)
	if s == nil || s.State == "" {
		return Unclear
	}
	gone := s.State == Gone || s.State == Binned
	return told(gone, !gone)
}

// restoreSnapshot brings a snapshot back from the Recycle Bin.
type restoreSnapshot struct{ onSnapshot }

func (*restoreSnapshot) api() string { return "ec2:RestoreSnapshotFromRecycleBin" }
func (*restoreSnapshot) deed() Deed  { return Restore }

func (d *restoreSnapshot) back(*Facts, *Setting) way {
	return way{calls: []input{&deleteSnapshot{onSnapshot{d.ID}}}}
}

func (d *restoreSnapshot) settled(_, now *Facts) State {
	s := now.snapshot(d.ID)
	if s == nil || s.State == "" || s.State == Gone {
		return Unclear
	}
	return told(s.State != Binned, s.State == Binned)
}

// restoreImage brings an image back from the Recycle Bin.
type restoreImage struct{ onImage }

func (*restoreImage) api() string { return "ec2:RestoreImageFromRecycleBin" }
func (*restoreImage) deed() Deed  { return Restore }

// back deletes it again, and it is in the bin again only if a rule holds it.
func (d *restoreImage) back(before *Facts, _ *Setting) way {
	w := way{calls: []input{&deregister{onImage: onImage{d.ID}}}}
	if !before.Bin.Known || before.Bin.Image == 0 {
		w.lost = []Note{{Code: "bin", Text: "deleted again it is gone for good: no rule of the Recycle Bin is known that holds it"}}
	}
	return w
}

func (*restoreImage) settled(_, now *Facts) State {
	if now.State == "" || now.State == Gone {
		return Unclear
	}
	return told(now.there(), now.State == Binned)
}

// copyImage makes a copy of an image in the region where it is called.
type copyImage struct {
	Region      string `json:"SourceRegion"`
	ID          string `json:"SourceImageId"`
	Name        string `json:"Name"`
	Description string `json:"Description,omitempty"`
	Encrypted   bool   `json:"Encrypted,omitempty"`
	Key         string `json:"KmsKeyId,omitempty"`
	Tags        bool   `json:"CopyImageTags"`
}

func (*copyImage) api() string { return "ec2:CopyImage" }
func (*copyImage) deed() Deed  { return Copy }

// image is none: the one that it makes has no id yet, and the source is only read.
func (*copyImage) image() string { return "" }

// back is told by Undo: it takes the id of the copy.
func (*copyImage) back(*Facts, *Setting) way { return way{} }

// settled cannot tell from the source; Settled looks for the copy.
func (*copyImage) settled(_, _ *Facts) State { return Unclear }
