package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

func copyWork() work {
	return work{
		from: []string{available}, care: careTold, judge: judgeCopy, steps: copySteps, money: (*draft).copyCosts,
		how: "amiscope deletes the copies with their snapshots",
	}
}

// copyName is the name of the copies of a target.
func (d *draft) copyName(t *Target) string { return cmp.Or(d.Options.Name, t.Before.Name) }

// copied finds the copy of a target that a region has already.
func (d *draft) copied(t *Target, region string) *Kin {
	i := slices.IndexFunc(t.Before.Family.Copies, func(k Kin) bool {
		return k.Copied && k.Image.Region == region && k.Account == t.Account && k.Name == d.copyName(t) && (k.State == available || k.State == "pending")
	})
	if i < 0 {
		return nil
	}
	return &t.Before.Family.Copies[i]
}

// copyTo lists the regions that a target is still to be copied to.
func (d *draft) copyTo(t *Target) []string {
	return slices.DeleteFunc(sorted(d.Options.Regions), func(r string) bool { return d.copied(t, r) != nil })
}

func judgeCopy(d *draft, t *Target) {
	f, to := &t.Before, d.copyTo(t)
	if len(to) == 0 {
		t.Done = "it was copied to " + strings.Join(sorted(d.Options.Regions), ", ") + " already"
		return
	}
	enabled := d.s.Accounts[t.Account].Regions
	for _, r := range to {
		if len(enabled) > 0 && !slices.Contains(enabled, r) {
			t.block(Note{Code: "region", Text: "account " + t.Account + " has not enabled " + r, Mend: "enable the region in the account settings, or leave it out"})
		}
		d.judgeName(t, r)
	}
	if i := slices.IndexFunc(f.Snapshots, func(s Snapshot) bool { return s.Archived }); i >= 0 {
		t.block(Note{Code: "archived", Text: "its snapshot " + f.Snapshots[i].ID + " is archived", Mend: "restore it from the archive first, which takes up to 72 hours"})
	}
	d.judgeCopyKey(t, to)
	d.judgeCopyPermissions(t)
}

// judgeName refuses a name that is taken in a region, or that AWS does not take.
func (d *draft) judgeName(t *Target, region string) {
	name := d.copyName(t)
	if text := wrongName(name); text != "" {
		t.block(Note{Code: "name", Text: "the name of the copy, " + name + ", " + text, Mend: "name it with --name"})
		return
	}
	for _, k := range t.Before.Family.Copies {
		if k.Image.Region == region && k.Account == t.Account && k.Name == name && !k.Copied {
			t.block(Note{Code: "name", Text: k.Image.ID + " in " + region + " has the name of the copy already", Mend: "give the copy another name with --name"})
			return
		}
	}
	if region == t.Image.Region && name == t.Before.Name {
		t.block(Note{Code: "name", Text: "in its own region the copy cannot have its name", Mend: "give the copy another name with --name"})
	}
}

// judgeCopyKey says what becomes of encryption (EC2 user guide, AMIEncryption).
func (d *draft) judgeCopyKey(t *Target, to []string) {
	o := &d.Options
	encrypted := t.Before.Encrypted == model.Yes || slices.ContainsFunc(t.Before.Snapshots, func(s Snapshot) bool { return s.Encrypted == model.Yes })
	abroad := slices.ContainsFunc(to, func(r string) bool { return r != t.Image.Region })
	switch {
	case o.Key != "":
		t.warn(Note{Code: "key", Text: "AWS looks at the key late: if it cannot be used in the region, the copy fails after it was begun"})
	case encrypted && abroad:
		t.warn(Note{Code: "key", Text: "its copies are encrypted with the default key of their region; if that is the one that AWS manages they cannot be shared", Mend: "name a key with --kms-key"})
	case o.Encrypt && !encrypted:
		t.warn(Note{Code: "key", Text: "its copies are encrypted with the default key of their region; if that is the one that AWS manages they cannot be shared", Mend: "name a key with --kms-key"})
	}
}

