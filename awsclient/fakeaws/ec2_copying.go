package fakeaws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// beginCopy makes the image of a copy, pending, and plans its end.
func (s *Server) beginCopy(c imageCopy, in *ec2.CopyImageInput) *fleet.Image {
	st := s.store()
	im := &fleet.Image{
		ID: st.newID("image"), Owner: c.at.account, Region: c.at.region, Name: *in.Name, Description: aws.ToString(in.Description),
		Life:   fleet.Life{State: "pending", Protection: unprotected, Created: s.present()},
		Source: fleet.Source{Image: c.from.ID, Region: c.from.Region}, Tags: c.tags, Extra: inherited(c.from.Extra),
	}
	why := "" // it will fail
	m := *c.from.Machine
	m.Devices = slices.Clone(m.Devices)
	bytes := map[fleet.ID]int64{} // of the new snapshots
	for i, d := range m.Devices {
		if !d.HasSnapshot() {
			continue
		}
		from := st.snapshots.byID[c.from.Snapshots[len(im.Snapshots)]]
		r := s.beginSnapshot(im, from, c.snapshotTags)
		r.Transfer = "standard"
		if in.SnapshotCopyCompletionDurationMinutes != nil {
			r.Transfer = "time-based"
		}
		if !st.encrypt(r, from, in) {
			why = "The KMS key is not found or not usable"
		}
		why = cmp.Or(why, s.keyDenial(c.by, from.KMSKey, r.KMSKey))
		m.Devices[i].Encrypted = r.KMSKey != ""
		bytes[r.ID] = from.Size.Bytes
		s.addSnapshot(r)
		im.Snapshots = append(im.Snapshots, r.ID)
	}
	im.Machine = &m
	s.addImage(im)
	s.planCopy(im, bytes, why)
	return im
}

// inherited is what a copy has of the particulars of its source: marks that go on
// to all descendants, and what it is licensed and made for.
func inherited(x *fleet.Extra) *fleet.Extra {
	if x == nil {
		return nil
	}
	return &fleet.Extra{ProductCode: x.ProductCode, Watermarks: x.Watermarks, Supported: x.Supported, Unsupported: x.Unsupported}
}

// beginSnapshot makes the copy of a snapshot. Each is whole: what it might share
// with an earlier copy of the same image is not modelled.
func (s *Server) beginSnapshot(im *fleet.Image, from *fleet.Snapshot, tags []fleet.Tag) *fleet.Snapshot {
	return &fleet.Snapshot{
		ID: s.store().newID("snapshot"), Owner: im.Owner, Region: im.Region, State: "pending", Progress: "0%", Tier: "standard",
		Description: fmt.Sprintf("Copied for DestinationAmi %s from SourceAmi %s for SourceSnapshot %s. Task created on %d.",
			im.ID.Image(), im.Source.Image.Image(), from.ID.Snapshot(), im.Life.Created),
		Volume: fleet.CopyVolume, Start: im.Life.Created, Size: fleet.Size{GiB: from.Size.GiB}, Tags: tags,
	}
}

// encrypt gives a copy its key, and reports whether there is such a key (EC2 user
// guide, AMIEncryption). Without a key in the call, an own snapshot keeps its key
// within a region, whose keys are of no use elsewhere; for all else the account's
// default key is taken.
func (s *store) encrypt(r, from *fleet.Snapshot, in *ec2.CopyImageInput) bool {
	at := place{r.Owner, r.Region}
	switch {
	case in.KmsKeyId != nil:
		key, known := s.kmsKey(at, *in.KmsKeyId)
		r.KMSKey = cmp.Or(key, *in.KmsKeyId)
		if !known {
			return false
		}
	case from.KMSKey != "" && at == (place{from.Owner, from.Region}):
		r.KMSKey = from.KMSKey
	case from.KMSKey != "", aws.ToBool(in.Encrypted), s.settingsOf(at).Encrypts:
		r.KMSKey = fleet.ManagedKey(at.account, at.region)
	default:
		return true
	}
	r.DataKey = uuidOf("data key", r.ID.Snapshot())
	return true
}

