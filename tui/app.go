// Package tui is the root program: it routes keys to the screen on top, folds
// events into the inventory, performs the effects that screens return, and
// composes the frame. It holds no feature of its own.
package tui

import (
	"context"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/browse"
	"github.com/amiscope/amiscope/tui/change"
	"github.com/amiscope/amiscope/tui/history"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// pace is the shortest time between two derivations of rows, and the beat of
// the spinner.
const pace = 250 * time.Millisecond

// toastTime is how long a toast stays.
const toastTime = 4 * time.Second

// App is the root model.
type App struct {
	ctx    context.Context //nolint:containedctx // bubbletea's Update takes none; it is the parent of every stream
	opts   Options
	theme  *kit.Theme
	look   kit.ThemeOptions
	width  int
	height int
	world  world
	stage  stage
	marks  *kit.Marks
	saved  map[string]kit.Filter
	toast  toast
	beat   beat
	login  login
	runs   runs
	knowledge
}

// knowledge is what is worked out of the world: apart from the screen, numbered.
type knowledge struct {
	usage   usage
	costs   costs
	audit   audit
	trail   tracing
	journal journal
}

// toast is the line that is shown for a few seconds.
type toast struct {
	text string
	warn bool
	n    int // number of the newest; an older one's end changes nothing
}

// beat is the clock of derived rows.
type beat struct {
	ticking bool
	derived bool // rows were derived since the last beat
	dirty   bool // and the world has changed after that
	count   int
}

// New is the program before its first frame. The context is the parent of all
// that it starts.
func New(ctx context.Context, opts Options) *App {
	if opts.Exec == nil {
		opts.Exec = tea.Exec
	}
	if opts.After == nil {
		opts.After = func(d time.Duration, msg tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return msg })
		}
	}
	a := &App{ctx: ctx, opts: opts, width: opts.Width, height: opts.Height, marks: &kit.Marks{}, saved: builtinFilters(), knowledge: knowledge{usage: usage{in: opts.Usage}, costs: costs{in: opts.Costs}, audit: audit{policy: opts.Audit}}}
	for l, f := range opts.State.Filters {
		a.saved[l] = kit.Filter(f)
	}
	a.look = kit.ThemeOptions{Dark: !opts.Light, Level: kit.Full, ASCII: opts.ASCII}
	if opts.NoColor {
		a.look.Level = kit.NoColor
	}
	a.theme = kit.NewTheme(a.look)
	a.stage = newStage([]view{
		{name: "images", number: 1, help: "every image in one table", screen: browse.NewImages(opts.Query, opts.State.Sort, opts.State.Columns)},
		{name: "snapshots", number: 3, help: "every snapshot, orphans first", screen: browse.NewSnapshots()},
		{name: "cost", number: 4, help: "where the money goes, and what could be freed", screen: browse.NewCost()},
		{name: "findings", number: 5, help: "what is wrong, by rule, the worst first", screen: browse.NewFindings()},
		{name: "bin", number: 7, help: "what the Recycle Bins hold, and where deletions can be taken back", screen: history.NewBin()},
		{name: "journal", number: 8, help: "what amiscope has changed, what became of it, and the way back", screen: history.NewJournal()},
		{name: "scopes", number: 9, help: "accounts and regions: age, calls, errors", screen: browse.NewScopes()},
		{name: "instances", help: "what runs on which image, and how far behind", screen: browse.NewInstances()},
		{name: "dead", help: "references to images that are gone, disabled or not yours", screen: browse.NewDead()},
		{name: "bin rules", help: "how long the Recycle Bins hold what, rule by rule", screen: history.NewRules()},
		{name: "runs", help: "changes that go on, and those that were interrupted", screen: change.NewRuns()},
	})
	return a
}

func builtinFilters() map[string]kit.Filter {
	return map[string]kit.Filter{
		"p": {Name: "public", Query: "is:public"},
		"x": {Name: "strangers", Query: "shared:stranger OR is:public"},
		"s": {Name: "stale", Query: "usage:probable"},
		"u": {Name: "unused", Query: "usage:unused"},
	}
}

