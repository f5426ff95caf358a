package browse

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// TestSharedByName: units and organizations are called by what people know them
// by, and what is not known by its id.
func TestSharedByName(t *testing.T) {
	const (
		org     = "arn:aws:organizations::222222222222:organization/o-ours"
		unit    = "arn:aws:organizations::222222222222:ou/o-ours/ou-1"
		bare    = "arn:aws:organizations::222222222222:ou/o-ours/ou-2"
		foreign = "arn:aws:organizations::999999999999:organization/o-theirs"
	)
	env := at(1, "a")
	im, _ := env.Inv.Image(model.ImageKey{Region: scope.Region, ID: "ami-a"})
	shared := func(p model.LaunchPermissions, more ...model.Event) kit.Env {
		p.ID, p.At = im.ID, now
		e := env
		e.Inv = env.Inv.Fold(append(more, model.Page{Gen: 1, Scope: scope, Kind: model.Permissions, At: now, Permissions: []*model.LaunchPermissions{&p}})...)
		return e
	}
	ours := model.Organization{ARN: org, At: now, Units: map[string][]string{unit: nil, bare: nil}, Names: map[string]string{unit: "workloads", bare: ""}}
	for _, c := range []struct {
		name, cell string
		env        kit.Env
		lines      []string
	}{
		{"ours", "3: your organization o-ours, unit workloads, ou-2", shared(model.LaunchPermissions{Organizations: []string{org}, Units: []string{unit, bare}}, ours), []string{org + "  your organization", unit + "  workloads", bare}},
		{"theirs", "! o-theirs", shared(model.LaunchPermissions{Organizations: []string{foreign}}, ours), []string{foreign + "  a stranger"}},
		{"of nothing known", "! o-ours, ou-1", shared(model.LaunchPermissions{Organizations: []string{org}, Units: []string{unit}}), []string{org + "  a stranger", unit + "  a stranger"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			symbol := c.env.Theme.Symbols.Alert
			if got := strings.Replace(sharedCell(c.env, im).Text, symbol, "!", 1); got != c.cell {
				t.Errorf("%q, want %q", got, c.cell)
			}
			var lines []string
			for _, l := range launchLines(c.env, im) {
				lines = append(lines, strings.TrimSpace(ansi.Strip(l)))
			}
			for _, want := range c.lines {
				if !strings.Contains("\n"+strings.Join(lines, "\n")+"\n", "\n"+want+"\n") {
					t.Errorf("no line %q in\n%s", want, strings.Join(lines, "\n"))
				}
			}
		})
	}
}
