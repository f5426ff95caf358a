package tui_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// closedFleet is the fleet with three regions of acme-prod closed by a policy.
func closedFleet() []model.Event {
	out := tuitest.Fleet()
	prod := model.Account{ID: "111111111111", Name: "acme-prod", Partition: "aws", Source: "profile 111"}
	f := model.Found{Account: prod}
	for _, name := range []string{"ap-south-1", "eu-north-1", "sa-east-1"} {
		f.Regions = append(f.Regions, model.Region{Name: name, Enabled: true})
	}
	out = append(out, f)
	for _, r := range f.Regions {
		s := model.Scope{Account: prod.ID, Region: r.Name}
		for _, k := range model.Kinds() {
			out = append(out, model.Page{Scope: s, Kind: k, At: tuitest.Now, Calls: 1, Last: true, Err: &model.OpError{
				Op: "ec2:DescribeImages", Scope: s, Kind: model.Closed, Err: errors.New("with an explicit deny in a service control policy"),
			}})
		}
	}
	return out
}

func TestClosedRegionsAreOneLineAnAccount(t *testing.T) {
	opts := options()
	opts.Services.Restore = func(context.Context) <-chan model.Event { return tuitest.Stream(closedFleet()...) }
	var read []model.Scope
	opts.Services.Refresh = func(_ context.Context, r tui.Refresh) <-chan model.Event {
		read = r.Scopes
		return tuitest.Stream()
	}
	d := tuitest.New(t, 200, 40, opts)
	d.Press("9")
	d.Has("3 regions", "closed by policy: ap-south-1", "1 scope not read", "3 accounts · 2 regions")
	if n := strings.Count(d.Screen(), "ap-south-1"); n != 1 {
		t.Errorf("ap-south-1 stands %d times on\n%s", n, d.Screen())
	}
	row := func(text string) int {
		return slices.IndexFunc(strings.Split(d.Screen(), "\n"), func(l string) bool { return strings.Contains(l, text) }) - 2
	}
	for range row("closed by policy") {
		d.Press("j")
	}
	d.Has("3 regions closed by policy: ap-south-1, eu-north-1, sa-east-1", "tried again weekly")
	d.Press("r")
	want := []model.Scope{{Account: "111111111111", Region: "ap-south-1"}, {Account: "111111111111", Region: "eu-north-1"}, {Account: "111111111111", Region: "sa-east-1"}}
	if !slices.Equal(read, want) {
		t.Errorf("r reads %v", read)
	}
	d.Press("G", "r")
	d.Has("the account has not enabled these regions")
}

func TestAnInventoryFileIsNeverRefreshed(t *testing.T) {
	opts := options()
	opts.Title, opts.Offline = "from march.inventory, read 2026-03-31 09:30", "an inventory file is never refreshed: leave out --from to read AWS"
	opts.Services.Refresh = func(context.Context, tui.Refresh) <-chan model.Event {
		t.Error("AWS was read")
		return tuitest.Stream()
	}
	d := tuitest.New(t, 160, 40, opts)
	d.Has("from march.inventory, read 2026-03-31 09:30")
	d.Press("R")
	d.Has("an inventory file is never refreshed")
	d.Expire()
	d.Press("9", "r")
	d.Has("an inventory file is never refreshed")
}

// async runs the program's commands side by side, as the terminal does: a
// stream may stay open while keys are pressed.
type async struct {
	t    *testing.T
	app  tea.Model
	msgs chan tea.Msg
}

func newAsync(t *testing.T, opts tui.Options) *async {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); goleak.VerifyNone(t) })
	opts.After = func(d time.Duration, msg tea.Msg) tea.Cmd {
		if d >= time.Minute {
			return nil // a test takes no minute
		}
		return func() tea.Msg { return msg }
	}
	a := &async{t: t, msgs: make(chan tea.Msg, 1000)}
	app := tui.New(ctx, opts)
	a.app = app
	a.start(app.Init())
	a.send(tea.WindowSizeMsg{Width: 160, Height: 40})
	return a
}

func (a *async) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { a.msgs <- cmd() }()
}

func (a *async) send(msg tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			a.start(cmd)
		}
		return
	}
	if msg != nil {
		var cmd tea.Cmd
		a.app, cmd = a.app.Update(msg)
		a.start(cmd)
	}
}

func (a *async) screen() string {
	app, ok := a.app.(*tui.App)
	if !ok {
		a.t.Fatalf("the model is a %T", a.app)
	}
	return ansi.Strip(app.View().Content)
}

// until runs the program until its screen is as wanted.
func (a *async) until(what string, wanted func(screen string) bool) {
	a.t.Helper()
	limit := time.After(10 * time.Second)
	for !wanted(a.screen()) {
		select {
		case msg := <-a.msgs:
			a.send(msg)
		case <-limit:
			a.t.Fatalf("%s does not come:\n%s", what, a.screen())
		}
	}
}

// TestACancelledRefreshLeavesNothingBusy: R ends a refresh that hangs in two
// scopes. The next one reads only the first of them; the other one is no longer
// being read, and what the old one still has to say changes nothing of the new.
func TestACancelledRefreshLeavesNothingBusy(t *testing.T) {
	first := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	second := model.Scope{Account: "222222222222", Region: "us-east-1"}
	opts := options()
	newRead := make(chan struct{})
	opts.Services.Refresh = func(ctx context.Context, r tui.Refresh) <-chan model.Event {
		if r.Gen == 1 {
			return hanging(ctx, newRead, r.Gen, first, second)
		}
		defer close(newRead)
		return tuitest.Stream(model.Began{Gen: r.Gen, Scope: first}, model.Page{Gen: r.Gen, Scope: first, At: tuitest.Now, Last: true})
	}
	a := newAsync(t, opts)
	a.send(tuitest.Key(t, "9"))
	a.until("the first refresh", func(s string) bool { return strings.Count(s, " reading ") == 3 && strings.Contains(s, "0/2 scopes") })
	a.send(tuitest.Key(t, "R"))
	a.until("the end of both", func(s string) bool { return !strings.Contains(s, "reading") })
	for line := range strings.SplitSeq(a.screen(), "\n") {
		if strings.Contains(line, "acme-prod") && strings.Contains(line, first.Region) && !strings.Contains(line, " 0 ") {
			t.Errorf("the late page of the cancelled refresh counts: %q", line)
		}
	}
}

// hanging begins to read scopes and hangs. Cancelled, it gives the page that was
// on its way, but only when the next refresh has answered.
func hanging(ctx context.Context, newRead <-chan struct{}, gen model.Gen, scopes ...model.Scope) <-chan model.Event {
	out := make(chan model.Event)
	go func() {
		defer close(out)
		for _, s := range scopes {
			out <- model.Began{Gen: gen, Scope: s}
		}
		<-ctx.Done()
		<-newRead
		out <- model.Page{Gen: gen, Scope: scopes[0], At: tuitest.Now, Images: tuitest.Odd(scopes[0])}
	}()
	return out
}