// Init starts reading the cache; what is stale is read from AWS after it.
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{a.restore(), a.hear(), a.askInterrupted(), a.opts.After(time.Minute, minuteMsg{})}
	if a.opts.Auto {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	for _, w := range a.opts.Warnings {
		cmds = append(cmds, a.say(w, true))
	}
	if a.width > 0 {
		cmds = append(cmds, a.sync())
	}
	return tea.Batch(cmds...)
}

// Update routes a message.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		return a, a.sync()
	case tea.KeyPressMsg:
		return a, a.press(msg)
	case tea.PasteMsg:
		return a, a.typed(msg)
	case tea.MouseMsg:
		return a, a.mouse(msg)
	case tea.BackgroundColorMsg:
		return a, a.restyle(func(o *kit.ThemeOptions) { o.Dark = msg.IsDark() })
	case tea.ColorProfileMsg:
		return a, a.restyle(func(o *kit.ThemeOptions) { o.Level = min(o.Level, kit.LevelOf(msg.Profile)) })
	case eventsMsg:
		return a, a.fold(msg)
	case answerMsg:
		return a, a.receive(msg)
	case beatMsg:
		return a, a.tick()
	case restMsg:
		return a, a.rest()
	case auditedMsg:
		return a, a.audited(msg)
	case toastMsg:
		if msg.n == a.toast.n {
			a.toast.text = ""
		}
	default:
		return a, tea.Batch(a.loginMessage(msg), a.usageMessage(msg), a.costsMessage(msg), a.traceMessage(msg), a.changeMessage(msg))
	}
	return a, nil
}

func (a *App) restyle(change func(*kit.ThemeOptions)) tea.Cmd {
	was := a.look
	change(&a.look)
	if a.look == was {
		return nil
	}
	a.theme = kit.NewTheme(a.look)
	return a.sync()
}

// env is the world as a screen sees it now.
func (a *App) env() kit.Env {
	return kit.Env{
		Inv: a.world.inv, Version: a.world.version, Scan: a.world.progress(), Marks: a.marks,
		Usage: a.usage.now, Judged: a.usage.of, Policy: a.usage.in.Policy, Costs: a.costs.now, Costed: a.costs.of,
		Now: a.opts.Services.Now(), Theme: a.theme, Width: a.width, Height: max(0, a.height-chrome), Saved: a.saved,
		Known: a.opts.Known, Findings: a.audit.now, Audited: a.audit.of, Trail: a.trail.now, Tracing: a.trail.shown, Deeds: a.deeds(),
	}
}

// press turns a key into an intent and lets it happen.
func (a *App) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	if key == "ctrl+c" {
		return a.interrupt()
	}
	top := a.stage.top()
	scopes := a.stage.scopes()
	in, ok := keys.Resolve(key, scopes)
	switch {
	case ok:
		return a.intend(in)
	case typing(top):
		return a.typed(msg)
	case slices.Contains(scopes, keys.Menu):
		return a.intend(keys.Pick{Letter: key})
	}
	return nil
}

func typing(s kit.Screen) bool {
	t, ok := s.(kit.Typist)
	return ok && t.Typing()
}

func (a *App) typed(msg tea.Msg) tea.Cmd {
	t, ok := a.stage.top().(kit.Typist)
	if !ok || !t.Typing() {
		return nil
	}
	return a.happen(t.Type(a.topEnv(), msg))
}

