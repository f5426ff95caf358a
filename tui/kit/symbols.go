package kit

// Symbols are the signs of the interface. Each is one cell wide but for the
// tree branches (two) and Arrow in ASCII (two).
type Symbols struct {
	Cursor, Mark             string
	SortUp, SortDown         string // ascending, descending
	Left, Right              string // more columns that way
	Ellipsis                 string
	Check, Cross, Alert      string // done, failed, look here
	Unknown                  string // not read, so not known
	AtMost                   string // before the largest that something can be
	Used, Probable, Unused   string // the other verdicts on usage
	Lock                     string // encrypted, protected
	Globe                    string // public
	Dot, Bullet              string // between facts, before items
	Arrow                    string // from → to
	Open, Closed             string // tree nodes
	Branch, LastBranch, Line string // tree lines
	Thumb, Track             string // the scrollbar
	Spinner                  []string
	Bar                      []string // a cell filled by 0, 1/n, ... n/n
	Rest                     string   // an unfilled cell of a bar
	Frame                    Frame
}

// Frame is what boxes are drawn with.
type Frame struct {
	TopLeft, TopRight, BottomLeft, BottomRight string
	Across, Down                               string
}

func unicodeSymbols() Symbols {
	return Symbols{
		Cursor: "▌", Mark: "●",
		SortUp: "▲", SortDown: "▼",
		Left: "‹", Right: "›",
		Ellipsis: "…",
		Check:    "✓", Cross: "✗", Alert: "▲",
		Unknown: "?", AtMost: "≤",
		Used: "●", Probable: "◐", Unused: "○",
		Lock:  "◆",
		Globe: "◎",
		Dot:   "·", Bullet: "•",
		Arrow: "→",
		Open:  "▾", Closed: "▸",
		Branch: "├╴", LastBranch: "└╴", Line: "│ ",
		Thumb: "┃", Track: "│",
		Spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
		Bar:     []string{" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
		Rest:    "░",
		Frame:   Frame{"╭", "╮", "╰", "╯", "─", "│"},
	}
}

func asciiSymbols() Symbols {
	return Symbols{
		Cursor: ">", Mark: "*",
		SortUp: "^", SortDown: "v",
		Left: "<", Right: ">",
		Ellipsis: "~",
		Check:    "+", Cross: "x", Alert: "!",
		Unknown: "?", AtMost: "<",
		Used: "*", Probable: "~", Unused: "o",
		Lock:  "#",
		Globe: "@",
		Dot:   "-", Bullet: "*",
		Arrow: "->",
		Open:  "-", Closed: "+",
		Branch: "|-", LastBranch: "`-", Line: "| ",
		Thumb: "#", Track: "|",
		Spinner: []string{"|", "/", "-", "\\"},
		Bar:     []string{" ", "#"},
		Rest:    ".",
		Frame:   Frame{"+", "+", "+", "+", "-", "|"},
	}
}
