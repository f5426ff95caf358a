package model

import (
	"slices"
	"strings"
)

// SharerName is what people call whom an image is shared with: an account by its
// id, an organization or a unit by its ARN. It is "" where nobody told. AWS has no
// names for organizations; ours is called just that.
func (inv Inventory) SharerName(id string) string {
	switch {
	case isUnit(id):
		return inv.UnitName(id)
	case isOrganization(id) && inv.organized(id):
		return "your organization"
	}
	if title := inv.AccountTitle(id); title != id {
		return title
	}
	return ""
}

// SharerTitle is the same where nothing around it says of what kind it is. Without
// a name it is the id, of an ARN its last part.
func (inv Inventory) SharerTitle(id string) string {
	name := inv.SharerName(id)
	switch {
	case name == "":
		return lastPart(id)
	case isUnit(id):
		return "unit " + name
	case isOrganization(id):
		return name + " " + lastPart(id) // we may be in several
	}
	return name
}

func isUnit(arn string) bool { return strings.Contains(arn, ":ou/") }

func isOrganization(arn string) bool { return strings.Contains(arn, ":organization/") }

// UnitName is what an organizational unit is called, by its ARN; "" where nobody
// told.
func (inv Inventory) UnitName(arn string) string {
	for _, o := range inv.orgs {
		if name := o.Names[arn]; name != "" {
			return name
		}
	}
	return ""
}

// unnamedUnits are those that images are shared with and nobody was asked about:
// of organizations whose accounts can be listed, and of any while none was tried.
func (inv Inventory) unnamedUnits() map[string]bool {
	out := map[string]bool{}
	for _, sh := range inv.shards {
		for _, e := range sh.permissions {
			for _, arn := range e.rec.Units {
				if !out[arn] && inv.unnamed(arn) {
					out[arn] = true
				}
			}
		}
	}
	return out
}

func (inv Inventory) unnamed(unit string) bool {
	if len(inv.orgs) == 0 {
		return true
	}
	return slices.ContainsFunc(inv.Organizations(), func(o Organization) bool {
		_, told := o.Names[unit]
		return !told && o.Err == nil && OrganizationOf(o.ARN) == OrganizationOf(unit)
	})
}
