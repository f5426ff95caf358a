package tui

import (
	"strings"

	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// help shows the keys of the screen below and the filter language.
type help struct {
	scopes []keys.Scope
	lines  []string
	scroll int
}

func newHelp(scopes []keys.Scope) help { return help{scopes: scopes} }

// Sync writes the lines.
func (h help) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	t := env.Theme
	h.lines = nil
	for _, s := range h.scopes {
		h.lines = append(h.lines, "", " "+t.Paint(kit.Title, "Keys: "+string(s)))
		for _, b := range keys.Active(h.scopes) {
			if b.Scope == s {
				h.lines = append(h.lines, " "+t.Paint(kit.Key, t.Fit(keyNames(t, b.Keys), 22))+" "+b.Help)
			}
		}
	}
	h.lines = append(h.lines, "", " "+t.Paint(kit.Title, "Filter"))
	for _, l := range filterHelp {
		h.lines = append(h.lines, " "+t.Paint(kit.Accent, t.Fit(l.text, 32))+" "+l.means)
	}
	h.lines = append(h.lines, "", " "+t.Paint(kit.Title, "Filter keys"))
	for _, k := range query.Keys() {
		h.lines = append(h.lines, " "+t.Paint(kit.Accent, t.Fit(k.Name, 14))+" "+t.Fit(k.Help, max(0, env.Width-50))+"  "+t.Paint(kit.Dim, k.Example))
	}
	h.lines = append(h.lines, "", " "+t.Paint(kit.Title, "Signs"), " "+t.Paint(kit.Accent, t.Fit(kit.Unread, 14))+" not read or not told by AWS: never taken for yes or no",
		" "+t.Paint(kit.Accent, t.Fit(t.Symbols.Mark, 14))+" marked")
	return h.scrolled(env, 0), nil
}

// filterHelp shows the language by example.
var filterHelp = []struct{ text, means string }{
	{"web 2026", "both words, in name, id or tag values"},
	{"region:eu-* arch:arm64", "key and value; * and ? are wildcards"},
	{"age>180d size>100GiB", "older, larger; also < >= <= and 1..5"},
	{"account:prod,dev !is:deprecated", "one of several; not"},
	{"(state:failed OR is:public)", "or, with parentheses"},
	{"has:tag.Owner no:deprecation", "whether there is one"},
	{`tag.Team:"data lake"`, "quotes keep spaces together"},
	{`name~"^web-.*-rc"`, "regular expression"},
	{"launched:never encrypted:unknown", "never, and not known"},
}

func keyNames(t *kit.Theme, ks []string) string {
	names := make([]string, len(ks))
	for i, k := range ks {
		names[i] = keyName(k)
		if t.ASCII {
			names[i] = k
		}
	}
	return strings.Join(names, " ")
}

func (h help) scrolled(env kit.Env, by int) help {
	h.scroll = max(0, min(h.scroll+by, len(h.lines)-env.Height))
	return h
}

// Handle scrolls and closes.
func (h help) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		return h.scrolled(env, in.By), nil
	case keys.Page:
		return h.scrolled(env, in.Halves*env.Height/2), nil
	case keys.Jump:
		if in.End {
			return h.scrolled(env, len(h.lines)), nil
		}
		return h.scrolled(env, -len(h.lines)), nil
	case keys.Back:
		return h, []kit.Effect{kit.Pop{}}
	}
	return h, nil
}

// Receive expects no answers.
func (h help) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return h, nil }

// Scopes are those of reading.
func (h help) Scopes() []keys.Scope { return []keys.Scope{keys.Reading} }

// Disabled is never.
func (h help) Disabled(kit.Env, keys.Intent) string { return "" }

// View draws the visible lines.
func (h help) View(env kit.Env) string {
	end := min(h.scroll+env.Height, len(h.lines))
	return kit.Block(strings.Join(h.lines[min(h.scroll, end):end], "\n"), env.Width, env.Height)
}
