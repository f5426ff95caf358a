package browse

import (
	"slices"
	"strconv"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/kit"
)

// column is one column of the images table: how it looks, what it sorts by and
// what stands in it.
type column struct {
	kit.Column
	order string // sort key of package query; "" where it does not sort
	help  string
	cell  func(kit.Env, *model.Image) kit.Cell
}

// columns is every column there is, in the order in which they stand.
var columns = []column{
	{kit.Column{Key: "name", Title: "NAME", Min: 16, Max: 70, Weight: 4, Middle: true, Priority: 100, Fixed: true}, "name", "name", nameCell},
	{kit.Column{Key: "state", Title: "STATE", Min: 9, Max: 10, Priority: 84}, "state", "available, disabled, deprecated, …", stateCell},
	{kit.Column{Key: "usage", Title: "USAGE", Min: 10, Max: 10, Priority: 91}, "usage", "who still uses it; u tells why", usageCell},
	{kit.Column{Key: "account", Title: "ACCOUNT", Min: 12, Max: 14, Priority: 90}, "account", "owner, by name where it is known", accountCell},
	{kit.Column{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 88}, "region", "region", plain(func(im *model.Image) string { return im.Region })},
	{kit.Column{Key: "age", Title: "AGE", Min: 5, Max: 5, Right: true, Priority: 86}, "created", "time since creation", ageCell},
	{kit.Column{Key: "cost", Title: "COST/MO", Min: 9, Max: 15, Right: true, Bar: 5, Priority: 87}, "cost", "what its snapshots cost a month; $ tells on what basis", costCell},
	{kit.Column{Key: "size", Title: "SIZE", Min: 7, Max: 14, Right: true, Bar: 5, Priority: 80}, "size", "provisioned size of all EBS devices", sizeCell},
	{kit.Column{Key: "idle", Title: "LAUNCHED", Min: 8, Max: 8, Right: true, Priority: 82}, "launched", "time since the last launch, 24 h late; the owner is told", launchedCell},
	{kit.Column{Key: "shared", Title: "SHARED", Min: 14, Max: 40, Weight: 2, Priority: 76}, "shared", "with whom: everybody, organizations, accounts; strangers first", sharedCell},
	{kit.Column{Key: "severity", Title: "SEVERITY", Min: 8, Max: 8, Priority: 74}, "severity", "the worst that is wrong with it", severityColumn},
	{kit.Column{Key: "public", Title: "PUBLIC", Min: 6, Max: 6, Priority: 33}, "public", "whether everybody may launch it", triCell(func(im *model.Image) model.Tri { return im.Public }, kit.Bad)},
	{kit.Column{Key: "encrypted", Title: "ENCR", Min: 4, Max: 4, Priority: 62}, "encrypted", "whether every EBS device is encrypted", triCell(func(im *model.Image) model.Tri { return im.Encrypted }, kit.Good)},
	{kit.Column{Key: "protected", Title: "PROT", Min: 4, Max: 4, Priority: 32}, "protected", "deregistration protection", triCell(func(im *model.Image) model.Tri { return im.Protected }, kit.Good)},
	{kit.Column{Key: "arch", Title: "ARCH", Min: 6, Max: 10, Priority: 60}, "arch", "architecture", plain(func(im *model.Image) string { return im.Architecture })},
	{kit.Column{Key: "platform", Title: "OS", Min: 7, Max: 7, Priority: 40}, "platform", "linux or windows", plain(func(im *model.Image) string { return im.Platform })},
	{kit.Column{Key: "id", Title: "IMAGE ID", Min: 21, Max: 21, Priority: 65}, "id", "image id", dim(func(im *model.Image) string { return im.ID })},
	{kit.Column{Key: "family", Title: "FAMILY", Min: 14, Max: 40, Weight: 2, Priority: 30}, "family", "name without version, date and build", familyCell},
	{kit.Column{Key: "version", Title: "VERSION", Min: 10, Max: 24, Weight: 1, Priority: 28}, "version", "what tells it from its family", versionCell},
	{kit.Column{Key: "snapshots", Title: "SNAPS", Min: 5, Max: 5, Right: true, Priority: 50}, "snapshots", "EBS snapshots it uses", snapshotsCell},
	{kit.Column{Key: "references", Title: "USES", Min: 5, Max: 5, Right: true, Priority: 34}, "references", "things that name it, as far as they were looked at", referencesCell},
	{kit.Column{Key: "created", Title: "CREATED", Min: 10, Max: 10, Priority: 45}, "created", "creation date", dateCell(func(im *model.Image) string { return kit.Date(im.Created) })},
	{kit.Column{Key: "deprecation", Title: "DEPRECATION", Min: 11, Max: 11, Priority: 35}, "deprecation", "deprecation date", dateCell(func(im *model.Image) string { return kit.Date(im.Deprecation) })},
	{kit.Column{Key: "root", Title: "ROOT", Min: 5, Max: 14, Priority: 20}, "root", "root device type", plain(func(im *model.Image) string { return im.RootType })},
	{kit.Column{Key: "managed", Title: "MANAGED", Min: 7, Max: 12, Priority: 25}, "managed", "service that made it and cares for it", managedCell},
	{kit.Column{Key: "owner", Title: "OWNER ID", Min: 12, Max: 12, Priority: 15}, "owner", "account id of the owner", dim(func(im *model.Image) string { return im.Owner })},
}

