package kit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model/safe"
)

// Width is the number of cells that a painted text takes.
func Width(s string) int { return ansi.StringWidth(s) }

// Clean makes a text one harmless line that any terminal draws equally wide.
func (t *Theme) Clean(s string) string {
	if plainASCII(s) {
		return s
	}
	text, _ := t.level(safe.Cell(s))
	return text
}

// Fit cleans a text, and cuts or pads it to exactly w cells.
func (t *Theme) Fit(s string, w int) string {
	c := t.cut(s, w, 0)
	return t.join(c) + spaces(c.rest)
}

// FitRight is Fit for numbers: it pads on the left.
func (t *Theme) FitRight(s string, w int) string {
	c := t.cut(s, w, 0)
	return spaces(c.rest) + t.join(c)
}

// Cut cleans a text and cuts it to at most w cells.
func (t *Theme) Cut(s string, w int) string { return t.join(t.cut(s, w, 0)) }

// cutting is a clean text cut to a width: head, and where something was left
// out an ellipsis and what follows it. The parts are not joined yet because
// the table draws hundreds of them a frame.
type cutting struct {
	head, tail string
	short      bool // something was left out
	rest       int  // cells that remain
}

func (t *Theme) join(c cutting) string {
	if !c.short {
		return c.head
	}
	return c.head + t.Symbols.Ellipsis + c.tail
}

// cut fits a text into w cells. What is too long keeps its last tail cells.
func (t *Theme) cut(s string, w, tail int) cutting {
	switch {
	case w <= 0:
		return cutting{}
	case plainASCII(s):
		return cutASCII(s, w, tail)
	}
	s, n := t.level(safe.Cell(s))
	if n <= w {
		return cutting{head: s, rest: w - n}
	}
	c := cutting{head: beginning(s, w-1-tail), short: true}
	if tail > 0 {
		c.tail = ansi.TruncateLeft(s, n-tail, "")
		if ansi.StringWidth(c.tail) > tail { // it began within a wide character
			c.tail = ansi.TruncateLeft(s, n-tail+1, "")
		}
	}
	c.rest = w - 1 - ansi.StringWidth(c.head) - ansi.StringWidth(c.tail)
	return c
}

// beginning is what of the start of a level text fits into w cells. The library
// keeps a last character that is wider than the rest of the room where its
// parts, one by one, are not.
func beginning(s string, w int) string {
	for n := w; n > 0; n-- {
		if head := ansi.Truncate(s, n, ""); ansi.StringWidth(head) <= w {
			return head
		}
	}
	return ""
}

func cutASCII(s string, w, tail int) cutting {
	if len(s) <= w {
		return cutting{head: s, rest: w - len(s)}
	}
	return cutting{head: s[:w-1-tail], tail: s[len(s)-tail:], short: true}
}

// tailOf is how much of its end a text cut to w cells keeps when it is cut in
// the middle. Where there is little room both ends would say nothing.
func tailOf(w int) int {
	if w < 9 {
		return 0
	}
	return w / 3
}

// plainASCII reports whether every byte is one printable cell.
func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// level keeps of a safe text what every terminal draws equally wide, and
// tells how wide. Terminals differ on clusters of several characters (families
// of emoji, some Indic syllables): one measures the cluster, another the sum.
// Such a cluster is reduced to its first character, because one wrong cell
// shifts the whole row; where letters get lost a question mark says so.
// Without UTF-8 all of them are question marks.
func (t *Theme) level(s string) (text string, width int) {
	if plainASCII(s) {
		return s, len(s)
	}
	if w, ok := allLevel(s); ok && !t.ASCII {
		return s, w
	}
	var b strings.Builder
	for s != "" {
		cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		b.WriteString(t.levelCluster(cluster, w))
		s = s[len(cluster):]
	}
	return b.String(), ansi.StringWidth(b.String())
}

// allLevel measures a text, if all of it is level. Inside it a cluster has its
// neighbours already; only the first and the last can still take in a blank.
func allLevel(s string) (width int, ok bool) {
	for first := true; s != ""; first = false {
		if len(s) > 1 && s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf {
			s, width = s[1:], width+1 // nothing joins two ASCII characters
			continue
		}
		cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s, width = s[len(cluster):], width+w
		if !evenly(cluster, w) || (first || s == "") && !apart(cluster, w) {
			return 0, false
		}
	}
	return width, true
}

func (t *Theme) levelCluster(cluster string, w int) string {
	switch {
	case t.ASCII && len(cluster) > 1:
		return strings.Repeat(plainForm(cluster), max(w, 1))
	case level(cluster, w):
		return cluster
	}
	r, n := utf8.DecodeRuneInString(cluster)
	first := cluster[:n]
	switch {
	case !level(first, ansi.StringWidth(first)):
		return "?"
	case unicode.IsLetter(r):
		return first + "?"
	}
	return first
}

// plainForm is what stands for a character where only ASCII can be written.
func plainForm(cluster string) string {
	switch cluster {
	case "–", "—", "‐", "‑", "−", "─":
		return "-"
	case "·", "•", "●":
		return "*"
	case "…", "≈":
		return "~"
	case "→", "›", "»", "▸":
		return ">"
	case "←", "‹", "«":
		return "<"
	case "‘", "’":
		return "'"
	case "“", "”":
		return `"`
	case "×", "✗":
		return "x"
	case "✓":
		return "+"
	case "\u00a0":
		return " "
	}
	return "?"
}

// level reports whether a cluster is drawn equally wide everywhere.
func level(cluster string, w int) bool { return evenly(cluster, w) && apart(cluster, w) }

// evenly reports whether all ways of measuring agree on w > 0 cells. What cuts
// text takes an ASCII character apart from anything but accents: keycaps and the
// like are not even.
func evenly(cluster string, w int) bool {
	if len(cluster) > 1 && cluster[0] < utf8.RuneSelf && !accents(cluster[1:]) {
		return false
	}
	return w > 0 && ansi.StringWidthWc(cluster) == w
}

func accents(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Variation_Selector, r)
	})
}

// apart reports whether a cluster takes in neither a blank before nor one
// after it.
func apart(cluster string, w int) bool { return ansi.StringWidth(" "+cluster+" ") == w+2 }

// blank is what spaces are cut from.
const blank = "                                                                                                    " +
	"                                                                                                    "

// spaces is n blanks, without an allocation up to 200.
func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}
