package journal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/amiscope/amiscope/model"
)

// The kinds of records on references that are set aside.
const (
	KindAside          = "aside"           // a reference no longer counts
	KindAsideWithdrawn = "aside-withdrawn" // it counts again
)

// asideKinds begins the name of every kind that has to do with them.
const asideKinds = "aside"

// asideBody is what such a record tells. A withdrawal has neither reason nor end.
type asideBody struct {
	Account string     `json:"account"`
	Region  string     `json:"region"`
	Source  string     `json:"source"` // word of a model.Kind
	Key     string     `json:"key"`
	Image   string     `json:"image"`
	Reason  string     `json:"reason,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
}

// SetAside notes that a reference does not count for an image, by whom, since
// when, until when and why.
func (j *Journal) SetAside(a model.Aside) error {
	until := a.Until.UTC()
	return j.aside(KindAside, a, asideBody{Reason: a.Reason, Until: &until})
}

// Withdraw notes that a reference counts again. At and Who are those of the
// withdrawal.
func (j *Journal) Withdraw(a model.Aside) error { return j.aside(KindAsideWithdrawn, a, asideBody{}) }

func (j *Journal) aside(kind string, a model.Aside, b asideBody) error {
	b.Account, b.Region, b.Source, b.Key, b.Image = a.Scope.Account, a.Scope.Region, a.Source.Word(), a.Key, a.Image
	for _, s := range []string{b.Account, b.Region, b.Key, b.Image} {
		if !utf8.ValidString(s) { // JSON would name another reference
			return j.trouble(true, fmt.Errorf("%q is no text", s))
		}
	}
	body, err := json.Marshal(b)
	if err != nil {
		return j.trouble(true, err)
	}
	return j.Append(Record{At: a.At, Who: a.Who, Kind: kind, Body: body})
}

// asideKey is what a set-aside is of.
type asideKey struct {
	scope      model.Scope
	source     model.Kind
	key, image string
}

// Asides gives what is set aside: what is in force first, then what has ended,
// both in the order of setting aside. What was withdrawn is left out, and where
// one reference was set aside twice, the later holds. The texts say what could
// not be read.
//
// A line that cannot be read may have been a withdrawal. What was set aside
// before it is left out too, and that is told: better a reference that counts
// again than one that is passed over against somebody's word.
func (j *Journal) Asides(now time.Time) ([]model.Aside, []string, error) {
	var entries []entry
	err := j.each(func(e entry) {
		if e.state != sound || strings.HasPrefix(e.rec.Kind, asideKinds) { // plans are long: they are not kept
			entries = append(entries, e)
		}
	})
	standing := map[asideKey]model.Aside{}
	var told []string
	for _, e := range entries {
		doubt := e.state == damaged || e.state == newer && (e.rec.Kind == "" || strings.HasPrefix(e.rec.Kind, asideKinds))
		if e.state == sound {
			switch failed := replay(standing, e.rec); {
			case errors.Is(failed, errSource):
				told = append(told, fmt.Sprintf("line %d of the journal %s sets aside a reference of a kind that this version does not know: update amiscope", e.line, j.path))
			case failed != nil:
				e.state, doubt = newer, true
			}
		}
		if e.state == sound {
			continue
		}
		text := j.describe(e)
		if n := len(standing); doubt && n > 0 {
			clear(standing)
			text += fmt.Sprintf("; it may have taken back what was set aside, so the %d references set aside before it count again", n)
		}
		told = append(told, text)
	}
	return inOrder(standing, now), told, err
}

var (
	errSource = errors.New("unknown source")
	errBody   = errors.New("unknown body")
)

// replay does what a record of ours tells to what is set aside.
func replay(standing map[asideKey]model.Aside, r Record) error {
	var b asideBody
	if json.Unmarshal(r.Body, &b) != nil {
		return errBody
	}
	source, ok := parseKind(b.Source)
	if !ok {
		return errSource
	}
	k := asideKey{model.Scope{Account: b.Account, Region: b.Region}, source, b.Key, b.Image}
	switch {
	case r.Kind == KindAsideWithdrawn:
		delete(standing, k)
	case r.Kind == KindAside && b.Until != nil:
		standing[k] = model.Aside{
			Scope: k.scope, Source: k.source, Key: k.key, Image: k.image, Reason: b.Reason, Who: r.Who, At: r.At, Until: *b.Until,
		}
	default:
		return errBody
	}
	return nil
}

// parseKind is the kind that a word means: of files too, whose references have
// the kind of images.
func parseKind(word string) (model.Kind, bool) {
	all := append(model.Swept(), model.Permissions, model.Opinions)
	if i := slices.IndexFunc(all, func(k model.Kind) bool { return k.Word() == word }); i >= 0 {
		return all[i], true
	}
	return 0, false
}

func inOrder(standing map[asideKey]model.Aside, now time.Time) []model.Aside {
	out := make([]model.Aside, 0, len(standing))
	for _, a := range standing {
		out = append(out, a)
	}
	ended := func(a model.Aside) int {
		if a.Until.After(now) {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b model.Aside) int {
		return cmp.Or(
			ended(a)-ended(b), a.At.Compare(b.At), a.Scope.Compare(b.Scope),
			cmp.Compare(a.Source, b.Source), strings.Compare(a.Key, b.Key), strings.Compare(a.Image, b.Image),
		)
	})
	return out
}
