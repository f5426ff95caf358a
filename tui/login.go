package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/browse"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// login is what the root knows of logging in.
type login struct {
	offered bool     // the picker has opened by itself
	chosen  []string // profiles to go on with; nil: none were chosen
}

// Chosen is the end of a program whose user chose other profiles: it is to be
// opened anew with them.
type Chosen struct{ Profiles []string }

func (c Chosen) Error() string { return "other profiles were chosen" }

type (
	// loggedIn says that a login command has ended.
	loggedIn struct {
		relogin model.Relogin
		err     error
	}
	// profilesMsg are the profiles to choose from. The program itself asked for
	// them, or the user.
	profilesMsg struct {
		profiles []model.Profile
		err      error
		itself   bool
	}
	chosenMsg struct{}
)

// loginMessage takes the messages about logins.
func (a *App) loginMessage(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loggedIn:
		return a.loggedIn(msg)
	case Question:
		return tea.Batch(a.question(msg), a.hear())
	case profilesMsg:
		return a.showProfiles(msg)
	case chosenMsg:
		return tea.Quit
	}
	return nil
}

// disabled says why an intent makes no sense now.
func (a *App) disabled(in keys.Intent) string {
	switch in.(type) {
	case keys.Login:
		if len(a.relogins()) == 0 {
			return "no login has expired that a command renews"
		}
	case keys.ChooseProfiles:
		if a.opts.Services.Profiles == nil {
			return "there are no profiles to choose from here"
		}
	}
	return a.stage.top().Disabled(a.topEnv(), in)
}

// unbound are the palette's entries for what has no key.
func (a *App) unbound() []entry {
	if a.opts.Services.Profiles == nil {
		return nil
	}
	return []entry{{"choose profiles", "", kit.Press{Intent: keys.ChooseProfiles{}}}}
}

// logIn runs the one login that has expired, or offers them.
func (a *App) logIn() tea.Cmd {
	expired := a.relogins()
	if len(expired) == 1 {
		return a.runLogin(expired[0])
	}
	menu := kit.Menu{Title: "Log in to"}
	for i, r := range expired {
		menu.Items = append(menu.Items, kit.Item{
			Letter: letter(i), Text: r.Name, Note: browse.ReloginText(r), Do: kit.Login{Relogin: r},
		})
	}
	return a.push(menu)
}

// letter is that of a menu's entry; those beyond the letters have none.
func letter(i int) string {
	if i < 9 {
		return strconv.Itoa(i + 1)
	}
	if i < 9+26 {
		return string(rune('a' + i - 9))
	}
	return ""
}

// runLogin hands the terminal to the login command.
func (a *App) runLogin(r model.Relogin) tea.Cmd {
	if a.opts.Services.Login == nil {
		return a.say("nothing can be logged in to here; run it yourself: "+strings.Join(r.Command, " "), true)
	}
	return a.opts.Exec(a.opts.Services.Login(a.ctx, r.Command), func(err error) tea.Msg { return loggedIn{r, err} })
}

// loggedIn tries again what the login mends, and only that.
func (a *App) loggedIn(m loggedIn) tea.Cmd {
	if m.err != nil {
		return a.say("the login to "+m.relogin.Name+" failed: "+m.err.Error(), true)
	}
	return tea.Batch(a.say("logged in to "+m.relogin.Name, false), a.renewed(m.relogin.Sources), a.retry(m.relogin.Sources))
}

// retry tries ways in again, and reads what they lead to.
func (a *App) retry(sources []string) tea.Cmd {
	if a.opts.Offline != "" {
		return a.refresh(nil) // which says why not
	}
	a.usage.settling.asked = nil // what failed for want of a login may be read now
	return a.read(Refresh{Sources: sources, Force: true})
}

// hear waits for the next question.
func (a *App) hear() tea.Cmd {
	questions, done := a.opts.Services.Questions, a.ctx.Done()
	if questions == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case q, ok := <-questions:
			if !ok {
				return nil
			}
			return q
		case <-done:
			return nil
		}
	}
}

// question shows a question over all else, or takes it away again.
func (a *App) question(q Question) tea.Cmd {
	if !q.Withdrawn {
		return a.push(newCodeField(q))
	}
	a.stage.drop(func(s kit.Screen) bool {
		f, ok := s.(codeField)
		return ok && f.question.ID == q.ID
	})
	return a.sync()
}

func (a *App) reply(r kit.Reply) tea.Cmd {
	answer := a.opts.Services.Answer
	return func() tea.Msg {
		answer(r.ID, r.Code)
		return nil
	}
}

// offerProfiles opens the picker, once, when the default credentials were all
// there was and lead nowhere. A login that a command renews is not nowhere.
func (a *App) offerProfiles() tea.Cmd {
	if a.opts.Default == "" || a.login.offered || a.opts.Services.Profiles == nil || len(a.world.inv.Accounts()) > 0 {
		return nil
	}
	lost := slices.ContainsFunc(a.world.inv.Unreached(), func(u model.Unreached) bool {
		return u.Source == a.opts.Default && u.Err.Kind == model.Expired && !u.Err.Login.Known()
	})
	if !lost {
		return nil
	}
	a.login.offered = true
	return a.listProfiles(true)
}

func (a *App) listProfiles(itself bool) tea.Cmd {
	list := a.opts.Services.Profiles
	return func() tea.Msg {
		profiles, err := list()
		return profilesMsg{profiles, err, itself}
	}
}

func (a *App) showProfiles(m profilesMsg) tea.Cmd {
	switch {
	case m.err != nil:
		return a.say("the profiles cannot be read: "+m.err.Error(), true)
	case len(m.profiles) == 0:
		return a.say("no AWS credentials and no profiles were found: log in, or try `amiscope demo`", true)
	case m.itself && len(a.stage.stack) > 0:
		return a.say("the default credentials lead nowhere: choose profiles with :", true)
	}
	return a.push(browse.NewProfiles(m.profiles, a.opts.State.Profiles))
}

// choose keeps the choice, then ends the program to be opened anew.
func (a *App) choose(profiles []string) tea.Cmd {
	if going := a.runs.goingOn(); len(going) > 0 {
		return a.say("a run goes on: the program can be opened anew when it has ended", true)
	}
	a.login.chosen = slices.Clone(profiles)
	a.opts.State.Profiles = a.login.chosen
	save, state := a.opts.Services.Save, a.opts.State
	return func() tea.Msg {
		if save != nil {
			_ = save(state) // the choice holds for this session all the same
		}
		return chosenMsg{}
	}
}
