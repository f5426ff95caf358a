package cost

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// world is a small company with a block model of its own: what AWS stores is
// known, block by block, and the inventory tells what AWS's listings do.
type world struct {
	rng   *rand.Rand
	scope []model.Scope
	snaps []*stored
	image []*model.Image
	now   time.Time
}

// stored is a snapshot as it really is.
type stored struct {
	*model.Snapshot
	blocks map[int32]int // version by block: each write has one of its own
	parent *stored       // whose unchanged blocks it shares; nil: it shares none
}

const blocksOf = 64 // of the small volumes here

var versions int

func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 1)), now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	for _, a := range []string{"111111111111", "222222222222"} {
		for _, r := range []string{"us-east-1", "eu-west-1"} {
			w.scope = append(w.scope, model.Scope{Account: a, Region: r})
		}
	}
	for range 4 + w.rng.IntN(6) {
		w.volume(w.scope[w.rng.IntN(len(w.scope))], nil)
	}
	for range w.rng.IntN(12) {
		w.imageOf()
	}
	return w
}

// volume makes a chain of snapshots of one volume, which may have been made of
// another snapshot, and lets others branch off.
func (w *world) volume(s model.Scope, from *stored) {
	volume := fmt.Sprintf("vol-%08x", len(w.snaps)+1)
	key := ""
	switch {
	case from != nil:
		key = from.DataKeyID
	case w.rng.IntN(3) > 0:
		key = "key-" + volume
	}
	blocks, parent := map[int32]int{}, from
	if from != nil {
		for k, v := range from.blocks {
			blocks[k] = v
		}
	}
	for range 1 + w.rng.IntN(5) {
		for range w.rng.IntN(blocksOf / 2) {
			k := int32(w.rng.IntN(blocksOf))
			if w.rng.IntN(5) == 0 {
				delete(blocks, k)
				continue
			}
			versions++
			blocks[k] = versions
		}
		sn := w.take(s, volume, key, blocks)
		sn.parent, parent = parent, sn
		if from == nil && w.rng.IntN(3) == 0 {
			w.volume(s, sn)
			if w.rng.IntN(2) == 0 { // it was launched of an image, and is one again
				w.descended(sn, w.firstOf(sn))
			}
		}
		if w.rng.IntN(4) == 0 {
			w.copy(sn)
		}
	}
}

// firstOf is the first snapshot of a volume that was made of another one.
func (w *world) firstOf(sn *stored) *stored {
	i := slices.IndexFunc(w.snaps, func(s *stored) bool { return s.parent == sn && s.VolumeID != sn.VolumeID })
	return w.snaps[i]
}

// descended makes images of both, the later made of an instance of the earlier.
func (w *world) descended(sn, of *stored) {
	base := w.newImage(sn)
	base.Detail.Devices = []model.Device{{Name: "/dev/sda", Snapshot: sn.ID}}
	im := w.newImage(of)
	im.Detail.Devices = []model.Device{{Name: "/dev/sda", Snapshot: of.ID}}
	im.Detail.SourceImage, im.Detail.SourceInstance = base.ID, "i-1"
	base.Snapshots, im.Snapshots = 1, 1
}

func (w *world) newImage(sn *stored) *model.Image {
	n := len(w.image) + 1
	im := &model.Image{
		ImageKey: model.ImageKey{Region: sn.Region, ID: fmt.Sprintf("ami-%08x", n)}, Owner: sn.Owner, Name: fmt.Sprintf("web-%d", n),
		State: "available", RootType: "ebs", Detail: &model.Detail{TagsRead: true}, Created: w.now,
	}
	w.image = append(w.image, im)
	return im
}

// take makes a snapshot of a volume.
func (w *world) take(s model.Scope, volume, key string, blocks map[int32]int) *stored {
	n := len(w.snaps) + 1
	sn := &stored{Snapshot: &model.Snapshot{
		Region: s.Region, Owner: s.Account, ID: fmt.Sprintf("snap-%08x", n), State: "completed", Tier: "standard", VolumeID: volume,
		DataKeyID: key, Start: w.now.Add(time.Duration(n) * time.Hour), SizeGiB: 1, FullBytes: -1, Encrypted: model.Truth(key != ""),
	}, blocks: map[int32]int{}}
	for k, v := range blocks {
		sn.blocks[k] = v
	}
	if w.rng.IntN(8) > 0 {
		sn.FullBytes = int64(len(blocks)) * BlockSize
	}
	w.snaps = append(w.snaps, sn)
	return sn
}

