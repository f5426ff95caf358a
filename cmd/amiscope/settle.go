package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
)

// All that is read here is dated by the world's clock: the demo has one of its
// own.

// settle reads what usage verdicts wait for and streams it: launch permissions,
// those under the eye first, the accounts of organizations, and images that
// references name. What is streamed is saved as well.
func (w *world) settle(ctx context.Context, s tui.Settle) <-chan model.Event {
	return w.keeping(ctx, func(tell func(model.Event)) {
		together(
			func() { w.readPermissions(ctx, s, tell) },
			func() { w.readOrganizations(ctx, s.Wants, tell) },
			func() { w.readNamed(ctx, s.Wants.Named, tell) },
		)
	})
}

// opine asks AWS itself what names images, each in its owner's account.
func (w *world) opine(ctx context.Context, keys []model.ImageKey) <-chan model.Event {
	return w.ask(ctx, w.owners.scopes(keys))
}

// ask asks AWS in each scope what names the images with these ids.
func (w *world) ask(ctx context.Context, ids map[model.Scope][]string) <-chan model.Event {
	return w.keeping(ctx, func(tell func(model.Event)) {
		eachScope(ids, func(s model.Scope, ids []string) {
			err := w.client.Opinion(ctx, s, ids, func(p model.Page) {
				p.Gen, p.At = w.newest(), w.now()
				for _, r := range p.References {
					r.Since = p.At
				}
				tell(p)
			})
			w.complain(ctx, tell, "AWS was not asked what names the images", err)
		})
	})
}

// report lets AWS make usage reports of images. When they are begun, those of
// their scopes are listed again, which tells of the others as well.
func (w *world) report(ctx context.Context, keys []model.ImageKey) <-chan model.Event {
	return w.keeping(ctx, func(tell func(model.Event)) {
		eachScope(w.owners.scopes(keys), func(s model.Scope, ids []string) {
			for _, id := range ids {
				r, err := w.client.CreateReport(awsclient.AtOnce(ctx), s, id)
				if err != nil {
					w.complain(ctx, tell, "no usage report is made of "+id, err)
					continue
				}
				r.Created = w.now()
				tell(model.Page{Gen: w.newest(), Scope: s, Kind: model.Reports, Reports: []*model.Report{r}, At: w.now()})
			}
			again := scan.Request{Scope: s, Kinds: []model.Kind{model.Reports}, Gen: w.newest()}
			_ = scan.Run(awsclient.AtOnce(ctx), w.client, []scan.Request{again}, scan.Options{Now: w.now}, tell) // the pass tells its error
		})
	})
}

// keeping streams what fn tells, and saves it.
func (w *world) keeping(ctx context.Context, fn func(tell func(model.Event))) <-chan model.Event {
	return w.stream(ctx, func(send func(model.Event) error) {
		fn(func(e model.Event) { // called by several goroutines
			w.saving.Fold(e)
			_ = send(e) // fails only when ctx has ended, which ends the calls too
			w.tellSaving(send)
		})
		w.saving.Flush(ctx) // so that what keeps it from being saved is told
		w.tellSaving(send)
	})
}

func (w *world) tellSaving(send func(model.Event) error) {
	for _, text := range w.saving.take() {
		_ = send(notice(text)) // fails only when ctx has ended
	}
}

func (w *world) readOrganizations(ctx context.Context, wants model.Wants, tell func(model.Event)) {
	if !wants.Organizations && len(wants.Units) == 0 {
		return
	}
	err := w.client.Organization(ctx, wants.Units, func(e model.Event) {
		if o, ok := e.(model.Organization); ok {
			o.At = w.now()
			e = o
		}
		tell(e)
	})
	w.complain(ctx, tell, "the accounts of the organization are not known", err)
}

func (w *world) readNamed(ctx context.Context, wanted map[model.Scope][]string, tell func(model.Event)) {
	eachScope(wanted, func(s model.Scope, ids []string) {
		n, err := w.client.Named(ctx, s, ids)
		if err != nil {
			w.complain(ctx, tell, "images that references name are not known", err)
			return
		}
		n.At = w.now()
		tell(n)
	})
}

// complain tells, once in a session, what could not be asked: it is asked for
// again with every change.
func (w *world) complain(ctx context.Context, tell func(model.Event), what string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	text := what + ": " + err.Error()
	if op, ok := errors.AsType[*model.OpError](err); ok && op.Hint() != "" {
		text += "; " + op.Hint()
	}
	w.mu.Lock()
	told := w.told[text]
	w.told[text] = true
	w.mu.Unlock()
	if !told {
		tell(notice(text))
	}
}

// newest is the generation of the newest refresh: what is read of single images
// belongs to it.
func (w *world) newest() model.Gen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(w.gen, 1)
}

// atOnce is how many scopes are asked at once; the client's slots and buckets
// say how many calls go out.
const atOnce = 64

// eachScope calls do for each scope, many side by side.
func eachScope(ids map[model.Scope][]string, do func(s model.Scope, ids []string)) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, s := range slices.SortedFunc(maps.Keys(ids), model.Scope.Compare) {
		g.Go(func() error {
			do(s, ids[s])
			return nil
		})
	}
	_ = g.Wait() // each tells its own error
}

// together runs all side by side, to their end.
func together(parts ...func()) {
	var g errgroup.Group
	for _, part := range parts {
		g.Go(func() error {
			part()
			return nil
		})
	}
	_ = g.Wait() // each tells its own error
}
