// Package browse holds the screens with which one finds and inspects: the
// images table with its filter, the image detail and the scopes.
package browse

import (
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Images is the images view: one row an image, filtered as one types.
//
// Rows are derived apart from the screen and numbered; until the answer is
// there the last good rows stay. Cursor and marks are keys, so rows may move
// under them.
type Images struct {
	table  kit.Table
	cols   []column
	filter filter
	order  query.Order
	rows   derived
	at     model.ImageKey // the image under the cursor
	anchor model.ImageKey // where a range of marks starts
}

// derived is what the last answer held.
type derived struct {
	asked     int // number of the newest request
	askedAll  int // number of the newest request that sorts the inventory anew
	version   int // inventory version that that one saw
	judged    int // verdicts that the newest request saw
	judgedAll int // and those that the newest one that sorts saw
	costed    int // likewise the estimate
	costedAll int
	audited   int // and the findings
	all       []*model.Image
	shown     []*model.Image
	undecided int
	hidden    int  // marked images that the filter hides
	ready     bool // an answer was there
}

// NewImages is the view with a filter, a sort order and columns to start with;
// empty ones mean the default.
func NewImages(filterText, sort string, columnKeys []string) Images {
	order, err := query.ParseOrder(sort)
	if err != nil || sort == "" {
		order = query.Order{Key: "created", Desc: true}
	}
	return Images{cols: shown(columnKeys), filter: newFilter(filterText), order: order}
}

// Shown are the rows that the filter shows, in order.
func (s Images) Shown() []*model.Image { return s.rows.shown }

// Total is the number of images there are.
func (s Images) Total() int { return len(s.rows.all) }

// Undecided is the number of images of which the filter cannot tell.
func (s Images) Undecided() int { return s.rows.undecided }

// Filter is the text of the filter.
func (s Images) Filter() string { return s.filter.text() }

// Handle answers what is asked of a table of images.
func (s Images) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	if s.filter.editing {
		if next, effects, ok := s.handleField(env, in); ok {
			return next, effects
		}
	}
	if s.move(env, in) {
		return s, nil
	}
	switch in := in.(type) {
	case keys.Open:
		return s.open()
	case keys.Back:
		return s.setFilter(env, "")
	case keys.Find:
		s.filter.start()
		return s.resized(env), nil
	case keys.Click:
		return s.click(env, in)
	case keys.Refresh:
		return s, s.refresh(env, in)
	case keys.SortStep:
		return s.sortBy(env, s.stepped(in.By))
	}
	if effects, ok := s.mark(env, in); ok {
		return s, effects
	}
	return s, s.menus(env, in)
}

// move moves the cursor; it reports whether that was what was asked.
func (s *Images) move(env kit.Env, in keys.Intent) bool {
	switch in := in.(type) {
	case keys.Move:
		s.table = s.table.Move(in.By)
	case keys.Page:
		s.table = s.table.Page(in.Halves)
	case keys.Jump:
		if in.End {
			s.table = s.table.End()
		} else {
			s.table = s.table.Home()
		}
	case keys.Scroll:
		s.table = s.table.HScroll(in.By)
	case keys.NextMark:
		s.nextMark(env, in.Back)
	default:
		return false
	}
	s.hold()
	return true
}

// hold remembers the image under the cursor.
func (s *Images) hold() {
	if i := s.table.Cursor(); i < len(s.rows.shown) {
		s.at = s.rows.shown[i].ImageKey
	}
}

func (s Images) current() (*model.Image, bool) {
	i := s.table.Cursor()
	if i < 0 || i >= len(s.rows.shown) {
		return nil, false
	}
	return s.rows.shown[i], true
}

func (s Images) open() (kit.Screen, []kit.Effect) {
	im, ok := s.current()
	if !ok {
		return s, nil
	}
	return s, []kit.Effect{kit.Push{Screen: NewDetail(im.ImageKey)}}
}

func (s Images) refresh(env kit.Env, in keys.Refresh) []kit.Effect {
	im, ok := s.current()
	if in.All || !ok {
		return []kit.Effect{kit.Read{}}
	}
	var scopes []model.Scope
	for _, account := range env.Inv.SeenBy(im) {
		scopes = append(scopes, model.Scope{Account: account, Region: im.Region})
	}
	return []kit.Effect{kit.Read{Scopes: scopes}}
}

// click moves the cursor to a row, opens it on a second click, or sorts by a
// header.
func (s Images) click(env kit.Env, in keys.Click) (kit.Screen, []kit.Effect) {
	y := in.Y - s.headLines()
	if y == 0 {
		if col, ok := s.table.HeaderAt(in.X); ok && s.cols[col].order != "" {
			return s.sortBy(env, s.toggled(s.cols[col].order))
		}
		return s, nil
	}
	row, ok := s.table.RowAt(y)
	if !ok {
		return s, nil
	}
	if row == s.table.Cursor() {
		return s.open()
	}
	s.table = s.table.Goto(row)
	s.hold()
	return s, nil
}

