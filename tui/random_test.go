package tui_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// fragments are what is typed and pasted: filters, halves of them, and text that
// tries a terminal.
var fragments = []string{
	"web", "age>30d ", "arch:arm64 ", "!region:us-*", "is:public", "tag.Name:*", "(", ")", " OR ", "stat:x", "owner:", "\"", "name~",
	"金の画像", "e\u0301", "\u202e", "\x1b[31m", "\x07", "\u009b", "a\tb", "  ", "ami-0", "scopes", "-size",
}

// TestRandomIntents does what nobody does: anything in any order, at any size,
// while AWS answers. The program neither panics nor draws a wrong frame.
func TestRandomIntents(t *testing.T) {
	steps := 1000
	if os.Getenv("AMISCOPE_CAMPAIGN") != "" {
		steps = 50_000
	}
	const seed = 1
	w := newWanderer(t, rand.New(rand.NewPCG(seed, 0)))
	for n := range steps {
		what := w.step()
		checkFrame(t, w.driver, w.width, w.height)
		if t.Failed() {
			t.Fatalf("seed %d, step %d: %s\n%s", seed, n, what, tuitest.Lines(w.driver.Screen()))
		}
		if w.driver.Quit {
			w.restart()
		}
	}
	t.Logf("%d intents, %d restarts", steps, w.restarts)
}

// wanderer is a user without a plan, and an AWS that answers at random.
type wanderer struct {
	t             *testing.T
	rng           *rand.Rand
	driver        *tuitest.Driver
	width, height int
	keys          []string
	restarts      int
}

func newWanderer(t *testing.T, rng *rand.Rand) *wanderer {
	w := &wanderer{t: t, rng: rng, restarts: -1}
	for _, b := range keys.All() {
		w.keys = append(w.keys, b.Keys...)
	}
	w.keys = slices.DeleteFunc(w.keys, func(k string) bool { return k == "ctrl+c" }) // q ends it often enough
	w.restart()
	return w
}

func (w *wanderer) restart() {
	opts := tuitest.UsedOptions()
	opts.Services.Refresh = w.refresh
	opts.Services.Settle = func(context.Context, tui.Settle) <-chan model.Event { return tuitest.Stream() }
	opts.Services.Opine = func(context.Context, []model.ImageKey) <-chan model.Event { return tuitest.Stream() }
	opts.Services.Report = opts.Services.Opine
	opts.Services.SetAside = w.setAside
	w.width, w.height = 120, 40
	w.driver = tuitest.New(w.t, w.width, w.height, opts)
	w.restarts++
}

// refresh answers some scopes: with what was there, with less, or with a failure.
func (w *wanderer) refresh(_ context.Context, r tui.Refresh) <-chan model.Event {
	var out []model.Event
	for _, e := range tuitest.UsedFleet() {
		p, ok := e.(model.Page)
		if !ok || w.rng.IntN(3) == 0 || r.Kinds != nil && !slices.Contains(r.Kinds, p.Kind) {
			continue
		}
		p.Gen = r.Gen - model.Gen(w.rng.IntN(2)) // some are late
		p.At = tuitest.Now
		if n := len(p.Images); n > 0 {
			p.Images = p.Images[:w.rng.IntN(n+1)]
		}
		if n := len(p.References); n > 0 {
			p.References = p.References[:w.rng.IntN(n+1)]
		}
		out = append(out, model.Began{Gen: p.Gen, Scope: p.Scope, Kind: p.Kind}, p)
		if w.rng.IntN(5) == 0 {
			out = out[:len(out)-1] // never ends
		}
	}
	return tuitest.Stream(append(out, model.Notice{Text: pick(w.rng, fragments), Warn: w.rng.IntN(2) == 0})...)
}

// setAside is done, or not.
func (w *wanderer) setAside(a model.Aside, withdraw bool) ([]model.Aside, error) {
	switch {
	case w.rng.IntN(4) == 0:
		return nil, errors.New("disk full")
	case withdraw:
		return nil, nil
	}
	return []model.Aside{a}, nil
}

// step does one thing and says what.
func (w *wanderer) step() string {
	d, rng := w.driver, w.rng
	switch n := rng.IntN(100); {
	case n < 70:
		key := pick(rng, w.keys)
		d.Press(key)
		return "key " + key
	case n < 78:
		text := pick(rng, fragments)
		d.Type(text)
		return fmt.Sprintf("typed %q", text)
	case n < 82:
		text := pick(rng, fragments)
		d.Send(tea.PasteMsg{Content: text})
		return fmt.Sprintf("pasted %q", text)
	case n < 86:
		key := string(rune(' ' + rng.IntN(95)))
		d.Type(key)
		return "character " + key
	case n < 90:
		w.width, w.height = 20+rng.IntN(200), 4+rng.IntN(60)
		d.Resize(w.width, w.height)
		return fmt.Sprintf("size %d×%d", w.width, w.height)
	case n < 96:
		at := tea.Mouse{X: rng.IntN(w.width), Y: rng.IntN(w.height), Button: tea.MouseLeft}
		d.Send(tea.MouseClickMsg(at))
		return fmt.Sprintf("click at %d,%d", at.X, at.Y)
	case n < 98:
		button := []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}[rng.IntN(2)]
		d.Send(tea.MouseWheelMsg{Button: button})
		return "wheel"
	default:
		d.Expire()
		return "time"
	}
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