// judgeCopyPermissions says what of the image its copies do not have.
func (d *draft) judgeCopyPermissions(t *Target) {
	f := &t.Before
	if !d.Options.Permissions {
		if f.Permissions == nil || len(f.Permissions.grants()) > 0 {
			t.warn(Note{Code: "private", Text: "its copies are private", Mend: "copy its launch permissions with --with-permissions"})
		}
		return
	}
	if !t.readable(false) {
		return
	}
	if _, all := public(f.Permissions.grants()); all && !d.s.Public {
		t.warn(Note{Code: "public", Text: "it is public, and its copies are not: the config file does not allow to make images public", Mend: "set allow_public = true in the config file"})
	}
	t.judgeKeys()
}

func copySteps(d *draft, i int) {
	t := &d.Targets[i]
	for _, region := range d.copyTo(t) {
		in := &copyImage{
			Region: t.Image.Region, ID: t.Image.ID, Name: d.copyName(t), Description: t.Before.Description,
			Encrypted: d.Options.Encrypt || d.Options.Key != "", Key: d.Options.Key, Tags: true,
		}
		there := model.Scope{Account: t.Account, Region: region}
		n := d.stepIn(i, there, in, "copy the image to "+region+", with its tags")
		d.Steps[n-1].Follow = true
		if !d.Options.Permissions {
			continue
		}
		rest, all := public(t.Before.Permissions.grants())
		if all && d.s.Public {
			rest = append(rest, grant{Group: everybody})
		}
		if len(rest) > 0 {
			d.stepIn(i, there, &modifyImage{onImage{resultOf(n)}, changes{Add: rest}}, "share the copy with "+some(rest), n)
		}
	}
}

// resultOf stands in an input for the image that a step made.
func resultOf(step int) string { return fmt.Sprintf("${%d.ImageId}", step) }

// The least and the most that AWS asks for a GiB from one region to another, as far
// as published figures go (they are of 2026-11-23).
const (
	transferLow  = cost.Dollar / 100
	transferHigh = cost.Dollar * 138 / 1000
)

// copyCosts is what the copies cost: at the low end they share all with what is in
// their region already.
func (d *draft) copyCosts() Money {
	var month, once cost.Band
	unknown, moved := 0, false
	for _, i := range d.running() {
		t := &d.Targets[i]
		gib, known := t.Before.stored()
		if !known {
			unknown++
		}
		for _, r := range d.copyTo(t) {
			if d.s.Price != nil {
				month.High += d.s.Price(r).Standard.Of(gib)
			}
			if r != t.Image.Region {
				once.High += transferHigh.Of(gib)
				moved = true
			}
		}
	}
	m := Money{Notes: []string{"storage from when a copy is made; the first copy of a volume to a region is a whole one, later ones hold what changed"}}
	if d.s.Price != nil {
		m.Monthly = &month
	} else {
		m.Notes = append(m.Notes, "what storage costs there is not known")
	}
	if moved {
		m.Once = &once
		m.Notes = append(m.Notes, fmt.Sprintf("data transfer between regions: AWS asks from %.2f to %.3f USD a GiB, by the regions; it is not looked up for these", transferLow.Dollars(), transferHigh.Dollars()))
	}
	if unknown > 0 {
		m.Notes = append(m.Notes, "of "+several(unknown, "image")+" the size is not known: what copying costs is not counted")
	}
	return m
}

// stored is how many bytes the snapshots of an image hold at most.
func (f *Facts) stored() (bytes int64, known bool) {
	known = len(f.Snapshots) > 0
	for _, s := range f.Snapshots {
		switch {
		case s.FullBytes >= 0:
			bytes += s.FullBytes
		case s.SizeGiB > 0:
			bytes += s.SizeGiB * cost.GiB
		default:
			known = false
		}
	}
	if !known {
		return f.SizeGiB * cost.GiB, f.SizeGiB > 0
	}
	return bytes, true
}
