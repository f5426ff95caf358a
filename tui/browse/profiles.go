package browse

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Profiles is the picker of profiles of the user's AWS files.
type Profiles struct {
	table    kit.Table
	profiles []model.Profile
	on       map[string]bool
}

var profileColumns = []kit.Column{
	{Key: "profile", Title: "PROFILE", Min: 12, Max: 40, Weight: 2, Priority: 100, Fixed: true},
	{Key: "account", Title: "ACCOUNT", Min: 12, Max: 30, Weight: 1, Priority: 95},
	{Key: "role", Title: "ROLE", Min: 8, Max: 40, Weight: 2, Priority: 70},
	{Key: "kind", Title: "KIND", Min: 7, Max: 8, Priority: 80},
	{Key: "login", Title: "LOGIN", Min: 12, Max: 24, Priority: 90},
}

// NewProfiles is the picker; the chosen ones are marked.
func NewProfiles(profiles []model.Profile, chosen []string) Profiles {
	p := Profiles{table: kit.Table{}.Layout(profileColumns), profiles: profiles, on: map[string]bool{}}
	for _, name := range chosen {
		p.on[name] = slices.ContainsFunc(profiles, func(q model.Profile) bool { return q.Name == name })
	}
	return p
}

// Sync follows the size.
func (p Profiles) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	p.table = p.table.Resize(env.Width, env.Height-pickerLines).SetLen(len(p.profiles))
	return p, nil
}

// Handle moves, marks and takes.
func (p Profiles) Handle(_ kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		p.table = p.table.Move(in.By)
	case keys.Page:
		p.table = p.table.Page(in.Halves)
	case keys.Jump:
		p.table = p.table.Goto(map[bool]int{true: len(p.profiles) - 1}[in.End])
	case keys.Scroll:
		p.table = p.table.HScroll(in.By)
	case keys.Click:
		if row, ok := p.table.RowAt(in.Y - pickerLines); ok {
			p.table = p.table.Goto(row)
		}
	case keys.Mark, keys.MarkShown, keys.ClearMarks:
		return p.mark(in), nil
	case keys.Open:
		return p, []kit.Effect{kit.Choose{Profiles: p.chosen()}}
	case keys.Back:
		return p, []kit.Effect{kit.Pop{}}
	}
	return p, nil
}

func (p Profiles) mark(in keys.Intent) Profiles {
	p.on = maps.Clone(p.on)
	switch in.(type) {
	case keys.Mark:
		name := p.profiles[p.table.Cursor()].Name
		p.on[name] = !p.on[name]
		p.table = p.table.Move(1)
	case keys.MarkShown:
		for _, q := range p.profiles {
			p.on[q.Name] = true
		}
	case keys.ClearMarks:
		clear(p.on)
	}
	return p
}

// chosen are the marked profiles, else the one under the cursor.
func (p Profiles) chosen() []string {
	var out []string
	for _, q := range p.profiles {
		if p.on[q.Name] {
			out = append(out, q.Name)
		}
	}
	if len(out) == 0 {
		out = []string{p.profiles[p.table.Cursor()].Name}
	}
	return out
}

// Receive expects no answers.
func (p Profiles) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return p, nil }

// Scopes are the picker's own and a table's.
func (p Profiles) Scopes() []keys.Scope { return []keys.Scope{keys.Profiles, keys.Table} }

// Disabled says what the picker does not do.
func (p Profiles) Disabled(_ kit.Env, in keys.Intent) string {
	if r, ok := in.(keys.Refresh); ok && !r.All {
		return "nothing is read here; choose profiles with enter"
	}
	return ""
}

// pickerLines is the height of what stands above the table.
const pickerLines = 2

// View draws what to do, and the profiles.
func (p Profiles) View(env kit.Env) string {
	t := env.Theme
	n := 0
	for _, q := range p.profiles {
		if p.on[q.Name] {
			n++
		}
	}
	head := " " + t.Paint(kit.Title, t.Cut(fmt.Sprintf("Which profiles? %d of %d marked", n, len(p.profiles)), max(0, env.Width-1)))
	note := " " + t.Paint(kit.Dim, t.Cut("The choice is kept for the next start; --profile, variables and the config file go before it.", max(0, env.Width-1)))
	return strings.Join([]string{
		kit.Block(head+"\n"+note, env.Width, pickerLines), p.table.View(t, profileRows{env, p}, kit.Unsorted),
	}, "\n")
}

type profileRows struct {
	env    kit.Env
	picker Profiles
}

func (r profileRows) Len() int { return len(r.picker.profiles) }

func (r profileRows) Mark(row int) bool { return r.picker.on[r.picker.profiles[row].Name] }

func (r profileRows) Cell(row, col int) kit.Cell {
	p := r.picker.profiles[row]
	switch profileColumns[col].Key {
	case "profile":
		return kit.Cell{Text: p.Name, Style: kit.Strong}
	case "account":
		return kit.Cell{Text: r.account(p.Account)}
	case "role":
		return kit.Cell{Text: cmp.Or(p.Role, "–"), Style: kit.Dim}
	case "kind":
		return kit.Cell{Text: p.Kind, Style: kit.Dim}
	case "login":
		return r.login(p)
	}
	return kit.Cell{}
}

func (r profileRows) account(id string) string {
	if id == "" {
		return kit.Unread
	}
	return r.env.Inv.Account(id).Title()
}

func (r profileRows) login(p model.Profile) kit.Cell {
	switch p.Login {
	case model.LoginExpired:
		return kit.Cell{Text: "expired", Style: kit.Bad}
	case model.LoginValid:
		if p.Until.IsZero() {
			return kit.Cell{Text: "needs none", Style: kit.Dim}
		}
		return kit.Cell{Text: "valid", Style: kit.Good}
	case model.LoginUnknown:
	}
	return kit.Cell{Text: kit.Unread, Style: kit.Dim}
}