// intend performs what only the root can do, and leaves the rest to the screen
// on top, which may say why not.
func (a *App) intend(in keys.Intent) tea.Cmd {
	top, env := a.stage.top(), a.topEnv()
	if why := a.disabled(in); why != "" {
		return a.say(why, false)
	}
	switch in := in.(type) {
	case keys.Quit:
		if len(a.stage.stack) == 0 {
			return a.leave()
		}
		a.stage.pop()
		return a.sync()
	case keys.Suspend:
		return tea.Suspend
	case keys.Help:
		return a.push(newHelp(a.stage.scopes()))
	case keys.Command:
		return a.push(newPalette(a.stage, a.unbound()...))
	case keys.GoView:
		return a.show(a.stage.numbered(in.Number), nil)
	case keys.StepView:
		return a.show(a.stage.next(), nil)
	case keys.LastView:
		return a.show(a.stage.last, nil)
	case keys.Refresh:
		if in.All {
			return a.refresh(nil)
		}
	case keys.Login:
		return a.logIn()
	case keys.Stop:
		return a.stop()
	case keys.ChooseProfiles:
		return a.listProfiles(false)
	}
	return a.happen(top.Handle(env, in))
}

// happen puts a screen's new self in its place and performs its effects.
func (a *App) happen(s kit.Screen, effects []kit.Effect) tea.Cmd {
	id := a.stage.replace(s)
	return tea.Batch(a.perform(id, effects), a.stir(), a.followMarks(), a.wantsAudit())
}

// perform turns effects into commands. Each is done in order; id is the screen
// that asked.
func (a *App) perform(id int, effects []kit.Effect) tea.Cmd {
	var cmds []tea.Cmd
	for _, e := range effects {
		cmds = append(cmds, a.effect(id, e))
	}
	return tea.Batch(cmds...)
}

func (a *App) effect(id int, e kit.Effect) tea.Cmd {
	switch e := e.(type) {
	case kit.Push:
		return a.push(e.Screen)
	case kit.Pop:
		a.stage.pop()
		return tea.Batch(a.sync(), a.ask(e.Then))
	case kit.Toast:
		return a.say(e.Text, e.Warn)
	case kit.Clip:
		return tea.Batch(tea.SetClipboard(e.Text), a.say("copied "+e.What, false))
	case kit.Read:
		if len(e.Sources) > 0 {
			return a.retry(e.Sources)
		}
		return a.refresh(e.Scopes)
	case kit.Opine:
		return a.opine(e.Keys)
	case kit.Report:
		return a.report(e.Keys)
	case kit.Peek:
		return a.peek(e)
	case kit.Measure:
		return a.measure(e)
	case kit.Growth:
		return a.growth()
	case kit.Trace:
		return a.trace(e)
	case kit.SetAside:
		return a.setAside(e)
	case kit.Login:
		return a.runLogin(e.Relogin)
	case kit.Reply:
		return a.reply(e)
	case kit.Choose:
		return a.choose(e.Profiles)
	case kit.Go:
		return a.show(a.stage.named(e.View), e.Then)
	case kit.Work:
		return func() tea.Msg { return answerMsg{id, e.Do()} }
	case kit.Keep:
		a.opts.State.Columns, a.opts.State.Sort = e.Columns, e.Sort
		return a.keep()
	case kit.KeepFilter:
		return a.keepFilter(e)
	case kit.Press:
		return a.intend(e.Intent)
	case kit.Recall:
		return a.recall(id, e)
	case kit.Recount:
		return a.perform(id, history.Opened(a.env(), e.Run, e.Image))
	default:
		return a.changeEffect(id, e)
	}
}

func (a *App) push(s kit.Screen) tea.Cmd {
	a.stage.push(s)
	return a.sync()
}

// show changes the view, and lets it answer a request.
func (a *App) show(i int, then kit.Request) tea.Cmd {
	if i < 0 {
		return nil
	}
	a.stage.show(i)
	return tea.Batch(a.sync(), a.ask(then))
}

func (a *App) ask(r kit.Request) tea.Cmd {
	s, ok := a.stage.top().(kit.Asked)
	if r == nil || !ok {
		return nil
	}
	return a.happen(s.Ask(a.topEnv(), r))
}

