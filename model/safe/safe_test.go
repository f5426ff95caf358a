package safe_test

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model/safe"
)

func TestCell(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "web-api 1.2", "web-api 1.2"},
		{"backslash stays", `a\b`, `a\b`},
		{"newline", "a\nb", `a\nb`},
		{"tab and return", "a\tb\r", `a\tb\r`},
		{"escape sequence", "\x1b[2Jx", `\x1b[2Jx`},
		{"nul and delete", "\x00\x7f", `\x00\x7f`},
		{"C1 control sequence introducer", "\u009b31m", `\u009b31m`},
		{"raw C1 byte", "a\x9b31m", `a\x9b31m`},
		{"truncated UTF-8", "a\xe2\x80", `a\xe2\x80`},
		{"surrogate in UTF-8", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character itself", "a\ufffd", "a\ufffd"},
		{"right-to-left override", "gpj\u202eexe", `gpj\u202eexe`},
		{"isolates", "\u2066a\u2069", `\u2066a\u2069`},
		{"arabic letter mark", "\u061cx", `\u061cx`},
		{"zero width space and joiner", "a\u200bb\u200dc", `a\u200bb\u200dc`},
		{"byte order mark", "\ufeffx", `\ufeffx`},
		{"soft hyphen", "a\u00adb", `a\u00adb`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"tag characters", "a\U000e0041", `a\U000e0041`},
		{"ideographic variation selector", "a\U000e0100", `a\U000e0100`},
		{"hangul filler", "a\u3164b", `a\u3164b`},
		{"grapheme joiner", "a\u034fb", `a\u034fb`},
		{"private use", "a\ue0a0", `a\ue0a0`},
		{"noncharacter", "a\uffff", `a\uffff`},
		{"leading combining mark", "\u0301a", `\u0301a`},
		{"combining mark after a letter", "e\u0301", "e\u0301"},
		{"wide letters", "日本語", "日本語"},
		{"right-to-left letters", "שלום", "שלום"},
		{"emoji with selector", "❤\ufe0f", "❤\ufe0f"},
		{"no-break space", "a\u00a0b", "a\u00a0b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := safe.Cell(tt.in); got != tt.want {
				t.Errorf("Cell(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if got := safe.Safe(tt.in); got != (tt.in == tt.want) {
				t.Errorf("Safe(%q) = %v", tt.in, got)
			}
		})
	}
}

