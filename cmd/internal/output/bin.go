package output

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// BinnedDocument is an image or snapshot in a Recycle Bin, as JSON shows it.
type BinnedDocument struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Account     string     `json:"account"`
	AccountName *string    `json:"accountName"`
	Region      string     `json:"region"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Snapshots   []string   `json:"snapshots"`
	Images      []string   `json:"images"`
	Entered     *time.Time `json:"entered"`
	Exits       *time.Time `json:"exits"`
}

// BinRuleDocument is a retention rule of a Recycle Bin, as JSON shows it.
type BinRuleDocument struct {
	ID          string      `json:"id"`
	Account     string      `json:"account"`
	AccountName *string     `json:"accountName"`
	Region      string      `json:"region"`
	Resource    string      `json:"resource"`
	Days        int         `json:"days"`
	With        []model.Tag `json:"with"`
	Without     []model.Tag `json:"without"`
	Lock        string      `json:"lock"`
	InForce     bool        `json:"inForce"`
	Description string      `json:"description"`
}

// ArmingDocument is what a Recycle Bin would hold if an account's images in a region
// were deleted now, as JSON shows it.
type ArmingDocument struct {
	Account     string   `json:"account"`
	AccountName *string  `json:"accountName"`
	Region      string   `json:"region"`
	Why         string   `json:"why"`
	Images      int      `json:"images"`
	Held        int      `json:"held"`
	Lost        int      `json:"lost"`
	Never       int      `json:"never"`
	Unsure      int      `json:"unsure"`
	Days        int      `json:"days"`
	NoRule      []string `json:"noRule"`
}

// BinPart is which of the lists of a Recycle Bin lines are written of.
type BinPart uint8

// The parts of a bin.
const (
	BinContents BinPart = iota
	BinRules
	BinArming
)

// Bin is what Recycle Bins hold, and would hold.
type Bin struct {
	Contents []BinnedDocument
	Rules    []BinRuleDocument
	Arming   []ArmingDocument
}

// BinOf gives what the bins of an inventory hold, what is gone first before all else,
// and what they would hold. Of it that stands which has all words in it.
func (k Known) BinOf(words []string) Bin {
	b := Bin{Contents: []BinnedDocument{}, Rules: []BinRuleDocument{}, Arming: []ArmingDocument{}}
	for _, s := range k.Inv.Scopes() {
		b.Contents = append(b.Contents, k.contents(s)...)
		for _, r := range k.Inv.AllBinRules(s) {
			b.Rules = append(b.Rules, k.binRule(s, r))
		}
	}
	for _, a := range plan.Arm(k.Inv) {
		b.Arming = append(b.Arming, k.arming(a))
	}
	slices.SortStableFunc(b.Contents, func(x, y BinnedDocument) int {
		return cmp.Or(cmp.Compare(end(x.Exits), end(y.Exits)), strings.Compare(x.ID, y.ID))
	})
	b.Contents = having(b.Contents, words, func(d BinnedDocument) []string {
		return slices.Concat([]string{d.ID, d.Kind, d.Account, named(d.AccountName), d.Region, d.Name, d.Description}, d.Images, d.Snapshots)
	})
	b.Rules = having(b.Rules, words, func(d BinRuleDocument) []string {
		return []string{d.ID, d.Account, named(d.AccountName), d.Region, d.Resource, d.Description, tagText(d.With), tagText(d.Without)}
	})
	b.Arming = having(b.Arming, words, func(d ArmingDocument) []string {
		return []string{d.Account, named(d.AccountName), d.Region, d.Why}
	})
	return b
}

// end is when something goes; what tells no time goes last.
func end(t *time.Time) int64 {
	if t == nil {
		return math.MaxInt64
	}
	return t.Unix()
}

func named(name *string) string {
	if name == nil {
		return ""
	}
	return *name
}

// having keeps what has every word in one of its texts, whatever the case.
func having[T any](all []T, words []string, texts func(T) []string) []T {
	return slices.DeleteFunc(all, func(x T) bool {
		text := strings.ToLower(strings.Join(texts(x), "\n"))
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) })
	})
}

// name is what an account is called; nil where no name is known.
func (k Known) name(account string) *string {
	if name := k.Inv.Account(account).Name; name != "" {
		return &name
	}
	return nil
}

// contents are what the bin of a scope holds. Which snapshots an image had is known
// where it was read before it went there.
func (k Known) contents(s model.Scope) []BinnedDocument {
	var out []BinnedDocument
	with := map[string][]string{}
	for _, r := range k.Inv.Binned(s) {
		d := BinnedDocument{
			ID: r.ID, Kind: "image", Account: s.Account, AccountName: k.name(s.Account), Region: s.Region, Name: r.Name, Description: r.Description,
			Entered: moment(r.Entered), Exits: moment(r.Exits), Snapshots: []string{},
		}
		if model.IsSnapshot(r.ID) {
			d.Kind = "snapshot"
		} else if f, ok := k.Inv.Former(s, r.ID); ok {
			d.Snapshots = append(d.Snapshots, f.Snapshots...)
		}
		for _, id := range d.Snapshots {
			with[id] = append(with[id], r.ID)
		}
		out = append(out, d)
	}
	for i := range out {
		out[i].Images = append([]string{}, with[out[i].ID]...)
	}
	return out
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

func (k Known) binRule(s model.Scope, r *model.BinRule) BinRuleDocument {
	resource := map[string]string{model.ImageResource: "images", model.SnapshotResource: "snapshots"}[r.Resource]
	return BinRuleDocument{
		ID: r.ID, Account: s.Account, AccountName: k.name(s.Account), Region: s.Region, Resource: cmp.Or(resource, r.Resource), Days: r.Days,
		With: append([]model.Tag{}, r.Tags...), Without: append([]model.Tag{}, r.Except...), Lock: r.Lock, InForce: !r.Pending, Description: r.Description,
	}
}

func (k Known) arming(a plan.Arming) ArmingDocument {
	return ArmingDocument{
		Account: a.Scope.Account, AccountName: k.name(a.Scope.Account), Region: a.Scope.Region, Why: a.Why, Images: a.Images, Held: a.Held,
		Lost: a.Unheld(), Never: a.Never, Unsure: a.Unsure, Days: a.Days, NoRule: append([]string{}, a.NoRule...),
	}
}