// shown picks columns by key, in the given order; unknown keys are left out,
// and no keys mean all columns.
func shown(keys []string) []column {
	if len(keys) == 0 {
		return columns
	}
	var out []column
	for _, k := range keys {
		if i := slices.IndexFunc(columns, func(c column) bool { return c.Key == k }); i >= 0 {
			out = append(out, columns[i])
		}
	}
	if len(out) == 0 {
		return columns
	}
	return out
}

// layout is the columns as the table has them: those that the filter names come
// before others where not all fit.
func (s Images) layout() []kit.Column {
	const before = 50
	out := make([]kit.Column, len(s.cols))
	for i, c := range s.cols {
		out[i] = c.Column
		if c.order != "" && s.filter.query.Names(c.order) {
			out[i].Priority += before
		}
	}
	return out
}

func plain(text func(*model.Image) string) func(kit.Env, *model.Image) kit.Cell {
	return func(_ kit.Env, im *model.Image) kit.Cell { return kit.Cell{Text: text(im)} }
}

func dim(text func(*model.Image) string) func(kit.Env, *model.Image) kit.Cell {
	return func(_ kit.Env, im *model.Image) kit.Cell { return kit.Cell{Text: text(im), Style: kit.Dim} }
}

// dateCell shows a dash where there is no date.
func dateCell(text func(*model.Image) string) func(kit.Env, *model.Image) kit.Cell {
	return func(_ kit.Env, im *model.Image) kit.Cell { return orDash(text(im)) }
}

func orDash(s string) kit.Cell {
	if s == "" {
		return kit.Cell{Text: "–", Style: kit.Dim}
	}
	return kit.Cell{Text: s}
}

func nameCell(_ kit.Env, im *model.Image) kit.Cell {
	switch {
	case im.Name == "":
		return kit.Cell{Text: "(no name)", Style: kit.Dim}
	case im.Disabled():
		return kit.Cell{Text: im.Name, Style: kit.Dim}
	}
	return kit.Cell{Text: im.Name, Style: kit.Strong}
}

func accountCell(env kit.Env, im *model.Image) kit.Cell {
	if im.OwnerAlias != "" {
		return kit.Cell{Text: im.OwnerAlias, Style: kit.Info}
	}
	return kit.Cell{Text: env.Inv.Account(im.Owner).Title()}
}

// stateCell tells what stands in the way of a launch; a passed deprecation
// date is a state to the reader, though not to EC2.
func stateCell(env kit.Env, im *model.Image) kit.Cell {
	switch {
	case im.State == "available" && im.Deprecated(env.Now):
		return kit.Cell{Text: "deprecated", Style: kit.Warn}
	case im.State == "available":
		return kit.Cell{Text: im.State, Style: kit.Good}
	case im.State == "pending":
		return kit.Cell{Text: im.State, Style: kit.Info}
	case im.Disabled():
		return kit.Cell{Text: im.State, Style: kit.Dim}
	}
	return kit.Cell{Text: im.State, Style: kit.Bad}
}

