package main

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// attribute is the call that tells who may launch one image.
const attribute = "ec2:DescribeImageAttribute"

// witness lets calls pass as its limiter does, and sees how full AWS's own bucket
// is when they come.
type witness struct {
	awsclient.Limiter

	mu    sync.Mutex
	aws   map[[2]string]*rate.Limiter // 100 tokens and 20 a second, by account and region
	calls []time.Time                 // for launch permissions
	spare int                         // of them those that nobody waits for
	least float64                     // tokens that one of them left to AWS's bucket
	over  int                         // calls that found it empty
}

func newWitness(l awsclient.Limiter) *witness {
	return &witness{Limiter: l, aws: map[[2]string]*rate.Limiter{}, least: 100}
}

func (w *witness) Wait(ctx context.Context, account, region, api string) error {
	err := w.Limiter.Wait(ctx, account, region, api)
	w.saw(err, account, region, api, false)
	return err
}

func (w *witness) WaitSpare(ctx context.Context, account, region, api string) error {
	err := w.Limiter.WaitSpare(ctx, account, region, api)
	w.saw(err, account, region, api, true)
	return err
}

func (w *witness) saw(err error, account, region, api string, spare bool) {
	if err != nil || api != attribute {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	at, now := [2]string{account, region}, time.Now()
	if w.aws[at] == nil {
		w.aws[at] = rate.NewLimiter(20, 100)
	}
	w.calls = append(w.calls, now)
	if !w.aws[at].AllowN(now, 1) {
		w.over++
	}
	if spare {
		w.spare++
		w.least = min(w.least, w.aws[at].TokensAt(now))
	}
}

// asked is how many calls were made so far, and how many of them nobody waited for.
func (w *witness) asked() (all, spare int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls), w.spare
}

// sitting is one start of the demo's screen on an AWS, in a bubble of
// testing/synctest: its commands run side by side as on a terminal, and work takes
// no time.
type sitting struct {
	t    *testing.T
	app  tea.Model
	msgs chan tea.Msg
	ctx  context.Context
	end  func()
	*witness
}

func sit(t *testing.T, s *stage, server *fakeaws.Server, d *demoFlags, columns ...string) *sitting {
	t.Helper()
	a := newApp(s.host)
	a.root()
	a.enterDemo(d)
	ctx, cancel := context.WithCancel(t.Context())
	w, conf, err := a.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	o := a.demoOptions(conf, server)
	x := &sitting{t: t, msgs: make(chan tea.Msg), ctx: ctx, witness: newWitness(o.Limiter)}
	o.Limiter = x.witness
	if w.client, err = awsclient.New(o); err != nil {
		t.Fatal(err)
	}
	x.end = func() {
		cancel()
		if notes := w.close(); len(notes) > 0 {
			t.Errorf("told at the end: %v", notes)
		}
	}
	opts, err := a.wholeOptions(ctx, w, conf)
	if err != nil {
		t.Fatal(err)
	}
	opts.State.Columns, opts.Services.Rest = columns, w.restoreRest
	app := tui.New(ctx, opts)
	x.app = app
	x.start(app.Init())
	x.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	return x
}

func (x *sitting) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		select {
		case x.msgs <- cmd():
		case <-x.ctx.Done():
		}
	}()
}

func (x *sitting) send(msg tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			x.start(cmd)
		}
		return
	}
	if msg != nil {
		var cmd tea.Cmd
		x.app, cmd = x.app.Update(msg)
		x.start(cmd)
	}
}

// pass lets time pass, or less where enough is the case before.
func (x *sitting) pass(d time.Duration, enough func() bool) (took time.Duration, ok bool) {
	begun, over := time.Now(), time.After(d)
	for enough == nil || !enough() {
		select {
		case msg := <-x.msgs:
			x.send(msg)
		case <-over:
			return time.Since(begun), enough == nil
		}
	}
	return time.Since(begun), true
}

// unread counts the rows in sight of which it is not known with whom the image is
// shared, where that is the last column.
func (x *sitting) unread() (n int) {
	app, ok := x.app.(*tui.App)
	if !ok {
		x.t.Fatalf("the model is a %T", x.app)
	}
	for line := range strings.Lines(ansi.Strip(app.View().Content)) {
		if strings.HasSuffix(strings.TrimRight(line, " │┃█\n"), " "+kit.Unread) {
			n++
		}
	}
	return n
}

