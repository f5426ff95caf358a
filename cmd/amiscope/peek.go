package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// peek reads what is read only where somebody looks, each by a call of its own, and
// streams it. Why something could not be read stands in the answer.
func (w *world) peek(ctx context.Context, k kit.Peek) <-chan model.Event {
	return w.stream(ctx, func(send func(model.Event) error) {
		tell := func(p model.Page) {
			p.Gen, p.Scope, p.Calls, p.At = w.newest(), k.Scope, 1, w.now()
			_ = send(p) // fails only when ctx has ended, which ends the calls too
		}
		var g errgroup.Group
		g.SetLimit(atOnce)
		for _, id := range k.Snapshots {
			g.Go(func() error {
				if p, err := w.client.ReadVolumePermissions(ctx, k.Scope, id); err == nil {
					p.At = w.now()
					tell(model.Page{Kind: model.Volumes, Volumes: []*model.VolumePermissions{p}})
				}
				return nil
			})
		}
		if k.Image != "" {
			if x, err := w.client.Inspect(ctx, k.Scope, k.Image); err == nil {
				x.At = w.now()
				tell(model.Page{Kind: model.Inspections, Inspections: []*model.Inspection{x}})
			}
		}
		_ = g.Wait() // each answer holds its error
	})
}