// keepFilter remembers a filter for this and later sessions.
func (a *App) keepFilter(e kit.KeepFilter) tea.Cmd {
	a.saved[e.Letter] = e.Filter
	a.opts.State.Filters = maps.Clone(a.opts.State.Filters)
	if a.opts.State.Filters == nil {
		a.opts.State.Filters = map[string]SavedFilter{}
	}
	a.opts.State.Filters[e.Letter] = SavedFilter(e.Filter)
	return tea.Batch(a.keep(), a.say("saved: '"+e.Letter+" shows it again", false))
}

func (a *App) keep() tea.Cmd {
	save, state := a.opts.Services.Save, a.opts.State
	if save == nil {
		return nil
	}
	return func() tea.Msg {
		if err := save(state); err != nil {
			return eventsMsg{events: []model.Event{model.Notice{Text: "view settings could not be saved: " + err.Error(), Warn: true}}, done: true}
		}
		return nil
	}
}

// say shows a toast.
func (a *App) say(text string, warn bool) tea.Cmd {
	a.toast = toast{text: text, warn: warn, n: a.toast.n + 1}
	return a.opts.After(toastTime, toastMsg{a.toast.n})
}

// sync lets the visible screens follow the world, the size and the theme.
func (a *App) sync() tea.Cmd {
	if a.width == 0 {
		return nil
	}
	a.forsake()
	var cmds []tea.Cmd
	for _, l := range a.stage.visible() {
		s, effects := l.screen.Sync(a.envFor(l.screen))
		a.stage.put(l.id, s)
		cmds = append(cmds, a.perform(l.id, effects))
	}
	return tea.Batch(append(cmds, a.wantsAudit())...)
}

// topEnv is the env of the screen on top, which may be a box smaller than the
// area.
func (a *App) topEnv() kit.Env { return a.envFor(a.stage.top()) }

func (a *App) envFor(s kit.Screen) kit.Env {
	env := a.env()
	if f, ok := s.(kit.Floating); ok {
		env.Width, env.Height = f.Box(env)
	}
	return env
}

func (a *App) receive(m answerMsg) tea.Cmd {
	s, ok := a.stage.byID(m.id)
	if !ok {
		return nil
	}
	next, effects := s.Receive(a.envFor(s), m.answer)
	a.stage.put(m.id, next)
	return a.perform(m.id, effects)
}

// tick derives rows again where the world changed since the last time.
func (a *App) tick() tea.Cmd {
	a.beat.count++
	a.beat.ticking, a.beat.derived = false, false
	judge := tea.Batch(a.judge(), a.estimate(), a.inspect(), a.settle())
	switch {
	case a.beat.dirty:
		return tea.Batch(judge, a.touch())
	case a.world.busy():
		return tea.Batch(judge, a.wind())
	}
	return judge
}

// touch says that the world changed: the first change shows at once, more of
// them at the next beat.
func (a *App) touch() tea.Cmd {
	if a.beat.dirty = a.beat.derived; a.beat.dirty {
		return nil
	}
	a.beat.derived = true
	return tea.Batch(a.sync(), a.wind())
}

// wind lets the clock run: while streams do, the spinner follows it.
func (a *App) wind() tea.Cmd {
	if a.beat.ticking {
		return nil
	}
	a.beat.ticking = true
	return a.opts.After(pace, beatMsg{})
}

type (
	beatMsg   struct{}
	toastMsg  struct{ n int }
	answerMsg struct {
		id     int
		answer kit.Answer
	}
)

// mouse turns wheel and clicks into intents. A click on the header line is a
// click on a view's name; one below it is the screen's.
func (a *App) mouse(msg tea.MouseMsg) tea.Cmd {
	m := msg.Mouse()
	switch msg.(type) {
	case tea.MouseWheelMsg:
		by := 3
		if m.Button == tea.MouseWheelUp {
			by = -3
		}
		return a.intend(keys.Move{By: by})
	case tea.MouseClickMsg:
		if m.Button != tea.MouseLeft || a.stage.floating() {
			return nil
		}
		if m.Y == 0 {
			return a.show(a.headerView(m.X), nil)
		}
		return a.intend(keys.Click{X: m.X, Y: m.Y - 1})
	}
	return nil
}
