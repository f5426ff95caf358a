package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/tui/browse"
)

// lookBack is how far growth is shown.
const lookBack = 30 * 24 * time.Hour

// grownMsg is why costs differ from those of an earlier day.
type grownMsg struct {
	screen browse.Growth
	err    error
}

// growth shows why costs differ from those of a month ago: by the ledger, else,
// before it began, by when snapshots were made.
func (a *App) growth() tea.Cmd {
	c, past := a.costs.now, a.opts.Services.Costs.Past
	if c == nil {
		return a.say("costs are being worked out", true)
	}
	now := a.opts.Services.Now()
	from := now.Add(-lookBack)
	return func() tea.Msg {
		var before []cost.Day
		if past != nil {
			days, err := past(from)
			if err != nil {
				return grownMsg{err: err}
			}
			before = among(days, c.Days())
		}
		if len(before) == 0 {
			return grownMsg{screen: browse.NewGrowth(cost.Grow(c.ByCreation(from), c.ByCreation(now)), from, true)}
		}
		return grownMsg{screen: browse.NewGrowth(cost.Grow(before, c.Days()), from, false)}
	}
}

// among are the days of scopes that are known today: the ledger tells of other
// selections as well, and a scope that cannot be read today has not left.
func among(days, today []cost.Day) []cost.Day {
	return slices.DeleteFunc(days, func(d cost.Day) bool {
		return !slices.ContainsFunc(today, func(t cost.Day) bool { return t.Scope == d.Scope })
	})
}

func (a *App) grown(m grownMsg) tea.Cmd {
	if m.err != nil {
		return a.say("the ledger could not be read: "+m.err.Error(), true)
	}
	return a.push(m.screen)
}