func TestCSV(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "web-api", "web-api"},
		{"equals", "=1+1", "'=1+1"},
		{"plus", "+1", "'+1"},
		{"minus", "-1", "'-1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\t=1", `'\t=1`},
		{"return", "\r1", `'\r1`},
		{"after spaces", "  =1", "'  =1"},
		{"after a no-break space", "\u00a0=1", "'\u00a0=1"},
		{"full width equals", "＝1", "'＝1"},
		{"full width at", "＠A1", "'＠A1"},
		{"minus sign", "−1", "'−1"},
		{"after a semicolon", "a;=1", "a;'=1"},
		{"after a semicolon, quoted", `a;"=1`, `a;'"=1`},
		{"harmless semicolon", "a;b", "a;b"},
		{"control inside", "a\x1bb", `a\x1bb`},
		{"invisible before the sign", "\ufeff=1", `\ufeff=1`},
		{"apostrophe", "'=1", "'=1"},
		{"sign inside", "a=b", "a=b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := safe.CSV(tt.in); got != tt.want {
				t.Errorf("CSV(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "web-api/1.2 (x)", "web-api/1.2 (x)"},
		{"bar", "a|b", "a&#124;b"},
		{"bar after backslash", `a\|b`, "a&#92;&#124;b"},
		{"newline", "a\nb", "a&#92;nb"},
		{"code", "`x`", "&#96;x&#96;"},
		{"html", "<img src=x>", "&lt;img src=x&gt;"},
		{"reference", "&lt;", "&amp;lt;"},
		{"link", "[a](http://x)", "&#91;a&#93;(http://x)"},
		{"emphasis", "_a_ *b*", "&#95;a&#95; &#42;b&#42;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := safe.Markdown(tt.in); got != tt.want {
				t.Errorf("Markdown(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", `{"a": [1, "b\n"]}`, `{"a": [1, "b\n"]}`},
		{"layout stays", "{\n\t\"a\": 1\r\n}", "{\n\t\"a\": 1\r\n}"},
		{"delete", "\"\x7f\"", `"\u007f"`},
		{"C1", "\"\u009b\"", `"\u009b"`},
		{"bidi", "\"a\u202eb\"", `"a\u202eb"`},
		{"above the BMP", "\"\U000e0041\"", `"\udb40\udc41"`},
		{"not UTF-8", "\"\xff\xfe\"", `"\ufffd\ufffd"`},
		{"letters stay", `"日本語é"`, `"日本語é"`},
		{"escape outside JSON", "\x1b[2J", `\u001b[2J`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(safe.JSON([]byte(tt.in))); got != tt.want {
				t.Errorf("JSON(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// hostile draws text in which dangerous characters are common.
func hostile() *rapid.Generator[string] {
	bits := rapid.OneOf(
		rapid.SampledFrom([]string{
			"\x1b[31m", "\x1b]0;x\a", "\u009b", "\x9b", "\n", "\r", "\t", "\x00", "\x7f", "\u202e", "\u2066", "\u200b", "\ufeff",
			"\u061c", "\u2028", "\u0301", "\U000e0041", "\xff", "\xe2\x80", "\ue000", "=", "+", "-", "@", "＝", ";", "\"", "'", " ",
			"|", "`", "<b>", "&", "\\", "日本", "abc", "❤\ufe0f",
		}),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 6), func(b []byte) string { return string(b) }),
	)
	return rapid.Map(rapid.SliceOfN(bits, 0, 8), func(p []string) string { return strings.Join(p, "") })
}

// forbidden states the rule of the issue on its own, apart from the code.
func forbidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x61c, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

func checkCell(t interface{ Fatalf(string, ...any) }, s string) {
	got := safe.Cell(s)
	switch {
	case !utf8.ValidString(got) || strings.ContainsFunc(got, forbidden):
		t.Fatalf("Cell(%q) = %q", s, got)
	case ansi.Strip(got) != got:
		t.Fatalf("Cell(%q) = %q holds a terminal sequence", s, got)
	case safe.Cell(got) != got || !safe.Safe(got):
		t.Fatalf("Cell is not idempotent on %q", s)
	case safe.Safe(s) != (got == s):
		t.Fatalf("Safe(%q) = %v, Cell gives %q", s, safe.Safe(s), got)
	}
}

func checkCSV(t interface{ Fatalf(string, ...any) }, s string) {
	got := safe.CSV(s)
	if !utf8.ValidString(got) || strings.ContainsFunc(got, forbidden) {
		t.Fatalf("CSV(%q) = %q", s, got)
	}
	for cell := range strings.SplitSeq(got, ";") {
		if cell = strings.Trim(cell, " \"\u00a0\u3000"); cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
			t.Fatalf("CSV(%q) = %q starts a formula", s, got)
		}
	}
	if safe.CSV(got) != got {
		t.Fatalf("CSV is not idempotent on %q", s)
	}
}

func checkMarkdown(t interface{ Fatalf(string, ...any) }, s string) {
	got := safe.Markdown(s)
	if strings.ContainsFunc(got, forbidden) || strings.ContainsAny(got, "|`<>*_[]~\\") {
		t.Fatalf("Markdown(%q) = %q", s, got)
	}
	if html.UnescapeString(got) != safe.Cell(s) {
		t.Fatalf("Markdown(%q) = %q reads as %q", s, got, html.UnescapeString(got))
	}
}

func checkJSON(t interface{ Fatalf(string, ...any) }, v any) {
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("marshal: %v", err)
	}
	checkDocument(t, doc)
}

func checkDocument(t interface{ Fatalf(string, ...any) }, doc []byte) {
	var want, got any
	if err := json.Unmarshal(doc, &want); err != nil {
		t.Fatalf("document %q: %v", doc, err)
	}
	out := safe.JSON(doc)
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("JSON(%q) = %q: %v", doc, out, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("JSON(%q) changed the value: %s", doc, diff)
	}
	raw := func(r rune) bool { return forbidden(r) && !strings.ContainsRune("\n\r\t", r) }
	if !utf8.Valid(out) || bytes.ContainsFunc(out, raw) {
		t.Fatalf("JSON(%q) = %q", doc, out)
	}
	if !bytes.Equal(safe.JSON(out), out) {
		t.Fatalf("JSON is not idempotent on %q", doc)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "text")
		checkCell(t, s)
		checkCSV(t, s)
		checkMarkdown(t, s)
		checkJSON(t, map[string]any{s: []any{s, 1, nil}})
	})
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[31m\u202e\n", "=1;+2", "\xff|`<b>&", "\U000e0041e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkCell(t, s)
		checkCSV(t, s)
		checkMarkdown(t, s)
		checkJSON(t, s)
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"a\u202e\": \"\x7f\xff\"}"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if !json.Valid(doc) {
			return
		}
		checkDocument(t, doc)
	})
}

func TestHarmlessTextCostsNothing(t *testing.T) {
	doc := []byte(`{"name": "日本語"}`)
	for _, s := range []string{"ubuntu-noble-24.04", "日本語 é"} {
		if n := testing.AllocsPerRun(100, func() { safe.Cell(s) }); n != 0 {
			t.Errorf("Cell(%q) makes %v allocations", s, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { safe.JSON(doc) }); n != 0 {
		t.Errorf("JSON makes %v allocations", n)
	}
}