// Ask answers requests of menus and other views.
func (s Images) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	switch r := r.(type) {
	case kit.SetFilter:
		if o, err := query.ParseOrder(r.Sort); err == nil && r.Sort != "" {
			s.order = o
		}
		return s.setFilter(env, r.Query)
	case kit.AddTerm:
		return s.setFilter(env, addTerm(s.filter.text(), r.Term))
	case kit.SetSort:
		return s.sortBy(env, r.Order)
	case kit.SetColumns:
		s.cols = shown(r.Keys)
		return s.resized(env), []kit.Effect{s.keep()}
	case kit.Show:
		return s, []kit.Effect{kit.Push{Screen: NewDetail(r.Key)}}
	case kit.Filed:
		f := kit.Filter{Name: s.filter.text(), Query: s.filter.query.String(), Sort: s.order.String()}
		return s, []kit.Effect{kit.KeepFilter{Letter: r.Letter, Filter: f}}
	}
	return s, nil
}

func (s Images) keep() kit.Effect {
	names := make([]string, len(s.cols))
	for i, c := range s.cols {
		names[i] = c.Key
	}
	return kit.Keep{Columns: names, Sort: s.order.String()}
}

func (s Images) setFilter(env kit.Env, text string) (Images, []kit.Effect) {
	s.filter.stop()
	s.filter.set(text)
	s = s.resized(env)
	return s.derive(env, false)
}

// Sync asks for new rows when the inventory changed, or the verdicts that order
// or filter look at.
func (s Images) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	s = s.resized(env)
	switch {
	case s.rows.version != env.Version || s.rows.askedAll == 0,
		verdictKey(s.order.Key) && s.rows.judgedAll != env.Judged,
		costKey(s.order.Key) && s.rows.costedAll != env.Costed,
		s.order.Key == "severity" && s.rows.audited != env.Audited:
		return s.derive(env, true)
	case s.rows.judged != env.Judged && (s.filter.query.Names("usage") || s.filter.query.Names("references") || s.filter.query.Names("shared")),
		s.rows.costed != env.Costed && (s.filter.query.Names("cost") || s.filter.query.Names("tier")),
		s.rows.audited != env.Audited && (s.filter.query.Names("finding") || s.filter.query.Names("severity")):
		return s.derive(env, false)
	}
	return s, nil
}

// costKey reports whether a sort key looks at costs.
func costKey(key string) bool { return key == "cost" || key == "tier" }

// verdictKey reports whether a sort key looks at verdicts, or at launch
// permissions, which are read for them.
func verdictKey(key string) bool { return key == "usage" || key == "references" || key == "shared" }

func (s Images) resized(env kit.Env) Images {
	s.table = s.table.Layout(s.layout()).Resize(env.Width, max(0, env.Height-s.headLines()))
	return s
}

// headLines is the height of the filter line and its offers above the table.
func (s Images) headLines() int {
	switch {
	case s.filter.editing:
		return 2
	case s.filter.text() != "":
		return 1
	}
	return 0
}

// derive asks for the rows of the filter, sorted anew where the inventory or
// the order changed. It runs apart: nothing here grows with the inventory.
func (s Images) derive(env kit.Env, anew bool) (Images, []kit.Effect) {
	s.rows.asked++
	if anew {
		s.rows.askedAll++
		s.rows.version, s.rows.judgedAll, s.rows.costedAll = env.Version, env.Judged, env.Costed
	}
	s.rows.judged, s.rows.costed, s.rows.audited = env.Judged, env.Costed, env.Audited
	n, nAll, q, order, all, at := s.rows.asked, s.rows.askedAll, s.filter.query, s.order, s.rows.all, s.at
	marks, marked := env.Marks.Len(), env.Marks.Copy()
	w := &query.World{Inv: env.Inv, Now: env.Now, Marked: marked, Usage: env.Usage, Costs: env.Costs, Known: env.Known, Findings: env.Findings}
	work := func() kit.Answer {
		out := kit.Sorted{N: n, At: at}
		if anew {
			all = w.Inv.Images()
			query.Sort(w, all, order)
			out.All, out.NAll = all, nAll
		}
		out.Shown, out.Undecided = q.Select(w, all)
		out.Row = slices.IndexFunc(out.Shown, func(im *model.Image) bool { return im.ImageKey == at })
		out.Hidden = marks - count(out.Shown, marked, marks)
		return out
	}
	return s, []kit.Effect{kit.Work{Do: work}}
}

// count is how many images are marked; where there are no marks it need not look.
func count(images []*model.Image, marked func(model.ImageKey) bool, marks int) (n int) {
	if marks == 0 {
		return 0
	}
	for _, im := range images {
		if marked(im.ImageKey) {
			n++
		}
	}
	return n
}

// Receive takes new rows or completions; what a late answer shows is dropped,
// but the inventory that it sorted is kept while nothing newer was asked for.
func (s Images) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	switch a := a.(type) {
	case kit.Sorted:
		return s.receiveRows(env, a)
	case kit.Completions:
		if a.N == s.filter.asked && s.filter.editing {
			s.filter.offer = a
		}
	}
	return s, nil
}

