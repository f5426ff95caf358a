package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/tui/browse"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// chrome is the number of lines that the root draws itself: header, status and
// hints.
const chrome = 3

// View composes the frame. Nothing in it grows with the inventory.
func (a *App) View() tea.View {
	v := tea.NewView(a.content())
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "amiscope"
	return v
}

func (a *App) content() string {
	if a.width == 0 || a.height == 0 {
		return ""
	}
	if a.height <= chrome {
		return kit.Block("the terminal is too low", a.width, a.height)
	}
	env := a.env()
	layers := a.stage.visible()
	area := kit.Block(layers[0].screen.View(a.envFor(layers[0].screen)), env.Width, env.Height)
	for _, l := range layers[1:] {
		box := a.envFor(l.screen)
		x, y := kit.Centered(env.Width, env.Height, box.Width, box.Height)
		area = kit.Block(kit.Overlay(area, l.screen.View(box), x, y), env.Width, env.Height)
	}
	return strings.Join([]string{a.header(), area, a.status(env), a.hints()}, "\n")
}

// brand is what stands at the left of the header.
const brand = " amiscope "

func (a *App) header() string {
	t := a.theme
	left := t.Paint(kit.Title, brand)
	for i := range a.stage.views {
		if a.named(i) {
			left += " " + a.viewName(i)
		}
	}
	for parts := a.where(); len(parts) > 0; parts = parts[:len(parts)-1] { // as many as there is room for
		right := strings.Join(parts, " "+t.Symbols.Dot+" ")
		if gap := a.width - kit.Width(left) - kit.Width(right) - 1; gap >= 1 {
			return left + strings.Repeat(" ", gap) + t.Paint(kit.Dim, right) + " "
		}
	}
	return kit.Block(left, a.width, 1)
}

// named reports whether the header names a view: those without a number only
// while they are shown.
func (a *App) named(i int) bool { return a.stage.views[i].number > 0 || i == a.stage.current }

// title is a view's name as the header shows it.
func (v view) title() string {
	if v.number == 0 {
		return v.name
	}
	return strconv.Itoa(v.number) + " " + v.name
}

// title is the name of a view in the present header, where the one that is shown
// goes before the others: they are numbers where its name would be cut.
func (a *App) title(i int) string {
	v, w := a.stage.views[i], kit.Width(brand)
	for j, left := range a.stage.views[:a.stage.current+1] {
		if a.named(j) {
			w += len(left.title()) + 3
		}
	}
	if i == a.stage.current || v.number == 0 || w <= a.width {
		return v.title()
	}
	return strconv.Itoa(v.number)
}

func (a *App) viewName(i int) string {
	text := a.title(i)
	if i == a.stage.current {
		return a.theme.Paint(kit.HeaderActive, "["+text+"]")
	}
	return a.theme.Paint(kit.Dim, " "+text+" ")
}

// headerView is the index of the view whose name is drawn at x.
func (a *App) headerView(x int) int {
	at := kit.Width(brand) + 1
	for i := range a.stage.views {
		if !a.named(i) {
			continue
		}
		w := len(a.title(i)) + 2
		if x >= at && x < at+w {
			return i
		}
		at += w + 1
	}
	return -1
}

// where says whose images these are, what matters most first.
func (a *App) where() []string {
	t := a.world.totals
	var parts []string
	if a.opts.Title != "" {
		parts = append(parts, a.theme.Clean(a.opts.Title))
	}
	if t.accounts > 0 {
		parts = append(parts, kit.Plural(t.accounts, "account", "accounts"), kit.Plural(t.regions, "region", "regions"))
	}
	return parts
}

// status says what is shown and how true it is: counts at the left, the scan
// and the age of what is known at the right. A toast takes the left.
func (a *App) status(env kit.Env) string {
	var left []kit.Part
	if a.toast.text != "" {
		style := kit.Info
		if a.toast.warn {
			style = kit.Warn
		}
		left = append(left, kit.Part{Text: " " + a.toast.text, Style: style, Priority: 100})
	} else {
		left = a.counts(env)
	}
	return kit.StatusLine(a.theme, a.width, left, a.freshness(env))
}

