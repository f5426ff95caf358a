package kit

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// search is a field of words, all of which must stand in a row.
type search struct {
	input   textinput.Model
	editing bool
}

func newSearch(text string) search {
	in := textinput.New()
	in.Prompt, in.CharLimit = "", 200
	in.SetValue(text)
	return search{input: in}
}

func (s *search) text() string { return s.input.Value() }

func (s *search) words() []string { return strings.Fields(strings.ToLower(s.text())) }

func (s *search) set(text string) { s.input.SetValue(text) }

func (s *search) start() {
	s.editing = true
	s.input.Focus()
	s.input.CursorEnd()
}

func (s *search) stop() {
	s.editing = false
	s.input.Blur()
}

// edit passes a key or a paste to the field, and reports whether the words
// changed.
func (s *search) edit(msg tea.Msg) bool {
	was := s.words()
	s.input, _ = s.input.Update(msg) // its command only blinks a cursor that we do not draw
	return !slices.Equal(was, s.words())
}

func (s *search) view(env Env) string {
	t := env.Theme
	if !s.editing {
		return t.Paint(Accent, t.Clean(s.text())) + t.Paint(Dim, "   esc clears")
	}
	return fieldText(t, []rune(s.text()), s.input.Position())
}

// fieldText is a text that is typed in, with its cursor.
func fieldText(t *Theme, text []rune, at int) string {
	under, rest := " ", ""
	if at < len(text) {
		under, rest = t.Clean(string(text[at])), t.Clean(string(text[at+1:]))
	}
	return t.Clean(string(text[:min(at, len(text))])) + t.Paint(Cursor, under) + rest
}
