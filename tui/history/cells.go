package history

import (
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

func push(s kit.Screen) []kit.Effect { return []kit.Effect{kit.Push{Screen: s}} }

func orDash(s string) kit.Cell {
	if s == "" {
		return kit.Cell{Text: "–", Style: kit.Dim}
	}
	return kit.Cell{Text: s}
}

func unknown() kit.Cell { return kit.Cell{Text: kit.Unread, Style: kit.Dim} }

func images(n int) string { return kit.Plural(n, "image", "images") }

// whyLines is the height of what is told about the row under the cursor, for which
// its columns may be too narrow.
const whyLines = 1

// why draws that.
func why(env kit.Env, text string, style kit.Style) string {
	t := env.Theme
	return kit.Block(" "+t.Paint(style, t.Cut(text, max(0, env.Width-2))), env.Width, whyLines)
}

// keyOf is the image of a mark.
func keyOf(id string) model.ImageKey {
	region, image, _ := strings.Cut(id, "/")
	return model.ImageKey{Region: region, ID: image}
}

// mark answers the intents about marks; it reports whether it was one of them. can
// says which rows can be marked.
func mark[R any](l *kit.Listing[R], in keys.Intent, id func(R) string, can func(R) bool) ([]kit.Effect, bool) {
	switch in.(type) {
	case keys.Mark:
		if r, ok := l.Current(); ok && can(r) {
			if l.Marks[id(r)] {
				delete(l.Marks, id(r))
			} else {
				l.Marks[id(r)] = true
			}
			*l = l.Move(keys.Move{By: 1})
		}
		return nil, true
	case keys.MarkShown:
		for r := range l.Shown() {
			if can(r) {
				l.Marks[id(r)] = true
			}
		}
		return []kit.Effect{kit.Toast{Text: kit.Count(len(l.Marks)) + " marked"}}, true
	case keys.ClearMarks:
		n := len(l.Marks)
		clear(l.Marks)
		return []kit.Effect{kit.Toast{Text: kit.Plural(n, "mark", "marks") + " cleared"}}, true
	}
	return nil, false
}

// marked says how many are.
func marked[R any](env kit.Env, l *kit.Listing[R]) []kit.Part {
	if len(l.Marks) == 0 {
		return nil
	}
	return []kit.Part{{Text: env.Theme.Symbols.Mark + " " + kit.Count(len(l.Marks)) + " marked", Style: kit.Accent, Priority: 80}}
}
