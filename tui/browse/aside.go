package browse

import (
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// asideForm asks why, and for how long, a reference does not count.
type asideForm struct {
	title  string
	aside  model.Aside
	reason textinput.Model
	days   textinput.Model
	second bool // the days are typed in
}

// How long a reference is set aside: unless said otherwise, and at most.
const (
	usualDays = 30
	mostDays  = 3650
)

func newAsideForm(e model.Evidence) asideForm {
	f := asideForm{
		title:  e.Kind() + " " + e.Title(),
		aside:  model.Aside{Scope: e.Ref.Scope, Source: e.Ref.Source, Key: e.Ref.Key, Image: e.Image},
		reason: textinput.New(), days: textinput.New(),
	}
	f.reason.Prompt, f.days.Prompt = "", ""
	f.reason.CharLimit, f.days.CharLimit = 200, 4
	f.days.SetValue(strconv.Itoa(usualDays))
	f.reason.Focus()
	return f
}

// Handle changes fields, sets aside and leaves.
func (f asideForm) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in.(type) {
	case keys.Move:
		f.second = !f.second
		f.reason.Blur()
		f.days.Blur()
		if f.second {
			f.days.Focus()
		} else {
			f.reason.Focus()
		}
	case keys.Open:
		days, _ := f.length()
		f.aside.Reason = strings.TrimSpace(f.reason.Value())
		f.aside.At = env.Now
		f.aside.Until = env.Now.Add(time.Duration(days) * 24 * time.Hour)
		return f, []kit.Effect{kit.Pop{}, kit.SetAside{Aside: f.aside}}
	case keys.Back:
		return f, []kit.Effect{kit.Pop{}}
	}
	return f, nil
}

// length is the number of days, and whether it makes sense.
func (f asideForm) length() (days int, ok bool) {
	days, err := strconv.Atoi(f.days.Value())
	return days, err == nil && days >= 1 && days <= mostDays
}

// Typing is always.
func (f asideForm) Typing() bool { return true }

// Type edits the field that has the cursor.
func (f asideForm) Type(_ kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	if f.second { // the fields' commands only blink cursors that we do not draw
		f.days, _ = f.days.Update(msg)
	} else {
		f.reason, _ = f.reason.Update(msg)
	}
	return f, nil
}

// Sync has nothing to derive.
func (f asideForm) Sync(kit.Env) (kit.Screen, []kit.Effect) { return f, nil }

// Receive expects no answers.
func (f asideForm) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return f, nil }

// Scopes are a form's.
func (f asideForm) Scopes() []keys.Scope { return []keys.Scope{keys.Form} }

// Disabled says what is missing.
func (f asideForm) Disabled(_ kit.Env, in keys.Intent) string {
	if _, open := in.(keys.Open); !open {
		return ""
	}
	if _, ok := f.length(); !ok {
		return "days are a number from 1 to " + strconv.Itoa(mostDays)
	}
	if strings.TrimSpace(f.reason.Value()) == "" {
		return "say why it does not count: whoever deletes the image will read it"
	}
	return ""
}

// Box holds two fields and what they mean.
func (f asideForm) Box(env kit.Env) (w, h int) { return min(76, env.Width), min(7, env.Height) }

// View draws the fields.
func (f asideForm) View(env kit.Env) string {
	t := env.Theme
	w, _ := kit.BoxInside(env.Width, env.Height)
	lines := []string{
		t.Cut(f.title, w),
		t.Paint(kit.Dim, t.Cut("It is shown, but does not count as a use until then.", w)),
		f.field(t, "reason", f.reason, !f.second),
		f.field(t, "days", f.days, f.second),
	}
	return kit.Box(t, kit.Panel{
		Title: "Set a reference aside", Body: strings.Join(lines, "\n"), Footer: "tab: next field · enter: set aside · esc: leave it",
	}, env.Width, env.Height)
}

func (f asideForm) field(t *kit.Theme, label string, in textinput.Model, active bool) string {
	out := t.Paint(kit.Key, t.Fit(label, 7)) + t.Clean(in.Value())
	if active {
		out += t.Paint(kit.Cursor, " ")
	}
	return out
}