// copy makes what CopySnapshot leaves in another scope: with a new data key, all
// blocks anew; the next copy of the same volume to the same place adds to it.
func (w *world) copy(of *stored) {
	to := w.scope[w.rng.IntN(len(w.scope))]
	key := ""
	if of.DataKeyID != "" {
		key = "copy-" + of.VolumeID + to.String()
	}
	var before *stored
	for _, o := range w.snaps {
		if o.VolumeID == "vol-ffffffff" && o.Owner == to.Account && o.Region == to.Region && o.DataKeyID == key && o.Description == "[Copied "+"snap-of "+of.VolumeID {
			before = o
		}
	}
	blocks := map[int32]int{}
	for k, v := range of.blocks {
		blocks[k] = -v // another place: other blocks, equal where the source's are
	}
	c := w.take(to, "vol-ffffffff", key, blocks)
	c.Description, c.parent = "[Copied "+"snap-of "+of.VolumeID, before
}

// imageOf makes an image of one or two snapshots of one scope.
func (w *world) imageOf() {
	sn := w.snaps[w.rng.IntN(len(w.snaps))]
	im := w.newImage(sn)
	for _, o := range w.snaps {
		if o == sn || o.Owner == sn.Owner && o.Region == sn.Region && w.rng.IntN(6) == 0 {
			im.Detail.Devices = append(im.Detail.Devices, model.Device{Name: "/dev/sd" + string(rune('a'+len(im.Detail.Devices))), Snapshot: o.ID})
			im.Snapshots++
		}
	}
	if w.rng.IntN(4) == 0 {
		for _, id := range im.SnapshotIDs() {
			w.find(id).Tier = "archive" // its blocks are stored apart from then on
		}
	}
}

func (w *world) find(id string) *stored {
	i := slices.IndexFunc(w.snaps, func(s *stored) bool { return s.ID == id })
	return w.snaps[i]
}

// inventory is what AWS's listings tell.
func (w *world) inventory() model.Inventory {
	var inv model.Inventory
	for _, s := range w.scope {
		images, snaps := model.Page{Gen: 1, Scope: s, Kind: model.Images, Last: true, At: w.now}, model.Page{Gen: 1, Scope: s, Kind: model.Snapshots, Last: true, At: w.now}
		for _, im := range w.image {
			if im.Owner == s.Account && im.Region == s.Region {
				images.Images = append(images.Images, im)
			}
		}
		for _, sn := range w.snaps {
			if sn.Owner == s.Account && sn.Region == s.Region {
				snaps.Snapshots = append(snaps.Snapshots, sn.Snapshot)
			}
		}
		inv = inv.Fold(model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: s.Region, Enabled: true}}}, images, snaps)
		for _, k := range model.Charges() {
			inv = inv.Fold(model.Page{Gen: 1, Scope: s, Kind: k, Last: true, At: w.now})
		}
	}
	return inv
}

// version is one write: a block of one place holds it once however many
// snapshots share it.
type version struct {
	scope   model.Scope
	archive string // the archived snapshot, which has all for itself
	root    *stored
	block   int32
	write   int
}

// held are the writes that a snapshot holds.
func (s *stored) held() []version {
	var out []version
	sc := model.Scope{Account: s.Owner, Region: s.Region}
	for k, v := range s.blocks {
		x := version{scope: sc, root: s.origin(k), block: k, write: v}
		if s.Archived() {
			x = version{scope: sc, archive: s.ID, block: k, write: v}
		}
		out = append(out, x)
	}
	return out
}

// origin is the snapshot from which a block came down unchanged.
func (s *stored) origin(k int32) *stored {
	at := s
	for at.parent != nil {
		if v, ok := at.parent.blocks[k]; !ok || v != s.blocks[k] {
			break
		}
		at = at.parent
	}
	return at
}

// bytes are what AWS stores for some snapshots.
func stores(all []*stored) int64 {
	seen := map[version]bool{}
	for _, s := range all {
		for _, v := range s.held() {
			seen[v] = true
		}
	}
	return int64(len(seen)) * BlockSize
}