func ageCell(env kit.Env, im *model.Image) kit.Cell {
	if im.Created.IsZero() {
		return orDash("")
	}
	return kit.Cell{Text: kit.Age(env.Now.Sub(im.Created))}
}

func launchedCell(env kit.Env, im *model.Image) kit.Cell {
	switch im.Launched {
	case model.Yes:
		return kit.Cell{Text: kit.Age(env.Now.Sub(im.LastLaunched))}
	case model.No:
		return kit.Cell{Text: "never", Style: kit.Warn}
	case model.Maybe:
	}
	return unknown()
}

// unknown is how a fact looks that was not read, everywhere.
func unknown() kit.Cell { return kit.Cell{Text: kit.Unread, Style: kit.Dim} }

func sizeCell(env kit.Env, im *model.Image) kit.Cell {
	if im.SizeGiB == 0 && im.RootType != "ebs" {
		return kit.Cell{Text: "S3", Style: kit.Dim}
	}
	return kit.Cell{Text: kit.Size(im.SizeGiB), Part: fraction(im.SizeGiB, env.Costs.Largest().Volumes)}
}

// costCell shows the most that an image costs: that is what it is sorted by. One
// of which some snapshots are other images' as well has a sign.
func costCell(env kit.Env, im *model.Image) kit.Cell {
	x := env.Costs.Image(im.ImageKey)
	switch {
	case x.State == cost.InS3:
		return kit.Cell{Text: "S3", Style: kit.Dim}
	case x.State == cost.Theirs:
		return orDash("")
	case x.State != cost.Told:
		return unknown()
	case x.Gaps > 0:
		return kit.Cell{Text: kit.Money(x.Cost.High) + "+" + kit.Unread, Style: kit.Dim}
	}
	text := kit.Money(x.Cost.High)
	if !x.Cost.Exact() {
		text = env.Theme.Symbols.AtMost + text
	}
	if x.Joint {
		text = env.Theme.Symbols.Bullet + text
	}
	return kit.Cell{Text: text, Part: fraction(x.Cost.High, env.Costs.Largest().Image)}
}

// fraction is a part of the largest; nothing where that is not known.
func fraction[N ~int64](part, of N) float64 {
	if of <= 0 {
		return 0
	}
	return float64(part) / float64(of)
}

func snapshotsCell(_ kit.Env, im *model.Image) kit.Cell {
	if im.Snapshots == 0 {
		return orDash("")
	}
	return kit.Cell{Text: strconv.Itoa(int(im.Snapshots))}
}

func familyCell(_ kit.Env, im *model.Image) kit.Cell {
	family, _ := model.Family(im.Name)
	return orDash(family)
}

func versionCell(_ kit.Env, im *model.Image) kit.Cell {
	_, version := model.Family(im.Name)
	return orDash(version)
}

func managedCell(_ kit.Env, im *model.Image) kit.Cell {
	switch im.Managed {
	case model.ManagerNotTold:
		return unknown()
	case model.Unmanaged:
		return orDash("")
	case model.Backup, model.DLM, model.ImageBuilder, model.Marketplace:
	}
	return kit.Cell{Text: im.Managed.String(), Style: kit.Info}
}

// triCell shows a yes-or-no fact; only yes has a colour of its own.
func triCell(fact func(*model.Image) model.Tri, yes kit.Style) func(kit.Env, *model.Image) kit.Cell {
	return func(_ kit.Env, im *model.Image) kit.Cell {
		switch fact(im) {
		case model.Yes:
			return kit.Cell{Text: "yes", Style: yes}
		case model.No:
			return kit.Cell{Text: "no", Style: kit.Dim}
		case model.Maybe:
		}
		return unknown()
	}
}

// imageRows are the rows of the images table.
type imageRows struct {
	env    kit.Env
	images []*model.Image
	cols   []column
}

func (r imageRows) Len() int { return len(r.images) }

func (r imageRows) Cell(row, col int) kit.Cell { return r.cols[col].cell(r.env, r.images[row]) }

func (r imageRows) Mark(row int) bool { return r.env.Marks.Has(r.images[row].ImageKey) }
