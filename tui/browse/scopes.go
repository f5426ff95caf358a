package browse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Scopes is the view of accounts and regions: what was read, when, at what
// cost, and what went wrong.
type Scopes struct {
	table kit.Table
	rows  []scopeRow
	at    scopeRow // the row under the cursor, by its place only

	logins relogins // of the last Sync
	folds  folds    // likewise
}

// scopeRow is one scope, several of an account with nothing to read in them, or
// one way into AWS that led nowhere.
type scopeRow struct {
	scope model.Scope // without a region when it is folded
	fold  fold
	lost  string // source of an unreached one
	login string // name of a login that has expired
}

var scopeColumns = []kit.Column{
	{Key: "account", Title: "ACCOUNT", Min: 12, Max: 26, Weight: 1, Priority: 100, Fixed: true},
	{Key: "region", Title: "REGION", Min: 10, Max: 14, Priority: 95},
	{Key: "state", Title: "STATE", Min: 11, Max: 12, Priority: 90},
	{Key: "images", Title: "IMAGES", Min: 6, Max: 7, Right: true, Priority: 80},
	{Key: "age", Title: "READ", Min: 8, Max: 8, Right: true, Priority: 78},
	{Key: "usage", Title: "USAGE", Min: 5, Max: 16, Weight: 1, Priority: 75},
	{Key: "sharing", Title: "PUBLIC", Min: 7, Max: 14, Priority: 74},
	{Key: "denied", Title: "DENIED", Min: 6, Max: 6, Right: true, Priority: 73},
	{Key: "encrypts", Title: "ENCRYPT", Min: 7, Max: 7, Priority: 46},
	{Key: "allowed", Title: "ALLOWED", Min: 7, Max: 10, Priority: 45},
	{Key: "calls", Title: "CALLS", Min: 5, Max: 6, Right: true, Priority: 40},
	{Key: "hint", Title: "WHAT TO DO", Min: 39, Max: 80, Weight: 3, Priority: 70},
	{Key: "error", Title: "WHY", Min: 30, Max: 120, Weight: 4, Priority: 60},
	{Key: "source", Title: "REACHED BY", Min: 12, Max: 30, Weight: 1, Priority: 30},
}

// NewScopes is the scopes view.
func NewScopes() Scopes { return Scopes{table: kit.Table{}.Layout(scopeColumns)} }

// Sync lists the scopes: troubled ones first, those not enabled last.
func (s Scopes) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	s.logins = reloginsOf(env.Inv)
	s.rows = lostRows(env.Inv, s.logins)
	var rows []scopeRow
	rows, s.folds = foldedRows(env.Inv)
	s.rows = append(s.rows, rows...)
	slices.SortStableFunc(s.rows, func(a, b scopeRow) int {
		return cmp.Or(
			cmp.Compare(rank(env.Inv, a), rank(env.Inv, b)),
			cmp.Compare(env.Inv.Account(a.scope.Account).Title(), env.Inv.Account(b.scope.Account).Title()),
		)
	})
	s.table = s.table.Resize(env.Width, env.Height-footLines(env)).SetLen(len(s.rows))
	if i := slices.Index(s.rows, s.at); i >= 0 {
		s.table = s.table.Track(i)
	}
	return s, nil
}

func rank(inv model.Inventory, r scopeRow) int {
	switch {
	case r.lost != "" || r.login != "":
		return 0
	case r.fold != single:
		return 2 + int(r.fold)
	case inv.Trouble(r.scope) != nil:
		return 1
	}
	return 2
}

// Handle moves, opens the images of a scope and refreshes.
func (s Scopes) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	switch in := in.(type) {
	case keys.Move:
		s.table = s.table.Move(in.By)
	case keys.Page:
		s.table = s.table.Page(in.Halves)
	case keys.Jump:
		s.table = s.table.Goto(map[bool]int{true: len(s.rows) - 1}[in.End])
	case keys.Scroll:
		s.table = s.table.HScroll(in.By)
	case keys.Click:
		if row, ok := s.table.RowAt(in.Y - 1); ok {
			s.table = s.table.Goto(row)
		}
	case keys.Open:
		return s, s.open()
	case keys.Refresh:
		return s, s.refresh(in)
	}
	if i := s.table.Cursor(); i < len(s.rows) {
		s.at = s.rows[i]
	}
	return s, nil
}

