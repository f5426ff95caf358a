package tui

import (
	"cmp"
	"context"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// framesPerSecond is how often the terminal is written to at most. A frame waits
// half of the time between two on average; where nothing has changed nothing is
// written.
const framesPerSecond = 120

// Prepare makes the table of the widths of all characters, which is made when
// the first beyond Latin is drawn: 2 MB that the first frame would wait for. It
// may run beside everything.
func Prepare() { ansi.StringWidthWc("…") }

// Run shows the program until the user leaves it. The context ends it too. Its
// error is a Chosen when the user wants to go on with other profiles.
func Run(ctx context.Context, opts Options, with ...tea.ProgramOption) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := tea.NewProgram(New(ctx, opts), append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(framesPerSecond)}, with...)...)
	end, err := p.Run()
	if a, ok := end.(*App); ok && a.login.chosen != nil && err == nil {
		return Chosen{a.login.chosen}
	}
	return cmp.Or(context.Cause(ctx), err)
}
