package query

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Order is how rows are sorted: by a key's name or tag.KEY.
type Order struct {
	Key  string
	Desc bool
}

// String is the order as it is written: "created", or "-created" for the
// largest first.
func (o Order) String() string {
	if o.Desc {
		return "-" + o.Key
	}
	return o.Key
}

// ParseOrder reads "created", "-created", "created:desc" and "created:asc".
// The error is an *Error.
func ParseOrder(s string) (Order, error) {
	body, desc := strings.CutPrefix(s, "-")
	body, isDesc := strings.CutSuffix(body, ":desc")
	if !isDesc {
		body, _ = strings.CutSuffix(body, ":asc")
	}
	p := &parser{text: []rune(body)}
	name, tag, err := p.name()
	if err != nil {
		return Order{}, err
	}
	r := ref{find(name), tag}
	if !p.end() || r.key == nil || !r.key.Sortable || (name == tagKey) != (tag != "") {
		return Order{}, noOrder(s, name)
	}
	return Order{r.String(), desc != isDesc}, nil
}

func noOrder(s, name string) error {
	var sortable []string
	for _, k := range table {
		if k.Sortable {
			sortable = append(sortable, k.Name)
		}
	}
	hint := "one of " + strings.Join(sortable, ", ")
	if near := nearest(name, sortable); near != "" && near != name {
		hint = "did you mean " + near + "?"
	}
	return &Error{Pos: 0, End: max(len([]rune(s)), 1), Msg: "cannot sort by " + strconv.Quote(s), Hint: hint}
}

// sortRow is what a row is sorted by: an amount, or a text.
type sortRow struct {
	rank rank
	n    uint64
	text string
}

// rank puts what there is before what there is not, and what is not known
// last, whatever the direction.
type rank uint8

const (
	present rank = iota
	absent
	notKnown
)

// Sort sorts rows in place. Equal rows follow by name, then key; an order that
// ParseOrder would not give sorts by those alone.
//
// Each row's sort key is read once. Texts are sorted eight bytes at a time, as
// numbers behind what they have in common: names of a company begin alike, and
// comparing them from the start again and again is what would take the time.
func Sort(w *World, rows []*model.Image, o Order) {
	s := newSorter(w, rows, o)
	s.spread()
	columns := s.columns()
	eachTie(s.handles, func(run []handle) { s.refine(run, 0, columns) })
	for i, h := range s.handles {
		rows[i] = s.images[h.row]
	}
}

// sorter holds the rows as they were, their texts, and small handles, which
// are what moves.
type sorter struct {
	images  []*model.Image
	texts   []string // nil where amounts are sorted
	flip    uint64   // all ones to turn numbers around
	handles []handle
	room    []handle // as many, for moving them
}

type handle struct {
	n    uint64
	row  int32
	rank rank
}

func newSorter(w *World, rows []*model.Image, o Order) *sorter {
	read := sortReader(w, o.Key)
	s := &sorter{images: slices.Clone(rows), handles: make([]handle, len(rows))}
	if o.Desc {
		s.flip = ^uint64(0)
	}
	for i, im := range rows {
		r := read(im)
		s.handles[i] = handle{r.n ^ s.flip, int32(i), r.rank}
		if r.text != "" && s.texts == nil {
			s.texts = make([]string, len(rows))
		}
		if s.texts != nil {
			s.texts[i] = r.text
		}
	}
	return s
}

// spread sorts the handles by what they hold: by rank, then number.
func (s *sorter) spread() {
	byRank := make([]handle, 0, len(s.handles))
	var ends [notKnown + 1]int
	for r := range ends {
		for _, h := range s.handles {
			if h.rank == rank(r) {
				byRank = append(byRank, h)
			}
		}
		ends[r] = len(byRank)
	}
	s.handles, s.room = byRank, s.handles
	from := 0
	for _, end := range ends {
		s.byNumber(s.handles[from:end])
		from = end
	}
}

// byNumber sorts a run by its numbers, digit by digit from the last one; digits
// that are the same everywhere, as most are, cost nothing. A few are compared.
func (s *sorter) byNumber(run []handle) {
	const few = 256
	if len(run) < few {
		slices.SortFunc(run, func(a, b handle) int { return cmp.Compare(a.n, b.n) })
		return
	}
	from, to := run, s.room[:len(run)]
	for shift, differ := 0, differing(run); shift < 64; shift += 8 {
		if byte(differ>>shift) != 0 {
			byDigit(from, to, shift)
			from, to = to, from
		}
	}
	if &from[0] != &run[0] {
		copy(run, from)
	}
}

// differing has the bits set in which the numbers of a run differ.
func differing(run []handle) (bits uint64) {
	for _, h := range run {
		bits |= h.n ^ run[0].n
	}
	return bits
}

// byDigit puts handles in order of one byte of their numbers, and leaves those
// alone in which it is the same.
func byDigit(from, to []handle, shift int) {
	var starts [256]int32
	for _, h := range from {
		starts[byte(h.n>>shift)]++
	}
	at := int32(0)
	for i, n := range starts {
		starts[i] = at
		at += n
	}
	for _, h := range from {
		d := byte(h.n >> shift)
		to[starts[d]] = h
		starts[d]++
	}
}

