package kit

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Style names what a piece of text means; the theme decides how that looks.
type Style uint8

// The closed set of styles.
const (
	Normal       Style = iota
	Dim                // less important than its neighbours
	Strong             // what the eye should find first
	Accent             // the program's own colour: names, links, the present choice
	Good               // fine, done, safe
	Warn               // worth a look
	Bad                // wrong, failed, exposed
	Info               // neutral news
	Match              // the part of a text that the filter matched
	Header             // a column title
	HeaderActive       // the title of the sorted column
	Title              // the title of a box or a screen
	Key                // a key in a hint bar
	Border             // lines that only divide
	Danger             // a deed or a warning that must not be overlooked
	Cursor             // the row under the cursor
	Marked             // a marked row
	CursorMarked       // the marked row under the cursor
	styleCount
)

// Level is how much colour the terminal shows.
type Level uint8

// The colour levels. Full covers 256 colours too: Bubble Tea lowers what is
// written to what the terminal has.
const (
	NoColor Level = iota // NO_COLOR, or a terminal without colours
	Basic                // the terminal's own sixteen
	Full
)

// LevelOf tells the level of a detected terminal profile.
func LevelOf(p colorprofile.Profile) Level {
	switch {
	case p >= colorprofile.ANSI256:
		return Full
	case p == colorprofile.ANSI:
		return Basic
	}
	return NoColor
}

// ThemeOptions is what is known of the terminal.
type ThemeOptions struct {
	Dark  bool // the background is dark
	Level Level
	ASCII bool // no UTF-8 locale, or plain symbols asked for
}

// Theme turns styles into terminal sequences. It is built once for a terminal
// and never changes; it is safe to share.
type Theme struct {
	ThemeOptions
	Symbols Symbols
	lip     [styleCount]lipgloss.Style
	open    [styleCount]string
	cells   [rowStates][styleCount]string // the style of a cell in such a row
}

const reset = "\x1b[m"

// NewTheme builds the theme of a terminal.
func NewTheme(o ThemeOptions) *Theme {
	t := &Theme{ThemeOptions: o, Symbols: unicodeSymbols()}
	if o.ASCII {
		t.Symbols = asciiSymbols()
	}
	for s := range styleCount {
		t.lip[s] = o.lip(inks[s])
		t.open[s] = opening(t.lip[s])
	}
	for r := range rowStates {
		for s := range styleCount {
			t.cells[r][s] = opening(o.lip(cellInk(r, s)))
		}
	}
	return t
}

// Paint gives a text the look of a style. The text must be safe already: one
// of our own words, or cleaned by Fit.
func (t *Theme) Paint(s Style, text string) string {
	if t.open[s] == "" || text == "" {
		return text
	}
	return t.open[s] + text + reset
}

// Lip is the style as lipgloss wants it, for components of bubbles.
func (t *Theme) Lip(s Style) lipgloss.Style { return t.lip[s] }

// opening is what lipgloss writes before a text of that style.
func opening(s lipgloss.Style) string {
	open, _, _ := strings.Cut(s.Render("x"), "x")
	return open
}
