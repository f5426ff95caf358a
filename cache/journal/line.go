package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// version is that of the lines written here.
const version = 1

// Record is one thing that was done.
type Record struct {
	At   time.Time
	Who  string // a principal or a user, as people would name them
	Kind string
	Body json.RawMessage // what was done, an object by Kind; may be nil
}

// envelope is a record's line without its checksum.
type envelope struct {
	V    int             `json:"v"`
	At   time.Time       `json:"at"`
	Who  string          `json:"who"`
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body,omitempty"`
}

// The end of every line.
const (
	sumKey    = `,"sum":"`
	sumDigits = 2 * crc32.Size
	sumSize   = len(sumKey) + sumDigits + len(`"}`)
)

func sumOf(b []byte) string {
	return fmt.Sprintf("%0*x", sumDigits, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

var errIncomplete = errors.New("a record needs a time and a kind")

// encode makes a line, without its end.
func encode(r Record) ([]byte, error) {
	if r.At.IsZero() || r.Kind == "" {
		return nil, errIncomplete
	}
	b, err := json.Marshal(envelope{version, r.At.UTC(), r.Who, r.Kind, r.Body})
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	return append(b, sumKey+sumOf(b)+`"}`...), nil
}

// state says what a line is. The set is closed.
type state uint8

const (
	sound   state = iota
	damaged       // its bytes are not those that were written
	torn          // the last one, and unfinished: its append never returned
	newer         // of a newer version
)

// entry is one line as it was read.
type entry struct {
	line  int // counted from 1
	state state
	rec   Record // of a sound one; of a newer one its kind, "" where that is not told
}

// intact reports whether a line's checksum is that of its bytes.
func intact(b []byte) bool {
	cut := len(b) - sumSize
	return cut >= 0 && string(b[cut:]) == sumKey+sumOf(b[:cut])+`"}`
}

// decode reads a line without its end.
func decode(b []byte) (Record, state) {
	if !intact(b) {
		return Record{}, damaged
	}
	if at, who, kind, body, ok := plainly(b); ok {
		if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
			return Record{t, who, kind, body}, sound
		}
	}
	var e envelope
	if json.Unmarshal(b, &e) == nil && 1 <= e.V && e.V <= version {
		return Record{e.At, e.Who, e.Kind, e.Body}, sound
	}
	var head struct {
		V    int
		Kind string
	}
	_ = json.Unmarshal(b, &head) // what can be told of it
	if head.V > version {
		return Record{Kind: head.Kind}, newer
	}
	return Record{}, damaged
}

// plainly reads an intact line as encode writes it, without looking into its body,
// which may be some megabytes: what made the checksum made the body too.
func plainly(line []byte) (at, who, kind string, body json.RawMessage, ok bool) {
	rest := line[:len(line)-sumSize]
	for _, f := range []struct {
		key   string
		value *string
	}{{`{"v":1,"at":"`, &at}, {`,"who":"`, &who}, {`,"kind":"`, &kind}} {
		if rest, ok = bytes.CutPrefix(rest, []byte(f.key)); !ok {
			return at, who, kind, nil, false
		}
		end := bytes.IndexByte(rest, '"')
		if end < 0 || bytes.IndexByte(rest[:end], '\\') >= 0 {
			return at, who, kind, nil, false
		}
		*f.value, rest = string(rest[:end]), rest[end+1:]
	}
	if len(rest) == 0 {
		return at, who, kind, nil, true
	}
	body, ok = bytes.CutPrefix(rest, []byte(`,"body":`))
	return at, who, kind, body, ok
}

// lineStart begins every line, of whatever version.
const lineStart = `{"v":`

// unfinished reports whether what stands behind the last end of a line is of an
// append that was cut short, or that the disk has not got, as against a line
// whose end only was lost, or something that is not ours.
func unfinished(tail []byte) bool {
	if len(bytes.Trim(tail, "\x00")) == 0 {
		return true
	}
	n := min(len(tail), len(lineStart))
	at := bytes.LastIndex(tail, []byte(sumKey))
	return string(tail[:n]) == lineStart[:n] && (at < 0 || len(tail)-at < sumSize)
}

// keep says how much of what stands behind the last end of a line an append
// keeps, and what it writes before its own line.
func keep(tail []byte) (kept int, between string) {
	switch {
	case len(tail) == 0 || unfinished(tail):
		return 0, ""
	default:
		return len(tail), "\n"
	}
}

// scan gives all lines to fn; blank ones are nothing.
func scan(from io.Reader, fn func(entry)) error {
	return eachLine(from, func(n int, line []byte, ended bool) {
		e := entry{line: n}
		e.rec, e.state = decode(line)
		if !ended && e.state == damaged && unfinished(line) {
			e.state = torn
		}
		fn(e)
	})
}

// eachLine gives all lines but blank ones to fn, which may keep them, without
// their ends: with its number, and whether it had one.
func eachLine(from io.Reader, fn func(n int, line []byte, ended bool)) error {
	r := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		ended := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line = bytes.TrimSuffix(line, []byte("\n")); len(line) > 0 {
			fn(n, line, ended)
		}
		if !ended {
			return nil
		}
	}
}
