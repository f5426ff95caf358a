package change

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// phrase is the field in which the words are typed that confirm a plan.
type phrase struct {
	open  bool
	first int // images that are done before the run waits; 0: all
	input textinput.Model
}

func newPhrase(first int) phrase {
	in := textinput.New()
	in.Prompt, in.CharLimit = "", 200
	in.Focus()
	return phrase{open: true, first: first, input: in}
}

func (p phrase) edited(msg tea.Msg) phrase {
	p.input, _ = p.input.Update(msg) // its command only blinks a cursor that we do not draw
	return p
}

// confirm applies the plan where a yes is enough, else it opens the field. It is
// asked only where Disabled has nothing against it. first are the images that are done
// before the run waits for a go; 0: all.
func (r Review) confirm(env kit.Env, first int) (kit.Screen, []kit.Effect) {
	switch why := r.closed(env); {
	case why != "":
		return r, []kit.Effect{kit.Toast{Text: why, Warn: true}}
	case r.swallows(env):
		return r, []kit.Effect{kit.Toast{Text: "read first: what is confirmed has only just come; then " + confirming(first) + " again"}}
	case r.drafts.now.plan.Phrase != "":
		r.phrase = newPhrase(first)
		return r, nil
	}
	return r, []kit.Effect{kit.Apply{Plan: r.drafts.now.plan, First: first}}
}

// confirming is the key that confirms.
func confirming(first int) string {
	if first > 0 {
		return "f"
	}
	return "y"
}

// begin confirms the first images of the plan only. Of more than two it asks how many.
func (r Review) begin(env kit.Env, first int) (kit.Screen, []kit.Effect) {
	all := r.drafts.now.sum.runs
	if first > 0 || all == 2 {
		return r.confirm(env, max(first, 1))
	}
	menu := kit.Menu{Title: "How many of " + images(all) + " first?"}
	for i, n := range []int{1, 2, 5, 10, 25, 100} {
		if n < all {
			menu.Items = append(menu.Items, kit.Item{Letter: string(rune('a' + i)), Text: "the first " + kit.Count(n), Do: kit.Press{Intent: keys.First{Images: n}}})
		}
	}
	menu.Items[0].Note = "then it waits, and asks"
	return r, []kit.Effect{kit.Push{Screen: menu}}
}

// swallows reports whether a key that confirms was meant for what was on the screen
// before. The key itself has put the guard's last to now, so that it is up as long
// as it was before it.
func (r Review) swallows(env kit.Env) bool { return r.guard.up(env.Now) }

// inField answers while the phrase is typed.
func (r Review) inField(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Back:
		r.phrase = phrase{}
		return r, nil
	case keys.Move:
		r.list.move(in.By)
		return r, nil
	case keys.Open:
		return r.submit(env)
	}
	return r, nil
}

// submit applies the plan if its very phrase was typed.
func (r Review) submit(env kit.Env) (kit.Screen, []kit.Effect) {
	p := r.drafts.now.plan
	say := func(text string) (kit.Screen, []kit.Effect) {
		return r, []kit.Effect{kit.Toast{Text: text, Warn: true}}
	}
	why := r.closed(env)
	switch {
	case why != "":
		return say(why)
	case p.Phrase == "":
		r.phrase = phrase{}
		return say("a yes is enough now: y")
	case r.phrase.input.Value() != p.Phrase:
		return say(cmpPhrase(p.Phrase, r.phrase.input.Value(), true))
	case r.swallows(env):
		return say("the plan has just changed: read it, then enter again")
	}
	return r, []kit.Effect{kit.Apply{Plan: p, First: r.phrase.first}}
}

// cmpPhrase says in what a typed text differs from a phrase; "" while it does not,
// as far as it was typed.
func cmpPhrase(want, typed string, all bool) string {
	w, t := []rune(want), []rune(typed)
	at := agree(w, t)
	switch {
	case at == len(w) && at == len(t):
		return ""
	case at == len(w):
		return fmt.Sprintf("%q is too much", string(t[at:]))
	case at == len(t) && !all:
		return ""
	case at == len(t):
		return fmt.Sprintf("not yet: type %q", want)
	case strings.EqualFold(string(t[at]), string(w[at])):
		return fmt.Sprintf("%q is to be written %q", string(t[at]), string(w[at]))
	}
	return fmt.Sprintf("%q stands where %q belongs", string(t[at]), string(w[at]))
}

