package trail

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// Document is a trail as JSON shows it.
type Document struct {
	ID          string           `json:"id"`
	Region      string           `json:"region"`
	Name        *string          `json:"name"`
	Account     *string          `json:"account"`
	AccountName *string          `json:"accountName"`
	Public      []PublicDocument `json:"public"`
	Looked      []LookedDocument `json:"looked"`
	Blind       []BlindDocument  `json:"blind"`
	Events      []EventDocument  `json:"events"`
}

// PublicDocument is a time in which everybody could launch the image.
type PublicDocument struct {
	From   *time.Time `json:"from"`
	Before *time.Time `json:"before"`
	To     *time.Time `json:"to"`
	Open   bool       `json:"open"`
}

// LookedDocument is a trail that was looked at.
type LookedDocument struct {
	Account string     `json:"account"`
	Region  string     `json:"region"`
	Since   *time.Time `json:"since"`
	Failed  *time.Time `json:"failedSince"`
	Kept    *time.Time `json:"launchesSince"`
	AsOf    *time.Time `json:"asOf"`
}

// BlindDocument is what was not looked at.
type BlindDocument struct {
	Account string  `json:"account"`
	Region  string  `json:"region"`
	What    string  `json:"what"`
	Error   *string `json:"error"`
	Mend    *string `json:"mend"`
}

// EventDocument is an event.
type EventDocument struct {
	At         time.Time      `json:"at"`
	Act        string         `json:"act"`
	Text       string         `json:"text"`
	Who        string         `json:"who"`
	Caller     *string        `json:"caller"`
	CallerName *string        `json:"callerName"`
	Source     string         `json:"source"`
	Trail      ScopeDocument  `json:"trail"`
	With       []string       `json:"with"`
	Count      int            `json:"count"`
	Thing      *ThingDocument `json:"thing"`
	Value      string         `json:"value"`
	Error      string         `json:"error"`
	API        string         `json:"api"`
	ID         string         `json:"id"`
}

// ScopeDocument is whose trail tells an event.
type ScopeDocument struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// ThingDocument is the other image of a copy, or the instance that the image was
// made from.
type ThingDocument struct {
	ID     string `json:"id"`
	Region string `json:"region"`
}

// Document is the trail as JSON shows it.
func (t *Trail) Document(inv model.Inventory) Document {
	d := Document{ID: t.Image.ID, Region: t.Image.Region, Looked: []LookedDocument{}, Blind: []BlindDocument{}, Events: []EventDocument{}}
	if t.Told() {
		d.Public = []PublicDocument{}
	}
	if owner := ownerOf(inv, t.Image); owner != "" {
		d.Account, d.AccountName = &owner, text(inv.Account(owner).Name)
	}
	if im, ok := inv.Image(t.Image); ok {
		d.Name = &im.Name
	}
	for _, p := range t.Public {
		d.Public = append(d.Public, PublicDocument{From: instant(p.From), Before: instant(p.Before), To: instant(p.To), Open: p.Open})
	}
	for _, l := range t.Looked {
		d.Looked = append(d.Looked, LookedDocument{
			Account: l.Scope.Account, Region: l.Scope.Region, Since: instant(t.Since(l)), Failed: instant(l.Tried.Last().From),
			Kept: instant(l.Since), AsOf: instant(l.Seen.Last().To),
		})
	}
	for _, b := range t.Blind {
		doc := BlindDocument{Account: b.Scope.Account, Region: b.Scope.Region, What: b.What, Mend: text(b.Mend)}
		if b.Err != nil {
			doc.Error = text(b.Err.Error())
		}
		d.Blind = append(d.Blind, doc)
	}
	for _, e := range t.Events {
		d.Events = append(d.Events, e.Document(inv))
	}
	return d
}

// Document is an event as JSON shows it.
func (e *Event) Document(inv model.Inventory) EventDocument {
	d := EventDocument{
		At: e.At.UTC(), Act: e.Act.String(), Text: e.Text(inv.AccountTitle), Who: e.Who, Caller: text(e.Caller), Source: e.Source,
		Trail: ScopeDocument(e.Scope), With: append([]string{}, e.With...), Count: e.Count, Value: e.Value, Error: e.Error, API: e.API, ID: e.ID,
	}
	if e.Thing != "" {
		d.Thing = &ThingDocument{ID: e.Thing, Region: e.Region}
	}
	if name := inv.AccountTitle(e.Caller); name != e.Caller {
		d.CallerName = &name
	}
	return d
}

// text is null where there is none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
