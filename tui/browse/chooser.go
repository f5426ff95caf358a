package browse

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// chooser is the menu of columns: each can be shown or not, and moved.
type chooser struct {
	keys   []string // all columns in the order in which they would stand
	on     map[string]bool
	cursor int
}

func newChooser(cols []column) chooser {
	c := chooser{on: map[string]bool{}}
	for _, col := range cols {
		c.keys, c.on[col.Key] = append(c.keys, col.Key), true
	}
	for _, col := range columns {
		if !c.on[col.Key] {
			c.keys = append(c.keys, col.Key)
		}
	}
	return c
}

// Handle moves, shows and hides; what is shown changes when it closes.
func (c chooser) Handle(_ kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		c.cursor = kit.Around(c.cursor, in.By, len(c.keys))
	case keys.Pick:
		return c.pick(in.Letter), nil
	case keys.Open:
		return c, []kit.Effect{kit.Pop{Then: kit.SetColumns{Keys: c.chosen()}}}
	case keys.Back:
		return c, []kit.Effect{kit.Pop{}}
	}
	return c, nil
}

func (c chooser) pick(letter string) chooser {
	switch letter {
	case "space", "x":
		on := make(map[string]bool, len(c.on))
		for k, v := range c.on {
			on[k] = v
		}
		on[c.keys[c.cursor]] = !on[c.keys[c.cursor]]
		c.on = on
		c.cursor = kit.Around(c.cursor, 1, len(c.keys))
	case "j":
		c.cursor = kit.Around(c.cursor, 1, len(c.keys))
	case "k":
		c.cursor = kit.Around(c.cursor, -1, len(c.keys))
	case "J":
		c = c.shift(1)
	case "K":
		c = c.shift(-1)
	case "0":
		return newChooser(columns)
	}
	return c
}

func (c chooser) shift(by int) chooser {
	to := c.cursor + by
	if to < 0 || to >= len(c.keys) {
		return c
	}
	c.keys = slices.Clone(c.keys)
	c.keys[c.cursor], c.keys[to] = c.keys[to], c.keys[c.cursor]
	c.cursor = to
	return c
}

func (c chooser) chosen() []string {
	var out []string
	for _, k := range c.keys {
		if c.on[k] {
			out = append(out, k)
		}
	}
	return out
}

// Sync has nothing to derive.
func (c chooser) Sync(kit.Env) (kit.Screen, []kit.Effect) { return c, nil }

// Receive expects no answers.
func (c chooser) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return c, nil }

// Scopes are the menu's.
func (c chooser) Scopes() []keys.Scope { return []keys.Scope{keys.Menu} }

// Disabled is never.
func (c chooser) Disabled(kit.Env, keys.Intent) string { return "" }

// Box is as large as the columns need.
func (c chooser) Box(env kit.Env) (w, h int) {
	return min(72, env.Width), min(len(c.keys)+2, env.Height)
}

// View draws the columns with a check where they are shown.
func (c chooser) View(env kit.Env) string {
	inner, rows := kit.BoxInside(env.Width, env.Height)
	top := max(0, min(c.cursor-rows/2, len(c.keys)-rows))
	lines := make([]string, 0, rows)
	for i := top; i < min(top+rows, len(c.keys)); i++ {
		lines = append(lines, c.line(env.Theme, i, inner))
	}
	return kit.Box(env.Theme, kit.Panel{
		Title: "Columns", Body: strings.Join(lines, "\n"), Footer: "space show · J K move · 0 default · enter",
	}, env.Width, env.Height)
}

func (c chooser) line(t *kit.Theme, i, width int) string {
	col := shown([]string{c.keys[i]})[0]
	box := "[ ] "
	if c.on[col.Key] {
		box = "[x] "
	}
	text := t.Fit(box+t.Fit(strings.ToLower(col.Title), 12)+" "+col.help, width)
	if i == c.cursor {
		return t.Paint(kit.Cursor, text)
	}
	return text
}
