package browse

import (
	"fmt"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// unchanged is said of an image that no run names.
const unchanged = "amiscope has changed nothing about this image"

// recall asks for the journal where its tab is shown: it is read only where it may tell
// something new.
func (d Detail) recall() []kit.Effect {
	if d.tab != journalTab {
		return nil
	}
	return []kit.Effect{kit.Recall{}}
}

// drawPast tells what runs did to the image, the newest first, whether or not the image
// is still there.
func (d Detail) drawPast(env kit.Env) Detail {
	t := env.Theme
	d.past = env.Deeds.Past.Of(d.key)
	say := func(style kit.Style, text string) []string {
		return []string{"", " " + t.Paint(style, t.Cut(text, max(0, env.Width-2)))}
	}
	switch {
	case env.Deeds.Past == nil && env.Deeds.Unrecalled != "":
		d.lines = say(kit.Bad, env.Deeds.Unrecalled+"; r tries again")
	case env.Deeds.Past == nil:
		d.lines = say(kit.Dim, "the journal is being read "+t.Symbols.Ellipsis)
	case len(d.past) == 0:
		d.lines = say(kit.Dim, unchanged)
	default:
		d.lines = nil
		spots := make([]spot, len(d.past))
		for i := range d.past {
			lines := mentionLines(env, &d.past[i])
			spots[i] = spot{d.past[i].Run.ID, i, len(d.lines), len(d.lines) + len(lines)}
			d.lines = append(d.lines, lines...)
		}
		d.point = d.point.over(spots)
	}
	return d
}

// mentionLines tell of one run: what became of it here and what it was, when, by whom,
// and whether it can be taken back.
func mentionLines(env kit.Env, m *plan.Mention) []string {
	t, room := env.Theme, max(0, env.Width-4)
	sign, word, style := kit.PortionLook(t, &m.Portion)
	switch {
	case going(env, m):
		sign, word, style = t.Symbols.Dot, "goes on", kit.Info
	case m.Made && m.State == plan.Done:
		word = "made by it"
	}
	word = t.Fit(word, 12)
	facts := []string{kit.Moment(m.Run.At) + ", " + kit.Since(m.Run.At, env.Now), "run " + m.Run.ID}
	if m.Run.Who != "" {
		facts = append(facts, "by "+m.Run.Who)
	}
	if n := len(m.Steps); m.Done > 0 && m.Done < n {
		facts = append(facts, fmt.Sprintf("%d of %s done", m.Done, kit.Plural(n, "step", "steps")))
	}
	out := []string{
		" " + t.Paint(style, sign+" "+word) + t.Paint(kit.Strong, t.Cut(kit.PlanTitle(env, &m.Run.Plan), max(0, room-kit.Width(word)))),
		"   " + t.Paint(kit.Dim, t.Cut(strings.Join(facts, " "+t.Symbols.Dot+" "), room)),
	}
	text, style := mentionNote(env, m)
	for _, l := range t.Wrap(text, max(1, room)) {
		out = append(out, "   "+t.Paint(style, l))
	}
	return out
}

// mentionNote says whether it can be taken back, and of what was not done why.
func mentionNote(env kit.Env, m *plan.Mention) (string, kit.Style) {
	undo := &m.Run.Plan.Undo
	switch {
	case m.Undone != "":
		return "taken back by run " + m.Undone, kit.Dim
	case going(env, m):
		return "it still goes on: ctrl+x asks it to stop", kit.Dim
	case m.Done == 0:
		return mended(m), kit.Warn
	case undo.Until != nil && undo.Until.Before(env.Now):
		return "it could be taken back until " + kit.Moment(*undo.Until), kit.Warn
	}
	text, style := "U takes it back", kit.Dim
	if env.Deeds.Why != "" {
		text = "it could be taken back, but " + env.Deeds.Why
	} else if undo.How != "" {
		text += ": " + undo.How
	}
	if undo.Until != nil {
		text += ", until " + kit.Moment(*undo.Until)
	}
	for _, n := range m.Target.Warnings {
		if n.Final {
			text, style = text+"; not this: "+n.Text, kit.Warn
		}
	}
	if m.State != plan.Done {
		text, style = mended(m)+"; "+text, kit.Warn
	}
	return text, style
}

// mended is why not all was done, and what helps.
func mended(m *plan.Mention) string {
	switch {
	case m.Why == "" && m.Run.Ended == nil && !m.Run.Dropped:
		return "the run did not end: enter resumes or drops it"
	case m.Why == "":
		return "not all of it is known to be done"
	case m.Hint == "":
		return m.Why
	}
	return m.Why + "; " + m.Hint
}

// going reports whether the run goes on in this session.
func going(env kit.Env, m *plan.Mention) bool {
	for _, x := range env.Deeds.Runs {
		if x.ID == m.Run.ID {
			return x.Live()
		}
	}
	return false
}

// mention is what the cursor is on.
func (d Detail) mention() (*plan.Mention, bool) {
	s, ok := d.point.current()
	if !ok || d.tab != journalTab {
		return nil, false
	}
	return &d.past[s.index], true
}

// handlePast opens a run, and takes back what it did to this image.
func (d Detail) handlePast(in keys.Intent) (effects []kit.Effect, ok bool) {
	m, there := d.mention()
	switch in.(type) {
	case keys.Open:
		if there {
			effects = []kit.Effect{kit.Recount{Run: m.Run, Image: m.Target.Image}}
		}
		return effects, true
	case keys.Undo:
		if there {
			effects = []kit.Effect{kit.Undo{Run: m.Run.ID, Part: plan.Part{Images: []model.ImageKey{d.key}}}}
		}
		return effects, true
	}
	return nil, false
}

// pastDisabled says why an intent makes no sense on the journal's tab.
func (d Detail) pastDisabled(env kit.Env, in keys.Intent) string {
	if d.tab != journalTab {
		return ""
	}
	m, ok := d.mention()
	_, undo := in.(keys.Undo)
	_, open := in.(keys.Open)
	switch {
	case !undo && !open:
		return ""
	case !ok:
		return unchanged
	case open:
		return ""
	case going(env, m):
		return "it still goes on: ctrl+x asks it to stop"
	case m.Undone != "":
		return "it was taken back already, by run " + m.Undone
	case m.Done == 0:
		return "nothing was done to this image that could be taken back"
	}
	return ""
}
