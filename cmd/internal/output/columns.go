package output

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// column is one column of a list of images.
type column struct {
	head
	help string
	cell func(row) cell
}

// row is what a cell is made of.
type row struct {
	Known
	im  *model.Image
	now time.Time
}

// defaultColumns are those that a list shows unless told otherwise.
func defaultColumns() []string {
	return []string{"id", "name", "account", "region", "state", "age", "size", "idle"}
}

func columns() []column {
	return []column{
		{head{"id", "ID", false}, "image id", text(func(im *model.Image) string { return im.ID })},
		{head{"name", "NAME", false}, "name", text(func(im *model.Image) string { return im.Name })},
		{head{"account", "ACCOUNT", false}, "owner, by name where it is known", accountCell},
		{head{"owner", "OWNER", false}, "account id of the owner", text(func(im *model.Image) string { return im.Owner })},
		{head{"region", "REGION", false}, "region", text(func(im *model.Image) string { return im.Region })},
		{head{"state", "STATE", false}, "state; a passed deprecation date is told in tables", stateCell},
		{head{"age", "AGE", true}, "time since creation; in CSV the creation date", dateCell(created, ago)},
		{head{"created", "CREATED", false}, "creation date", dateCell(created, day)},
		{head{"idle", "LAUNCHED", true}, "time since the last launch; in CSV its date, or never", launchedCell},
		{head{"deprecation", "DEPRECATION", false}, "deprecation date", dateCell(func(im *model.Image) time.Time { return im.Deprecation }, day)},
		{head{"size", "SIZE", true}, "provisioned size of all EBS devices; in CSV bytes", sizeCell},
		{head{"snapshots", "SNAPS", true}, "number of EBS snapshots it uses", snapshotsCell},
		{head{"arch", "ARCH", false}, "architecture", text(func(im *model.Image) string { return im.Architecture })},
		{head{"platform", "OS", false}, "linux or windows", text(func(im *model.Image) string { return im.Platform })},
		{head{"root", "ROOT", false}, "root device type", text(func(im *model.Image) string { return im.RootType })},
		{head{"public", "PUBLIC", false}, "whether everybody may launch it", fact(func(im *model.Image) model.Tri { return im.Public })},
		{head{"shared", "SHARED", false}, "who may launch it besides its owner, strangers first; in CSV their ids, private, or public", sharedCell},
		{head{"severity", "SEVERITY", false}, "the worst that is wrong with it; a ? where something worse may be", severityCell},
		{head{"encrypted", "ENCRYPTED", false}, "whether every EBS device is encrypted", fact(func(im *model.Image) model.Tri { return im.Encrypted })},
		{head{"protected", "PROTECTED", false}, "deregistration protection", fact(func(im *model.Image) model.Tri { return im.Protected })},
		{head{"managed", "MANAGED", false}, "service that made it and cares for it", managedCell},
		{head{"usage", "USAGE", false}, "whether something uses it: used, probable, unknown or unused", usageCell},
		{head{"cost", "COST", true}, "what its snapshots cost a month; in CSV at most, in dollars", costCell},
		{head{"tier", "TIER", false}, "storage tiers of its snapshots: standard, archive", tierCell},
		{head{"family", "FAMILY", false}, "name without version, date and build", text(family)},
		{head{"version", "VERSION", false}, "what tells it from its family", text(version)},
	}
}

// Columns lists the keys of all columns, each with what it shows.
func Columns() (keys, help []string) {
	for _, c := range columns() {
		keys, help = append(keys, c.key), append(help, c.help)
	}
	return keys, help
}

// CheckColumns says which key is none, nil when all are.
func CheckColumns(keys []string) error {
	_, err := columnsOf(keys)
	return err
}

func columnsOf(keys []string) ([]column, error) {
	if len(keys) == 0 {
		keys = defaultColumns()
	}
	all := columns()
	out := make([]column, 0, len(keys))
	for _, k := range keys {
		i := slices.IndexFunc(all, func(c column) bool { return c.key == k })
		if i < 0 {
			known, _ := Columns()
			return nil, fmt.Errorf("there is no column %q; columns are %s", k, join(known))
		}
		out = append(out, all[i])
	}
	return out, nil
}

func imageGrid(cols []column, k Known, images []*model.Image, now time.Time) grid {
	g := grid{heads: make([]head, len(cols)), rows: make([][]cell, 0, len(images))}
	for i, c := range cols {
		g.heads[i] = c.head
	}
	for _, im := range images {
		cells := make([]cell, len(cols))
		for i, c := range cols {
			cells[i] = c.cell(row{k, im, now})
		}
		g.rows = append(g.rows, cells)
	}
	return g
}

// none and unread stand in tables for what is absent and what is not known.
const (
	none   = "-"
	unread = kit.Unread
)

func text(of func(*model.Image) string) func(row) cell {
	return func(r row) cell { return words(of(r.im)) }
}

func words(s string) cell {
	if s == "" {
		return cell{show: none}
	}
	return cell{show: s, data: s}
}

// fact is yes or no, and in CSV empty where it is not known.
func fact(of func(*model.Image) model.Tri) func(row) cell {
	return func(r row) cell { return triCell(of(r.im)) }
}

func triCell(t model.Tri) cell {
	if t == model.Maybe {
		return cell{show: unread}
	}
	return cell{show: t.String(), data: strconv.FormatBool(t == model.Yes), own: true}
}

func created(im *model.Image) time.Time { return im.Created }

func ago(t, now time.Time) string { return kit.Age(now.Sub(t)) }

func day(t, _ time.Time) string { return kit.Date(t) }

func dateCell(of func(*model.Image) time.Time, show func(t, now time.Time) string) func(row) cell {
	return func(r row) cell {
		t := of(r.im)
		if t.IsZero() {
			return cell{show: none}
		}
		return instant(t, show(t, r.now))
	}
}

func instant(t time.Time, show string) cell {
	return cell{show: show, data: t.UTC().Format(time.RFC3339), own: true}
}

func accountCell(r row) cell {
	if r.im.OwnerAlias != "" {
		return words(r.im.OwnerAlias)
	}
	return words(r.Inv.Account(r.im.Owner).Title())
}

func stateCell(r row) cell {
	if r.im.State == "available" && r.im.Deprecated(r.now) {
		return cell{show: "deprecated", data: r.im.State}
	}
	return words(r.im.State)
}

func launchedCell(r row) cell {
	switch r.im.Launched {
	case model.Yes:
		return instant(r.im.LastLaunched, ago(r.im.LastLaunched, r.now))
	case model.No:
		return cell{show: "never", data: "never", own: true}
	case model.Maybe:
	}
	return cell{show: unread}
}

func managedCell(r row) cell {
	if r.im.Managed == model.ManagerNotTold {
		return cell{show: unread}
	}
	return words(r.im.Managed.String())
}

func usageCell(r row) cell {
	if r.Usage == nil {
		return cell{show: unread}
	}
	word := r.Usage.Ruling(r.im).Use.String()
	return cell{show: word, data: word, own: true}
}

func sizeCell(r row) cell {
	if r.im.SizeGiB == 0 && r.im.RootType != "ebs" {
		return cell{show: none}
	}
	return cell{show: kit.Size(r.im.SizeGiB), data: strconv.FormatInt(r.im.SizeGiB<<30, 10), own: true}
}

func snapshotsCell(r row) cell {
	n := strconv.Itoa(int(r.im.Snapshots))
	return cell{show: n, data: n, own: true}
}

func family(im *model.Image) string {
	f, _ := model.Family(im.Name)
	return f
}

func version(im *model.Image) string {
	_, v := model.Family(im.Name)
	return v
}
