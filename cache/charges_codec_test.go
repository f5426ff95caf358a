package cache

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

var anyBinned = rapid.Custom(func(t *rapid.T) *model.Binned {
	s := func() string { return anyText.Draw(t, "text") }
	return &model.Binned{ID: s(), Name: s(), Description: s(), Volume: s(), Entered: anyTime.Draw(t, "entered"), Exits: anyTime.Draw(t, "exits")}
})

var anyRule = rapid.Custom(func(t *rapid.T) *model.BinRule {
	tags := rapid.SliceOfN(anyTag, 0, 3)
	return &model.BinRule{
		Description: anyText.Draw(t, "description"), Lock: anyText.Draw(t, "lock"), Pending: rapid.Bool().Draw(t, "pending"),
		ID: anyText.Draw(t, "id"), Resource: anyText.Draw(t, "resource"), Days: rapid.Int().Draw(t, "days"), Tags: tags.Draw(t, "tags"), Except: tags.Draw(t, "except"),
	}
})

var anyHastened = rapid.Custom(func(t *rapid.T) *model.Hastened {
	s := func() string { return anyText.Draw(t, "text") }
	return &model.Hastened{Snapshot: s(), Image: s(), Zone: s(), State: s(), Copies: rapid.Int().Draw(t, "copies"), Owner: s()}
})

var anySetting = rapid.Custom(func(t *rapid.T) *model.Setting {
	s := func() string { return anyText.Draw(t, "text") }
	return &model.Setting{Name: s(), State: s(), By: s(), Rules: anyTexts.Draw(t, "rules"), Err: anyOpError.Draw(t, "err")}
})

var anyPublic = rapid.Custom(func(t *rapid.T) *model.PublicSnapshot {
	return &model.PublicSnapshot{ID: anyText.Draw(t, "id")}
})

// anyCharge makes a page of a kind of charges, or of one that tells how open a
// scope is.
func anyCharge(t *rapid.T, s model.Scope, k model.Kind) model.Page {
	p := model.Page{Scope: s, Kind: k}
	switch k {
	case model.Bin:
		p.Binned = rapid.SliceOfN(anyBinned, 0, 4).Draw(t, "binned")
	case model.BinRules:
		p.Rules = rapid.SliceOfN(anyRule, 0, 4).Draw(t, "rules")
	case model.Hasten:
		p.Hastened = rapid.SliceOfN(anyHastened, 0, 4).Draw(t, "hastened")
	case model.Settings:
		p.Settings = rapid.SliceOfN(anySetting, 0, 4).Draw(t, "settings")
	case model.PublicSnapshots:
		p.Public = rapid.SliceOfN(anyPublic, 0, 4).Draw(t, "public")
	default:
		t.Fatalf("%v is no charge", k)
	}
	return p
}

var anyFormer = rapid.Custom(func(t *rapid.T) *model.Former {
	s := func() string { return anyText.Draw(t, "text") }
	return &model.Former{
		ID: s(), Name: s(), Snapshots: anyTexts.Draw(t, "snapshots"), SizeGiB: rapid.Int64().Draw(t, "size"), FullBytes: rapid.Int64().Draw(t, "full"),
		Archived: rapid.Bool().Draw(t, "archived"), Missed: anyTime.Draw(t, "missed"),
	}
})

// Of formers the newest are remembered, and none that the Recycle Bin has long
// forgotten. They stay in order of id.
func TestFormersAreForgotten(t *testing.T) {
	last := time.Unix(1_700_000_000, 0).UTC()
	missed := func(id string, ago time.Duration) *model.Former { return &model.Former{ID: id, Missed: last.Add(-ago)} }
	fs := []*model.Former{missed("a", formersKept), missed("b", 0), missed("c", formersKept+1), missed("d", time.Hour)}
	got := kept(fs, usageScope)
	equal(t, "scope", got.Scope, usageScope)
	equal(t, "formers", got.Formers, []*model.Former{fs[0], fs[1], fs[3]})

	fs = nil
	for i := range mostFormers + 3 { // the oldest are not those with the first ids
		fs = append(fs, missed(fmt.Sprintf("ami-%06d", i), time.Duration(i*7919%(mostFormers+3))*time.Second))
	}
	got = kept(fs, usageScope)
	if len(got.Formers) != mostFormers || !slices.IsSortedFunc(got.Formers, func(a, b *model.Former) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) }) {
		t.Fatalf("%d formers, want %d in order of id", len(got.Formers), mostFormers)
	}
	for _, f := range got.Formers {
		if last.Sub(f.Missed) >= mostFormers*time.Second {
			t.Fatalf("%s is of the three oldest", f.ID)
		}
	}
	equal(t, "none", kept(nil, usageScope).Formers, []*model.Former(nil))
}

// TestRulesOfOlderFiles: of rules that were kept before it was known which are locked,
// all that was known is read.
func TestRulesOfOlderFiles(t *testing.T) {
	c, at := newCodec(), time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	rule := model.BinRule{ID: "r", Resource: model.ImageResource, Days: 7, Tags: []model.Tag{{Key: "a", Value: "b"}}}
	full := rule
	full.Description, full.Lock, full.Pending = "legal", model.RuleLocked, true
	for _, p := range []struct {
		part part[model.BinRule]
		want model.BinRule
	}{{heldPart(), rule}, {binRulesPart(), full}} {
		chunk, err := p.part.seal(c, usageScope, at, []*model.BinRule{&full})
		if err != nil {
			t.Fatal(err)
		}
		page, when, err := c.openRows(model.Page{Scope: usageScope, Kind: model.BinRules}, chunk, &scratch{})
		if err != nil || !when.Equal(at) {
			t.Fatal(err, when)
		}
		equal(t, "rules", page.Rules, []*model.BinRule{&p.want})
	}
}
