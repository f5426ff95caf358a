package measuretest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// company fills an empty organization with snapshots whose lineages are random.
type company struct {
	rng     *rand.Rand
	fleet   *fleet.Fleet
	start   time.Time
	vague   bool // also what no listing tells the lineage or the size of
	copies  map[string]int
	parts   map[string]int        // how many of each kind were made
	volumes map[fleet.ID]fleet.ID // by snapshot
}

const (
	gib     = 1 // of each volume
	volumes = 5
	most    = gib << 30 / fleet.BlockSize // blocks of one
)

func newCompany(seed uint64, vague bool) *company {
	return &company{
		rng: rand.New(rand.NewPCG(seed, 7)), vague: vague, start: fleet.Epoch.Add(-1000 * time.Hour), copies: map[string]int{}, parts: map[string]int{},
		volumes: map[fleet.ID]fleet.ID{},
	}
}

// fill is the World of an AWS.
func (c *company) fill(f *fleet.Fleet) {
	c.fleet = f
	for range 2 + c.rng.IntN(volumes) {
		a, r := pick(c, f.Active()), pick(c, f.Enabled())
		c.volume(fleet.Snapshot{Owner: a.ID, Region: r, Volume: c.id()}, nil)
	}
	for range c.rng.IntN(4) {
		c.instance()
	}
	for range c.rng.IntN(5) {
		c.image(c.rng.IntN(len(f.Snapshots)), fleet.Source{})
	}
	c.odd()
	c.remove()
}

func pick[T any](c *company, from []T) T { return from[c.rng.IntN(len(from))] }

func (c *company) id() fleet.ID { return fleet.ID(c.rng.Uint64() | 1<<40) }

// add makes the next snapshot of the volume that like is of.
func (c *company) add(like fleet.Snapshot, from *fleet.Origin) fleet.Snapshot {
	c.start = c.start.Add(time.Hour)
	s := fleet.Snapshot{
		ID: c.id(), Owner: like.Owner, Region: like.Region, State: "completed", Progress: "100%", Tier: "standard", Description: like.Description,
		Volume: like.Volume, KMSKey: like.KMSKey, DataKey: like.DataKey, Start: fleet.Time(c.start.UnixMilli()), Size: fleet.Size{GiB: gib, From: from},
	}
	blocks := 50 + c.rng.IntN(most/2)
	if from != nil && from.Size.Bytes > 0 && c.rng.IntN(3) > 0 {
		blocks = min(max(int(from.Size.Bytes/fleet.BlockSize)+c.rng.IntN(400)-200, 50), most)
	}
	if !c.vague || c.rng.IntN(6) > 0 {
		s.Size.Bytes = int64(blocks) * fleet.BlockSize
	}
	c.fleet.Snapshots = append(c.fleet.Snapshots, s)
	c.volumes[s.ID] = s.Volume
	return s
}

func origin(s fleet.Snapshot) *fleet.Origin {
	return &fleet.Origin{ID: s.ID, Size: s.Size}
}

// volume makes a chain, from which encrypted volumes branch off and copies are
// made.
func (c *company) volume(like fleet.Snapshot, from *fleet.Origin) {
	if from == nil && c.rng.IntN(2) == 0 {
		like.KMSKey, like.DataKey = "arn:aws:kms:"+like.Region+":"+like.Owner+":key/1", fmt.Sprintf("data-key-%x", c.id())
	}
	n := 1 + c.rng.IntN(4)
	for i := range n {
		s := c.add(like, from)
		from = origin(s)
		if i > 0 {
			c.parts["chain"]++
		}
		if s.DataKey != "" && c.rng.IntN(4) == 0 {
			c.parts["branch by key"]++
			next := like
			next.Volume = c.id()
			c.volume(next, origin(s))
		}
		if c.rng.IntN(3) == 0 {
			c.copy(s)
		}
	}
}