func (s Scopes) current() (scopeRow, bool) {
	i := s.table.Cursor()
	if i < 0 || i >= len(s.rows) {
		return scopeRow{}, false
	}
	return s.rows[i], true
}

func (s Scopes) open() []kit.Effect {
	r, ok := s.current()
	if !ok || r.lost != "" {
		return nil
	}
	if r.login != "" {
		return []kit.Effect{kit.Login{Relogin: s.logins[r.login]}}
	}
	return []kit.Effect{kit.Go{View: "images", Then: kit.SetFilter{Query: s.folds.query(r)}}}
}

func (s Scopes) refresh(in keys.Refresh) []kit.Effect {
	r, ok := s.current()
	switch {
	case in.All || !ok:
		return []kit.Effect{kit.Read{}}
	case r.lost != "":
		return []kit.Effect{kit.Read{Sources: []string{r.lost}}}
	case r.login != "":
		return []kit.Effect{kit.Read{Sources: s.logins[r.login].Sources}}
	}
	return []kit.Effect{kit.Read{Scopes: s.folds.scopes(r)}}
}

// Receive expects no answers.
func (s Scopes) Receive(kit.Env, kit.Answer) (kit.Screen, []kit.Effect) { return s, nil }

// Scopes are the view's own and a table's.
func (s Scopes) Scopes() []keys.Scope { return []keys.Scope{keys.Scopes, keys.Table} }

// Disabled says why an intent makes no sense now.
func (s Scopes) Disabled(_ kit.Env, in keys.Intent) string {
	r, ok := s.current()
	switch in := in.(type) {
	case keys.Open:
		switch {
		case !ok:
			return "no account was reached yet"
		case r.lost != "":
			return "this account was not reached, so it has no images to show"
		case r.fold == notEnabled:
			return "the account has not enabled these regions, so there are no images in them"
		}
	case keys.Refresh:
		switch {
		case !ok:
			return "no account was reached yet"
		case r.fold == notEnabled && !in.All:
			return "the account has not enabled these regions, so there is nothing to read; R reads all others"
		}
	}
	return ""
}

// View draws the table, and below it the whole trouble of the row under the
// cursor, which a cell is too narrow for.
func (s Scopes) View(env kit.Env) string {
	if len(s.rows) == 0 {
		return kit.Placeholder(env.Theme, env.Width, env.Height, "no account reached yet", "profiles, roles and regions are told by flags, environment or the config file")
	}
	table := s.table.View(env.Theme, scopeRows{env, s.rows, s.logins, s.folds}, kit.Unsorted)
	return table + "\n" + kit.Block(s.foot(env), env.Width, footLines(env))
}

// troubleLines is the height of what is told about the row under the cursor where
// there is little room.
const troubleLines = 2

// footLines is that height: where there is room, it holds the settings of the scope
// and what is denied there.
func footLines(env kit.Env) int {
	if env.Height < 16 {
		return troubleLines
	}
	return troubleLines + 2
}

// foot tells what stands in the way of the row under the cursor, and behind that
// what else there is to be known of its scope.
func (s Scopes) foot(env kit.Env) string {
	lines := strings.Split(s.trouble(env), "\n")
	if r, ok := s.current(); ok && r.fold == single && r.lost == "" && r.login == "" {
		lines = append(lines, settingsLine(env, r.scope), deniedLine(env, r.scope))
	}
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
}

