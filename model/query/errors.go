package query

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model/safe"
)

// Error says what is wrong with a query and where. Pos and End count
// characters from the start of the text, End excluded.
type Error struct {
	Pos, End int
	Msg      string // what is wrong
	Hint     string // what was meant, or what to write; may be empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", e.Pos+1, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Point is two lines: the query, and carets under what is wrong. It is safe to
// show in a terminal.
func (e *Error) Point(text string) string {
	runes := []rune(text)
	pos := min(max(e.Pos, 0), len(runes))
	end := min(max(e.End, pos), len(runes))
	before, at := safe.Cell(string(runes[:pos])), safe.Cell(string(runes[pos:end]))
	carets := max(ansi.StringWidth(at), 1)
	return before + at + safe.Cell(string(runes[end:])) + "\n" +
		strings.Repeat(" ", ansi.StringWidth(before)) + strings.Repeat("^", carets)
}

// nearest is the candidate that a misspelt word most likely means, or "".
func nearest(text string, candidates []string) string {
	best, least := "", len(text)/3+1
	for _, c := range candidates {
		d := distance(strings.ToLower(text), c)
		if len(text) >= 3 && strings.HasPrefix(c, strings.ToLower(text)) {
			d = 1
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 64 { // no key is that long
		return len(a)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range len(b) {
		rows[0][j+1] = j + 1
		for i := range len(a) {
			rows[i+1][j+1] = step(rows, a, b, i, j)
		}
	}
	return rows[len(a)][len(b)]
}

func step(rows [][]int, a, b string, i, j int) int {
	cost := 1
	if a[i] == b[j] {
		cost = 0
	}
	d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		d = min(d, rows[i-1][j-1]+1)
	}
	return d
}