// kmsKey finds the key that an account names in a region: by its id, its alias or
// the ARN of either. A key of another account is named by its ARN.
func (s *store) kmsKey(at place, name string) (arn string, known bool) {
	managed := fleet.ManagedKey(at.account, at.region)
	prefix := fmt.Sprintf("arn:aws:kms:%s:%s:", at.region, at.account)
	own := strings.TrimPrefix(name, prefix)
	if own == "alias/aws/ebs" || prefix+"key/"+own == managed || name == managed {
		return managed, true
	}
	for _, k := range s.keys.own[at] {
		if own == k.Alias || prefix+own == k.ARN || prefix+"key/"+own == k.ARN {
			return k.ARN, true
		}
	}
	k := s.keys.byID[textID(name)]
	if k == nil || k.Region != at.region {
		return "", false
	}
	return k.ARN, true
}

// quarters are how far a copy is told to be.
var quarters = [...]string{"25%", "50%", "75%"}

// keyDenial is why a copy cannot be encrypted or read: keys of the account's own take
// permissions of the caller besides (EBS user guide, ebs-encryption-requirements). That
// of AWS for EBS lets everybody use it who may use EBS.
func (s *Server) keyDenial(by Call, keys ...string) string {
	managed := func(key string) bool {
		return key == "" || slices.ContainsFunc(s.fleet().Enabled(), func(region string) bool { return key == fleet.ManagedKey(by.Account, region) })
	}
	if !slices.ContainsFunc(keys, func(key string) bool { return !managed(key) }) {
		return ""
	}
	for _, operation := range []string{"DescribeKey", "Decrypt", "CreateGrant", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"} {
		use := by
		if use.Service, use.Operation = "KMS", operation; s.forbids(use) {
			return "You are not authorized to perform " + action(use) + " on the key of the image"
		}
	}
	return ""
}

// planCopy lets a copy go on, and end: well, if nothing says why not. AWS looks at
// the keys while it copies.
func (s *Server) planCopy(im *fleet.Image, bytes map[fleet.ID]int64, why string) {
	st, at, id, snapshots := s.store(), place{im.Owner, im.Region}, im.ID, im.Snapshots
	st.copies[at]++
	if why == "" {
		for i, progress := range quarters {
			when := s.later(s.options.Delays.Copying / 4 * time.Duration(i+1))
			s.agenda.plan(when, func(st *store) { st.goOn(snapshots, progress) })
		}
	}
	s.agenda.plan(s.later(s.options.Delays.Copying), func(st *store) {
		st.copies[at]--
		s.endCopy(st, id, bytes, why)
	})
}

// goOn tells how far copies of snapshots are.
func (s *store) goOn(snapshots []fleet.ID, progress string) {
	for _, id := range snapshots {
		if r := s.snapshots.byID[id]; r != nil && r.State == "pending" {
			r.Progress = progress
		}
	}
}

// endCopy makes an image available, or lets it fail. One that was deregistered
// meanwhile is not there, nor are its snapshots.
func (s *Server) endCopy(st *store, id fleet.ID, bytes map[fleet.ID]int64, why string) {
	im := st.images.byID[id]
	if im == nil {
		return
	}
	for _, snapshot := range im.Snapshots {
		r := st.snapshots.byID[snapshot]
		if r == nil {
			continue
		}
		note(s, &st.lateSnapshots, r.ID, r)
		if why == "" {
			r.State, r.Progress, r.Size.Bytes = "completed", "100%", bytes[snapshot]
		} else {
			r.State, r.Progress = "error", "0%"
		}
	}
	note(s, &st.lateImages, im.ID, im)
	im.Life.State = "available"
	if why != "" {
		im.Life.State = "failed"
		x := fleet.Extra{}
		if im.Extra != nil {
			x = *im.Extra
		}
		x.ReasonCode, x.ReasonMessage = "Client.InvalidKey.NotFound", why
		im.Extra = &x
	}
}
