package measure

import (
	"context"
	"errors"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// list is one ask on its way, page by page.
type list struct {
	Unfinished
	run *run
	ask cost.Ask
}

// keepEvery is after how many pages it is told how far a list is: a run that
// dies loses no more than that, and a list need not be copied for each page.
const keepEvery = 16

// errRepeated is a list that never comes to an end.
var errRepeated = errors.New("the server gave the same page token twice")

// read reads on to the end. The token of a page may be too old by the time it is
// used; then the list goes on by the index of its block.
func (l *list) read(ctx context.Context) error {
	token := ""
	for n := 1; ; n++ {
		page, next, err := l.page(ctx, token)
		switch {
		case err != nil && token != "" && expired(err):
			token = ""
			continue
		case err != nil:
			return err
		}
		l.add(page)
		switch next {
		case "":
			return nil
		case token:
			return &model.OpError{Op: l.op(), Scope: l.Scope, Kind: model.Network, Err: errRepeated}
		}
		if token = next; n%keepEvery == 0 {
			l.run.keep(l.ask, l.Unfinished)
		}
	}
}

func (l *list) op() string {
	if l.ask.From == "" {
		return "ebs:ListSnapshotBlocks"
	}
	return "ebs:ListChangedBlocks"
}

// page reads one page. Blocks that a snapshot holds are taken for written.
func (l *list) page(ctx context.Context, token string) (cost.Change, string, error) {
	if err := ctx.Err(); err != nil {
		return cost.Change{}, "", err
	}
	if l.ask.From != "" {
		return l.run.cloud.ChangedBlocks(ctx, l.ask, l.Next, token, l.run.spend)
	}
	h, next, err := l.run.cloud.ListBlocks(ctx, l.ask, l.Next, token, l.run.spend)
	return cost.Change{To: h.Snapshot, Written: h.Blocks}, next, err
}

func expired(err error) bool {
	op, ok := errors.AsType[*model.OpError](err)
	return ok && op.Code == badToken
}

// add takes a page in.
func (l *list) add(page cost.Change) {
	l.Change.Written, l.Change.Dropped = joined(l.Change.Written, page.Written), joined(l.Change.Dropped, page.Dropped)
	for _, b := range []cost.Blocks{page.Written, page.Dropped} {
		if len(b) > 0 {
			l.Next = max(l.Next, b[len(b)-1].To)
		}
	}
	l.run.read(l.ask, page.Written.Count()+page.Dropped.Count())
}

// joined adds blocks that come after all others. The first list is changed.
func joined(b, more cost.Blocks) cost.Blocks {
	if n := len(b); n > 0 && len(more) > 0 && b[n-1].To == more[0].From {
		b[n-1].To = more[0].To
		more = more[1:]
	}
	return append(b, more...)
}
