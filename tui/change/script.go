package change

import (
	"fmt"
	"strings"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Script shows a plan as commands of the AWS CLI, to copy or to save. What is copied
// or saved is the text itself; what is drawn is cut to the screen.
type Script struct {
	reading
	text string
	file string
}

// NewScript is the script of a plan.
func NewScript(p *plan.Plan) Script {
	return Script{
		text: strings.Join(plan.Commands(*p), "\n") + "\n", file: fmt.Sprintf("amiscope-%s-%s.sh", p.Deed, p.Made.UTC().Format("20060102-150405")),
		reading: reading{title: "Commands of the AWS CLI"},
	}
}

// Sync writes the lines.
func (s Script) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	t := env.Theme
	s.lines = nil
	for l := range strings.Lines(s.text) {
		l = strings.TrimSuffix(l, "\n")
		style := kit.Normal
		if strings.HasPrefix(l, "#") {
			style = kit.Dim
		}
		s.lines = append(s.lines, " "+t.Paint(style, t.Cut(l, max(0, env.Width-2))))
	}
	s.reading = s.scrolled(env, 0)
	return s, nil
}

// clipMost is what some terminals take for the clipboard and no more: 100,000 bytes
// in base64 (xterm's own limit is the usual one).
const clipMost = 74_994

// Handle scrolls, copies and saves.
func (s Script) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in.(type) {
	case keys.Back:
		return s, []kit.Effect{kit.Pop{}}
	case keys.CopyID:
		what := kit.Plural(len(s.lines), "line", "lines")
		if len(s.text) > clipMost {
			what += "; if your terminal takes no more than " + kit.Bytes(clipMost) + ", s saves them to a file"
		}
		return s, []kit.Effect{kit.Clip{Text: s.text, What: what}}
	case keys.Save:
		return s, []kit.Effect{kit.Write{Name: s.file, Text: s.text}}
	}
	s.reading = s.handle(env, in)
	return s, nil
}

// Receive expects no answers.
func (s Script) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return s, nil }

// Scopes are the script's, and those of reading.
func (s Script) Scopes() []keys.Scope { return []keys.Scope{keys.Script, keys.Reading} }

// Disabled is never.
func (s Script) Disabled(kit.Env, keys.Intent) string { return "" }

// View draws the visible lines.
func (s Script) View(env kit.Env) string { return s.view(env) }
