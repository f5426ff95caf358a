package kit

import (
	"strings"

	"github.com/amiscope/amiscope/tui/keys"
)

// Menu is a short list in a box: choose with the arrows or by letter. What it
// leads to happens after it closed.
type Menu struct {
	Title  string
	Items  []Item
	Letter func(letter string) Request // for a menu that takes any letter; nil: only those of Items
	cursor int
}

// Item is one entry of a menu.
type Item struct {
	Letter string
	Text   string
	Note   string  // to the right, dim
	Then   Request // asked of the screen below
	Do     Effect  // or done by the root
}

// Handle moves, takes and closes.
func (m Menu) Handle(_ Env, in keys.Intent) (Screen, []Effect) {
	switch in := in.(type) {
	case keys.Move:
		if len(m.Items) > 0 {
			m.cursor = Around(m.cursor, in.By, len(m.Items))
		}
	case keys.Open:
		if m.cursor < len(m.Items) {
			return m, m.Items[m.cursor].take()
		}
	case keys.Pick:
		return m, m.pick(in.Letter)
	case keys.Back:
		return m, []Effect{Pop{}}
	}
	return m, nil
}

func (m Menu) pick(letter string) []Effect {
	for _, it := range m.Items {
		if it.Letter == letter {
			return it.take()
		}
	}
	if m.Letter != nil {
		return []Effect{Pop{Then: m.Letter(letter)}}
	}
	return nil
}

func (it Item) take() []Effect {
	out := []Effect{Pop{Then: it.Then}}
	if it.Do != nil {
		out = append(out, it.Do)
	}
	return out
}

// Sync has nothing to derive.
func (m Menu) Sync(Env) (Screen, []Effect) { return m, nil }

// Receive expects no answers.
func (m Menu) Receive(Env, Answer) (Screen, []Effect) { return m, nil }

// Scopes are the menu's own: letters are entries here.
func (m Menu) Scopes() []keys.Scope { return []keys.Scope{keys.Menu} }

// Disabled is never.
func (m Menu) Disabled(Env, keys.Intent) string { return "" }

// Box is as large as the entries need.
func (m Menu) Box(env Env) (w, h int) {
	w = Width(m.Title) + 8
	for _, it := range m.Items {
		w = max(w, Width(it.Text)+Width(it.Note)+8)
	}
	return min(w, env.Width), min(len(m.Items)+2, env.Height)
}

// View draws the entries that fit, the cursor among them.
func (m Menu) View(env Env) string {
	inner, rows := BoxInside(env.Width, env.Height)
	top := max(0, min(m.cursor-rows+1, len(m.Items)-rows))
	lines := make([]string, 0, rows)
	for i := top; i < min(top+rows, len(m.Items)); i++ {
		lines = append(lines, m.line(env.Theme, i, inner))
	}
	return Box(env.Theme, Panel{Title: m.Title, Body: strings.Join(lines, "\n")}, env.Width, env.Height)
}

func (m Menu) line(t *Theme, i, width int) string {
	it := m.Items[i]
	note := t.Cut(it.Note, max(width*2/3, width-Width(it.Text)-4, 0))
	text := t.Fit(it.Text, max(0, width-Width(note)-3))
	if i == m.cursor {
		return t.Paint(Cursor, t.Fit(it.Letter, 1)+" "+text+" "+note)
	}
	return t.Paint(Key, t.Fit(it.Letter, 1)) + " " + text + " " + t.Paint(Dim, note)
}
