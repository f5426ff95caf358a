package kit

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for name, c := range map[string]struct {
		in   string
		w    int
		want []string
	}{
		"between words":  {"one two three", 8, []string{"one two", "three"}},
		"within a word":  {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"line breaks":    {"one\r\ntwo\n\nthree", 8, []string{"one", "two", "", "three"}},
		"tabs":           {"a\tb", 8, []string{"a  b"}},
		"control":        {"a\x1bb", 8, []string{`a\x1bb`}},
		"wide":           {"数据平台", 5, []string{"数据", "平台"}},
		"hyphen":         {"AA-B", 2, []string{"AA", "-B"}},
		"nothing":        {"", 5, []string{""}},
		"no room at all": {"abc", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, th.Wrap(c.in, c.w)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrapIsHarmlessAndNarrow(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	rapid.Check(t, func(t *rapid.T) {
		s, w := hostile().Draw(t, "text"), rapid.IntRange(2, 40).Draw(t, "width")
		for _, l := range th.Wrap(s, w) {
			checkLine(t, l+spaces(w-Width(l)), w)
		}
	})
}

func TestHighlight(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	m := func(s string) string { return th.Paint(Match, s) }
	for name, c := range map[string]struct {
		hits []Range
		want string
	}{
		"none":        {nil, "golden-web"},
		"one":         {[]Range{{7, 10}}, "golden-" + m("web")},
		"unsorted":    {[]Range{{7, 10}, {0, 6}}, m("golden") + "-" + m("web")},
		"overlapping": {[]Range{{0, 4}, {2, 6}}, m("gold") + m("en") + "-web"},
		"outside":     {[]Range{{-3, 2}, {8, 99}, {5, 5}, {200, 300}}, m("go") + "lden-w" + m("eb")},
		"backwards":   {[]Range{{6, 2}}, "golden-web"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := th.Highlight("golden-web", Normal, c.hits); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	th := NewTheme(ThemeOptions{Dark: true, Level: Full})
	got := Block("ab\n"+th.Paint(Bad, "数据库")+"\nlost", 5, 2)
	want := "ab   \n" + th.Paint(Bad, "数据") + " "
	if ansi.Strip(got) != ansi.Strip(want) || !strings.Contains(got, reset) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Block("", 3, 2); got != "   \n   " {
		t.Errorf("empty block is %q", got)
	}
	if got := Block("abc", 3, 0); got != "" {
		t.Errorf("no lines are %q", got)
	}
}
