package tui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// settling is the reading of what verdicts wait for: one stream at a time,
// behind the sweeps, rows under the eye first.
type settling struct {
	wants model.Wants        // of the newest verdicts, without what was asked lately
	rest  []model.ImageKey   // whose permissions are not known besides, likewise
	src   <-chan model.Event // the running stream; nil: none runs
	now   model.Wants        // what it was asked for
	fill  []model.ImageKey   // and behind that
	first []model.ImageKey   // and what of it first
	eye   model.ImageKey     // the image that was looked at at the last beat
	asked []asked            // what was asked lately and is wanted no more, the oldest first
}

// asked is what a stream that ended by itself was asked for.
type asked struct {
	at    time.Time
	wants model.Wants
}

// again is how long an answer stands that brought nothing: what was asked is
// not asked again before.
const again = 15 * time.Minute

// settle starts reading what verdicts wait for, and starts anew when the user
// rests on other rows that wait. While scopes are being read, which may show that
// nobody needs some of it, only what the screen shows is read.
func (a *App) settle() tea.Cmd {
	s := &a.usage.settling
	if a.opts.Offline != "" || a.opts.Services.Settle == nil || a.usage.now == nil {
		return nil
	}
	wants, reads := a.withCurious(s.wants), a.world.reads()
	if reads {
		wants = a.withCurious(model.Wants{})
	}
	rest := s.rest
	if reads && !a.thorough() {
		rest = nil
	}
	if wants.Empty() && len(rest) == 0 {
		return nil
	}
	first := a.waiting(wants)
	switch {
	case s.src == nil && !reads && !a.usage.newest(a.world.told):
		return nil // verdicts are coming that want less
	case s.src != nil && !a.elsewhere(first) && (reads || !s.now.Empty() || wants.Empty()):
		return nil // what verdicts want does not wait for the rest
	case s.src != nil:
		a.world.runs[s.src].cancel()
	}
	ctx, cancel := context.WithCancel(a.ctx)
	s.now, s.first, s.fill = wants, first, rest
	s.src = a.opts.Services.Settle(ctx, Settle{Wants: wants, First: first, Rest: rest})
	return a.follow(ctx, s.src, run{what: settles, cancel: cancel})
}

// thorough reports whether the screen on top shows rows that depend on who may
// launch each of the images.
func (a *App) thorough() bool {
	t, ok := a.stage.top().(kit.Thorough)
	return ok && t.Thorough()
}

// mostMarked is how many marked images are read before others.
const mostMarked = 200

// waiting are the images whose permissions are wanted first: those in sight, the
// one that is looked at before all, then marked ones.
func (a *App) waiting(wants model.Wants) []model.ImageKey {
	var out []model.ImageKey
	marked := a.marks.Keys()
	for _, k := range append(a.inSight(), marked[:min(len(marked), mostMarked)]...) {
		if wanted(wants, k) || len(a.usage.settling.rest) > 0 && a.unread(k) {
			out = append(out, k)
		}
	}
	return out
}

// unread reports whether nobody knows who may launch an image of ours.
func (a *App) unread(k model.ImageKey) bool {
	im, ok := a.world.inv.Image(k)
	return ok && a.world.inv.Permissions(im) == nil && a.world.inv.Belongs(im.Owner)
}

func wanted(w model.Wants, k model.ImageKey) bool {
	_, ok := slices.BinarySearchFunc(w.Permissions, k, model.ImageKey.Compare)
	return ok
}

// withCurious adds the images of which the screen on top shows who may launch
// them.
func (a *App) withCurious(w model.Wants) model.Wants {
	c, ok := a.stage.top().(kit.Curious)
	if !ok {
		return w
	}
	for _, k := range c.Curious(a.topEnv()) {
		at, there := slices.BinarySearchFunc(w.Permissions, k, model.ImageKey.Compare)
		if !there && !a.usage.settling.lately(k, a.opts.Services.Now()) {
			w.Permissions = slices.Insert(slices.Clip(w.Permissions), at, k)
		}
	}
	return w
}

// lately reports whether the permissions of an image were asked for.
func (s *settling) lately(k model.ImageKey, now time.Time) bool {
	return slices.ContainsFunc(s.asked, func(q asked) bool { return q.recent(now) && wanted(q.wants, k) })
}

func (q asked) recent(now time.Time) bool {
	age := now.Sub(q.at)
	return age >= 0 && age < again
}

// stir lets the clock run where the screen on top is curious.
func (a *App) stir() tea.Cmd {
	if c, ok := a.stage.top().(kit.Curious); ok && len(c.Curious(a.topEnv())) > 0 {
		return a.wind()
	}
	return nil
}

func (a *App) inSight() []model.ImageKey {
	if w, ok := a.stage.top().(kit.Watcher); ok {
		return w.InSight(a.topEnv())
	}
	return nil
}

// elsewhere reports whether the user has rested for a beat where other images
// wait than those that are being read first.
func (a *App) elsewhere(first []model.ImageKey) bool {
	s := &a.usage.settling
	var eye model.ImageKey
	if len(first) > 0 {
		eye = first[0]
	}
	rested := eye == s.eye
	s.eye = eye
	return rested && len(first) > 0 && !slices.Contains(s.first, eye)
}

