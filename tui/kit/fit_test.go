package kit

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestFit(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for name, c := range map[string]struct {
		in    string
		w     int
		left  string
		right string
	}{
		"shorter":         {"ami", 5, "ami  ", "  ami"},
		"exact":           {"ami-1", 5, "ami-1", "ami-1"},
		"longer":          {"ami-123", 5, "ami-…", "ami-…"},
		"one cell":        {"ami", 1, "…", "…"},
		"no cell":         {"ami", 0, "", ""},
		"empty":           {"", 3, "   ", "   "},
		"wide":            {"数据平台", 8, "数据平台", "数据平台"},
		"wide, half cell": {"数据平台", 6, "数据… ", " 数据…"},
		"combining":       {"e\u0301tude", 5, "e\u0301tude", "e\u0301tude"},
		"control":         {"a\x1b[31m", 12, `a\x1b[31m   `, `   a\x1b[31m`},
		"emoji modifier":  {"👍🏽 ok", 5, "👍 ok", "👍 ok"},
		"lost letters":    {"नमस्ते", 6, "नमस?  ", "  नमस?"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := th.Fit(c.in, c.w); got != c.left {
				t.Errorf("Fit: %q, want %q", got, c.left)
			}
			if got := th.FitRight(c.in, c.w); got != c.right {
				t.Errorf("FitRight: %q, want %q", got, c.right)
			}
		})
	}
}

func TestFitASCII(t *testing.T) {
	th := NewTheme(ThemeOptions{ASCII: true})
	for in, want := range map[string]string{
		"a long name":   "a long ~",
		"étude":         "?tude   ",
		"数据":            "????    ",
		"2020–2026":     "2020-20~",
		"it’s · 3 × “x": "it's * ~",
	} {
		if got := th.Fit(in, 8); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// An ASCII character with marks that make it wide: some break the line between
// them.
func TestKeycapsAreReduced(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for in, want := range map[string]string{"00\ufe0f\u0903": "00", "7\ufe0f\u20e3x": "7x", "e\u0301t": "e\u0301t"} {
		for _, line := range th.Wrap(in, 2) {
			checkLine(t, line, Width(line))
			if Width(line) > 2 {
				t.Errorf("%q is wrapped to %q, wider than 2", in, line)
			}
		}
		if got := th.Clean(in); got != want {
			t.Errorf("%q is cleaned to %q, want %q", in, got, want)
		}
	}
}

func TestCutMiddle(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for name, c := range map[string]struct {
		in   string
		w    int
		want string
	}{
		"keeps the end": {"acme-base-al2023-x86_64-2026.11.01", 20, "acme-base-al2….11.01"},
		"fits":          {"acme", 20, "acme"},
		"too narrow":    {"acme-base", 8, "acme-ba…"},
		"wide":          {"数据平台-基础镜像-2026", 12, "数据平…2026"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := th.join(th.cut(c.in, c.w, tailOf(c.w))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// hostile draws texts of the characters that break terminals and widths.
func hostile() *rapid.Generator[string] {
	odd := []rune("\x00\x07\x08\t\n\r\x1b\x7f\u0085\u009b\u00a0\u0301\u0600\u070f\u0d4e\u0e33\u1100\u1160\u11a8\u200b\u200d\u200e\u202e\u2028\u2066\ufe0f\ufeff\ufffd" +
		"👨👩👧🏽🇩🇪❤☎️⃣数据한ﷺ̈नमस्ते[]mHJ;?0123456789ab – …\U000e0001\U000e0100\U0001f468\U00011a3a")
	return rapid.OneOf(
		rapid.StringOf(rapid.OneOf(rapid.SampledFrom(odd), rapid.Rune())),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"\x1b[31mred", "\x1b]52;c;aGk=\a", "\x1bP1$r\x1b\\", "\xff\xfe", "\x9b2J", strings.Repeat("数", 90)}),
	)
}

// checkLine holds for every line that kit writes, whatever the terminal's way
// of measuring.
func checkLine(t interface{ Errorf(string, ...any) }, line string, w int) {
	if g, wc := ansi.StringWidth(line), ansi.StringWidthWc(line); g != w || wc != w {
		t.Errorf("line is %d or %d cells, want %d: %q", g, wc, w, line)
	}
	for _, r := range sgr.ReplaceAllString(line, "") {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			t.Errorf("%U reached the terminal: %q", r, line)
		}
	}
	if !utf8.ValidString(line) {
		t.Errorf("not UTF-8: %q", line)
	}
}

func TestFitIsExactAndHarmless(t *testing.T) {
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s, w := hostile().Draw(t, "text"), rapid.IntRange(0, 40).Draw(t, "width")
				checkLine(t, th.Fit(s, w), w)
				checkLine(t, th.FitRight(s, w), w)
				c := th.cut(s, w, tailOf(w))
				checkLine(t, "|"+th.join(c)+spaces(c.rest)+"|", w+2)
				checkLine(t, "x"+th.Clean(s)+"x", Width(th.Clean(s))+2)
				if th.ASCII && !plainASCII(th.Fit(s, w)) {
					t.Errorf("not ASCII: %q", th.Fit(s, w))
				}
			})
		})
	}
}

// The fast path must not differ from the slow one.
func TestCutASCIIEqualsCut(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: ' ', Hi: '~', Stride: 1}}}), 0, 60, -1).Draw(t, "text")
		w := rapid.IntRange(1, 40).Draw(t, "width")
		slow := th.cut(s+"é", w, 0)
		fast := th.cut(s+"e", w, 0)
		if strings.ReplaceAll(th.join(slow), "é", "e") != th.join(fast) || slow.rest != fast.rest {
			t.Errorf("slow %q, fast %q", th.join(slow), th.join(fast))
		}
	})
}

// A cluster of several parts was kept where only its first part had room.
func TestCutBeforeAClusterThatDoesNotFit(t *testing.T) {
	th := NewTheme(ThemeOptions{Dark: true})
	for w := range 6 {
		if got := ansi.StringWidth(th.Cut("A\ufe0f\u0e33\x00", w)); got > w {
			t.Errorf("%d cells for %d", got, w)
		}
	}
}
