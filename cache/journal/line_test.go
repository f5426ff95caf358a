package journal

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 5, time.UTC)

func lineOf(t rapid.TB, r Record) string {
	t.Helper()
	b, err := encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// resealed is a line with another text in it and a right checksum.
func resealed(line, old, now string) string {
	b := strings.Replace(line[:len(line)-sumSize], old, now, 1)
	return b + sumKey + sumOf([]byte(b)) + `"}`
}

func TestALineIsOneLineOfJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, err := json.MarshalIndent(map[string]string{rapid.String().Draw(t, "key"): rapid.String().Draw(t, "value") + "\n\u2028"}, "\n", "\t")
		if err != nil {
			t.Fatal(err)
		}
		r := Record{At: at, Who: rapid.String().Draw(t, "who"), Kind: "k" + rapid.String().Draw(t, "kind"), Body: body}
		line := lineOf(t, r)
		got, st := decode([]byte(line))
		var want bytes.Buffer
		if err := json.Compact(&want, body); err != nil {
			t.Fatal(err)
		}
		if st != sound || strings.ContainsAny(line, "\n\r") || !json.Valid([]byte(line)) || !strings.HasPrefix(line, lineStart) {
			t.Fatalf("state %v of %s", st, line)
		}
		var a, b any
		if json.Unmarshal(got.Body, &a) != nil || json.Unmarshal(body, &b) != nil || cmp.Diff(b, a) != "" {
			t.Fatalf("body %s, want %s", got.Body, body)
		}
		got.Body, r.Body = nil, nil
		if d := cmp.Diff(r, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestDecodeTellsLinesApart(t *testing.T) {
	line := lineOf(t, Record{At: at, Who: "ann", Kind: "aside", Body: json.RawMessage(`{"a":1}`)})
	for _, tc := range []struct {
		name, line string
		want       state
		kind       string
	}{
		{"sound", line, sound, "aside"},
		{"a newer version", resealed(line, `"v":1`, `"v":2`), newer, "aside"},
		{"a newer version with other members", resealed(resealed(line, `"v":1`, `"v":2`), `"who":"ann"`, `"who":{"id":7}`), newer, "aside"},
		{"a newer version of which nothing is known", resealed(resealed(line, `"v":1`, `"v":9`), `"kind":"aside"`, `"kind":3`), newer, ""},
		{"no version", resealed(line, `"v":1`, `"v":0`), damaged, ""},
		{"another type of an old version", resealed(line, `"who":"ann"`, `"who":7`), damaged, ""},
		{"a byte less", line[:len(line)-1], damaged, ""},
		{"a byte more", line + " ", damaged, ""},
		{"another word", strings.Replace(line, "ann", "bob", 1), damaged, ""},
		{"capital digits", line[:len(line)-10] + "ABCDEF01" + `"}`, damaged, ""},
		{"prose", "dear diary", damaged, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, st := decode([]byte(tc.line)); st != tc.want || got.Kind != tc.kind {
				t.Errorf("got %v, kind %q", st, got.Kind)
			}
		})
	}
	for i := range 8 * len(line) {
		b := []byte(line)
		b[i/8] ^= 1 << (i % 8)
		if _, st := decode(b); st != damaged {
			t.Fatalf("flipping bit %d went unseen", i)
		}
	}
}

func TestIncompleteRecordsAreRefused(t *testing.T) {
	for name, r := range map[string]Record{
		"no time": {Kind: "k"}, "no kind": {At: at}, "a body that is no JSON": {At: at, Kind: "k", Body: json.RawMessage("{")},
		"a year that JSON cannot tell": {At: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), Kind: "k"},
	} {
		if _, err := encode(r); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzScan reads bytes as a journal. Whatever they are, what is read of them is
// what was written, and an append keeps all of it and adds its own.
func FuzzScan(f *testing.F) {
	one, two := lineOf(f, Record{At: at, Who: "ann", Kind: "aside", Body: json.RawMessage(`{"a":1}`)}), lineOf(f, Record{At: at, Kind: "plan"})
	f.Add([]byte(one + "\n" + two + "\n"))
	f.Add([]byte(one + "\n" + two))
	f.Add([]byte(one + "\n" + two[:20]))
	f.Add([]byte(one + "x\n\n\x00\n" + resealed(two, `"v":1`, `"v":2`)))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before, err := scanned(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range before {
			if e.state == torn && (i != len(before)-1 || bytes.HasSuffix(b, []byte("\n"))) {
				t.Fatalf("line %d of %d is called unfinished", e.line, len(before))
			}
			if again, st := decode([]byte(reencoded(t, e))); e.state == sound && (st != sound || !cmp.Equal(again, e.rec)) {
				t.Fatalf("%+v is read as %+v", e.rec, again)
			}
		}
		after, err := scanned(bytes.NewReader(appended(b, two)))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(before); n > 0 && before[n-1].state == torn {
			before = before[:n-1]
		}
		last := after[len(after)-1]
		if d := cmp.Diff(before, after[:len(after)-1], cmp.AllowUnexported(entry{}), cmpopts.EquateEmpty()); d != "" || last.state != sound || last.rec.Kind != "plan" {
			t.Fatalf("last %+v; the others:\n%s", last, d)
		}
	})
}

func scanned(from io.Reader) (out []entry, err error) {
	err = scan(from, func(e entry) { out = append(out, e) })
	return out, err
}

func reencoded(t *testing.T, e entry) string {
	if e.state != sound || e.rec.At.IsZero() || e.rec.Kind == "" {
		return lineOf(t, Record{At: at, Kind: "x"})
	}
	return lineOf(t, e.rec)
}

// appended is what Append makes of a file.
func appended(file []byte, line string) []byte {
	start := bytes.LastIndexByte(file, '\n') + 1
	kept, middle := keep(file[start:])
	return append(append(bytes.Clone(file[:start+kept]), middle...), line+"\n"...)
}
