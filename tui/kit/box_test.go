package kit

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func facts() []Pair {
	return []Pair{
		{"Identity", "", Normal},
		{"Name", "acme-web-ubuntu-22.04", Strong},
		{"Image id", "ami-0123456789abcdef0", Normal},
		{"Description", "A description that goes on and on, so that it takes several lines.", Dim},
		{"Public", "no", Good},
	}
}

func TestBoxDrawing(t *testing.T) {
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			iw, _ := BoxInside(44, 10)
			body := strings.Join(Pairs(th, facts(), iw), "\n")
			out := Box(th, Panel{"acme-web", body, "esc back"}, 44, 10)
			golden.RequireEqual(t, []byte(strings.ReplaceAll(out, "\x1b", "␛")))
		})
	}
}

func TestBoxesAreExactAndHarmless(t *testing.T) {
	for name, th := range themes() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w, h := rapid.IntRange(0, 90).Draw(t, "width"), rapid.IntRange(0, 20).Draw(t, "height")
				s := hostile().Draw(t, "text")
				body := strings.Join(Pairs(th, []Pair{{s, s, Bad}, {s, "", Normal}, {"x", s, Info}}, w), "\n")
				checkBlock(t, Box(th, Panel{s, body, s}, w, h), w, h)
				checkBlock(t, Placeholder(th, w, h, s, s), w, h)
			})
		})
	}
}

func checkBlock(t *rapid.T, out string, w, h int) {
	if h == 0 {
		if out != "" {
			t.Fatalf("no lines are %q", out)
		}
		return
	}
	lines := strings.Split(out, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines, want %d", len(lines), h)
	}
	for _, l := range lines {
		checkLine(t, l, w)
	}
}

func TestPlaceholder(t *testing.T) {
	got := ansi.Strip(Placeholder(NewTheme(ThemeOptions{}), 14, 5, "no images", "esc clears"))
	want := "              \n  no images   \n  esc clears  \n              \n              "
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOverlay(t *testing.T) {
	base := Block(strings.Repeat("..........\n", 4), 10, 4)
	got := ansi.Strip(Overlay(base, "ab\ncd", 3, 1))
	want := "..........\n...ab.....\n...cd.....\n.........."
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCentered(t *testing.T) {
	if x, y := Centered(80, 24, 40, 10); x != 20 || y != 7 {
		t.Errorf("%d, %d, want 20, 7", x, y)
	}
	if x, y := Centered(10, 4, 40, 10); x != 0 || y != 0 {
		t.Errorf("too large a box: %d, %d, want 0, 0", x, y)
	}
}
