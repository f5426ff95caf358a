package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// lineages lets snapshots have blocks in common, as a company's have: those that
// were taken of one volume again and again, those of images that were made of
// instances of other images, and copies of what was copied before. It draws
// nothing, and changes no more than the volume, the data key and the origin of
// snapshots: which ones are related follows from what there is.
func (g *generator) lineages() {
	l := lineages{fleet: g.fleet, at: make(map[ID]int, len(g.fleet.Snapshots)), from: map[ID]ID{}, origins: map[ID]*Origin{}}
	for i := range g.fleet.Snapshots {
		l.at[g.fleet.Snapshots[i].ID] = i
	}
	images := make(map[ID]*Image, len(g.fleet.Images))
	for i := range g.fleet.Images {
		images[g.fleet.Images[i].ID] = &g.fleet.Images[i]
	}
	copies := map[ID]ID{} // the snapshot that a copy was made of
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		base := images[im.Source.Image]
		switch {
		case base == nil || base.Owner != im.Owner:
		case im.Source.Instance != 0 && base.Region == im.Region:
			l.branch(im, base)
		case im.Source.Instance == 0 && len(base.Snapshots) == len(im.Snapshots):
			for i, id := range im.Snapshots {
				copies[id] = base.Snapshots[i]
			}
		}
	}
	l.chains()
	l.settle(l.from)
	l.settle(l.copied(copies))
}

// lineages are the related snapshots of a fleet.
type lineages struct {
	fleet   *Fleet
	at      map[ID]int
	from    map[ID]ID // what a snapshot grew out of
	origins map[ID]*Origin
}

func (l *lineages) snapshot(id ID) *Snapshot {
	i, ok := l.at[id]
	if !ok {
		return nil
	}
	return &l.fleet.Snapshots[i]
}

// branch lets the volumes of an image's instance be those of the image that it
// was launched from, device by device. One that is encrypted and the other not
// was encrypted anew. None is left whose origin was archived: of a plain one
// nothing would tell what it shares.
func (l *lineages) branch(im, base *Image) {
	theirs := withSnapshots(base)
	for device, id := range withSnapshots(im) {
		s, from := l.snapshot(id), l.snapshot(theirs[device])
		if s == nil || from == nil || !completed(s) || !completed(from) || from.archived() {
			continue
		}
		if from.Start < s.Start && from.KMSKey == s.KMSKey {
			l.from[s.ID] = from.ID
		}
	}
}

// withSnapshots are an image's snapshots by device.
func withSnapshots(im *Image) map[string]ID {
	out := map[string]ID{}
	i := 0
	for _, d := range im.Machine.Devices {
		if d.HasSnapshot() && i < len(im.Snapshots) {
			out[d.Name] = im.Snapshots[i]
			i++
		}
	}
	return out
}

func completed(s *Snapshot) bool { return s.State == "completed" }

// longest is the most snapshots of a volume that are left of those taken of it.
const longest = 6

// chains lets snapshots that no image needs, taken by hand, by AWS Backup and by
// Data Lifecycle Manager, be of volumes that are saved again and again, and may
// have grown meanwhile.
func (l *lineages) chains() {
	open := map[scoped][]*volume{}
	for _, s := range l.inOrder(func(s *Snapshot) bool { return completed(s) && saved(s) }) {
		at := scoped{s.Owner, s.Region, s.KMSKey}
		i := slices.IndexFunc(open[at], func(v *volume) bool { return v.n < longest && v.last.Size.GiB <= s.Size.GiB })
		fresh := s.ID%5 == 0
		if i >= 0 && (!fresh || s.KMSKey != "") {
			l.from[s.ID] = open[at][i].last.ID
		}
		if i < 0 || fresh { // the first one of another volume, which if encrypted was made of the last of that one
			open[at] = append(open[at], &volume{s, 1})
			continue
		}
		open[at][i].add(s)
	}
}

// volume is a volume that is saved again and again.
type volume struct {
	last *Snapshot
	n    int
}

// add lets a snapshot be one of the volume.
func (v *volume) add(s *Snapshot) {
	s.Volume = v.last.Volume
	v.last, v.n = s, v.n+1
	if i := slices.IndexFunc(s.Tags, func(t Tag) bool { return t.Key == backupSource }); i >= 0 {
		s.Tags = slices.Clone(s.Tags)
		s.Tags[i] = sourceVolume(s)
	}
}

// saved reports whether a snapshot was taken to save a volume, and not an
// instance or an image.
func saved(s *Snapshot) bool {
	return !strings.HasPrefix(s.Description, "Created by CreateImage") && s.Volume != CopyVolume && slices.ContainsFunc(s.Tags, func(t Tag) bool {
		return t.Key == backupSource || t.Key == "dlm:managed" || t.Key == "Name" && strings.HasPrefix(t.Value, savedByHand)
	})
}

// backupSource is the tag in which AWS Backup names the volume.
const backupSource = "aws:backup:source-resource"

func sourceVolume(s *Snapshot) Tag {
	return Tag{backupSource, fmt.Sprintf("arn:aws:ec2:%s:%s:volume/%s", s.Region, s.Owner, s.Volume.Text(VolumePrefix))}
}

// copied are the copies of what was copied before to the same place and by the
// same key: those add to the copy before. The others are whole.
func (l *lineages) copied(copies map[ID]ID) map[ID]ID {
	type target struct {
		root               ID
		owner, region, key string
	}
	before, out := map[target]ID{}, map[ID]ID{}
	for _, s := range l.inOrder(func(s *Snapshot) bool { return completed(s) && copies[s.ID] != 0 }) {
		source := l.snapshot(copies[s.ID])
		if source == nil {
			continue
		}
		to := target{source.Root(), s.Owner, s.Region, s.KMSKey}
		if id, ok := before[to]; ok {
			out[s.ID] = id
		}
		before[to] = s.ID
	}
	return out
}

// inOrder lists some snapshots by their start.
func (l *lineages) inOrder(want func(*Snapshot) bool) []*Snapshot {
	var out []*Snapshot
	for i := range l.fleet.Snapshots {
		if s := &l.fleet.Snapshots[i]; want(s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *Snapshot) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
	return out
}

// settle writes down what snapshots grew out of, the earlier ones first. What is
// encrypted keeps the data key.
func (l *lineages) settle(from map[ID]ID) {
	for _, s := range l.inOrder(func(s *Snapshot) bool { return from[s.ID] != 0 }) {
		parent := l.snapshot(from[s.ID])
		o := l.origins[parent.ID]
		if o == nil {
			o = parent.origin()
			l.origins[parent.ID] = o
		}
		s.Size.From, s.DataKey = o, parent.DataKey
	}
}
