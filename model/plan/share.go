package plan

import (
	"fmt"
	"slices"

	"github.com/amiscope/amiscope/model"
)

// sharedAtMost is with how many others an image can be shared (EC2 user guide,
// ami-quotas).
const sharedAtMost = 1000

func shareWork() work {
	return work{
		from: []string{available}, care: careTold, judge: judgeShare, steps: shareSteps,
		how: "amiscope takes the shares away again",
	}
}

// asked is whom the options name, without the owner of the image, who may launch it
// anyway.
func (o *Options) asked(owner string) []grant {
	s := Sharing{o.Public, sorted(o.Accounts), sorted(o.Organizations), sorted(o.Units)}
	s.Accounts = slices.DeleteFunc(s.Accounts, func(id string) bool { return id == owner })
	return s.grants()
}

// split tells whom of those that are asked for an image is not shared with, and whom
// it is.
func (d *draft) split(t *Target) (fresh, old []grant) {
	for _, g := range d.Options.asked(t.Before.Owner) {
		if t.Before.Permissions.has(g) {
			old = append(old, g)
		} else {
			fresh = append(fresh, g)
		}
	}
	return fresh, old
}

// readable blocks what would change permissions that are not known: taking it back
// would then take away, or give, what was not so before.
func (t *Target) readable(snapshots bool) bool {
	f := &t.Before
	if u := f.unread(UnreadPermissions); u != nil {
		t.block(u.note("permissions", "who may launch it could not be read again"))
		return false
	}
	if f.Permissions == nil {
		t.block(Note{
			Code: "permissions", Text: "who may launch it was not read, so that undoing could not bring it back",
			Mend: "allow ec2:DescribeImageAttribute, then look again",
		})
		return false
	}
	if snapshots && slices.ContainsFunc(f.Snapshots, func(s Snapshot) bool { return s.Accounts == nil }) {
		t.block(Note{
			Code: "permissions", Text: "who may use its snapshots was not read, so that undoing could not bring it back",
			Mend: "allow ec2:DescribeSnapshotAttribute, then look again, or leave the snapshots out",
		})
		return false
	}
	return true
}

func judgeShare(d *draft, t *Target) {
	if !t.readable(d.Options.Snapshots) {
		return
	}
	fresh, _ := d.split(t)
	if len(fresh) == 0 && !d.anySnapshot(t, addition) {
		t.Done = "it is shared with all of them already"
		return
	}
	if n := len(t.Before.Permissions.grants()) + len(fresh); n > sharedAtMost {
		t.block(Note{Code: "quota", Text: fmt.Sprintf("it would be shared with %d, and AWS allows %d", n, sharedAtMost), Mend: "share it with an organization or unit instead"})
	}
	_, all := public(fresh)
	if all {
		d.judgePublic(t)
	}
	t.judgeKeys()
	if d.Options.Snapshots && len(d.Options.Accounts) == 0 {
		t.warn(Note{Code: "snapshots", Text: "snapshots can be shared with accounts only: these stay as they are"})
	}
}

func (d *draft) judgePublic(t *Target) {
	f := &t.Before
	encrypted := func(s Snapshot) bool { return s.Encrypted == model.Yes }
	switch {
	case !d.s.Public:
		t.block(Note{Code: "public", Text: "the config file does not allow to make images public", Mend: "set allow_public = true in the config file"})
	case f.Billed:
		t.block(Note{Code: "public", Text: "an image with product codes cannot be public"})
	case f.Encrypted == model.Yes || slices.ContainsFunc(f.Snapshots, encrypted):
		t.block(Note{Code: "public", Text: "an encrypted image cannot be public"})
	}
	t.warn(Note{Code: "public", Text: "everybody may launch it then, and read what is on it", Grave: true})
}

