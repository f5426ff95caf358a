package history

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// Bin is the view of what is in the Recycle Bins, from which images come back. It
// has a search and marks of its own.
type Bin struct {
	list  kit.Listing[*binned]
	armed kit.Listing[plan.Arming]
	sums  binSums
}

// binSums are counted when rows come, and drawn with every frame.
type binSums struct {
	images, snapshots int
	cost              cost.Band
	arming            arming
	unread            []model.Scope // whose bins were not read
}

// NewBin is the view of the Recycle Bins.
func NewBin() Bin {
	b := Bin{list: kit.NewListing(&binRecords, ""), armed: kit.NewListing(&armingRecords, "")}
	b.list.Marks = map[string]bool{}
	return b
}

// binHead is the height of what is said above the rows.
const binHead = 1

func binRoom(env kit.Env) kit.Env {
	env.Height -= binHead + whyLines
	return env
}

func (s Bin) with(l kit.Listing[*binned], effects []kit.Effect) (kit.Screen, []kit.Effect) {
	s.list = l
	return s, effects
}

// Sync asks for new rows when the world changed.
func (s Bin) Sync(env kit.Env) (kit.Screen, []kit.Effect) {
	var rules, rows []kit.Effect
	s.armed, rules = s.armed.Sync(env)
	s.list, rows = s.list.Sync(binRoom(env))
	return s, append(rules, rows...)
}

// Receive takes new rows, and forgets the marks of what is in no bin any more.
func (s Bin) Receive(env kit.Env, a kit.Answer) (kit.Screen, []kit.Effect) {
	var rules, rows []kit.Effect
	s.armed, rules = s.armed.Receive(env, a)
	s.list, rows = s.list.Receive(binRoom(env), a)
	s.sums = binSums{arming: countArming(&s.armed)}
	there := map[string]bool{}
	for b := range s.list.All() {
		there[binID(b)] = true
		if b.image {
			s.sums.images++
			continue
		}
		s.sums.snapshots++
		s.sums.cost = s.sums.cost.Plus(b.spend.cost)
	}
	maps.DeleteFunc(s.list.Marks, func(id string, _ bool) bool { return !there[id] })
	for _, at := range env.Inv.Scopes() {
		if st := env.Inv.Status(at, model.Bin); env.Inv.Readable(at) && (st.AsOf.IsZero() || st.Err != nil) {
			s.sums.unread = append(s.sums.unread, at)
		}
	}
	return s, append(rules, rows...)
}

// Handle answers what is asked of a listing, marks, and restores.
func (s Bin) Handle(env kit.Env, in keys.Intent) (kit.Screen, []kit.Effect) {
	env = binRoom(env)
	if click, ok := in.(keys.Click); ok {
		click.Y -= binHead
		in = click
	}
	if s.list.Searching() {
		if l, effects, ok := s.list.HandleField(env, in); ok {
			return s.with(l, effects)
		}
	}
	if effects, ok := mark(&s.list, in, binID, restorable); ok {
		return s, effects
	}
	if l, effects, ok := s.list.Handle(env, in); ok {
		return s.with(l, effects)
	}
	return s, s.do(in)
}

// do answers what is asked of the row under the cursor, or of the marked ones.
func (s Bin) do(in keys.Intent) []kit.Effect {
	if _, rules := in.(keys.Arming); rules {
		return push(NewArmed())
	}
	b, ok := s.list.Current()
	if !ok {
		return nil
	}
	switch in := in.(type) {
	case keys.Open, keys.Click:
		return push(newPage(binPage{b}))
	case keys.Deed:
		return []kit.Effect{kit.Prepare{Request: s.request(plan.Deed(in.Name))}}
	case keys.CopyID:
		return []kit.Effect{kit.Clip{Text: b.ID, What: b.ID}}
	case keys.CopyMenu:
		return push(copyBinned(b))
	case keys.Refresh:
		return []kit.Effect{kit.Read{Scopes: []model.Scope{b.scope}}}
	}
	return nil
}

// request is the deed on all marked images, whether or not the search shows them, else
// on the one under the cursor.
func (s Bin) request(d plan.Deed) plan.Request {
	r := plan.Request{Deed: d}
	if b, ok := s.list.Current(); ok && len(s.list.Marks) == 0 {
		r.Images = []model.ImageKey{b.key()}
		return r
	}
	shown := 0
	for b := range s.list.Shown() {
		if s.list.Marks[binID(b)] {
			shown++
		}
	}
	for id := range s.list.Marks {
		r.Images = append(r.Images, keyOf(id))
	}
	slices.SortFunc(r.Images, model.ImageKey.Compare)
	r.Hidden = len(r.Images) - shown
	return r
}

// restoreCommand brings something back by hand.
func restoreCommand(b *binned) string {
	what, flag := "image", "--image-id "
	if !b.image {
		what, flag = "snapshot", "--snapshot-id "
	}
	return "aws ec2 restore-" + what + "-from-recycle-bin --region " + b.scope.Region + " " + flag + b.ID
}

