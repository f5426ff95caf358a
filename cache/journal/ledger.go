package journal

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// Ledger is what scopes have cost, day by day: a file beside the journal, of
// the same lines. A line is the row of a scope, whose name is in the place of
// who. Most rows hold what has changed since the row of an earlier day, and some
// all: the first one of a scope and of a month, and those after damage. Of several
// rows of a day the last one stands. Days are UTC's.
//
// It is safe for use by several goroutines, and beside other copies of the
// program.
type Ledger struct{ file *Journal }

// The kinds of rows.
const (
	kindCosts     = "costs"      // what has changed
	kindCostsFull = "costs-full" // all
)

// OpenLedger is the ledger in the file at path. It touches nothing.
func OpenLedger(path string) *Ledger { return &Ledger{&Journal{path: path, name: "ledger"}} }

// Path is where the file is, or will be.
func (l *Ledger) Path() string { return l.file.path }

// Note writes what scopes cost on the days of their At, as far as it is not
// written yet. Several days of a scope are in order. When it returns nil that is on the disk; an error, an *Error,
// leaves the file as it was.
func (l *Ledger) Note(days []cost.Day) error {
	if len(days) == 0 {
		return nil
	}
	return l.file.add(func(there io.Reader) ([]byte, error) {
		h, err := readHistory(there, "")
		if err != nil {
			return nil, err
		}
		var out []byte
		for _, d := range days {
			r, changed := h.record(d)
			if !changed {
				continue
			}
			line, err := encode(r)
			if err != nil {
				return nil, err
			}
			out = append(append(out, line...), '\n')
			h.add(r.Who, rowOf(r), "")
		}
		return out, nil
	})
}

// Past is what the ledger tells of a day.
type Past struct {
	Days     []cost.Day    // by scope
	Lost     []model.Scope // of which a row may be missing: what they cost is not known
	Warnings []Warning     // why
}

// At gives what scopes cost at the end of the UTC day of a time: of each its last
// row by then.
func (l *Ledger) At(t time.Time) (p Past, err error) {
	var h history
	err = l.file.read(func(f io.Reader) (err error) {
		h, err = readHistory(f, dateOf(t))
		return err
	})
	p.Days, p.Lost = h.days()
	for _, e := range h.holes {
		if len(p.Lost) > 0 {
			text := l.file.describe(e) + fmt.Sprintf("; what %d scopes cost after it is not known until their next full rows", len(p.Lost))
			p.Warnings = append(p.Warnings, Warning{e.line, text})
		}
	}
	return p, err
}

// First is the day of the first row; zero where there is none.
func (l *Ledger) First() (first time.Time, err error) {
	err = l.file.read(func(f io.Reader) error {
		h, err := readHistory(f, "")
		if h.first != "" {
			first, _ = time.Parse(time.DateOnly, h.first) // it was read as a date
		}
		return err
	})
	return first, err
}

func dateOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// history is the rows of all scopes up to a day.
type history struct {
	chains        map[string]*chain // by who
	first, newest string            // days of all rows, also of those after the day
	holes         []entry           // lines that may have been rows of any scope
}

// chain is the rows of a scope that tell its present state: one that holds all, and
// those after it, one a day. Where a row may be missing there are none.
type chain struct{ rows []costRow }

// costRow is one row.
type costRow struct {
	at   string // as JSON has it, in UTC
	full bool
	body json.RawMessage
}

func (r costRow) day() string { return r.at[:len(time.DateOnly)] }

func (r costRow) month() string { return r.at[:len("2006-01")] }

// readHistory reads the rows up to a day; "" means all.
func readHistory(from io.Reader, until string) (history, error) {
	h := history{chains: map[string]*chain{}}
	err := eachLine(from, func(n int, line []byte, ended bool) {
		who, row, state := readRow(line)
		switch {
		case state == damaged && !ended && unfinished(line): // never written
		case state == damaged || state == newer:
			if until == "" || h.newest <= until { // else it is of a later day
				h.holes = append(h.holes, entry{line: n, state: state})
				for _, c := range h.chains {
					c.rows = nil
				}
			}
		case who != "":
			h.add(who, row, until)
		}
	})
	return h, err
}

