package plan

import (
	"slices"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// snapshots are those of an image's block devices, with who else needs them.
func (g *gathering) snapshots(im *model.Image, p *place) []Snapshot {
	out := []Snapshot{}
	for _, id := range im.SnapshotIDs() {
		s := Snapshot{ID: id, FullBytes: -1, Tags: []model.Tag{}}
		if r, ok := g.inv.Snapshot(model.Scope{Account: im.Owner, Region: im.Region}, id); ok {
			s = snapshotFacts(r)
		}
		s.Images = others(p.users[id], im.ID)
		s.Named = labels(g.usage.SnapshotNames(im.Region, id))
		out = append(out, s)
	}
	return out
}

// snapshotFacts are what the snapshot itself tells.
func snapshotFacts(r *model.Snapshot) Snapshot {
	k, kept := cost.Keeper(r)
	return Snapshot{
		ID: r.ID, Owner: r.Owner, State: r.State, Archived: r.Archived(), Encrypted: r.Encrypted, Key: r.KMSKey,
		Tags: append([]model.Tag{}, r.Tags...), SizeGiB: r.SizeGiB, FullBytes: r.FullBytes,
		Images: []string{}, Named: []string{}, Backup: kept && k == cost.Backup,
	}
}

// others are the users of a snapshot without the image itself.
func others(users []string, self string) []string {
	return sorted(slices.DeleteFunc(slices.Clone(users), func(id string) bool { return id == self }))
}

// labels name references as people do, each once.
func labels(refs []*model.Reference) []string {
	out := make([]string, 0, len(refs))
	for _, r := range refs {
		out = append(out, r.Thing()+" "+r.Label())
	}
	return sorted(out)
}

// bin is for how long the Recycle Bin would hold an image and its snapshots.
func (p *place) bin(f *Facts) Bin {
	b := Bin{Known: p.ruled, Image: p.days(model.ImageResource, f.Tags)}
	for i, s := range f.Snapshots {
		if d := p.days(model.SnapshotResource, s.Tags); i == 0 || d < b.Snapshots {
			b.Snapshots = d
		}
	}
	if len(f.Snapshots) == 0 { // an image without them is of instance store, and never held
		b.Image = 0
	}
	return b
}

// days is for how long the rules hold what has these tags; of several rules the
// longest counts (EBS user guide, considerations for Recycle Bin).
func (p *place) days(resource string, tags []model.Tag) int {
	days := 0
	for _, r := range p.rules {
		if r.Resource == resource && r.Takes(tags) {
			days = max(days, r.Days)
		}
	}
	return days
}
