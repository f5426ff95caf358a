package browse

import (
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// fold is why scopes stand in one row an account: there is nothing to read in
// them, and most accounts have many.
type fold uint8

const (
	single     fold = iota // the row is one scope
	closed                 // a service control policy closes the regions
	notEnabled             // the account has not enabled them
)

func foldOf(inv model.Inventory, s model.Scope) fold {
	switch {
	case !inv.Enabled(s):
		return notEnabled
	case inv.Closed(s):
		return closed
	}
	return single
}

// folds are the regions of the folded rows.
type folds map[scopeRow][]string

// foldedRows gives a row for every scope that has something to read, and one an
// account for each kind of the others.
func foldedRows(inv model.Inventory) ([]scopeRow, folds) {
	var rows []scopeRow
	in := folds{}
	for _, s := range inv.Scopes() {
		r := scopeRow{scope: s}
		if r.fold = foldOf(inv, s); r.fold != single {
			r.scope.Region = ""
			in[r] = append(in[r], s.Region)
		}
		if len(in[r]) <= 1 {
			rows = append(rows, r)
		}
	}
	return rows, in
}

// scopes are those that a row stands for.
func (f folds) scopes(r scopeRow) []model.Scope {
	if r.fold == single {
		return []model.Scope{r.scope}
	}
	out := make([]model.Scope, len(f[r]))
	for i, region := range f[r] {
		out[i] = model.Scope{Account: r.scope.Account, Region: region}
	}
	return out
}

// query is the filter that shows a row's images.
func (f folds) query(r scopeRow) string {
	region := r.scope.Region
	if r.fold != single {
		region = strings.Join(f[r], ",")
	}
	return "account:" + r.scope.Account + " region:" + region
}

// state names what the regions of a folded row have in common.
func (f fold) state() string {
	if f == closed {
		return "closed"
	}
	return "not enabled"
}

// why names all regions of a folded row.
func (f folds) why(r scopeRow) string {
	reason := "not enabled: "
	if r.fold == closed {
		reason = model.Closed.String() + ": "
	}
	return reason + strings.Join(f[r], ", ")
}

// hint says what to do about a closed row; about regions that are not enabled
// there is nothing to do.
func (f folds) hint(inv model.Inventory, r scopeRow) string {
	if r.fold != closed {
		return ""
	}
	for _, s := range f.scopes(r) {
		if err := inv.Status(s, model.Images).Err; err != nil {
			return err.Hint()
		}
	}
	return ""
}

func (f folds) cell(env kit.Env, r scopeRow, key string) kit.Cell {
	regions := f[r]
	switch key {
	case "account":
		return kit.Cell{Text: env.Inv.Account(r.scope.Account).Title(), Style: kit.Strong}
	case "region":
		if len(regions) == 1 {
			return kit.Cell{Text: regions[0]}
		}
		return kit.Cell{Text: kit.Plural(len(regions), "region", "regions")}
	case "state":
		return kit.Cell{Text: r.fold.state(), Style: kit.Dim}
	case "images":
		return unknown()
	case "calls":
		return kit.Cell{Text: strconv.Itoa(f.calls(env.Inv, r)), Style: kit.Dim}
	case "hint":
		return kit.Cell{Text: f.hint(env.Inv, r), Style: kit.Dim}
	case "error":
		return kit.Cell{Text: f.why(r), Style: kit.Dim}
	case "source":
		return kit.Cell{Text: env.Inv.Account(r.scope.Account).Source, Style: kit.Dim}
	}
	return kit.Cell{}
}

func (f folds) calls(inv model.Inventory, r scopeRow) int {
	n := 0
	for _, s := range f.scopes(r) {
		n += calls(inv, s)
	}
	return n
}

// trouble is what stands below the table when the cursor is on a folded row.
func (f folds) trouble(env kit.Env, r scopeRow) string {
	t := env.Theme
	out := " " + t.Cut(kit.Plural(len(f[r]), "region", "regions")+" "+f.why(r), max(0, env.Width-2))
	if r.fold == closed {
		out += "\n " + t.Paint(kit.Dim, t.Cut("tried again weekly, and by r now; "+f.hint(env.Inv, r), max(0, env.Width-2)))
	}
	return out
}
