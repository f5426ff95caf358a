package cache

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

var tracedImage = model.ImageKey{Region: "eu-west-1", ID: "ami-1"}

func day1(n int) time.Time {
	return time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n)
}

// looked is what a scope tells of days from one to another, an event a day.
func looked(k model.ImageKey, s model.Scope, from, to int) *trail.Lookup {
	l := &trail.Lookup{Scope: s, Image: k, Seen: trail.Spans{{From: day1(from), To: day1(to)}}, At: day1(to)}
	for n := to; n >= from; n-- {
		l.Events = append(l.Events, &trail.Event{ID: "event " + strconv.Itoa(n), At: day1(n), Scope: s, Act: trail.Shared, With: []string{"222222222222"}, Who: "user jo"})
	}
	return l
}

func wantTrail(t *testing.T, s *Store, k model.ImageKey, want ...*trail.Lookup) {
	t.Helper()
	got, err := s.Trail(k)
	noError(t, err)
	equal(t, k.ID, got, want)
}

// TestTrailsAreKept after AWS has dropped them: what is looked up later joins what
// was told before, of each scope for itself.
func TestTrailsAreKept(t *testing.T) {
	s := blocksStore(t)
	other := model.ImageKey{Region: "eu-west-1", ID: "ami-11"} // its name begins like the first's
	wantTrail(t, s, tracedImage)                               // without a file
	noError(t, s.SaveTrails())
	noError(t, s.SaveTrails(looked(tracedImage, blocksHere, 0, 9), looked(tracedImage, blocksThere, 3, 4), looked(other, blocksHere, 5, 5)))
	wantTrail(t, s, tracedImage, looked(tracedImage, blocksHere, 0, 9), looked(tracedImage, blocksThere, 3, 4))

	denied := &trail.Lookup{Scope: blocksHere, Image: tracedImage, At: day1(20), Err: &model.OpError{Op: "cloudtrail:LookupEvents", Scope: blocksHere, Kind: model.Denied, Err: errors.New("no")}}
	noError(t, s.SaveTrails(looked(tracedImage, blocksHere, 8, 12), denied))
	want := looked(tracedImage, blocksHere, 0, 12)
	want.At, want.Err = denied.At, denied.Err
	wantTrail(t, New(s.path, s.key), tracedImage, want, looked(tracedImage, blocksThere, 3, 4)) // the next start
	wantTrail(t, s, other, looked(other, blocksHere, 5, 5))
	wantTrail(t, New(s.path, Key{Partition: "aws-cn"}), tracedImage)

	// A pass that does not find the image any more takes nothing away.
	noError(t, s.Save(Batch{Passes: []model.Page{{Scope: blocksHere, Kind: model.Images, Last: true, At: day1(30)}}}))
	wantTrail(t, s, tracedImage, want, looked(tracedImage, blocksThere, 3, 4))
	noError(t, s.Clear())
	wantTrail(t, s, tracedImage)
}

// TestDamagedTrailsCountAsNone: bytes that are wrong, of another scope or image.
// What is looked up next takes their place.
func TestDamagedTrailsCountAsNone(t *testing.T) {
	s := blocksStore(t)
	third := model.ImageKey{Region: "eu-west-1", ID: "ami-3"}
	noError(t, s.SaveTrails(looked(tracedImage, blocksHere, 0, 3), looked(third, blocksHere, 0, 3)))
	noError(t, s.update(transaction{
		write: func(tx *bolt.Tx) error {
			b := s.world(tx).bucket.Bucket(trailsPart().bucket())
			sound := slices.Clone(b.Get(trailKey(tracedImage, blocksHere)))
			bad := slices.Clone(sound)
			bad[len(bad)-1] ^= 1
			return errors.Join(
				b.Put(trailKey(tracedImage, blocksHere), bad), b.Put(trailKey(tracedImage, blocksThere), sound), b.Put(trailKey(third, blocksHere), sound),
			)
		},
		read: func(*bolt.Tx) error { return nil },
	}))
	wantTrail(t, s, tracedImage)
	wantTrail(t, s, third)
	noError(t, s.SaveTrails(looked(tracedImage, blocksHere, 2, 3)))
	wantTrail(t, s, tracedImage, looked(tracedImage, blocksHere, 2, 3))

	if err := New(t.TempDir(), Key{Partition: "aws"}).SaveTrails(looked(tracedImage, blocksHere, 2, 3)); err == nil {
		t.Error("saved into a directory")
	}
}

var anySpans = rapid.Custom(func(t *rapid.T) trail.Spans {
	var out trail.Spans
	for range rapid.IntRange(0, 3).Draw(t, "spans") {
		out = append(out, trail.Span{From: anyTime.Draw(t, "from"), To: anyTime.Draw(t, "to")})
	}
	return out
})

// TestTrailsRoundTrip: whatever was looked up is read as it was.
func TestTrailsRoundTrip(t *testing.T) {
	c := newCodec()
	rapid.Check(t, func(t *rapid.T) {
		text := func() string { return anyText.Draw(t, "text") }
		s := model.Scope{Account: text(), Region: text()}
		want := &trail.Lookup{
			Scope: s, Image: model.ImageKey{Region: text(), ID: text()}, Seen: anySpans.Draw(t, "seen"), Tried: anySpans.Draw(t, "tried"),
			Since: anyTime.Draw(t, "since"), At: anyTime.Draw(t, "at"), Err: anyOpError.Draw(t, "err"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "events") {
			want.Events = append(want.Events, &trail.Event{
				ID: text(), At: anyTime.Draw(t, "at"), Scope: s, API: text(), Act: rapid.SampledFrom(trail.Acts()).Draw(t, "act"), Who: text(), Caller: text(),
				Source: text(), With: anyTexts.Draw(t, "with"), Count: rapid.Int().Draw(t, "count"), Thing: text(), Region: text(), Value: text(), Error: text(),
			})
		}
		got, err := c.openTrail(s, sealed1(t)(c.sealTrail(want)), &scratch{})
		equal(t, "error", err, nil)
		equal(t, "lookup", got, want)
	})
}

// TestAnActOfALaterVersion is some other act: what its event says else stays.
func TestAnActOfALaterVersion(t *testing.T) {
	w := newWriter()
	labelColumns(w, &label{blocksHere, trailsPart().name, trailsPart().version, time.Time{}})
	trackedColumns(w, []*tracked{{image: tracedImage, events: []trail.Event{{ID: "1", API: "ec2:Teleport", Act: trail.Shared}}}})
	payload := bytes.Replace(w.payload(1), []byte("shared"), []byte("beamed"), 1)
	got, err := newCodec().openTrail(blocksHere, sealPlain(payload), &scratch{})
	noError(t, err)
	equal(t, "events", got.Events, []*trail.Event{{ID: "1", Scope: blocksHere, API: "ec2:Teleport", Act: trail.Other}})
}
