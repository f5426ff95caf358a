package cache

import (
	"errors"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is stored of each record of what costs besides. A change of columns
// raises the version of their part.

func binnedPart() part[model.Binned] {
	return part[model.Binned]{name: model.Bin.Word(), version: 1, size: 6, columns: binnedColumns}
}

func binnedColumns(c *coder, bs []*model.Binned) {
	times(c, bs, func(b *model.Binned) *time.Time { return &b.Entered })
	times(c, bs, func(b *model.Binned) *time.Time { return &b.Exits })
	texts(c, bs, func(b *model.Binned) *string { return &b.Name })
	texts(c, bs, func(b *model.Binned) *string { return &b.Description })
	texts(c, bs, func(b *model.Binned) *string { return &b.Volume })
	texts(c, bs, func(b *model.Binned) *string { return &b.ID })
}

func binRulesPart() part[model.BinRule] {
	return part[model.BinRule]{name: model.BinRules.Word(), version: 2, size: 8, columns: binRuleColumns}
}

// heldPart is how rules were kept before it was known which are locked or not in force
// yet. Files hold such ones still.
func heldPart() part[model.BinRule] {
	return part[model.BinRule]{name: binRulesPart().name, version: 1, size: 5, columns: heldColumns}
}

func (c codec) openBinRules(s model.Scope, chunk []byte, sc *scratch) ([]*model.BinRule, time.Time, error) {
	recs, at, err := binRulesPart().open(c, s, chunk, sc)
	if errors.Is(err, errFormat) {
		return heldPart().open(c, s, chunk, sc)
	}
	return recs, at, err
}

func binRuleColumns(c *coder, rs []*model.BinRule) {
	heldColumns(c, rs)
	texts(c, rs, func(r *model.BinRule) *string { return &r.Description })
	texts(c, rs, func(r *model.BinRule) *string { return &r.Lock })
	flags(c, rs, func(r *model.BinRule) *bool { return &r.Pending })
}

func heldColumns(c *coder, rs []*model.BinRule) {
	texts(c, rs, func(r *model.BinRule) *string { return &r.Resource })
	numbers(c, rs, func(r *model.BinRule) *int { return &r.Days })
	tagColumns(c, lists(c, rs, columnsOfTag, func(r *model.BinRule) *[]model.Tag { return &r.Tags }))
	tagColumns(c, lists(c, rs, columnsOfTag, func(r *model.BinRule) *[]model.Tag { return &r.Except }))
	texts(c, rs, func(r *model.BinRule) *string { return &r.ID })
}

func hastenedPart() part[model.Hastened] {
	return part[model.Hastened]{name: model.Hasten.Word(), version: 1, size: 6, columns: hastenedColumns}
}

func hastenedColumns(c *coder, hs []*model.Hastened) {
	texts(c, hs, func(h *model.Hastened) *string { return &h.Owner })
	texts(c, hs, func(h *model.Hastened) *string { return &h.State })
	texts(c, hs, func(h *model.Hastened) *string { return &h.Zone })
	numbers(c, hs, func(h *model.Hastened) *int { return &h.Copies })
	texts(c, hs, func(h *model.Hastened) *string { return &h.Snapshot })
	texts(c, hs, func(h *model.Hastened) *string { return &h.Image })
}

// hastenedKey tells apart what a scope has hastened, as the inventory does.
func hastenedKey(h *model.Hastened) string { return h.Snapshot + "/" + h.Image + "/" + h.Zone }

func formersPart() part[model.Former] {
	return part[model.Former]{name: "formers", version: 1, size: 7, columns: formerColumns}
}

func formerColumns(c *coder, fs []*model.Former) {
	times(c, fs, func(f *model.Former) *time.Time { return &f.Missed })
	flags(c, fs, func(f *model.Former) *bool { return &f.Archived })
	numbers(c, fs, func(f *model.Former) *int64 { return &f.SizeGiB })
	numbers(c, fs, func(f *model.Former) *int64 { return &f.FullBytes })
	textLists(c, fs, func(f *model.Former) *[]string { return &f.Snapshots })
	texts(c, fs, func(f *model.Former) *string { return &f.Name })
	texts(c, fs, func(f *model.Former) *string { return &f.ID })
}