// judgeKeys says what encryption means for those with whom an image is shared (EC2
// user guide, sharingamis-explicit).
func (t *Target) judgeKeys() {
	keys := []string{}
	for _, s := range t.Before.Snapshots {
		switch {
		case s.Default:
			t.block(Note{
				Code: "key", Text: "snapshot " + s.ID + " is encrypted with the key that AWS manages, and such an image cannot be shared",
				Mend: "copy it with a key of your own, and share the copy",
			})
			return
		case s.Encrypted == model.Yes:
			keys = append(keys, s.Key)
		}
	}
	if len(keys) == 0 && t.Before.Encrypted != model.Yes {
		return
	}
	n := Note{
		Code: "key", Text: "it is encrypted: others can launch it only if they may use the key too",
		Mend: "share the key in its policy; with the key that AWS manages, aws/ebs, an image cannot be shared",
	}
	for _, k := range sorted(keys) {
		if k != "" {
			n.Text += ", " + k
		}
	}
	t.warn(n)
}

// users are the accounts that a snapshot is to be shared with and is not, or the
// other way round.
func (d *draft) users(t *Target, s *Snapshot, operation string) []string {
	if s.Owner != t.Account {
		return nil
	}
	return slices.DeleteFunc(sorted(d.Options.Accounts), func(id string) bool {
		return id == t.Before.Owner || slices.Contains(s.Accounts, id) == (operation == addition)
	})
}

// anySnapshot reports whether the permissions of a snapshot change.
func (d *draft) anySnapshot(t *Target, operation string) bool {
	return d.Options.Snapshots && slices.ContainsFunc(t.Before.Snapshots, func(s Snapshot) bool { return len(d.users(t, &s, operation)) > 0 })
}

func shareSteps(d *draft, i int) {
	t := &d.Targets[i]
	if fresh, _ := d.split(t); len(fresh) > 0 {
		d.step(i, &modifyImage{onImage{t.Image.ID}, changes{Add: fresh}}, "share the image with "+some(fresh))
	}
	d.snapshotSteps(i, addition, "share its snapshot ")
}

func (d *draft) snapshotSteps(i int, operation, why string) {
	t := &d.Targets[i]
	if !d.Options.Snapshots {
		return
	}
	for n := range t.Before.Snapshots {
		s := &t.Before.Snapshots[n]
		for _, in := range shareSnapshot(s.ID, operation, d.users(t, s, operation)) {
			d.step(i, in, why+s.ID+" with accounts")
		}
	}
}

// some names a few of those that an image is shared with.
func some(grants []grant) string {
	switch {
	case len(grants) == 1 && grants[0].Group != "":
		return "everybody"
	case len(grants) == 1:
		return grants[0].String()
	}
	return fmt.Sprintf("%s and %d more", grants[0], len(grants)-1)
}

func unshareWork() work {
	return work{
		from: []string{available}, care: careTold, judge: judgeUnshare, steps: unshareSteps,
		how: "amiscope shares it again",
	}
}

func judgeUnshare(d *draft, t *Target) {
	if !t.readable(d.Options.Snapshots) {
		return
	}
	_, old := d.split(t)
	if len(old) == 0 && !d.anySnapshot(t, removal) {
		t.Done = "it is shared with none of them"
		return
	}
	n := Note{Code: "consumers", Text: "who loses it cannot launch it any more; what runs goes on"}
	if t.Before.Usage.Verdict == model.Used.String() {
		n.Text += ". It is used: " + first(t.Before.Usage.Evidence)
	}
	t.warn(n)
}

func unshareSteps(d *draft, i int) {
	t := &d.Targets[i]
	if _, old := d.split(t); len(old) > 0 {
		d.step(i, &modifyImage{onImage{t.Image.ID}, changes{Remove: old}}, "take the image away from "+some(old))
	}
	d.snapshotSteps(i, removal, "take away its snapshot ")
}

// first is the first of some lines, and how many there are besides.
func first(lines []string) string {
	switch len(lines) {
	case 0:
		return "nothing is known of by what"
	case 1:
		return lines[0]
	}
	return fmt.Sprintf("%s, and %d more", lines[0], len(lines)-1)
}