func (h *history) add(who string, row costRow, until string) {
	if h.first == "" || row.day() < h.first {
		h.first = row.day()
	}
	h.newest = max(h.newest, row.day())
	if until != "" && row.day() > until {
		return
	}
	c := h.chains[who]
	if c == nil {
		c = &chain{}
		h.chains[who] = c
	}
	n := len(c.rows)
	switch {
	case row.full:
		c.rows = append(c.rows[:0], row)
	case n == 0: // what it changes is not known
	case c.rows[n-1].day() == row.day() && n > 1:
		c.rows[n-1] = row
	default:
		c.rows = append(c.rows, row)
	}
}

// readRow reads a line without its end. Of a sound one that is no row, who is "".
func readRow(line []byte) (who string, row costRow, s state) {
	if !intact(line) {
		return "", row, damaged
	}
	if who, row, ok := quickRow(line); ok {
		return who, row, sound
	}
	rec, s := decode(line)
	switch {
	case s != sound && rec.Kind != "" && !strings.HasPrefix(rec.Kind, kindCosts):
		return "", row, sound
	case s != sound || rec.Kind != kindCosts && rec.Kind != kindCostsFull:
		return "", row, s
	}
	return rec.Who, rowOf(rec), sound
}

func rowOf(r Record) costRow {
	return costRow{r.At.UTC().Format(time.RFC3339Nano), r.Kind == kindCostsFull, r.Body}
}

// quickRow reads a line as encode writes it, some ten times as fast as JSON is
// read: most rows only stand between others.
func quickRow(line []byte) (who string, row costRow, ok bool) {
	at, who, kind, body, ok := plainly(line)
	if !ok || body == nil || kind != kindCosts && kind != kindCostsFull || len(at) < len("2006-01-02T15:04:05Z") || at[len(at)-1] != 'Z' {
		return "", row, false
	}
	return who, costRow{at, kind == kindCostsFull, body}, true
}

// record is the row that a day needs, if any.
func (h *history) record(d cost.Day) (r Record, changed bool) {
	who := d.Scope.String()
	r = Record{At: d.At, Who: who, Kind: kindCostsFull}
	entries := d.Entries
	if c := h.chains[who]; c != nil && len(c.rows) > 0 {
		last, today := c.rows[len(c.rows)-1], dateOf(d.At)
		now, ok := c.state(len(c.rows))
		if ok && last.month() == today[:len("2006-01")] && slices.Equal(now, entries) {
			return r, false
		}
		n := len(c.rows)
		if last.day() == today {
			n-- // it takes the place of that one
		}
		if before, ok := c.state(n); ok && n > 0 && c.rows[n-1].month() == today[:len("2006-01")] && c.rows[n-1].day() < today {
			r.Kind, entries = kindCosts, cost.Delta(before, entries)
		}
	}
	r.Body = writeEntries(entries)
	return r, true
}

// state is what the first n rows tell; false where one of them cannot be read.
func (c *chain) state(n int) (out []cost.Entry, ok bool) {
	for _, row := range c.rows[:n] {
		entries, ok := readEntries(row.body)
		switch {
		case !ok:
			return nil, false
		case row.full:
			out = entries
		default:
			out = cost.Apply(out, entries)
		}
	}
	return out, true
}

// days gives the present state of all scopes, and those of which it is not known.
func (h *history) days() (out []cost.Day, lost []model.Scope) {
	for _, who := range slices.Sorted(maps.Keys(h.chains)) {
		c := h.chains[who]
		account, region, _ := strings.Cut(who, "/")
		s := model.Scope{Account: account, Region: region}
		entries, ok := c.state(len(c.rows))
		if !ok || len(c.rows) == 0 {
			lost = append(lost, s)
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, c.rows[len(c.rows)-1].at)
		if err != nil {
			lost = append(lost, s)
			continue
		}
		out = append(out, cost.Day{Scope: s, At: at, Entries: entries})
	}
	return out, lost
}
