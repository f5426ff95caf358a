package browse

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/kit"
)

// filter is the filter line: the text being typed, the last query that made
// sense, and what may stand at the cursor.
type filter struct {
	input   textinput.Model
	editing bool
	query   query.Query // the last good one; it stays in force while the text is wrong
	wrong   *query.Error
	offer   kit.Completions
	asked   int // number of the newest completion request
}

func newFilter(text string) filter {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 1000
	f := filter{input: in}
	f.input.SetValue(text)
	f.parse()
	return f
}

func (f *filter) text() string { return f.input.Value() }

// parse reads the text and reports whether the query in force changed.
func (f *filter) parse() bool {
	q, err := query.Parse(f.text())
	if err != nil {
		f.wrong = asQueryError(err)
		return false
	}
	f.wrong = nil
	changed := q.String() != f.query.String()
	f.query = q
	return changed
}

// set replaces the whole text.
func (f *filter) set(text string) bool {
	f.input.SetValue(text)
	f.input.CursorEnd()
	f.offer = kit.Completions{}
	return f.parse()
}

func (f *filter) start() {
	f.editing = true
	f.input.Focus()
	f.input.CursorEnd()
}

func (f *filter) stop() {
	f.editing = false
	f.offer = kit.Completions{}
	f.input.Blur()
}

// edit passes a key or a paste to the field, and reports whether the query in
// force changed.
func (f *filter) edit(msg tea.Msg) bool {
	f.input, _ = f.input.Update(msg) // its command only blinks a cursor that we do not draw
	return f.parse()
}

// complete takes the first offer, or as much as all of them share.
func (f *filter) complete() bool {
	if len(f.offer.Options) == 0 {
		return false
	}
	at := f.input.Position()
	runes := []rune(f.text())
	if f.offer.From > at || at > len(runes) {
		return false
	}
	text := shared(f.offer.Options)
	if text == "" || text == string(runes[f.offer.From:at]) {
		text = f.offer.Options[0].Text
	}
	head := append(append([]rune{}, runes[:f.offer.From]...), []rune(text)...)
	f.input.SetValue(string(append(head, runes[at:]...)))
	f.input.SetCursor(len(head))
	return f.parse()
}

// shared is the longest beginning that all completions have.
func shared(options []query.Completion) string {
	common := options[0].Text
	for _, o := range options[1:] {
		for !strings.HasPrefix(o.Text, common) {
			r := []rune(common)
			common = string(r[:len(r)-1])
		}
	}
	return common
}

// addTerm joins a term to the text of a filter.
func addTerm(text, term string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return term
	case strings.Contains(text, " OR "):
		return "(" + text + ") " + term
	}
	return text + " " + term
}