// settled notes that a stream of answers is over. What it was asked for is not
// asked again for a while, unless the stream was cut short.
func (a *App) settled(src <-chan model.Event) {
	s := &a.usage.settling
	if s.src != src {
		return
	}
	now := a.opts.Services.Now()
	s.now.Permissions = slices.Concat(s.now.Permissions, s.fill)
	slices.SortFunc(s.now.Permissions, model.ImageKey.Compare)
	s.asked = append(slices.DeleteFunc(slices.Clone(s.asked), func(q asked) bool { return !q.recent(now) }), asked{now, s.now})
	s.src, s.now, s.wants, s.fill, s.rest = nil, model.Wants{}, model.Wants{}, nil, nil
	a.usage.due = true // which says what is wanted still
}

// notLately are the images that were not asked about lately.
func notLately(keys []model.ImageKey, lately []asked, now time.Time) []model.ImageKey {
	said := map[model.ImageKey]bool{}
	for _, q := range lately {
		if q.recent(now) {
			for _, k := range q.wants.Permissions {
				said[k] = true
			}
		}
	}
	if len(said) == 0 {
		return keys
	}
	return slices.DeleteFunc(keys, func(k model.ImageKey) bool { return said[k] })
}

// remaining is what is wanted and was not asked lately.
func remaining(w model.Wants, lately []asked, now time.Time) model.Wants {
	units, named := map[string]bool{}, map[model.Scope]map[string]bool{}
	for _, q := range lately {
		if !q.recent(now) {
			continue
		}
		for _, arn := range q.wants.Units {
			units[arn] = true
		}
		for s, ids := range q.wants.Named {
			if named[s] == nil {
				named[s] = map[string]bool{}
			}
			for _, id := range ids {
				named[s][id] = true
			}
		}
		w.Organizations = w.Organizations && !q.wants.Organizations
	}
	w.Permissions = notLately(w.Permissions, lately, now)
	w.Units = slices.DeleteFunc(w.Units, func(arn string) bool { return units[arn] })
	for s, ids := range w.Named {
		if ids = slices.DeleteFunc(ids, func(id string) bool { return named[s][id] }); len(ids) == 0 {
			delete(w.Named, s)
		} else {
			w.Named[s] = ids
		}
	}
	return w
}

// heard is what a question to AWS has brought so far.
type heard struct {
	asked      map[string]bool // ids of images
	answered   int             // how many of them AWS has spoken of
	references int
	begun      map[string]bool // reports of them that are being made
	notices    int
}

func newHeard(keys []model.ImageKey) *heard {
	h := &heard{asked: map[string]bool{}, begun: map[string]bool{}}
	for _, k := range keys {
		h.asked[k.ID] = true
	}
	return h
}

func (h *heard) page(p model.Page) {
	if h == nil {
		return
	}
	h.answered += len(p.Asked)
	h.references += len(p.References)
	for _, r := range p.Reports {
		if h.asked[r.Image] && r.State == "pending" {
			h.begun[r.ID] = true
		}
	}
}

func (h *heard) notice() {
	if h != nil {
		h.notices++
	}
}

// opine asks AWS itself what names images.
func (a *App) opine(keys []model.ImageKey) tea.Cmd {
	return a.inquire(keys, opines, a.opts.Services.Opine, "asking AWS about "+kit.Plural(len(keys), "image", "images"))
}

// report lets AWS make usage reports of images.
func (a *App) report(keys []model.ImageKey) tea.Cmd {
	return a.inquire(keys, reported, a.opts.Services.Report, "starting "+kit.Plural(len(keys), "usage report", "usage reports"))
}

// peek reads what a screen shows that takes calls of its own; where AWS cannot be
// asked the screen says that it is not known.
func (a *App) peek(p kit.Peek) tea.Cmd {
	if a.opts.Offline != "" || a.opts.Services.Peek == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(a.ctx)
	return a.follow(ctx, a.opts.Services.Peek(ctx, p), run{what: peeks, cancel: cancel})
}

// inquire puts a question to AWS, where it can be asked at all.
func (a *App) inquire(keys []model.ImageKey, what stream, service func(context.Context, []model.ImageKey) <-chan model.Event, doing string) tea.Cmd {
	switch {
	case a.opts.Offline != "":
		return a.say(a.opts.Offline, true)
	case service == nil:
		return a.say("AWS cannot be asked here", true)
	}
	ctx, cancel := context.WithCancel(a.ctx)
	return tea.Batch(a.say(doing, false), a.follow(ctx, service(ctx, keys), run{what: what, cancel: cancel, heard: newHeard(keys)}))
}

// answered tells what a question to AWS has brought. Notices of the service
// have said what went wrong.
func (a *App) answered(src <-chan model.Event, r run) tea.Cmd {
	h := r.heard
	switch {
	case r.what == settles:
		a.settled(src)
		return a.wind()
	case h.notices > 0:
	case r.what == opines && h.answered < len(h.asked):
		return a.say(fmt.Sprintf("AWS told of %d of %s: asking it failed as before", h.answered, kit.Plural(len(h.asked), "image", "images")), true)
	case r.what == opines:
		return a.say(fmt.Sprintf("AWS knows of %s to %s", kit.Plural(h.references, "reference", "references"), kit.Plural(h.answered, "image", "images")), false)
	case len(h.begun) > 0:
		return a.say(kit.Plural(len(h.begun), "usage report is", "usage reports are")+" being made: AWS is asked until it is ready", false)
	default:
		return a.say("no usage report was begun: asking AWS failed as before", true)
	}
	return nil
}