// eachTie gives every run of handles that are equal so far.
func eachTie(handles []handle, tie func([]handle)) {
	for from, to := 0, 0; from < len(handles); from = to {
		for to = from + 1; to < len(handles) && handles[to].n == handles[from].n && handles[to].rank == handles[from].rank; to++ {
		}
		if to > from+1 {
			tie(handles[from:to])
		}
	}
}

// column is a text that rows are sorted by, and how rows are sorted for which
// it is the same.
type column struct {
	text func(row int32) string
	flip uint64
	then func(run []handle)
}

// columns are the texts of the order, where it has some, and the names.
func (s *sorter) columns() column {
	names := column{
		text: func(row int32) string { return s.images[row].Name },
		then: func(run []handle) { slices.SortFunc(run, s.compare) },
	}
	if s.texts == nil {
		return names
	}
	return column{
		text: func(row int32) string { return s.texts[row] }, flip: s.flip,
		then: func(run []handle) { s.refine(run, 0, names) },
	}
}

// refine sorts rows whose texts have at least the first bytes in common: by
// the eight bytes behind those, and what is equal then by the next. Few rows
// are simply compared, as are those with texts that end within the eight.
func (s *sorter) refine(run []handle, least int, c column) {
	const few = 16
	skip, same := common(run, c.text)
	switch {
	case same:
		c.then(run)
		return
	case len(run) <= few, skip < least:
		slices.SortFunc(run, s.compare)
		return
	}
	for i := range run {
		run[i].n = leading(c.text(run[i].row)[skip:]) ^ c.flip
	}
	s.byNumber(run)
	eachTie(run, func(tie []handle) { s.refine(tie, skip+1, c) })
}

// common is how many bytes the texts of a run begin with alike, and whether
// they are the same.
func common(run []handle, text func(int32) string) (n int, same bool) {
	first := text(run[0].row)
	n, same = len(first), true
	for _, h := range run[1:] {
		t := text(h.row)
		if t == first {
			continue
		}
		same, n = false, min(n, len(t))
		for i := range n {
			if t[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n, same
}

// compare orders rows that are equal but for their texts, names and keys.
func (s *sorter) compare(a, b handle) int {
	if s.texts != nil {
		if c := strings.Compare(s.texts[a.row], s.texts[b.row]); c != 0 {
			if s.flip != 0 {
				return -c
			}
			return c
		}
	}
	x, y := s.images[a.row], s.images[b.row]
	if c := strings.Compare(x.Name, y.Name); c != 0 {
		return c
	}
	return x.Compare(y.ImageKey)
}

// leading is the first eight bytes as a number of the same order.
func leading(s string) (n uint64) {
	for i := range 8 {
		n <<= 8
		if i < len(s) {
			n |= uint64(s[i])
		}
	}
	return n
}

// sortReader gives what reads a row's sort key.
func sortReader(w *World, key string) func(*model.Image) sortRow {
	o, err := ParseOrder(key)
	if err != nil {
		return func(*model.Image) sortRow { return sortRow{} }
	}
	p := &parser{text: []rune(o.Key)}
	name, tag, _ := p.name() // ParseOrder has read it
	k := find(name)
	switch {
	case name == tagKey:
		return func(im *model.Image) sortRow { return tagRow(im, tag) }
	case k.place != nil:
		return func(im *model.Image) sortRow { return amountRow(k.place(w, im), model.Yes) }
	case k.flag != nil:
		return func(im *model.Image) sortRow { return flagRow(k.flag(w, im)) }
	case k.amount != nil:
		return func(im *model.Image) sortRow { return amountRow(k.amount(w, im)) }
	}
	return func(im *model.Image) sortRow {
		s, known := k.text(w, im)
		if known && k.Kind == Version && s != "" {
			return textRow(model.VersionKey(s), model.Yes)
		}
		if !known {
			return textRow("", model.Maybe)
		}
		return textRow(strings.ToLower(s), model.Truth(s != ""))
	}
}

// tagRow takes the first of the tags that a term about the key would look at.
func tagRow(im *model.Image, tag string) sortRow {
	if im.Detail == nil {
		return textRow("", model.Maybe)
	}
	for _, t := range im.Detail.Tags {
		if strings.EqualFold(t.Key, tag) {
			return textRow(strings.ToLower(t.Value), model.Yes)
		}
	}
	if !im.Detail.TagsRead {
		return textRow("", model.Maybe)
	}
	return textRow("", model.No)
}

func ranked(t model.Tri) rank {
	switch t {
	case model.Yes:
		return present
	case model.No:
		return absent
	case model.Maybe:
	}
	return notKnown
}

func flagRow(t model.Tri) sortRow {
	if t == model.Maybe {
		return sortRow{rank: notKnown}
	}
	return sortRow{n: uint64(t)}
}

// amountRow moves amounts up by half the range, so that they order without
// their sign.
func amountRow(n int64, has model.Tri) sortRow {
	if has != model.Yes {
		return sortRow{rank: ranked(has)}
	}
	return sortRow{n: uint64(n) ^ 1<<63}
}

// textRow takes a text that is empty for one there is not: nothing is there to
// be compared.
func textRow(s string, has model.Tri) sortRow {
	if has == model.Yes && s == "" {
		has = model.No // a tag without a value
	}
	return sortRow{rank: ranked(has), text: s}
}
