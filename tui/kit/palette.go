package kit

import "charm.land/lipgloss/v2"

// hue is one colour in the forms that terminals need: for a light and for a
// dark background, in full colour and out of the terminal's own sixteen. The
// zero hue leaves the terminal's colour as it is.
type hue struct{ light, dark, basicLight, basicDark string }

// attr is a set of the attributes that work without colour.
type attr uint8

const (
	bold attr = 1 << iota
	faint
	underline
	reverse
)

// ink is how a style looks: with colours, and without.
type ink struct {
	fg, bg hue
	attr   attr // with colours
	plain  attr // without
	basic  attr // besides attr, where only sixteen colours are to be had
}

// Every text hue has a contrast of at least 4.5:1 on #ffffff or #16161e and on
// the row backgrounds it can meet; a test holds it to that.
var (
	dimHue    = hue{"#5c6275", "#8f97b8", "", ""}
	accentHue = hue{"#2350b8", "#7aa2f7", "4", "12"}
	goodHue   = hue{"#2c6416", "#9ece6a", "2", "10"}
	warnHue   = hue{"#7d5000", "#e0af68", "3", "11"}
	badHue    = hue{"#ad1539", "#f7768e", "1", "9"}
	infoHue   = hue{"#0b6079", "#7dcfff", "6", "14"}
	matchHue  = hue{"#9a4100", "#ff9e64", "5", "13"}
	markHue   = hue{"#7330b5", "#c3a6ff", "5", "13"}
	borderHue = hue{"#858a9d", "#666f96", "", ""}

	// On a row with a background of its own the text has its own colours, too.
	rowHue    = hue{"#d6e2fb", "#263254", "", ""}
	rowText   = hue{"#1b1e2b", "#e8ebf7", "", ""}
	rowDimHue = hue{"#4d5366", "#b3bad6", "", ""}
)

// inks is the look of each style on its own.
var inks = [styleCount]ink{
	Normal:       {},
	Dim:          {fg: dimHue, plain: faint, basic: faint},
	Strong:       {attr: bold, plain: bold},
	Accent:       {fg: accentHue},
	Good:         {fg: goodHue},
	Warn:         {fg: warnHue},
	Bad:          {fg: badHue},
	Info:         {fg: infoHue},
	Match:        {fg: matchHue, attr: bold | underline, plain: bold | underline},
	Header:       {fg: dimHue, attr: bold, plain: bold},
	HeaderActive: {fg: accentHue, attr: bold, plain: bold | underline},
	Title:        {fg: accentHue, attr: bold, plain: bold},
	Key:          {fg: accentHue, attr: bold, plain: bold},
	Border:       {fg: borderHue, basic: faint},
	Danger: {
		fg:   hue{"#ffffff", "#16161e", "15", "0"},
		bg:   hue{"#ad1539", "#f7768e", "1", "9"},
		attr: bold, plain: bold | reverse,
	},
	Cursor:       {fg: rowText, bg: rowHue, plain: reverse, basic: reverse},
	Marked:       {fg: markHue, attr: bold, plain: bold},
	CursorMarked: {fg: markHue, bg: rowHue, attr: bold, plain: bold | reverse, basic: reverse},
}

// rowState is what a table row is besides its cells.
type rowState uint8

const (
	plainRow rowState = iota
	markedRow
	cursorRow
	cursorMarkedRow
	rowStates
)

// base is the style of a row where no cell says otherwise.
func (r rowState) base() Style {
	switch r {
	case markedRow:
		return Marked
	case cursorRow:
		return Cursor
	case cursorMarkedRow:
		return CursorMarked
	case plainRow, rowStates:
	}
	return Normal
}

// cellInk lays the ink of a cell over that of its row: the row keeps its
// background, the cell its meaning.
func cellInk(r rowState, s Style) ink {
	row, cell := inks[r.base()], inks[s]
	if r == plainRow {
		return cell
	}
	out := row
	out.attr |= cell.attr
	out.plain |= cell.plain &^ faint
	switch s {
	case Normal, Strong:
	case Dim:
		if r == cursorRow {
			out.fg = rowDimHue
		}
	case Header, Border:
		out.fg = rowDimHue
	default:
		out.fg = cell.fg
	}
	if cell.bg != (hue{}) {
		out.bg, out.basic = cell.bg, cell.basic
	}
	return out
}

// lip is an ink as a lipgloss style for that terminal.
func (o ThemeOptions) lip(k ink) lipgloss.Style {
	a := o.attributes(k)
	if o.Level == Basic && a&reverse != 0 {
		k.fg, k.bg = hue{}, hue{} // reversed colours would be blots on the row
	}
	s := withAttributes(a)
	if c := o.pick(k.fg); c != "" {
		s = s.Foreground(lipgloss.Color(c))
	}
	if c := o.pick(k.bg); c != "" {
		s = s.Background(lipgloss.Color(c))
	}
	return s
}

func (o ThemeOptions) attributes(k ink) attr {
	switch o.Level {
	case NoColor:
		return k.plain
	case Basic:
		return k.attr | k.basic
	case Full:
	}
	return k.attr
}

func withAttributes(a attr) lipgloss.Style {
	s := lipgloss.NewStyle()
	if a&bold != 0 {
		s = s.Bold(true)
	}
	if a&faint != 0 {
		s = s.Faint(true)
	}
	if a&underline != 0 {
		s = s.Underline(true)
	}
	if a&reverse != 0 {
		s = s.Reverse(true)
	}
	return s
}

// pick chooses the form of a hue for that terminal; "" is the terminal's own.
func (o ThemeOptions) pick(h hue) string {
	switch {
	case o.Level == Full && o.Dark:
		return h.dark
	case o.Level == Full:
		return h.light
	case o.Level == Basic && o.Dark:
		return h.basicDark
	case o.Level == Basic:
		return h.basicLight
	}
	return ""
}
