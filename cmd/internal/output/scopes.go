package output

import (
	"strconv"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// scopeGrid lists the scopes. For people, regions that an account has not
// enabled are left out: most accounts have many, and they say nothing.
func scopeGrid(inv model.Inventory, s Style) grid {
	g := grid{heads: []head{
		{"account", "ACCOUNT", false},
		{"name", "NAME", false},
		{"region", "REGION", false},
		{"state", "STATE", false},
		{"as_of", "AGE", true},
		{"images", "IMAGES", true},
		{"error", "ERROR", false},
		{"hint", "HINT", false},
	}}
	for _, d := range inv.ScopeDocuments() {
		if s.Format == CSV || d.State != model.ScopeClosed {
			g.rows = append(g.rows, scopeRow(inv, d, s.Now))
		}
	}
	return g
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
	return []cell{
		words(account), words(name), words(region), words(d.State), age, images,
		trouble(d.Error), trouble(d.Hint),
	}
}

// trouble leaves the cell blank where there is none: most have none.
func trouble(s *string) cell { return cell{show: value(s), data: value(s)} }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