// agree is how many characters from the start are the same.
func agree(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// footLines is the height of the confirmation, with the rule above it.
const footLines = 3

// foot is what stands below the list: how far reading is, and what confirms.
func (r Review) foot(env kit.Env) []string {
	t := env.Theme
	rule := t.Paint(kit.Border, strings.Repeat(t.Symbols.Frame.Across, env.Width))
	if r.phrase.open {
		return []string{rule, " " + r.wrong(env), " " + r.field(env)}
	}
	return []string{rule, " " + r.state(env), " " + r.action(env)}
}

// state says how true the plan is.
func (r Review) state(env kit.Env) string {
	t, l := env.Theme, r.look
	switch unread := l.Of - l.Done; {
	case r.drafts.now == nil:
		return t.Paint(kit.Info, "making the plan "+t.Symbols.Ellipsis)
	case !l.Over:
		return t.Paint(kit.Info, fmt.Sprintf("checking %s of %s %s", kit.Count(l.Done), images(l.Of), t.Symbols.Ellipsis))
	case r.closed(env) == working:
		return t.Paint(kit.Info, "all is read: working it out "+t.Symbols.Ellipsis)
	case unread > 0:
		return t.Paint(kit.Bad, t.Cut(fmt.Sprintf("%s could not be read again: what is said of them is as old as before", images(unread)), env.Width-2))
	case len(r.denied()) > 0:
		return t.Paint(kit.Warn, "read again, but not all of it: see above")
	}
	return t.Paint(kit.Good, t.Symbols.Check) + t.Paint(kit.Dim, " all of it was read again")
}

// action says what confirms.
func (r Review) action(env kit.Env) string {
	t, d := env.Theme, r.drafts.now
	if d == nil {
		return ""
	}
	p := d.plan
	leave := t.Paint(kit.Key, "n") + " leaves everything as it is"
	switch why := r.closed(env); {
	case p.Empty():
		return t.Paint(kit.Dim, "nothing will be done. ") + leave
	case env.Deeds.ReadOnly != "":
		return t.Paint(kit.Warn, t.Cut(why, env.Width-40)) + "  " + leave
	case p.Phrase != "":
		because := ""
		if len(p.Because) > 0 {
			because = "  because: " + kit.Some(p.Because, 2)
		}
		ask := t.Paint(r.keyStyle(why), "y") + ", then type " + t.Paint(kit.Strong, t.Clean(p.Phrase))
		return ask + t.Paint(kit.Dim, t.Cut(because, max(0, env.Width-2-kit.Width(ask))))
	default:
		return t.Paint(r.keyStyle(why), "y") + " " + kit.WordsOf(p.Deed).Does + " " + t.Cut(kit.Targets(p, d.sum.runs), 30) + "  " + leave
	}
}

// keyStyle is the look of the confirming key: that of a key only while it is one.
func (r Review) keyStyle(why string) kit.Style {
	if why != "" {
		return kit.Dim
	}
	return kit.Key
}

// wrong is the line above the field.
func (r Review) wrong(env kit.Env) string {
	t, p := env.Theme, r.drafts.now.plan
	if why := r.closed(env); why != "" {
		return t.Paint(kit.Warn, t.Cut(why, env.Width-2))
	}
	if text := cmpPhrase(p.Phrase, r.phrase.input.Value(), false); text != "" {
		return t.Paint(kit.Bad, t.Cut(text, env.Width-2))
	}
	how := "type it, then enter; esc leaves the field"
	if r.phrase.first > 0 {
		how = "the first " + onlyImages(r.phrase.first) + ", and then it waits: " + how
	}
	return t.Paint(kit.Dim, t.Cut(how, env.Width-2))
}

// field is the phrase and what was typed of it.
func (r Review) field(env kit.Env) string {
	t, want := env.Theme, r.drafts.now.plan.Phrase
	label := "type " + t.Paint(kit.Strong, t.Clean(want)) + t.Paint(kit.Danger, " "+t.Symbols.Right+" ") + " "
	return label + drawn(t, r.phrase.input, max(1, env.Width-3-kit.Width(label)))
}

// drawn is a text field w cells wide, with its cursor.
func drawn(t *kit.Theme, in textinput.Model, w int) string {
	text, at := []rune(in.Value()), in.Position()
	from := max(0, at-w+1)
	text, at = text[from:], at-from
	if at >= len(text) {
		return t.Cut(string(text), w-1) + t.Paint(kit.Cursor, " ")
	}
	head := t.Cut(string(text[:at]), w-1)
	rest := t.Cut(string(text[at+1:]), max(0, w-1-kit.Width(head)))
	return head + t.Paint(kit.Cursor, t.Clean(string(text[at]))) + rest
}