// copy makes a copy in a region: of what was copied there before in its lineage,
// an incremental one.
func (c *company) copy(of fleet.Snapshot) {
	if of.DataKey == "" && !c.vague {
		return
	}
	region := pick(c, c.fleet.Enabled())
	at := fmt.Sprint(of.Root(), of.Owner, region)
	like := fleet.Snapshot{Owner: of.Owner, Region: region, Volume: fleet.CopyVolume, Description: "[Copied " + of.ID.Snapshot() + " from " + of.Region + "]"}
	var from *fleet.Origin
	i, again := c.copies[at]
	if again {
		c.parts["copy of a copied lineage"]++
		from = origin(c.fleet.Snapshots[i])
		like.KMSKey, like.DataKey = c.fleet.Snapshots[i].KMSKey, c.fleet.Snapshots[i].DataKey
	} else if of.DataKey != "" {
		like.KMSKey, like.DataKey = "arn:aws:kms:"+region+":"+of.Owner+":key/1", fmt.Sprintf("data-key-%x", c.id())
	}
	c.add(like, from)
	c.copies[at] = len(c.fleet.Snapshots) - 1
	c.parts["copy"]++
}

// image makes an image of one or two snapshots of a scope.
func (c *company) image(i int, source fleet.Source) *fleet.Image {
	s := c.fleet.Snapshots[i]
	im := fleet.Image{ID: c.id(), Owner: s.Owner, Region: s.Region, Name: fmt.Sprintf("web-%d", len(c.fleet.Images)), Source: source, Snapshots: []fleet.ID{s.ID}}
	im.Life.Created = s.Start
	for _, o := range c.fleet.Snapshots {
		if o.ID != s.ID && o.Owner == s.Owner && o.Region == s.Region && source.Instance == 0 && c.rng.IntN(8) == 0 {
			im.Snapshots = append(im.Snapshots, o.ID)
			c.parts["image of two"]++
			break
		}
	}
	c.fleet.Images = append(c.fleet.Images, im)
	return &c.fleet.Images[len(c.fleet.Images)-1]
}

// instance makes an image of an instance of another image.
func (c *company) instance() {
	i := c.rng.IntN(len(c.fleet.Snapshots))
	base := c.fleet.Snapshots[i]
	im := c.image(i, fleet.Source{})
	im.Snapshots = im.Snapshots[:1] // its root device, of which the next one is made
	source := fleet.Source{Image: im.ID, Region: im.Region, Instance: c.id()}
	like := base
	like.Volume, like.Description = c.id(), ""
	c.add(like, origin(base))
	c.image(len(c.fleet.Snapshots)-1, source)
	c.parts["branch by image"]++
}

// odd archives a snapshot, which then is the last of its volume and shares
// nothing, and lets one be under way.
func (c *company) odd() {
	grew := map[fleet.ID]bool{}
	for _, s := range c.fleet.Snapshots {
		if s.Size.From != nil {
			grew[s.Size.From.ID] = true
		}
	}
	for i := range c.fleet.Snapshots {
		s := &c.fleet.Snapshots[i]
		if grew[s.ID] || c.rng.IntN(8) > 0 {
			continue
		}
		if s.Tier = "archive"; c.vague && c.rng.IntN(2) == 0 {
			s.Tier, s.State, s.Size.Bytes = "standard", "pending", 0
		}
		c.parts["archived or pending"]++
	}
}

// remove deletes snapshots that no image uses. What has come down of their
// blocks stays. Of plain ones, only of such from which no other volume was made:
// nothing tells that their descendants are related then.
func (c *company) remove() {
	needed := map[fleet.ID]bool{}
	for _, im := range c.fleet.Images {
		for _, id := range im.Snapshots {
			needed[id] = true
		}
	}
	for i := range c.fleet.Snapshots {
		if s := &c.fleet.Snapshots[i]; s.Size.From != nil && s.DataKey == "" && s.Volume != c.volumes[s.Size.From.ID] {
			needed[s.Size.From.ID] = true
		}
	}
	c.fleet.Snapshots = slices.DeleteFunc(c.fleet.Snapshots, func(s fleet.Snapshot) bool {
		gone := !needed[s.ID] && c.rng.IntN(6) == 0
		if gone {
			c.parts["gone"]++
		}
		return gone
	})
}

// stored is what each snapshot adds to those before it, in their order.
func stored(all []fleet.Snapshot) map[string]int64 {
	out := map[string]int64{}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b fleet.Snapshot) int { return int(a.Start - b.Start) })
	for i, s := range sorted {
		out[s.ID.Snapshot()] = fleet.Stored(sorted[:i+1]) - fleet.Stored(sorted[:i])
	}
	return out
}
