package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// palette reaches everything by name: views, actions of the screen below,
// image ids, saved filters, and filters as they are typed.
type palette struct {
	input  textinput.Model
	fixed  []entry // views and actions
	found  []entry // what the text leaves of them, and what it adds
	cursor int
}

// entry is one thing that the palette can do.
type entry struct {
	text, note string
	do         kit.Effect
}

func newPalette(s stage, unbound ...entry) palette {
	in := textinput.New()
	in.Prompt = ""
	in.Focus()
	p := palette{input: in}
	for _, v := range s.views {
		p.fixed = append(p.fixed, entry{v.name, v.help, kit.Go{View: v.name}})
	}
	for _, b := range keys.Active(s.scopes()) {
		if offered(b.Intent) {
			p.fixed = append(p.fixed, entry{b.Help, keyName(b.Keys[0]), kit.Press{Intent: b.Intent}})
		}
	}
	if act, ok := s.top().(kit.Actor); ok {
		for _, it := range act.Actions() {
			p.fixed = append(p.fixed, entry{it.Name, it.Note, kit.Press{Intent: it.Intent}})
		}
	}
	p.fixed = append(p.fixed, unbound...)
	return p
}

// offered leaves out what makes no sense from a list: moving, and the palette
// itself.
func offered(in keys.Intent) bool {
	switch in.(type) {
	case keys.Move, keys.Page, keys.Jump, keys.Scroll, keys.Command, keys.Back, keys.GoView:
		return false
	}
	return true
}

// Sync finds the entries for the text.
func (p palette) Sync(env kit.Env) (kit.Screen, []kit.Effect) { return p.search(env), nil }

func (p palette) search(env kit.Env) palette {
	text := strings.TrimSpace(p.input.Value())
	p.found = nil
	if im, ok := findImage(env.Inv, text); ok {
		p.found = append(p.found, entry{"open " + text, im.Name, kit.Go{View: "images", Then: kit.Show{Key: im.ImageKey}}})
	}
	for _, first := range []bool{true, false} { // what starts with the text comes first
		for _, e := range p.fixed {
			if matches(e.text, text) && strings.HasPrefix(e.text, strings.ToLower(text)) == first {
				p.found = append(p.found, e)
			}
		}
	}
	for l, f := range env.Saved {
		if text != "" && matches(f.Name, text) {
			p.found = append(p.found, entry{f.Name, "saved filter '" + l, kit.Go{View: "images", Then: kit.SetFilter{Query: f.Query, Sort: f.Sort}}})
		}
	}
	if q, err := query.Parse(text); err == nil && text != "" {
		p.found = append(p.found, entry{"filter images: " + text, "", kit.Go{View: "images", Then: kit.SetFilter{Query: q.String()}}})
	}
	p.cursor = max(0, min(p.cursor, len(p.found)-1))
	return p
}

// findImage finds an image by its id, in whatever region it is.
func findImage(inv model.Inventory, id string) (*model.Image, bool) {
	if !strings.HasPrefix(id, "ami-") {
		return nil, false
	}
	regions := map[string]bool{}
	for _, s := range inv.Scopes() {
		if regions[s.Region] {
			continue
		}
		regions[s.Region] = true
		if im, ok := inv.Image(model.ImageKey{Region: s.Region, ID: id}); ok {
			return im, true
		}
	}
	return nil, false
}

// matches reports whether every word of a text is in a name.
func matches(name, text string) bool {
	name = strings.ToLower(name)
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
}

// Handle chooses.
func (p palette) Handle(_ kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		if n := len(p.found); n > 0 {
			p.cursor = kit.Around(p.cursor, in.By, n)
		}
	case keys.Open:
		if p.cursor < len(p.found) {
			return p, []kit.Effect{kit.Pop{}, p.found[p.cursor].do}
		}
	case keys.Back:
		return p, []kit.Effect{kit.Pop{}}
	}
	return p, nil
}

// Typing is always: the palette is a field with a list.
func (p palette) Typing() bool { return true }

// Type edits the text.
func (p palette) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	was := p.input.Value()
	p.input, _ = p.input.Update(msg) // its command only blinks a cursor that we do not draw
	if p.input.Value() != was {
		p.cursor = 0
	}
	return p.search(env), nil
}

// Receive expects no answers.
func (p palette) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return p, nil }

// Scopes are the menu's.
func (p palette) Scopes() []keys.Scope { return []keys.Scope{keys.Menu} }

// Disabled is never.
func (p palette) Disabled(kit.Env, keys.Intent) string { return "" }

// Box is wide enough to read, and keeps its size while one types.
func (p palette) Box(env kit.Env) (w, h int) {
	return min(76, env.Width), min(18, env.Height)
}

// View draws the field and the entries below it.
func (p palette) View(env kit.Env) string {
	t := env.Theme
	w, h := kit.BoxInside(env.Width, env.Height)
	lines := []string{t.Paint(kit.Key, ":") + " " + t.Clean(p.input.Value()) + t.Paint(kit.Cursor, " ")}
	rows := h - 1
	top := max(0, min(p.cursor-rows+1, len(p.found)-rows))
	for i := top; i < min(top+rows, len(p.found)); i++ {
		lines = append(lines, p.line(t, i, w))
	}
	return kit.Box(t, kit.Panel{Title: "Go to, or do", Body: strings.Join(lines, "\n")}, env.Width, env.Height)
}

func (p palette) line(t *kit.Theme, i, w int) string {
	e := p.found[i]
	note := t.Cut(e.note, w/2)
	text := t.Fit(e.text, max(0, w-kit.Width(note)-2))
	if i == p.cursor {
		return t.Paint(kit.Cursor, text+"  "+note)
	}
	return text + "  " + t.Paint(kit.Dim, note)
}
