package cost

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Ask is one question to AWS's EBS direct APIs, which takes several requests.
type Ask struct {
	Scope    model.Scope
	From     string // ListChangedBlocks from this snapshot; "": ListSnapshotBlocks of To
	To       string
	Requests int64 // at most, if no page comes short
}

// Survey is what must be asked to know exactly what some images and snapshots
// cost, and what deleting them frees.
type Survey struct {
	Asks     []Ask
	Requests int64
	Price    USD // of the requests
	Known    int // questions that were answered before
	Beyond   int // snapshots that may share with more than they can be compared with: bands stay
}

// pageBlocks is how many blocks one request lists at most, and requestPrice what
// a request costs: $0.0006 per thousand (EBS user guide, ebsapi-pricing).
const (
	pageBlocks       = 10_000
	requestPrice USD = 600
)

// RequestsPrice is what requests to the EBS direct APIs cost.
func RequestsPrice(n int64) USD { return USD(n) * requestPrice }

// Survey lists what is to be asked about the snapshots of images, and others. Of
// each snapshot that is what it adds to the one before it, and what the ones
// after it still share with it.
func (c *Costs) Survey(images []model.ImageKey, snapshots []SnapshotKey) Survey {
	s := surveying{asked: map[[2]string]bool{}}
	for _, k := range images {
		if r := c.region(k.Region); r != nil {
			if at, ok := r.image(k.ID); ok {
				for _, i := range r.usesOf(at) {
					s.about(r, i)
				}
			}
		}
	}
	for _, k := range snapshots {
		if r := c.region(k.Region); r != nil {
			if i, ok := r.find(k.ID); ok {
				s.about(r, i)
			}
		}
	}
	s.Price = RequestsPrice(s.Requests)
	return s.Survey
}

type surveying struct {
	Survey
	asked map[[2]string]bool
}

// about asks about one snapshot.
func (s *surveying) about(r *region, i int32) {
	l := &r.lines[i]
	if l.lineage == none {
		return // archived ones are stored whole, and of others AWS tells nothing
	}
	id := l.Snapshot.ID
	s.growth(r, l)
	if !r.lineageOf(l).keyed {
		for _, j := range r.grownOf(i) {
			s.ask(r, id, &r.lines[j])
		}
		return
	}
	for _, j := range r.membersOf(r.lineageOf(l))[l.at+1:] {
		if later := &r.lines[j]; slices.Contains(r.before(later), i) {
			s.ask(r, id, later)
		}
	}
}

// growth asks what a snapshot adds to those before it. Where nothing tells what
// it grew out of, a list of its blocks would tell its full size once more.
func (s *surveying) growth(r *region, l *Line) {
	before := r.before(l)
	switch {
	case len(before) > 0:
		for _, j := range before {
			s.ask(r, r.lines[j].Snapshot.ID, l)
		}
	case r.certain(l) || l.Snapshot.FullBytes < 0 || len(r.grownOf(r.at(l))) > 0:
		s.ask(r, "", l)
	}
	if !r.certain(l) {
		s.beyond(l)
	}
}

func (s *surveying) beyond(l *Line) {
	key := [2]string{"beyond", l.Snapshot.ID}
	if !s.asked[key] {
		s.asked[key] = true
		s.Beyond++
	}
}

func (s *surveying) ask(r *region, from string, l *Line) {
	key := [2]string{from, l.Snapshot.ID}
	if s.asked[key] {
		return
	}
	s.asked[key] = true
	_, listed := r.c.in.Blocks.Holding(l.Snapshot.ID)
	_, compared := r.c.in.Blocks.Change(from, l.Snapshot.ID)
	if from == "" && listed || compared {
		s.Known++
		return
	}
	blocks := l.Snapshot.SizeGiB * GiB / BlockSize
	if full, basis := fullSize(l.Snapshot); from == "" && basis == FullSize {
		blocks = full / BlockSize
	}
	a := Ask{Scope: l.Scope(), From: from, To: l.Snapshot.ID, Requests: max(1, (blocks+pageBlocks-1)/pageBlocks)}
	s.Asks = append(s.Asks, a)
	s.Requests += a.Requests
}

// at is the index of a line.
func (r *region) at(l *Line) int32 { return r.membersOf(r.lineageOf(l))[l.at] }
