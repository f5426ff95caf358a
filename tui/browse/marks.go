package browse

import (
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// mark answers the intents about marks; it reports whether it was one.
func (s *Images) mark(env kit.Env, in keys.Intent) ([]kit.Effect, bool) {
	switch in.(type) {
	case keys.Mark:
		s.markOne(env)
		return nil, true
	case keys.MarkRange:
		return s.markRange(env), true
	case keys.MarkShown:
		for _, im := range s.rows.shown {
			env.Marks.Set(im.ImageKey, true)
		}
		return []kit.Effect{kit.Toast{Text: kit.Plural(env.Marks.Len(), "image", "images") + " marked"}}, true
	case keys.ClearMarks:
		return s.clearMarks(env), true
	}
	return nil, false
}

func (s *Images) markOne(env kit.Env) {
	im, ok := s.current()
	if !ok {
		return
	}
	env.Marks.Set(im.ImageKey, !env.Marks.Has(im.ImageKey))
	s.anchor = im.ImageKey
	s.table = s.table.Move(1)
	s.hold()
}

// markRange marks from the row marked last to the cursor, both included.
func (s *Images) markRange(env kit.Env) []kit.Effect {
	from, ok := s.row(s.anchor)
	if !ok {
		s.markOne(env)
		return []kit.Effect{kit.Toast{Text: "range starts here: move, then v again"}}
	}
	to := s.table.Cursor()
	for i := min(from, to); i <= max(from, to); i++ {
		env.Marks.Set(s.rows.shown[i].ImageKey, true)
	}
	return []kit.Effect{kit.Toast{Text: kit.Plural(env.Marks.Len(), "image", "images") + " marked"}}
}

func (s *Images) clearMarks(env kit.Env) []kit.Effect {
	s.rows.hidden = 0
	switch n := env.Marks.Clear(); {
	case n > 0:
		return []kit.Effect{kit.Toast{Text: kit.Plural(n, "mark", "marks") + ` cleared; ctrl+\ again brings them back`}}
	case n < 0:
		next, effects := s.derive(env, false) // to count those that the filter hides
		*s = next
		return append(effects, kit.Toast{Text: kit.Plural(-n, "mark", "marks") + " brought back"})
	}
	return []kit.Effect{kit.Toast{Text: "no image is marked"}}
}

// nextMark moves the cursor to the next marked row, round the end.
func (s *Images) nextMark(env kit.Env, back bool) {
	n, step := len(s.rows.shown), 1
	if back {
		step = -1
	}
	for i := 1; i <= n; i++ {
		row := kit.Around(s.table.Cursor(), i*step, n)
		if env.Marks.Has(s.rows.shown[row].ImageKey) {
			s.table = s.table.Goto(row)
			return
		}
	}
}

func (s *Images) row(k model.ImageKey) (int, bool) {
	for i, im := range s.rows.shown {
		if im.ImageKey == k {
			return i, true
		}
	}
	return 0, false
}

// HiddenMarks is the number of marked images that the filter hides. Only rows
// that are shown can be marked, so it changes only when rows are derived.
func (s Images) HiddenMarks() int { return s.rows.hidden }
