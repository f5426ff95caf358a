package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// codeField asks for the code of an MFA device. It floats over whatever is
// open, and takes every key while it does.
type codeField struct {
	question Question
	input    textinput.Model
}

// codeLength is that of every MFA code (STS, AssumeRole, TokenCode).
const codeLength = 6

func newCodeField(q Question) codeField {
	in := textinput.New()
	in.Prompt, in.CharLimit = "", codeLength
	in.Focus()
	return codeField{question: q, input: in}
}

// Handle gives the code, or says that there is none.
func (f codeField) Handle(_ kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in.(type) {
	case keys.Open:
		return f, []kit.Effect{kit.Pop{}, kit.Reply{ID: f.question.ID, Code: f.input.Value()}}
	case keys.Back:
		return f, []kit.Effect{kit.Pop{}, kit.Reply{ID: f.question.ID}}
	}
	return f, nil
}

// Typing is always.
func (f codeField) Typing() bool { return true }

// Type takes digits, and the keys that edit them.
func (f codeField) Type(_ kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	switch m := msg.(type) {
	case tea.PasteMsg:
		msg = tea.PasteMsg{Content: strings.Map(digit, m.Content)}
	case tea.KeyPressMsg:
		if strings.Map(digit, m.Text) != m.Text {
			return f, nil
		}
	}
	f.input, _ = f.input.Update(msg) // its command only blinks a cursor that we do not draw
	return f, nil
}

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// Sync has nothing to derive.
func (f codeField) Sync(kit.Env) (kit.Screen, []kit.Effect) { return f, nil }

// Receive expects no answers.
func (f codeField) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return f, nil }

// Scopes are a menu's: enter takes it, esc leaves it.
func (f codeField) Scopes() []keys.Scope { return []keys.Scope{keys.Menu} }

// Disabled says when the code is not whole.
func (f codeField) Disabled(_ kit.Env, in keys.Intent) string {
	if _, open := in.(keys.Open); open && len(f.input.Value()) != codeLength {
		return "a code has six digits"
	}
	return ""
}

// Box is as wide as the name of a device needs.
func (f codeField) Box(env kit.Env) (w, h int) { return min(76, env.Width), min(5, env.Height) }

// View draws the device and the field.
func (f codeField) View(env kit.Env) string {
	t := env.Theme
	w, _ := kit.BoxInside(env.Width, env.Height)
	field := t.Paint(kit.Key, "code ") + t.Clean(f.input.Value()) + t.Paint(kit.Cursor, " ")
	return kit.Box(t, kit.Panel{
		Title: "A login asks for an MFA code", Body: t.Cut(f.question.Device, w) + "\n" + field, Footer: "esc: not now; a refresh asks again",
	}, env.Width, env.Height)
}