func (s Images) receiveRows(env kit.Env, a kit.Sorted) (kit.Screen, []kit.Effect) {
	if a.NAll > 0 && a.NAll == s.rows.askedAll {
		s.rows.all = a.All
		if a.N != s.rows.asked {
			return s.derive(env, false)
		}
	}
	if a.N != s.rows.asked {
		return s, nil
	}
	s.rows.shown, s.rows.undecided, s.rows.hidden, s.rows.ready = a.Shown, a.Undecided, a.Hidden, true
	s.follow(a)
	return s, nil
}

// follow puts the cursor back on its image after rows moved; where it is gone
// the cursor stays at its place.
func (s *Images) follow(a kit.Sorted) {
	row := a.Row
	if a.At != s.at { // the cursor moved meanwhile
		row = slices.IndexFunc(s.rows.shown, func(im *model.Image) bool { return im.ImageKey == s.at })
	}
	s.table = s.table.SetLen(len(s.rows.shown))
	switch {
	case s.at == (model.ImageKey{}):
		s.table = s.table.Home()
	case row >= 0:
		s.table = s.table.Track(row)
	}
	s.hold()
}

// InSight lists the images of the visible rows, the one under the cursor first.
func (s Images) InSight(kit.Env) []model.ImageKey {
	var out []model.ImageKey
	for _, im := range s.inSight() {
		out = append(out, im.ImageKey)
	}
	return out
}

func (s Images) inSight() []*model.Image {
	im, ok := s.current()
	if !ok {
		return nil
	}
	out := []*model.Image{im}
	first, end := s.table.Visible()
	for _, row := range s.rows.shown[min(first, len(s.rows.shown)):min(end, len(s.rows.shown))] {
		if row != im {
			out = append(out, row)
		}
	}
	return out
}

// Typing reports whether the filter field has the keys.
func (s Images) Typing() bool { return s.filter.editing }

// Type edits the filter.
func (s Images) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	changed := s.filter.edit(msg)
	effects := []kit.Effect{s.complete(env)}
	if !changed {
		return s, effects
	}
	next, more := s.derive(env, false)
	return next, append(effects, more...)
}

// complete asks what may stand at the cursor.
func (s *Images) complete(env kit.Env) kit.Effect {
	s.filter.asked++
	n, text, at := s.filter.asked, s.filter.text(), s.filter.input.Position()
	w := &query.World{Inv: env.Inv, Now: env.Now, Marked: env.Marks.Has, Usage: env.Usage, Costs: env.Costs, Known: env.Known, Findings: env.Findings}
	return kit.Work{Do: func() kit.Answer {
		from, options := query.Complete(text, at, w)
		return kit.Completions{N: n, From: from, Options: options}
	}}
}

func (s Images) handleField(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect, bool) {
	switch in.(type) {
	case keys.Open:
		if s.filter.wrong != nil {
			return s, []kit.Effect{kit.Toast{Text: s.filter.wrong.Error(), Warn: true}}, true
		}
		s.filter.stop()
		return s.resized(env), nil, true
	case keys.Back:
		next, effects := s.setFilter(env, "")
		return next, effects, true
	case keys.Complete:
		if !s.filter.complete() {
			return s, []kit.Effect{s.complete(env)}, true
		}
		effects := []kit.Effect{s.complete(env)}
		next, more := s.derive(env, false)
		return next, append(effects, more...), true
	case keys.SaveFilter:
		return s, s.fileFilter(), true
	}
	return s, nil, false
}

func (s Images) fileFilter() []kit.Effect {
	if s.filter.wrong != nil || s.filter.query.Empty() {
		return []kit.Effect{kit.Toast{Text: "type a filter that shows something, then save it", Warn: true}}
	}
	menu := kit.Menu{
		Title:  "Save under which letter?",
		Items:  []kit.Item{{Letter: "", Text: s.filter.query.String()}},
		Letter: func(l string) kit.Request { return kit.Filed{Letter: l} },
	}
	return []kit.Effect{kit.Push{Screen: menu}}
}

// Scopes are the table's, or the field's while the filter is typed in.
func (s Images) Scopes() []keys.Scope {
	if s.filter.editing {
		return []keys.Scope{keys.Field}
	}
	return []keys.Scope{keys.Images, keys.Deeds, keys.Table}
}

// Disabled says why an intent makes no sense now.
func (s Images) Disabled(env kit.Env, in keys.Intent) string {
	switch in.(type) {
	case keys.Open, keys.UsedBy, keys.Mark, keys.MarkShown, keys.MarkRange, keys.CopyID, keys.CopyMenu, keys.Narrow:
		if len(s.rows.shown) == 0 && !s.filter.editing {
			return "no image is shown"
		}
	case keys.NextMark:
		if env.Marks.Len() == 0 {
			return "no image is marked: space marks one"
		}
	case keys.Deed, keys.Lifecycle:
		im, _ := s.current()
		return deedDisabled(env, in, im, env.Marks.Len() > 0)
	case keys.Undo:
		return env.Deeds.Why
	}
	return ""
}

func asQueryError(err error) *query.Error {
	var qe *query.Error
	if errors.As(err, &qe) {
		return qe
	}
	return &query.Error{Msg: fmt.Sprint(err)}
}
