package fleet

import (
	"fmt"
	"time"
)

// sizesSince is when EC2 began to tell FullSnapshotSizeInBytes; older
// snapshots do not have it.
var sizesSince = stamp(time.Date(2025, time.February, 11, 0, 0, 0, 0, time.UTC))

// snapshotsOf makes the snapshots of an image just created.
func (g *generator) snapshotsOf(im *Image, description string) {
	im.Snapshots = make([]ID, 0, im.Machine.snapshots())
	for _, d := range im.Machine.Devices {
		if d.HasSnapshot() {
			s := g.snapshot(im, d)
			s.Description = description
			im.Snapshots = append(im.Snapshots, s.ID)
		}
	}
}

// copiedSnapshots makes the snapshots of an image made by CopyImage.
func (g *generator) copiedSnapshots(im, from *Image) {
	im.Snapshots = make([]ID, 0, im.Machine.snapshots())
	i := 0
	for _, d := range im.Machine.Devices {
		if !d.HasSnapshot() {
			continue
		}
		s := g.snapshot(im, d)
		s.Volume = CopyVolume
		s.Transfer = pick(g, transfers)
		s.Description = fmt.Sprintf("Copied for DestinationAmi %s from SourceAmi %s for SourceSnapshot %s. Task created on %d.",
			im.ID.Image(), from.ID.Image(), from.Snapshots[i].Snapshot(), im.Life.Created)
		im.Snapshots = append(im.Snapshots, s.ID)
		i++
	}
}

// transfers are the ways of copying; paying for a copy by a given time is rare.
var transfers = []string{"standard", "standard", "standard", "standard", "standard", "standard", "standard", "time-based"}

// snapshot appends the snapshot behind one device of an image. Images are tagged
// more carefully than their snapshots: half of those carry the image's tags.
func (g *generator) snapshot(im *Image, d Device) *Snapshot {
	s := g.bareSnapshot(im.Owner, im.Region, im.Life.Created, d)
	if g.chance(50) {
		s.Tags = im.Tags
	}
	if im.Life.State == "disabled" && g.chance(40) {
		s.Tier = "archive"
	}
	return s
}

func (g *generator) bareSnapshot(account, region string, start Time, d Device) *Snapshot {
	s := Snapshot{
		ID: g.id(), Owner: account, Region: region, State: "completed", Progress: "100%", Tier: "standard", Volume: g.id(),
		Start: start + Time(g.between(2000, 60_000)), Size: Size{GiB: d.GiB},
	}
	if s.Start >= sizesSince {
		s.Size.Bytes = g.written(d.GiB)
	}
	if d.Encrypted {
		s.KMSKey = g.key(account, region)
		s.DataKey = g.uuid()
	}
	g.fleet.Snapshots = append(g.fleet.Snapshots, s)
	return &g.fleet.Snapshots[len(g.fleet.Snapshots)-1]
}

// written draws how much of a volume holds data: 5 to 80 %, in whole blocks.
func (g *generator) written(gib int32) int64 {
	blocks := int64(gib) << 30 / BlockSize
	return blocks * int64(g.between(5, 80)) / 100 * BlockSize
}

// key is the KMS key that an account uses in a region.
func (g *generator) key(account, region string) string {
	at := scoped{account, region, ""}
	if g.keys[at] == "" {
		g.keys[at] = fmt.Sprintf("arn:aws:kms:%s:%s:key/%s", region, account, g.uuid())
	}
	return g.keys[at]
}

// strays makes the snapshots that no image needs: left behind by deregistered
// images, taken by hand, by AWS Backup and by Data Lifecycle Manager.
func (g *generator) strays() {
	regions := g.fleet.Enabled()
	for i := range g.config.Images/8 + 4 {
		a := pick(g, g.fleet.Active())
		region := regions[min(g.rng.IntN(len(regions)), g.rng.IntN(len(regions)))]
		start := stamp(Epoch.Add(-time.Duration(g.between(1, 1600*24)) * time.Hour))
		s := g.bareSnapshot(a.ID, region, start, Device{GiB: pick(g, []int32{8, 20, 50, 100, 500}), Encrypted: g.chance(40)})
		g.stray(s, i)
	}
}

// savedByHand begins the names of volumes that people save by hand.
const savedByHand = "prod-db-"

func (g *generator) stray(s *Snapshot, i int) {
	switch i % 6 {
	case 0, 1, 2:
		s.Description = fmt.Sprintf("Created by CreateImage(%s) for %s", g.id().Instance(), g.id().Image())
	case 3:
		s.Description = pick(g, []string{"", "before upgrade", "manual backup before migration", "DO NOT DELETE (bob)", "test"})
		s.Tags = []Tag{{"Name", savedByHand + fmt.Sprint(i%9)}}
	case 4:
		s.Description = "This snapshot is created by the AWS Backup service."
		s.Tags = []Tag{sourceVolume(s)}
	case 5:
		s.Description = "Created for policy: " + lifecyclePolicy + " schedule: daily"
		s.Tags = []Tag{{"aws:dlm:lifecycle-policy-id", lifecyclePolicy}, {"dlm:managed", "true"}}
	}
}