func (s Scopes) trouble(env kit.Env) string {
	r, ok := s.current()
	if !ok {
		return ""
	}
	if r.login != "" {
		return s.logins.trouble(env, r.login)
	}
	if r.fold != single {
		return s.folds.trouble(env, r)
	}
	err := r.err(env.Inv)
	if err == nil {
		return standingText(env, r.scope)
	}
	t := env.Theme
	why := t.Cut(err.Op+": "+err.Err.Error(), max(0, env.Width-2))
	return " " + t.Paint(kit.Bad, t.Clean(err.Kind.String())) + " " + t.Cut(err.Hint(), max(0, env.Width-3-kit.Width(err.Kind.String()))) + "\n " + t.Paint(kit.Dim, why)
}

func (r scopeRow) err(inv model.Inventory) *model.OpError {
	if r.lost == "" {
		return inv.Trouble(r.scope)
	}
	for _, u := range inv.Unreached() {
		if u.Source == r.lost {
			return u.Err
		}
	}
	return nil
}

// scopeRows are the rows of the scopes table.
type scopeRows struct {
	env    kit.Env
	rows   []scopeRow
	logins relogins
	folds  folds
}

func (r scopeRows) Len() int { return len(r.rows) }

func (r scopeRows) Mark(int) bool { return false }

func (r scopeRows) Cell(row, col int) kit.Cell {
	at := r.rows[row]
	if at.login != "" {
		return r.logins.cell(at.login, scopeColumns[col].Key)
	}
	if at.fold != single {
		return r.folds.cell(r.env, at, scopeColumns[col].Key)
	}
	switch scopeColumns[col].Key {
	case "hint":
		if err := at.err(r.env.Inv); err != nil {
			return kit.Cell{Text: err.Hint()}
		}
	case "error":
		if err := at.err(r.env.Inv); err != nil {
			return kit.Cell{Text: err.Op + ": " + err.Err.Error(), Style: kit.Dim}
		}
	}
	if at.lost != "" {
		return lostCell(at.lost, scopeColumns[col].Key)
	}
	return r.scopeCell(at.scope, scopeColumns[col].Key)
}

func lostCell(source, key string) kit.Cell {
	switch key {
	case "account":
		return kit.Cell{Text: source, Style: kit.Bad}
	case "state":
		return kit.Cell{Text: "not reached", Style: kit.Bad}
	}
	return kit.Cell{}
}

func (r scopeRows) scopeCell(s model.Scope, key string) kit.Cell {
	inv := r.env.Inv
	st := inv.Status(s, model.Images)
	switch key {
	case "account":
		return kit.Cell{Text: inv.Account(s.Account).Title(), Style: kit.Strong}
	case "region":
		return kit.Cell{Text: s.Region}
	case "state":
		return scopeState(inv, s)
	case "images":
		if st.AsOf.IsZero() {
			return unknown()
		}
		return kit.Cell{Text: kit.Count(inv.ImageCount(s))}
	case "age":
		return kit.Cell{Text: kit.Since(st.AsOf, r.env.Now), Style: kit.Dim}
	case "usage":
		return standingCell(r.env, s)
	case "sharing":
		return sharingCell(r.env, s)
	case "denied":
		return deniedCell(r.env, s)
	case "encrypts":
		return effectCell(r.env, s, model.EncryptVolumes)
	case "allowed":
		return effectCell(r.env, s, model.AllowedImages)
	case "calls":
		return kit.Cell{Text: strconv.Itoa(calls(inv, s)), Style: kit.Dim}
	case "source":
		return kit.Cell{Text: inv.Account(s.Account).Source, Style: kit.Dim}
	}
	return kit.Cell{}
}

func scopeState(inv model.Inventory, s model.Scope) kit.Cell {
	st, err := inv.Status(s, model.Images), inv.Trouble(s)
	switch {
	case st.Busy:
		return kit.Cell{Text: "reading", Style: kit.Info}
	case err != nil:
		return kit.Cell{Text: err.Kind.String(), Style: kit.Bad}
	case st.AsOf.IsZero():
		return kit.Cell{Text: "not read yet", Style: kit.Dim}
	}
	return kit.Cell{Text: "read", Style: kit.Good}
}
