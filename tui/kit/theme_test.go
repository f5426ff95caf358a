package kit

import (
	"image/color"
	"math"
	"regexp"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func linear(v uint32) float64 {
	f := float64(v) / 0xffff
	if f <= 0.04045 {
		return f / 12.92
	}
	return math.Pow((f+0.055)/1.055, 2.4)
}

func TestContrastFunction(t *testing.T) {
	if got := contrast(color.White, color.Black); math.Abs(got-21) > 0.001 {
		t.Errorf("white on black: %v, want 21", got)
	}
	if got := contrast(lipgloss.Color("#777777"), color.White); math.Abs(got-4.48) > 0.01 {
		t.Errorf("#777 on white: %v, want 4.48", got)
	}
}

// Every style must be readable wherever it can stand: on its own and in every
// kind of row. Borders only divide, so that they need 3:1.
func TestContrast(t *testing.T) {
	for _, o := range []ThemeOptions{{Dark: true, Level: Full}, {Level: Full}} {
		paper, pen := "#ffffff", "#1b1e2b"
		if o.Dark {
			paper, pen = "#16161e", "#c8cde0"
		}
		for r := range rowStates {
			for s := range styleCount {
				k := cellInk(r, s)
				fg, bg, least := or(o.pick(k.fg), pen), or(o.pick(k.bg), paper), 4.5
				if s == Border {
					least = 3
				}
				if got := contrast(lipgloss.Color(fg), lipgloss.Color(bg)); got < least {
					t.Errorf("dark=%v row %d style %d: %s on %s is %.2f:1, want %.1f", o.Dark, r, s, fg, bg, got, least)
				}
			}
		}
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

var colourSGR = regexp.MustCompile(`\x1b\[[0-9;]*\b([34]8|3[0-7]|4[0-7]|9[0-7]|10[0-7])\b`)

func TestNoColourWritesNoColour(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for s := range styleCount {
		if got := th.Paint(s, "x"); colourSGR.MatchString(got) {
			t.Errorf("style %d: %q", s, got)
		}
		for r := range rowStates {
			if got := th.cells[r][s]; colourSGR.MatchString(got) {
				t.Errorf("row %d style %d: %q", r, s, got)
			}
		}
	}
}

// What the eye must tell apart has attributes of its own without colour.
func TestNoColourKeepsMeaning(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	seen := map[string]Style{}
	for _, s := range []Style{Normal, Dim, Marked, Cursor, CursorMarked, HeaderActive} {
		open, _, _ := strings.Cut(th.Paint(s, "x"), "x")
		if other, ok := seen[open]; ok {
			t.Errorf("styles %d and %d look the same: %q", s, other, open)
		}
		seen[open] = s
	}
}

func TestCellKeepsTheBackgroundOfItsRow(t *testing.T) {
	for _, lv := range []Level{NoColor, Basic, Full} {
		th := NewTheme(ThemeOptions{Dark: true, Level: lv})
		for _, r := range []rowState{cursorRow, cursorMarkedRow} {
			base := background(th.cells[r][Normal])
			for s := range styleCount {
				if s == Danger && lv != NoColor {
					continue // has a background of its own
				}
				if got := background(th.cells[r][s]); got != base {
					t.Errorf("level %d row %d style %d: %q, want %q", lv, r, s, got, base)
				}
			}
		}
	}
}

var backgroundSGR = regexp.MustCompile(`48;2;\d+;\d+;\d+|[[;]7[;m]`)

// background is what of a sequence fills the cell.
func background(seq string) string { return strings.Trim(backgroundSGR.FindString(seq), "[;m") }

func TestPaint(t *testing.T) {
	th := NewTheme(ThemeOptions{Dark: true, Level: Full})
	if got := th.Paint(Normal, "plain"); got != "plain" {
		t.Errorf("normal text is %q", got)
	}
	if got := th.Paint(Bad, ""); got != "" {
		t.Errorf("nothing is %q", got)
	}
	got := th.Paint(Bad, "no")
	if ansi.Strip(got) != "no" || !strings.HasSuffix(got, reset) {
		t.Errorf("bad text is %q", got)
	}
}

func TestLevelOf(t *testing.T) {
	for p, want := range map[colorprofile.Profile]Level{
		colorprofile.NoTTY: NoColor, colorprofile.ASCII: NoColor,
		colorprofile.ANSI: Basic, colorprofile.ANSI256: Full, colorprofile.TrueColor: Full,
	} {
		if got := LevelOf(p); got != want {
			t.Errorf("%v: %d, want %d", p, got, want)
		}
	}
}

// Layout counts on the widths that Symbols promises.
func TestSymbols(t *testing.T) {
	for name, s := range map[string]Symbols{"unicode": unicodeSymbols(), "ascii": asciiSymbols()} {
		single := []string{
			s.Cursor, s.Mark, s.SortUp, s.SortDown, s.Left, s.Right, s.Ellipsis, s.Check, s.Cross, s.Alert,
			s.Unknown, s.Lock, s.Globe, s.Dot, s.Bullet, s.Open, s.Closed, s.Thumb, s.Track, s.Rest,
			s.Frame.TopLeft, s.Frame.TopRight, s.Frame.BottomLeft, s.Frame.BottomRight, s.Frame.Across, s.Frame.Down,
		}
		single = append(append(single, s.Spinner...), s.Bar...)
		for _, sym := range single {
			checkSymbol(t, name, sym, 1)
		}
		for _, sym := range []string{s.Branch, s.LastBranch, s.Line} {
			checkSymbol(t, name, sym, 2)
		}
		checkSymbol(t, name, s.Arrow, len([]rune(s.Arrow)))
	}
}

func checkSymbol(t *testing.T, name, sym string, w int) {
	t.Helper()
	if Width(sym) != w || ansi.StringWidthWc(sym) != w {
		t.Errorf("%s: %q is not %d wide", name, sym, w)
	}
	if name == "ascii" && !plainASCII(sym) {
		t.Errorf("%q is not ASCII", sym)
	}
}
