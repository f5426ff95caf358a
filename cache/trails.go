package cache

import (
	"bytes"
	"errors"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

// What was looked up of trails is stored image by image, a value for each scope
// that was asked. It stays when the image is gone, and when AWS tells it no more:
// nothing else remembers it. A later version of the columns must read this one.

// tracked is trail.Lookup in lists, with its error as texts.
type tracked struct {
	image       model.ImageKey
	events      []trail.Event
	seen, tried []trail.Span
	since, at   time.Time
	failed      []failure
}

func trailsPart() part[tracked] {
	return part[tracked]{name: "trails", version: 1, size: 8, columns: trackedColumns}
}

const (
	columnsOfTrailEvent = 13
	columnsOfSpan       = 2
)

func trackedColumns(c *coder, ts []*tracked) {
	texts(c, ts, func(t *tracked) *string { return &t.image.Region })
	texts(c, ts, func(t *tracked) *string { return &t.image.ID })
	times(c, ts, func(t *tracked) *time.Time { return &t.since })
	times(c, ts, func(t *tracked) *time.Time { return &t.at })
	failureColumns(c, lists(c, ts, columnsOfFailure, func(t *tracked) *[]failure { return &t.failed }))
	spanColumns(c, lists(c, ts, columnsOfSpan, func(t *tracked) *[]trail.Span { return &t.seen }))
	spanColumns(c, lists(c, ts, columnsOfSpan, func(t *tracked) *[]trail.Span { return &t.tried }))
	trailEventColumns(c, lists(c, ts, columnsOfTrailEvent, func(t *tracked) *[]trail.Event { return &t.events }))
}

func spanColumns(c *coder, ss []*trail.Span) {
	times(c, ss, func(s *trail.Span) *time.Time { return &s.From })
	times(c, ss, func(s *trail.Span) *time.Time { return &s.To })
}

func trailEventColumns(c *coder, es []*trail.Event) {
	times(c, es, func(e *trail.Event) *time.Time { return &e.At })
	texts(c, es, func(e *trail.Event) *string { return &e.API })
	actColumn(c, es)
	texts(c, es, func(e *trail.Event) *string { return &e.Who })
	texts(c, es, func(e *trail.Event) *string { return &e.Caller })
	texts(c, es, func(e *trail.Event) *string { return &e.Source })
	textLists(c, es, func(e *trail.Event) *[]string { return &e.With })
	numbers(c, es, func(e *trail.Event) *int { return &e.Count })
	texts(c, es, func(e *trail.Event) *string { return &e.Thing })
	texts(c, es, func(e *trail.Event) *string { return &e.Region })
	texts(c, es, func(e *trail.Event) *string { return &e.Value })
	texts(c, es, func(e *trail.Event) *string { return &e.Error })
	texts(c, es, func(e *trail.Event) *string { return &e.ID })
}

// actColumn is a column of acts, by their words: numbers change with the model.
// One of another version of the program is some other act, told by its API.
func actColumn(c *coder, es []*trail.Event) {
	for _, e := range es {
		if c.write {
			c.text(e.Act.String())
			continue
		}
		e.Act, _ = trail.Parse(c.readText())
	}
}

// trailPrefix begins the keys of an image; with a zero byte at its end no image's
// is the beginning of another's.
func trailPrefix(k model.ImageKey) []byte { return []byte(k.Region + "\x00" + k.ID + "\x00") }

func trailKey(k model.ImageKey, s model.Scope) []byte { return append(trailPrefix(k), scopeKey(s)...) }

// SaveTrails joins what was looked up with what is stored, all of it or nothing.
// Its error is as that of Save.
func (s *Store) SaveTrails(lookups ...*trail.Lookup) error {
	if len(lookups) == 0 {
		return nil
	}
	return s.put(func(w *writing) error {
		for _, l := range lookups {
			if err := w.trail(l); err != nil {
				return err
			}
		}
		return nil
	})
}

// trail writes what was looked up, after what is there.
func (w *writing) trail(l *trail.Lookup) error {
	key := trailKey(l.Image, l.Scope)
	if chunk := w.get(trailsPart().bucket(), key); chunk != nil {
		if old, err := w.codec.openTrail(l.Scope, chunk, &scratch{}); err == nil && old.Image == l.Image {
			l = l.After(old)
		}
	}
	v, err := w.codec.sealTrail(l)
	if err != nil {
		return err
	}
	return w.write(key, v)
}

// Trail reads what was looked up of an image, in order of scope. There being
// nothing is no error, and what is damaged counts as never looked up.
func (s *Store) Trail(k model.ImageKey) ([]*trail.Lookup, error) {
	type chunk struct {
		scope string
		bytes []byte
	}
	var chunks []chunk
	bucket, prefix := trailsPart().bucket(), trailPrefix(k)
	err := s.view([][]byte{bucket}, func(tx *bolt.Tx) error {
		chunks = nil
		s.world(tx).each(bucket, prefix, func(key, value []byte) {
			chunks = append(chunks, chunk{string(key[len(prefix):]), bytes.Clone(value)})
		})
		return nil
	})
	var out []*trail.Lookup
	var sc scratch
	for _, c := range chunks {
		if l, bad := s.codec.openTrail(scopeOf(c.scope), c.bytes, &sc); bad == nil && l.Image == k {
			out = append(out, l)
		}
	}
	return out, err
}

// scopeOf is the scope that a key spells.
func scopeOf(key string) model.Scope {
	account, region, _ := strings.Cut(key, "/")
	return model.Scope{Account: account, Region: region}
}

func (c codec) sealTrail(l *trail.Lookup) (value, error) {
	t := tracked{image: l.Image, seen: l.Seen, tried: l.Tried, since: l.Since, at: l.At, failed: failures(l.Err)}
	for _, e := range l.Events {
		t.events = append(t.events, *e)
	}
	p := trailsPart()
	chunk, err := p.seal(c, l.Scope, time.Time{}, []*tracked{&t})
	return value{p.bucket(), chunk}, err
}

func (c codec) openTrail(s model.Scope, chunk []byte, sc *scratch) (*trail.Lookup, error) {
	recs, _, err := trailsPart().open(c, s, chunk, sc)
	if err != nil || len(recs) != 1 {
		return nil, errors.Join(err, errDamage)
	}
	t := recs[0]
	l := &trail.Lookup{Scope: s, Image: t.image, Seen: t.seen, Tried: t.tried, Since: t.since, At: t.at, Err: opError(t.failed)}
	for i := range t.events {
		t.events[i].Scope = s
		l.Events = append(l.Events, &t.events[i])
	}
	return l, nil
}
