package output

import (
	"strconv"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// scopeGrid lists the scopes. For people, regions that an account has not
// enabled are left out: most accounts have many, and they say nothing. Those that
// a policy closes are one line an account.
func scopeGrid(inv model.Inventory, s Style) grid {
	g := grid{heads: []head{
		{"account", "ACCOUNT", false},
		{"name", "NAME", false},
		{"region", "REGION", false},
		{"state", "STATE", false},
		{"as_of", "AGE", true},
		{"images", "IMAGES", true},
		{"public_images", "PUBLIC IMAGES", false},
		{"public_snapshots", "PUBLIC SNAPSHOTS", false},
		{"allowed_images", "ALLOWED", false},
		{"encryption", "ENCRYPTION", false},
		{"error", "ERROR", false},
		{"hint", "HINT", false},
	}}
	documents := inv.ScopeDocuments()
	if s.Format != CSV {
		documents = folded(documents)
	}
	for _, d := range documents {
		g.rows = append(g.rows, scopeRow(inv, d, s.Now))
	}
	return g
}

// folded leaves out what is not enabled, and puts the closed regions of an
// account in the place of its first.
func folded(all []model.ScopeDocument) []model.ScopeDocument {
	closed := map[string]int{} // by account
	for _, d := range all {
		if d.State == model.ScopeClosed {
			closed[*d.Account]++
		}
	}
	var out []model.ScopeDocument
	for _, d := range all {
		switch n := closed[value(d.Account)]; {
		case d.State == model.ScopeDisabled:
			continue
		case d.State == model.ScopeClosed && n == 0:
			continue // it stands in the line of the first
		case d.State == model.ScopeClosed:
			closed[*d.Account] = 0
			if n > 1 {
				regions := kit.Plural(n, "region", "regions")
				d.Region, d.AsOf = &regions, nil
			}
		}
		out = append(out, d)
	}
	return out
}

func scopeRow(inv model.Inventory, d model.ScopeDocument, now time.Time) []cell {
	account, region := value(d.Account), value(d.Region)
	age, images := cell{show: none}, cell{show: none}
	if d.AsOf != nil {
		age = instant(*d.AsOf, kit.Age(max(0, now.Sub(*d.AsOf))))
		n := strconv.Itoa(inv.ImageCount(model.Scope{Account: account, Region: region}))
		images = cell{show: n, data: n, own: true}
	}
	name := d.Source // of a way that led nowhere, all that is known
	if account != "" {
		name = inv.Account(account).Title()
	}
	cells := []cell{words(account), words(name), words(region), words(d.State), age, images}
	for _, name := range model.SettingNames() {
		cells = append(cells, settingCell(d, name))
	}
	return append(cells, trouble(d.Error), trouble(d.Hint))
}

// settingCell is the state of a setting of a scope.
func settingCell(d model.ScopeDocument, name string) cell {
	for _, s := range d.Settings {
		if s.Name == name && s.State != nil {
			return words(*s.State)
		}
	}
	if d.State != model.ScopeRead && d.State != model.ScopeFailed {
		return cell{show: none}
	}
	return cell{show: unread}
}

// trouble leaves the cell blank where there is none: most have none.
func trouble(s *string) cell { return cell{show: value(s), data: value(s)} }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
