package browse

import (
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// relogins are the expired logins by name.
type relogins map[string]model.Relogin

func reloginsOf(inv model.Inventory) relogins {
	out := relogins{}
	for _, r := range inv.Relogins() {
		out[r.Name] = r
	}
	return out
}

// lostRows are a row for every login that has expired, however many profiles
// stand on it, and then one for every other way in that led nowhere.
func lostRows(inv model.Inventory, logins relogins) []scopeRow {
	var out []scopeRow
	for _, r := range inv.Relogins() {
		out = append(out, scopeRow{login: r.Name})
	}
	for _, u := range inv.Unreached() {
		if _, grouped := logins[u.Err.Login.Name]; !grouped {
			out = append(out, scopeRow{lost: u.Source})
		}
	}
	return out
}

// ReloginText says what an expired login would mend, and the command that does.
func ReloginText(r model.Relogin) string { return expired(r) + ": " + command(r) }

func expired(r model.Relogin) string {
	return kit.Plural(len(r.Sources), "profile", "profiles") + " expired"
}

// command is the login command as one types it; a name with a blank in it is
// shown in quotes.
func command(r model.Relogin) string {
	words := make([]string, len(r.Command))
	for i, w := range r.Command {
		if strings.ContainsAny(w, " \t'\"$") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

func (l relogins) cell(name, key string) kit.Cell {
	switch key {
	case "account":
		return kit.Cell{Text: name, Style: kit.Bad}
	case "state":
		return kit.Cell{Text: "expired", Style: kit.Bad}
	case "hint":
		return kit.Cell{Text: "L, or: " + command(l[name])}
	case "error":
		return kit.Cell{Text: expired(l[name]) + ": " + strings.Join(l[name].Sources, ", "), Style: kit.Dim}
	}
	return kit.Cell{}
}

// trouble is what is told about an expired login under the cursor.
func (l relogins) trouble(env kit.Env, name string) string {
	t, r := env.Theme, l[name]
	state := "expired"
	return " " + t.Paint(kit.Bad, state) + " " + t.Cut(name+": L, or enter, runs "+command(r), max(0, env.Width-3-len(state))) +
		"\n " + t.Paint(kit.Dim, t.Cut(expired(r)+": "+strings.Join(r.Sources, ", "), max(0, env.Width-2)))
}