func copyBinned(b *binned) kit.Menu {
	return kit.Menu{Title: "Copy", Items: []kit.Item{
		{Letter: "i", Text: "id", Note: b.ID, Do: kit.Clip{Text: b.ID, What: "id"}},
		{Letter: "n", Text: "name", Note: cmp.Or(b.Name, b.Description), Do: kit.Clip{Text: cmp.Or(b.Name, b.Description), What: "name"}},
		{Letter: "l", Text: "AWS CLI command that restores it", Note: restoreCommand(b), Do: kit.Clip{Text: restoreCommand(b), What: "AWS CLI command"}},
	}}
}

// Ask sorts and searches.
func (s Bin) Ask(env kit.Env, r kit.Request) (kit.Screen, []kit.Effect) {
	switch r := r.(type) {
	case kit.SetOrder:
		return s.with(s.list.SortBy(binRoom(env), kit.ListOrder(r)))
	case kit.SetFilter:
		l, effects, _ := s.list.Searched(binRoom(env), r.Query)
		return s.with(l, effects)
	}
	return s, nil
}

// Typing reports whether the search field has the keys.
func (s Bin) Typing() bool { return s.list.Searching() }

// Type edits the words that are searched.
func (s Bin) Type(env kit.Env, msg tea.Msg) (kit.Screen, []kit.Effect) {
	return s.with(s.list.Typed(binRoom(env), msg))
}

// Scopes are a listing's, marks and the way back.
func (s Bin) Scopes() []keys.Scope { return s.list.Scopes(keys.Bin) }

// Disabled says why an intent makes no sense now.
func (s Bin) Disabled(env kit.Env, in keys.Intent) string {
	b, _ := s.list.Current()
	switch in.(type) {
	case keys.Open, keys.CopyID, keys.CopyMenu, keys.Mark, keys.Deed:
		if s.list.Nothing() != "" {
			return "nothing in the Recycle Bins is shown"
		}
	}
	switch in.(type) {
	case keys.Mark:
		if !restorable(b) {
			return "a snapshot is restored with its image: mark that one"
		}
	case keys.Deed:
		if env.Deeds.Why != "" || len(s.list.Marks) > 0 {
			return env.Deeds.Why
		}
		return b.unrestorable(env)
	}
	return ""
}

// unrestorable says why something cannot be restored by a deed; "" where it can be
// tried: the review says what becomes of it.
func (b *binned) unrestorable(env kit.Env) string {
	switch {
	case env.Deeds.Why != "" || restorable(b):
		return env.Deeds.Why
	}
	return "a snapshot is restored with its image: " + b.with[0]
}

// Counts says what there is, and what it costs.
func (s Bin) Counts(env kit.Env) []kit.Part {
	n := &s.sums
	text := " " + images(n.images) + " and " + kit.Plural(n.snapshots, "snapshot", "snapshots") + " in the bins"
	parts := append([]kit.Part{{Text: text, Priority: 90}}, marked(env, &s.list)...)
	if n.cost.High > 0 {
		parts = append(parts, kit.Part{Text: kit.MoneyBand(env.Theme, n.cost) + "/mo", Priority: 70})
	}
	if len(n.unread) > 0 {
		parts = append(parts, kit.Part{Text: kit.Plural(len(n.unread), "bin", "bins") + " not read", Style: kit.Warn, Priority: 78})
	}
	return parts
}

// View draws what is in the bins, whether they are armed, and what is known of the
// way back of the row under the cursor.
func (s Bin) View(env kit.Env) string {
	text, style := "", kit.Dim
	if b, ok := s.list.Current(); ok {
		text, style = wayBack(env, b)
	}
	none := []string{"nothing is in the Recycle Bins", "what is deleted waits here where a rule holds it: A shows where that is so"}
	if n := len(s.sums.unread); n > 0 {
		none = append(none, kit.Plural(n, "bin was", "bins were")+" not read, so this may not be all: 9 shows why")
	}
	return strings.Join([]string{s.sums.arming.line(env), s.list.View(binRoom(env), none...), why(env, text, style)}, "\n")
}

// wayBack tells how something comes back, or why not.
func wayBack(env kit.Env, b *binned) (string, kit.Style) {
	switch {
	case b.left(env.Now) <= 0 && !b.Exits.IsZero():
		return "its time in the Recycle Bin is over: it is gone for good, or about to be", kit.Bad
	case !b.image && len(b.with) > 0:
		return "restoring " + kit.Some(b.with, 2) + " brings it back", kit.Dim
	case !b.image && env.Deeds.Why != "":
		return "no image in the bins needs it: it comes back alone, until " + kit.Moment(b.Exits), kit.Dim
	case !b.image:
		return "no image in the bins needs it: it comes back alone, until " + kit.Moment(b.Exits) + ": U restores it", kit.Dim
	case b.back == lost:
		i := slices.IndexFunc(b.snapshots, func(sn plan.Snapshot) bool { return sn.State == plan.Gone })
		return "its snapshot " + b.snapshots[i].ID + " is gone for good: it does not come back", kit.Bad
	case b.back == unsure:
		return "its snapshots are not all known: restoring it may fail", kit.Warn
	}
	n := 0
	for i := range b.snapshots {
		if b.snapshots[i].State == plan.Binned {
			n++
		}
	}
	text := "it comes back until " + kit.Moment(b.Exits) + ", with " + kit.Plural(n, "snapshot", "snapshots") + " from the bin"
	if env.Deeds.Why == "" {
		text += ": U restores it"
	}
	return text, kit.Dim
}
