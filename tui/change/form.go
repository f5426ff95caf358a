package change

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Form asks for the options of a deed, checks them as they are typed, and completes
// them from what is known. What it asks for is data: see fieldsOf.
type Form struct {
	request plan.Request
	setting *plan.Setting // nil until it was looked up
	fields  []entry
	at      int
	faults  []plan.Fault // of what stands in the fields
}

// entry is a field while it is filled in.
type entry struct {
	*field
	input textinput.Model
	on    bool // of a field that is yes or no
	left  bool // the cursor was there, and is no more
}

func newForm(env kit.Env, r plan.Request) Form {
	f := Form{request: r}
	for _, about := range fieldsOf(r) {
		in := textinput.New()
		in.Prompt, in.CharLimit = "", 4000
		f.fields = append(f.fields, entry{field: about, input: in, on: about.on})
	}
	f.fields[0].input.Focus()
	return f.checked(env)
}

// checked reads the fields, and says what is wrong with them.
func (f Form) checked(env kit.Env) Form {
	r := f.request
	r.Options = plan.Options{}
	f.faults = nil
	for i := range f.fields {
		e := &f.fields[i]
		if e.set != nil {
			if fault := e.set(env, &r, e.input.Value(), e.on); fault != "" {
				f.faults = append(f.faults, plan.Fault{Field: e.name, Text: fault})
			}
		}
	}
	f.request = r
	if f.setting != nil && len(f.faults) == 0 {
		s := *f.setting
		s.Now = env.Now
		f.faults = plan.Check(r, s)
	}
	return f
}

// Sync looks up what options must fit.
func (f Form) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	if f.setting != nil {
		return f, nil
	}
	env.Marks = nil // the root's
	return f, []kit.Effect{kit.Work{Do: func() kit.Answer {
		s := setting(env)
		return kit.Made[*plan.Setting]{What: &s}
	}}}
}

// Receive takes that.
func (f Form) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	if made, ok := a.(kit.Made[*plan.Setting]); ok {
		f.setting = made.What
	}
	return f.checked(env), nil
}

// Handle moves between fields, completes, and leads to the review.
func (f Form) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		return f.moved(in.By), nil
	case keys.Complete:
		if next, ok := f.completed(env); ok {
			return next.checked(env), nil
		}
		return f.moved(1), nil
	case keys.Back:
		return f, []kit.Effect{kit.Pop{}}
	case keys.Open:
		if why := f.Disabled(env, in); why != "" {
			return f, []kit.Effect{kit.Toast{Text: why, Warn: true}}
		}
		return f, []kit.Effect{kit.Pop{}, kit.Propose{Request: f.request}}
	}
	return f, nil
}

func (f Form) moved(by int) Form {
	f.fields = slices.Clone(f.fields)
	f.fields[f.at].left = true
	f.fields[f.at].input.Blur()
	f.at = kit.Around(f.at, by, len(f.fields))
	f.fields[f.at].input.Focus()
	return f
}

// Typing is always.
func (f Form) Typing() bool { return true }

// Type edits the field that has the cursor.
func (f Form) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	f.fields = slices.Clone(f.fields)
	e := &f.fields[f.at]
	if e.yes {
		if k, ok := msg.(tea.KeyPressMsg); ok {
			e.on = turned(e.on, k.Text)
		}
	} else {
		e.input, _ = e.input.Update(msg) // its command only blinks a cursor that we do not draw
	}
	return f.checked(env), nil
}

// turned is what a key makes of yes or no.
func turned(on bool, key string) bool {
	switch key {
	case " ", "x":
		return !on
	case "y":
		return true
	case "n":
		return false
	}
	return on
}

// offers are what may be completed to in the field that has the cursor.
func (f Form) offers(env kit.Env) []offer {
	e := &f.fields[f.at]
	if e.offer == nil || e.yes || e.input.Position() < len([]rune(e.input.Value())) {
		return nil
	}
	words := splitWords(e.input.Value())
	_, last := lastWord(e.input.Value())
	var first, others []offer
	for _, o := range e.offer(env, f.request, last) {
		low, typed := strings.ToLower(o.text+" "+o.name+" "+o.note), strings.ToLower(last)
		switch {
		case slices.Contains(words, o.text) || !strings.Contains(low, typed):
		case o.begins(typed):
			first = append(first, o)
		default:
			others = append(others, o)
		}
	}
	return append(first, others...)
}

// completed takes the first offer for the word at the cursor.
func (f Form) completed(env kit.Env) (Form, bool) {
	offers := f.offers(env)
	if len(offers) == 0 {
		return f, false
	}
	f.fields = slices.Clone(f.fields)
	e := &f.fields[f.at]
	before, _ := lastWord(e.input.Value())
	e.input.SetValue(before + offers[0].text + offers[0].end())
	e.input.CursorEnd()
	return f, true
}

// Scopes are those of forms of deeds.
func (f Form) Scopes() []keys.Scope { return []keys.Scope{keys.Options} }

// Disabled says what is wrong with the options.
func (f Form) Disabled(_ kit.Env, in keys.Intent) string {
	if _, open := in.(keys.Open); !open {
		return ""
	}
	switch {
	case f.setting == nil:
		return "what the options must fit is being looked up"
	case len(f.faults) > 0:
		return f.faults[0].Text + mended(f.faults[0])
	}
	return ""
}

func mended(f plan.Fault) string {
	if f.Mend == "" {
		return ""
	}
	return ": " + f.Mend
}
