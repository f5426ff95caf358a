package cache

import (
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// formersKept is how long it is remembered what a scope has no more: longer than
// the Recycle Bin keeps anything, which is a year at most. mostFormers bounds how
// many are remembered of a scope.
const (
	formersKept = 400 * 24 * time.Hour
	mostFormers = 50_000
)

// kept are those formers that are still remembered when the last of them is
// missed: the newest, none too old. They are in order of id, and stay so.
func kept(fs []*model.Former, s model.Scope) model.Formers {
	var last time.Time
	for _, f := range fs {
		if f.Missed.After(last) {
			last = f.Missed
		}
	}
	fs = slices.DeleteFunc(slices.Clone(fs), func(f *model.Former) bool { return last.Sub(f.Missed) > formersKept })
	if len(fs) > mostFormers {
		slices.SortStableFunc(fs, func(a, b *model.Former) int { return b.Missed.Compare(a.Missed) })
		fs = fs[:mostFormers]
		slices.SortFunc(fs, func(a, b *model.Former) int { return strings.Compare(a.ID, b.ID) })
	}
	return model.Formers{Scope: s, Formers: fs}
}

func isFormers(e model.Event) bool {
	_, ok := e.(model.Formers)
	return ok
}

func (c codec) openFormers(s model.Scope, chunk []byte, sc *scratch) (model.Event, error) {
	fs, _, err := formersPart().open(c, s, chunk, sc)
	return model.Formers{Scope: s, Formers: fs}, err
}

func (c codec) sealFormers(f model.Formers) (value, error) {
	p := formersPart()
	chunk, err := p.seal(c, f.Scope, time.Time{}, f.Formers)
	return value{p.bucket(), chunk}, err
}
