package history

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// ran shows one run of the journal: what it did, image by image.
type ran struct {
	past   *past
	list   kit.Listing[*part]
	memory memory
}

func newRan(p *past, at string) ran {
	r := ran{past: p, list: kit.NewListing(&kit.Records[*part]{
		One: "image", Many: "images", ID: (*part).id, Also: partWords, Cols: partColumns,
		All: func(kit.Env) []*part { return parts(p.Run) },
	}, "")}
	r.list.Marks, r.list.At = map[string]bool{}, at
	return r
}

// Opened are what opens a run of the journal, with the cursor on an image of it: what
// the journal's view does with its row.
func Opened(env kit.Env, run *plan.Run, image model.ImageKey) []kit.Effect {
	p := pasts(env, []plan.Run{*run}, glimpses(env))[0]
	return p.open((&part{image: image, target: &plan.Target{}}).id())
}

// ranHead is the height of what is said above the images.
const ranHead = 3

func ranRoom(env kit.Env) kit.Env {
	env.Height -= ranHead + whyLines
	return env
}

func (s ran) with(l kit.Listing[*part], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync follows the session: what takes this run back shows when it has ended.
func (s ran) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	var recall, rows []kit.Effect
	s.memory, recall, _ = s.memory.follow(env)
	s.list, rows = s.list.Sync(ranRoom(env))
	return s, append(recall, rows...)
}

// Receive takes what the journal tells of the run since, and new rows.
func (s ran) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	if m, told := s.memory.take(a); told {
		s.memory = m
		all, id := m.pasts(), s.past.ID
		return s, []kit.Effect{kit.Work{Do: func() kit.Answer {
			now := all(env)
			i := slices.IndexFunc(now, func(p *past) bool { return p.ID == id })
			if i < 0 {
				return kit.Made[*past]{N: m.got}
			}
			return kit.Made[*past]{N: m.got, What: now[i]}
		}}}
	}
	if made, ok := a.(kit.Made[*past]); ok {
		if made.N != s.memory.got || made.What == nil {
			return s, nil
		}
		s.past = made.What
		return s.with(s.list.From(ranRoom(env), func(kit.Env) []*part { return parts(made.What.Run) }))
	}
	return s.with(s.list.Receive(ranRoom(env), a))
}

// Handle answers what is asked of a listing, marks, opens and takes back.
func (s ran) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env = ranRoom(env)
	if click, ok := in.(keys.Click); ok {
		click.Y -= ranHead
		in = click
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if _, leave := in.(keys.Back); leave && s.list.Text() == "" {
		return s, []kit.Effect{kit.Pop{}}
	}
	if effects, ok := mark(&s.list, in, (*part).id, undoable); ok {
		return s, effects
	}
	if l, effects, ok := s.list.Handle(env, in); ok {
		return s.with(l, effects)
	}
	if _, again := in.(keys.Refresh); again {
		var effects []kit.Effect
		s.memory, effects = s.memory.again()
		return s, effects
	}
	return s, s.do(in)
}

// undoable reports whether anything was done to an image.
func undoable(p *part) bool { return p.done > 0 && p.target != nil }

func (s ran) do(in keys.Intent) []kit.Effect {
	switch in.(type) {
	case keys.Resume:
		return []kit.Effect{kit.Resume{Run: s.past.ID}}
	case keys.Drop:
		return []kit.Effect{kit.Drop{Run: s.past.ID}}
	}
	p, ok := s.list.Current()
	if !ok {
		return nil
	}
	switch in.(type) {
	case keys.Open, keys.Click:
		return push(newPage(partPage{run: s.past, part: p}))
	case keys.Undo:
		return []kit.Effect{kit.Undo{Run: s.past.ID, Part: plan.Part{Images: s.targets(p)}}}
	case keys.CopyID:
		return []kit.Effect{kit.Clip{Text: p.image.ID, What: p.image.ID}}
	}
	return nil
}

// targets are the marked images, else the one under the cursor.
func (s ran) targets(under *part) []model.ImageKey {
	if len(s.list.Marks) == 0 {
		return []model.ImageKey{under.image}
	}
	var out []model.ImageKey
	for id := range s.list.Marks {
		out = append(out, keyOf(id))
	}
	slices.SortFunc(out, model.ImageKey.Compare)
	return out
}

// Ask sorts.
func (s ran) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	if o, ok := r.(kit.SetOrder); ok {
		return s.with(s.list.SortBy(ranRoom(env), kit.ListOrder(o)))
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s ran) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s ran) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(ranRoom(env), msg))
}

// Scopes are those of a run, and a listing's.
func (s ran) Scopes() []keys.Scope { return s.list.Scopes(keys.Jumped, keys.Past) }

// Actions are what no key is bound to.
func (s ran) Actions() []kit.Action { return leftActions() }

// Disabled says why an intent makes no sense now.
func (s ran) Disabled(env kit.Env, in keys.Intent) string {
	p, _ := s.list.Current()
	switch in.(type) {
	case keys.Open, keys.CopyID, keys.Mark, keys.Undo:
		if why := s.list.Nothing(); why != "" {
			return why
		}
	}
	switch in.(type) {
	case keys.CopyID:
		if p.target == nil {
			return "which image this was about is lost"
		}
	case keys.Mark:
		if !undoable(p) {
			return "nothing was done to this image that could be taken back"
		}
	case keys.Undo:
		if why := s.past.cannotUndo(env); why != "" || len(s.list.Marks) > 0 || undoable(p) {
			return why
		}
		return "nothing was done to this image that could be taken back"
	}
	return s.past.disabled(env, in)
}

// Counts says how many images there are.
func (s ran) Counts(env kit.Env) []kit.Part {
	return append([]kit.Part{s.list.Counts()}, marked(env, &s.list)...)
}

// View draws the run, its images, and why the one under the cursor stands as it does.
func (s ran) View(env kit.Env) string {
	text, style := "", kit.Dim
	if p, ok := s.list.Current(); ok && p.why != "" {
		text, style = p.why+hint(p.hint), kit.Warn
	}
	return strings.Join([]string{s.head(env), s.list.View(ranRoom(env), "nothing is told of what it did"), why(env, text, style)}, "\n")
}

// head says what the run was, when, by whom, and how it stands.
func (s ran) head(env kit.Env) string {
	t, p := env.Theme, s.past
	room := max(0, env.Width-2)
	state := standingCell(env, p)
	about := fmt.Sprintf("run %s %s %s, %s", p.ID, t.Symbols.Dot, kit.Moment(p.At), kit.Since(p.At, env.Now))
	if p.Who != "" {
		about += ", by " + p.Who
	}
	for _, a := range p.Plan.Acts[:min(1, len(p.Plan.Acts))] {
		about += " as " + kit.Role(a.Principal)
	}
	word := state.Text + ", " + fmt.Sprintf("%d of %s done", p.counts.Done, kit.Plural(p.counts.Of, "step", "steps"))
	note, style := p.note(env)
	lines := []string{
		" " + t.Paint(kit.Title, t.Cut(p.title, room)),
		" " + t.Paint(kit.Dim, t.Cut(about, room)),
		" " + t.Paint(state.Style, t.Cut(word, room)) + t.Paint(style, t.Cut(" "+t.Symbols.Dot+" "+note, max(0, room-kit.Width(word)))),
	}
	if note == "" {
		lines[2] = " " + t.Paint(state.Style, t.Cut(word, room))
	}
	return kit.Block(strings.Join(lines, "\n"), env.Width, ranHead)
}
