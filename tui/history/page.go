package history

import (
	"strings"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// page is something that is only read: lines, and a place in them.
type page struct {
	about  subject
	lines  []string
	scroll int
}

// subject is what a page is about.
type subject interface {
	title(kit.Env) string
	lines(kit.Env) []string
	scopes() []keys.Scope
	handle(keys.Intent) []kit.Effect
	disabled(kit.Env, keys.Intent) string
}

// walked is a subject with parts that the cursor goes through before the page scrolls on.
type walked interface {
	// walk moves the cursor by parts, and gives the lines of the part that it is on; ok
	// where it has moved.
	walk(env kit.Env, by int) (next subject, from, to int, ok bool)
	// see puts the cursor away where its part is not among the lines that are shown.
	see(env kit.Env, from, to int) subject
}

func newPage(about subject) page { return page{about: about} }

// pageHead is the height of the title.
const pageHead = 1

func (p page) body(env kit.Env) int { return max(1, env.Height-pageHead) }

func (p page) scrolled(env kit.Env, by int) page {
	p.scroll = max(0, min(p.scroll+by, len(p.lines)-p.body(env)))
	return p
}

// Sync writes the lines.
func (p page) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	p.lines = p.about.lines(env)
	return p.scrolled(env, 0), nil
}

// Handle scrolls and closes.
func (p page) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Back:
		return p, []kit.Effect{kit.Pop{}}
	case keys.Move:
		return p.moved(env, in.By), nil
	case keys.Page:
		return p.scrolled(env, in.Halves*p.body(env)/2).seen(env), nil
	case keys.Jump:
		if in.End {
			return p.scrolled(env, len(p.lines)).seen(env), nil
		}
		return p.scrolled(env, -len(p.lines)).seen(env), nil
	}
	return p, p.about.handle(in)
}

// moved moves the cursor to the next part, or scrolls where there is none.
func (p page) moved(env kit.Env, by int) page {
	w, ok := p.about.(walked)
	if !ok {
		return p.scrolled(env, by)
	}
	next, from, to, ok := w.walk(env, by)
	if !ok {
		return p.scrolled(env, by).seen(env)
	}
	p.about, p.lines = next, next.lines(env)
	if at := min(from, max(p.scroll, to-p.body(env))); at != p.scroll {
		p = p.scrolled(env, at-p.scroll)
	}
	return p
}

// seen lets the subject know what of it is shown.
func (p page) seen(env kit.Env) page {
	if w, ok := p.about.(walked); ok {
		p.about = w.see(env, p.scroll, p.scroll+p.body(env))
		p.lines = p.about.lines(env)
	}
	return p
}

// Receive expects no answers.
func (p page) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return p, nil }

// Scopes are those of its subject, and of reading.
func (p page) Scopes() []keys.Scope { return append(p.about.scopes(), keys.Reading) }

// Disabled says why an intent makes no sense now.
func (p page) Disabled(env kit.Env, in keys.Intent) string { return p.about.disabled(env, in) }

// View draws the visible lines.
func (p page) View(env kit.Env) string {
	t, end := env.Theme, min(p.scroll+p.body(env), len(p.lines))
	title, where := " "+t.Paint(kit.Title, t.Cut(p.about.title(env), max(0, env.Width-14))), ""
	if len(p.lines) > p.body(env) {
		where = kit.Count(end) + "/" + kit.Count(len(p.lines)) + " "
	}
	head := kit.Block(title, max(0, env.Width-len(where)), 1) + t.Paint(kit.Dim, where)
	return kit.Block(strings.Join(append([]string{head}, p.lines[min(p.scroll, end):end]...), "\n"), env.Width, env.Height)
}

// facts draws pairs with a margin, without those that say nothing.
func facts(env kit.Env, pairs []kit.Pair) []string {
	var told []kit.Pair
	for _, p := range pairs {
		if p.Value != "" {
			told = append(told, p)
		}
	}
	return indented(kit.Pairs(env.Theme, told, max(0, env.Width-2)))
}

func indented(lines []string) []string {
	for i, l := range lines {
		lines[i] = " " + l
	}
	return lines
}

func heading(env kit.Env, text string) []string {
	return []string{"", " " + env.Theme.Paint(kit.Title, env.Theme.Cut(text, max(0, env.Width-2)))}
}
