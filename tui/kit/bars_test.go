package kit

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestBar(t *testing.T) {
	for name, c := range map[string]struct {
		fraction       float64
		unicode, ascii string
	}{
		"nothing":        {0, "░░░░", "...."},
		"hardly any":     {0.0001, "▏░░░", "#..."},
		"a half":         {0.5, "██░░", "##.."},
		"between":        {0.4, "█▋░░", "##.."},
		"almost all":     {0.9999, "███▉", "###."},
		"all":            {1, "████", "####"},
		"more than all":  {math.Inf(1), "████", "####"},
		"less than none": {-1, "░░░░", "...."},
		"not a number":   {math.NaN(), "░░░░", "...."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ansi.Strip(Bar(NewTheme(ThemeOptions{}), c.fraction, 4)); got != c.unicode {
				t.Errorf("%q, want %q", got, c.unicode)
			}
			if got := ansi.Strip(Bar(NewTheme(ThemeOptions{ASCII: true}), c.fraction, 4)); got != c.ascii {
				t.Errorf("ASCII: %q, want %q", got, c.ascii)
			}
		})
	}
}

func TestStatusLine(t *testing.T) {
	left := []Part{{"amiscope", Title, 9}, {"5,000 images", Normal, 8}, {"age>180d", Accent, 2}}
	right := []Part{{"2 failed", Bad, 7}, {"", Normal, 9}, {"3m ago", Dim, 2}}
	for w, want := range map[int]string{
		60: "amiscope  5,000 images  age>180d            2 failed  3m ago",
		50: "amiscope  5,000 images  age>180d  2 failed  3m ago",
		44: "amiscope  5,000 images  age>180d    2 failed",
		36: "amiscope  5,000 images      2 failed",
		25: "amiscope  5,000 images   ",
		10: "amiscope  ",
		5:  "amis…",
	} {
		if got := ansi.Strip(StatusLine(NewTheme(ThemeOptions{}), w, left, right)); got != want {
			t.Errorf("%d: %q, want %q", w, got, want)
		}
	}
}

func TestHintBar(t *testing.T) {
	hints := []Hint{{Key: "enter", Text: "open"}, {Key: "D", Text: "delete", Danger: true}, {Key: "?", Text: "help"}}
	for w, want := range map[int]string{
		30: "enter open  D delete  ? help  ",
		28: "enter open  D delete  ? help",
		27: "enter open  D delete       ",
		9:  "         ",
		0:  "",
	} {
		if got := ansi.Strip(HintBar(NewTheme(ThemeOptions{}), w, hints)); got != want {
			t.Errorf("%d: %q, want %q", w, got, want)
		}
	}
}

func TestTabs(t *testing.T) {
	names := []string{"identity", "devices", "tags", "json"}
	for name, c := range map[string]struct {
		active, w int
		want      string
	}{
		"all":             {0, 40, "[identity]  devices   tags   json       "},
		"left part":       {0, 24, "[identity]  devices  ›  "},
		"right part":      {3, 24, "‹  tags  [json]         "},
		"active only":     {2, 10, "‹ [tags] ›"},
		"not even that":   {1, 6, "‹ [dev"},
		"beyond the last": {9, 40, " identity   devices   tags  [json]      "},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ansi.Strip(Tabs(NewTheme(ThemeOptions{}), names, c.active, c.w)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := Tabs(NewTheme(ThemeOptions{}), nil, 0, 5); got != "     " {
		t.Errorf("no tabs are %q", got)
	}
}

func TestBarsAreExactAndHarmless(t *testing.T) {
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w := rapid.IntRange(0, 100).Draw(t, "width")
				texts := rapid.SliceOfN(hostile(), 0, 6).Draw(t, "texts")
				var parts []Part
				var hints []Hint
				for i, s := range texts {
					parts = append(parts, Part{s, Style(i), i % 3})
					hints = append(hints, Hint{Key: s, Text: s, Danger: i%2 == 0, Keep: i%3 == 0})
				}
				half := len(parts) / 2
				checkLine(t, StatusLine(th, w, parts[:half], parts[half:]), w)
				checkLine(t, HintBar(th, w, hints), w)
				checkLine(t, Tabs(th, texts, 1, w), w)
				checkLine(t, Bar(th, rapid.Float64().Draw(t, "fraction"), w), w)
			})
		})
	}
}

// A hint is there as a whole or not at all.
func TestHintsAreNeverCut(t *testing.T) {
	hints := []Hint{{Key: "enter", Text: "open"}, {Key: "space", Text: "mark"}, {Key: "D", Text: "delete", Danger: true}}
	for w := range 60 {
		got := strings.Fields(ansi.Strip(HintBar(NewTheme(ThemeOptions{}), w, hints)))
		if len(got)%2 != 0 {
			t.Errorf("%d: %q", w, got)
		}
	}
}

// What is kept takes the place of those before it, where there is little room.
func TestHintsThatAreKept(t *testing.T) {
	hints := []Hint{{Key: "enter", Text: "open"}, {Key: "space", Text: "mark"}, {Key: "?", Text: "help", Keep: true}, {Key: "q", Text: "quit"}}
	for w, want := range map[int]string{
		40: "enter open  space mark  ? help  q quit", 38: "enter open  space mark  ? help  q quit", 37: "enter open  space mark  ? help",
		29: "enter open  ? help", 18: "enter open  ? help", 17: "? help", 6: "? help", 5: "",
	} {
		if got := strings.TrimRight(ansi.Strip(HintBar(NewTheme(ThemeOptions{}), w, hints)), " "); got != want {
			t.Errorf("%d cells: %q, want %q", w, got, want)
		}
	}
}