// filled is how many images of one scope are read, in a campaign as many as a large
// account has.
func filled() int {
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		return 50_000
	}
	return 1500
}

// TestLaunchPermissionsFill: who may launch images is read of all in the end, at the
// rate of our bucket and out of what AWS's has to spare; the rows where the cursor
// rests have it a second later; no call is throttled; and a second start asks for
// none of them while they live.
func TestLaunchPermissionsFill(t *testing.T) {
	o := limited(fleet.Config{Accounts: 1, Regions: 1, Images: filled()}, farAway)
	ours := len(listImages(t, fakeaws.New(fakeaws.Options{Fleet: o.Fleet}), onlyScope(o)))
	synctest.Test(t, func(t *testing.T) {
		s, d, server := newStage(t), &demoFlags{fleet: o.Fleet}, fakeaws.New(o)
		s.now = time.Now
		x := sit(t, s, server, d, "name", "shared")
		filling := func() bool { _, spare := x.asked(); return spare > 40 }
		if _, ok := x.pass(10*time.Minute, filling); !ok {
			t.Fatal("nothing is read behind")
		}
		x.checkRate(40 * time.Second)
		x.checkRest()
		if took, ok := x.pass(time.Hour, func() bool { all, _ := x.asked(); return all >= ours }); !ok {
			t.Fatalf("not all were read in %v", took)
		} else {
			t.Logf("the rest of %d images was there after %v", ours, took.Round(time.Second))
		}
		x.pass(time.Minute, nil)
		// What is under way when the cursor rests elsewhere is asked for once more.
		if all, spare := x.asked(); all > ours+2*inFlight || spare < ours*9/10 {
			t.Errorf("%d calls for %d images, %d of them behind all others", all, ours, spare)
		}
		if x.over > 0 || x.least < 60 {
			t.Errorf("%d calls found AWS's bucket empty, and reading behind left %.1f of its 100 tokens", x.over, x.least)
		}
		t.Logf("reading behind left %.1f of 100 tokens at least", x.least)
		x.end()
		again := sit(t, s, server, d, "name", "shared")
		again.pass(10*time.Minute, nil)
		if all, _ := again.asked(); all > 0 || again.unread() > 0 {
			t.Errorf("another start asked for %d images again, and %d rows are not known", all, again.unread())
		}
		t.Logf("a second start has asked for none")
		some := min(ours, 1500)
		if _, ok := again.pass(25*time.Hour, func() bool { all, _ := again.asked(); return all >= some }); !ok {
			all, _ := again.asked()
			t.Errorf("a day later %d of %d images were asked for again", all, ours)
		}
		again.end()
		<-time.After(time.Hour) // until its last ticks are over
		checkUnthrottled(t, server)
	})
}

func onlyScope(o fakeaws.Options) model.Scope {
	f := fleet.Organize(o.Fleet)
	return model.Scope{Account: f.Active()[0].ID, Region: f.Enabled()[0]}
}

// checkRate sees to it that what is read behind all else comes at the rate of our
// bucket.
func (x *sitting) checkRate(d time.Duration) {
	x.t.Helper()
	before, _ := x.asked()
	x.pass(d, nil)
	after, _ := x.asked()
	rate, ours := float64(after-before)/d.Seconds(), 0.97*20
	x.t.Logf("%.2f calls a second, %.1f %% of our bucket's", rate, 100*rate/ours)
	if rate < 0.95*ours {
		x.t.Errorf("%.2f calls a second, less than 95 %% of %.1f", rate, ours)
	}
}

// checkRest goes where nothing was read yet, and waits a second.
func (x *sitting) checkRest() {
	x.t.Helper()
	x.send(tuitest.Key(x.t, "G"))
	if n := x.unread(); n < 10 {
		x.t.Fatalf("%d rows wait: this proves nothing", n)
	}
	took, ok := x.pass(time.Second, func() bool { return x.unread() == 0 })
	x.t.Logf("the screen was there after %v", took)
	if !ok {
		x.t.Errorf("%d rows are not known a second after the cursor rests", x.unread())
	}
}

func checkUnthrottled(t *testing.T, server *fakeaws.Server) {
	t.Helper()
	for _, tally := range server.Stats() {
		if tally.API == attribute && tally.Throttled() > 0 {
			t.Errorf("%d calls of %s were throttled", tally.Throttled(), tally.Account)
		}
	}
}