// counts are what the screen on top shows, else how many images.
func (a *App) counts(env kit.Env) []kit.Part {
	if c, ok := a.stage.top().(kit.Counter); ok {
		return c.Counts(env)
	}
	images, ok := a.stage.views[0].screen.(browse.Images)
	if !ok {
		return nil
	}
	text := " " + kit.Plural(images.Total(), "image", "images")
	if images.Filter() != "" {
		text = fmt.Sprintf(" %s of %s", kit.Count(len(images.Shown())), kit.Plural(images.Total(), "image", "images"))
	}
	parts := []kit.Part{{Text: text, Priority: 90}}
	if n := images.Undecided(); n > 0 && images.Filter() != "" {
		parts = append(parts, kit.Part{Text: kit.Count(n) + " undecided", Style: kit.Warn, Priority: 70})
	}
	if n := a.marks.Len(); n > 0 {
		marked := kit.Count(n) + " marked"
		if hidden := images.HiddenMarks(); hidden > 0 {
			marked += fmt.Sprintf(" (%s hidden)", kit.Count(hidden))
		}
		parts = append(parts, kit.Part{Text: a.theme.Symbols.Mark + " " + marked, Style: kit.Accent, Priority: 80}, a.freed())
	}
	return parts
}

func (a *App) freshness(env kit.Env) []kit.Part {
	parts := a.chips()
	t := a.world.totals
	if p := a.costs.measuring.progress(); p.Text != "" {
		parts = append(parts, p)
	}
	if n := len(a.relogins()); n > 0 {
		parts = append(parts, kit.Part{Text: kit.Plural(n, "login", "logins") + " expired: L", Style: kit.Bad, Priority: 88})
	}
	if t.failed > 0 {
		parts = append(parts, kit.Part{Text: fmt.Sprintf("%s not read: 9 says why", kit.Plural(t.failed, "scope", "scopes")), Style: kit.Bad, Priority: 85})
	}
	switch what := a.reading(env.Scan); {
	case what != "":
		spin := a.theme.Symbols.Spinner[a.beat.count%len(a.theme.Symbols.Spinner)]
		parts = append(parts, kit.Part{Text: spin + " " + what, Style: kit.Info, Priority: 60})
	case !t.asOf.IsZero():
		parts = append(parts, kit.Part{Text: "read " + kit.Since(t.asOf, env.Now), Style: kit.Dim, Priority: 40})
	}
	if len(parts) > 0 {
		parts[len(parts)-1].Text += " "
	}
	return parts
}

// reading says what is being read, images before what uses them; "" for
// nothing that one would wait for.
func (a *App) reading(s kit.Scan) string {
	switch {
	case !s.Running && a.usage.settling.src != nil:
		return "reading launch permissions"
	case !s.Running:
		return ""
	case s.Done < s.Total || s.Users == 0 && s.Total > 0:
		return fmt.Sprintf("reading %d/%d scopes", s.Done, s.Total)
	case s.Used < s.Users:
		return fmt.Sprintf("reading usage %d/%d scopes", s.Used, s.Users)
	}
	return "reading"
}

// hints are the keys that matter here and now, as many as fit. Help names the
// others too.
func (a *App) hints() string {
	var hints []kit.Hint
	for _, b := range keys.Active(a.stage.scopes()) {
		if b.Hint != "" && a.disabled(b.Intent) == "" {
			_, help := b.Intent.(keys.Help)
			hints = append(hints, kit.Hint{Key: keyName(b.Keys[0]), Text: b.Hint, Danger: b.Danger, Keep: help})
		}
	}
	return " " + kit.HintBar(a.theme, max(0, a.width-1), hints)
}

// keyName is a key as people write it.
func keyName(key string) string {
	names := map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→", "shift+left": "shift+←", "shift+right": "shift+→"}
	if n, ok := names[key]; ok {
		return n
	}
	return key
}
