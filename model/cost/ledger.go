package cost

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// Entry is what the ledger keeps of snapshots that are alike.
type Entry struct {
	Family    string // of the image that uses them, or that they were made for; "" where none is known
	Owner     string // value of the owner tag
	Creator   string // the service that made them: backup, dlm, imagebuilder, ...; "" for none
	Kind      Kind
	Snapshots int
	Held      int64 // full sizes: changes only when snapshots do, not with what is known of them
	Bytes     Bytes
	Cost      Band
}

type entryKey struct {
	family, owner, creator string
	kind                   Kind
}

func (e Entry) key() entryKey { return entryKey{e.Family, e.Owner, e.Creator, e.Kind} }

func (e Entry) compare(o Entry) int {
	return cmp.Or(strings.Compare(e.Family, o.Family), strings.Compare(e.Owner, o.Owner), strings.Compare(e.Creator, o.Creator), cmp.Compare(e.Kind, o.Kind))
}

// Day is what a scope cost on a day.
type Day struct {
	Scope   model.Scope
	At      time.Time
	Entries []Entry // by family, owner, creator and kind
}

// ownerTags are the keys of tags that name whose something is, the best first.
var ownerTags = []string{"Owner", "owner", "Team", "team", "CostCenter", "cost-center"}

// Days gives what each scope costs now, those only that were read wholly: half a
// scope in the ledger would show as a saving.
func (c *Costs) Days() []Day {
	if c == nil {
		return nil
	}
	var out []Day
	for _, r := range c.regions {
		for _, s := range r.scopes {
			if !c.inv.Readable(s) || c.blurred(s) || !known(c.inv.Status(s, model.Snapshots)) || !known(c.inv.Status(s, model.Bin)) {
				continue
			}
			out = append(out, Day{Scope: s, At: c.in.Now, Entries: r.entries(s, time.Time{})})
		}
	}
	return out
}

// ByCreation gives what each scope would have cost at a time if nothing had been
// deleted since: what there is now, as far as it had begun by then. It stands in
// for days of which the ledger holds nothing.
func (c *Costs) ByCreation(at time.Time) []Day {
	if c == nil {
		return nil
	}
	var out []Day
	for _, r := range c.regions {
		for _, s := range r.scopes {
			out = append(out, Day{Scope: s, At: at, Entries: r.entries(s, at)})
		}
	}
	return out
}

// entries sums the snapshots of a scope up that began before a time; zero: all.
func (r *region) entries(s model.Scope, until time.Time) []Entry {
	at := map[entryKey]*Entry{}
	for i := range r.lines {
		l := &r.lines[i]
		if l.Snapshot.Owner != s.Account || !until.IsZero() && l.Snapshot.Start.After(until) {
			continue
		}
		e := l.entry()
		sum := at[e.key()]
		if sum == nil {
			at[e.key()] = &e
			continue
		}
		sum.Snapshots++
		sum.Held += e.Held
		sum.Bytes, sum.Cost = sum.Bytes.plus(e.Bytes), sum.Cost.Plus(e.Cost)
	}
	out := make([]Entry, 0, len(at))
	for _, e := range at {
		out = append(out, *e)
	}
	slices.SortFunc(out, Entry.compare)
	return out
}

func (l *Line) entry() Entry {
	full, _ := fullSize(l.Snapshot)
	e := Entry{Kind: l.Kind, Snapshots: 1, Held: full, Bytes: l.Bytes, Cost: l.Cost()}
	switch {
	case l.n > 0:
		im := slices.MinFunc(l.Images(), func(a, b *model.Image) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) })
		e.Family, _ = model.Family(im.Name)
		if im.Managed > model.Unmanaged {
			e.Creator = im.Managed.String()
		}
		if im.Detail != nil {
			e.Owner = ownerOf(im.Detail.Tags)
		}
	case l.Tie() != nil && l.Tie().Name != "":
		e.Family, _ = model.Family(l.Tie().Name)
	}
	if k, ok := Keeper(l.Snapshot); ok {
		e.Creator = k.String()
	}
	if e.Owner == "" {
		e.Owner = ownerOf(l.Snapshot.Tags)
	}
	return e
}

func ownerOf(tags []model.Tag) string {
	for _, k := range ownerTags {
		if v := valueOf(tags, k); v != "" {
			return v
		}
	}
	return ""
}

// Delta is what must be noted to make the one list of entries the other: those
// that changed, and with no snapshots those that went. Both are in order.
func Delta(before, after []Entry) []Entry {
	var out []Entry
	eachPair(before, after, func(b, a *Entry) {
		switch {
		case a == nil:
			out = append(out, Entry{Family: b.Family, Owner: b.Owner, Creator: b.Creator, Kind: b.Kind})
		case b == nil || *a != *b:
			out = append(out, *a)
		}
	})
	return out
}

// Apply is the list after a delta.
func Apply(before, delta []Entry) []Entry {
	var out []Entry
	eachPair(before, delta, func(b, d *Entry) {
		switch {
		case d == nil:
			out = append(out, *b)
		case d.Snapshots > 0:
			out = append(out, *d)
		}
	})
	return out
}

// eachPair walks two lists in order and gives the entries of the same key
// together.
func eachPair(a, b []Entry, do func(a, b *Entry)) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].compare(b[0]) < 0:
			do(&a[0], nil)
			a = a[1:]
		case len(a) == 0 || a[0].compare(b[0]) > 0:
			do(nil, &b[0])
			b = b[1:]
		default:
			do(&a[0], &b[0])
			a, b = a[1:], b[1:]
		}
	}
}
