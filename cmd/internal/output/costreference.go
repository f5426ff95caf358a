package output

import (
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// part documents what costs are told by.
type part struct {
	title  string
	of     any // a value of the struct
	fields []Field
}

// bases lists what figures rest on.
func bases() string {
	var all []string
	for b := cost.NoBasis; b <= cost.NotKnown; b++ {
		all = append(all, "`"+b.String()+"`")
	}
	return strings.Join(all, ", ")
}

func costFields() []Field {
	return []Field{
		{"cost", "object or null", "What its snapshots cost a month. Null where that is not known: not all of its snapshots were read, it is an instance-store image, or another account pays for it."},
		{"cost.low", "number", "At least."},
		{"cost.high", "number", "At most."},
		{"cost.share", "object", "Its share of snapshots that other images use too; else all of the cost. The shares of all images add up."},
		{"cost.share.low", "number", "At least."},
		{"cost.share.high", "number", "At most."},
		{"cost.basis", "text", "What the figures rest on, the weakest of all snapshots: " + bases() + "."},
		{"cost.currency", "text", "`USD`."},
		{"cost.freed", "object", "What deleting just this image and its snapshots would free."},
		{"cost.freed.low", "number", "At least."},
		{"cost.freed.high", "number", "At most."},
	}
}

// costParts document what `cost`, `snapshots` and `diff` print.
func costParts() []part {
	return []part{
		{"Costs", CostsDocument{}, costsFields()},
		{"A group of costs", GroupDocument{}, groupFields()},
		{"A price", PriceDocument{}, priceFields()},
		{"Something missing in costs", model.BlindDocument{}, blindFields()},
		{"A snapshot", SnapshotCostDocument{}, snapshotFields()},
		{"A growth", GrowthDocument{}, growthFields()},
		{"A cause of growth", CauseDocument{}, causeFields()},
		{"A scope left out of a growth", LeftOutDocument{}, []Field{
			{"account", "text", "Account id."},
			{"region", "text", "Region."},
		}},
	}
}

func costsFields() []Field {
	return []Field{
		{"currency", "text", "`USD`."},
		{"by", "text", "What the groups have in common: `account`, `region`, `family`, `tag.KEY`, `age`, `kind` or `image`."},
		{"total", "object", "The sum of all groups, also of those that --limit leaves out. Each snapshot is counted once."},
		{"total.low", "number", "At least."},
		{"total.high", "number", "At most."},
		{"total.basis", "text", "What the figures rest on, the weakest of all snapshots."},
		{"total.filter", "text", "The filter whose images alone are counted, with their shares and without snapshots that no image uses; empty where everything is."},
		{"total.stored", "object", "Bytes that are stored."},
		{"total.stored.low", "number", "At least."},
		{"total.stored.high", "number", "At most."},
		{"total.images", "number", "Images in it."},
		{"total.looseSnapshots", "number", "Snapshots in it that no image uses."},
		{"total.reclaimable", "object or null", "What deleting all unused images and orphans would free. It may be more than the groups' together. Null where usage was not looked at."},
		{"total.reclaimable.low", "number", "At least."},
		{"total.reclaimable.high", "number", "At most."},
		{"total.kinds", "list or null", "The parts of the kinds of snapshots; null with a filter."},
		{"total.kinds[].kind", "text", "`orphan`, `undecided`, `other`, `image`, `archive`, `backup`, `dlm` or `bin`."},
		{"total.kinds[].low", "number", "At least."},
		{"total.kinds[].high", "number", "At most."},
		{"total.kinds[].stored", "object", "Bytes that are stored."},
		{"total.kinds[].stored.low", "number", "At least."},
		{"total.kinds[].stored.high", "number", "At most."},
		{"total.kinds[].snapshots", "number", "How many there are."},
		{"bill", "object or null", "What AWS billed the accounts for snapshots in the regions that were read; null unless --bill asked for it."},
		{"bill.from", "time", "First moment of the time billed."},
		{"bill.to", "time", "First moment after it."},
		{"bill.billed", "number", "Dollars billed in all that time."},
		{"bill.gibMonths", "number", "GiB-months billed."},
		{"bill.estimate", "object", "What the snapshots of now would have cost in that time."},
		{"bill.estimate.low", "number", "At least."},
		{"bill.estimate.high", "number", "At most."},
		{"bill.rest", "number", "Dollars that the estimate does not explain: above 0 billed beyond it, below 0 short of it."},
		{"bill.estimated", "true or false", "Whether AWS may still change it."},
		{"hastened", "object", "What starts images faster, whatever the filter. It is not storage, and in no total."},
		{"hastened.restores", "number", "Fast snapshot restores: of one snapshot in one zone each."},
		{"hastened.cost", "number", "What those with a known price cost a month."},
		{"hastened.unpriced", "number", "How many have none."},
		{"hastened.launches", "number", "Images with Fast Launch; the snapshots that it keeps ready are in the totals."},
	}
}

func groupFields() []Field {
	return []Field{
		{"key", "text", "What its members have in common: account id, region, family, value of the tag, class of age, kind, image or snapshot id; empty where there is none."},
		{"label", "text", "Name of the account or image; empty for others."},
		{"region", "text", "Region of an image; empty for others."},
		{"low", "number", "Cost a month, at least: shares of images, and snapshots that no image uses."},
		{"high", "number", "At most."},
		{"share", "number or null", "Part of the total's high end, 1 for all; null where that is 0."},
		{"reclaimable", "object or null", "What deleting its unused images and orphans would free; null where usage was not looked at."},
		{"reclaimable.low", "number", "At least."},
		{"reclaimable.high", "number", "At most."},
		{"stored", "object", "Bytes that are stored."},
		{"stored.low", "number", "At least."},
		{"stored.high", "number", "At most."},
		{"images", "number", "Images in it."},
		{"looseSnapshots", "number", "Snapshots in it that no image uses."},
	}
}

func priceFields() []Field {
	return []Field{
		{"region", "text", "Region."},
		{"standard", "number", "A GiB and month of standard storage."},
		{"archive", "number", "A GiB and month of the archive tier."},
		{"source", "text", "`config`, `pricing-api`, `built-in`, or `assumed`: that of another region."},
		{"asOf", "time or null", "When it was read, or the table was made; null for the config file's."},
		{"of", "text", "The region whose price it is."},
	}
}

func blindFields() []Field {
	return []Field{
		{"account", "text", "Account id."},
		{"region", "text", "Region."},
		{"source", "text", "`images`, `snapshots`, `bin`, `bin-rules` or `hastened`."},
		{"what", "text", "What is missing."},
		{"mend", "text", "What to do about it; empty where there is nothing."},
	}
}

func snapshotFields() []Field {
	return []Field{
		{"id", "text", "Snapshot id."},
		{"account", "text", "Id of the account that owns it and pays."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"region", "text", "Region."},
		{"kind", "text", "What it is kept for: `orphan`, `undecided`, `other`, `image`, `archive`, `backup`, `dlm` or `bin`."},
		{"tie", "object or null", "What ties it to the image that it was made for; null where an image uses it or nothing tells."},
		{"tie.image", "text", "Id of that image."},
		{"tie.name", "text", "Its name; empty where it is not known."},
		{"tie.how", "text", "`description`, `tag KEY` or `index`: an earlier reading."},
		{"images", "list of text", "Ids of the images that use it."},
		{"tier", "text", "`standard` or `archive`."},
		{"public", "true, false or null", "Whether everybody may make volumes of it, by its permissions; null where it was made after the public ones were listed, or they could not be."},
		{"volumeSize", "number or null", "Size of its volume."},
		{"fullBytes", "number or null", "All that it holds; null where AWS does not tell."},
		{"stored", "object or null", "Bytes that are stored for it and for none before it; null where nothing tells its size."},
		{"stored.low", "number", "At least."},
		{"stored.high", "number", "At most."},
		{"cost", "object or null", "What that costs a month, likewise."},
		{"cost.low", "number", "At least."},
		{"cost.high", "number", "At most."},
		{"basis", "text", "What the figures rest on."},
		{"created", "time or null", "When it was begun; of one in the Recycle Bin when it went there."},
		{"description", "text", "Description."},
	}
}

func growthFields() []Field {
	return []Field{
		{"currency", "text", "`USD`."},
		{"from", "time", "The first day; its end counts."},
		{"to", "time", "The second day, likewise."},
		{"by", "text", "`ledger`: what was noted on those days. `creation`: the ledger does not reach back, so what there is now is told by when it was made; what was deleted since is not in it."},
		{"before", "object", "Cost a month on the first day."},
		{"before.low", "number", "At least."},
		{"before.high", "number", "At most."},
		{"now", "object", "Cost a month on the second day."},
		{"now.low", "number", "At least."},
		{"now.high", "number", "At most."},
		{"growth", "object", "By how much both ends moved: the sum of all causes."},
		{"growth.low", "number", "The low end."},
		{"growth.high", "number", "The high end."},
	}
}

func causeFields() []Field {
	return []Field{
		{"what", "text", "`added`, `gone`, `grown`, `shrunk`, `restated` (the same snapshots at another price, or more is known of them), `scope entered`, `scope left`."},
		{"account", "text", "Account id."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"region", "text", "Region."},
		{"family", "text", "Family of the images; empty where none is known."},
		{"creator", "text", "Service that made them: `backup`, `dlm`, `imagebuilder`, …; empty for none."},
		{"kind", "text", "Kind of the snapshots."},
		{"owner", "text", "Value of the owner tag; empty for none."},
		{"snapshots", "number", "How many more, or fewer."},
		{"bytes", "number", "Likewise, full sizes."},
		{"cost", "object", "By how much both ends of the cost moved."},
		{"cost.low", "number", "The low end."},
		{"cost.high", "number", "The high end."},
		{"share", "number or null", "Part of the growth of the high end, 1 for all; null where that is 0."},
		{"by", "text", "`ledger` or `creation`, as of the growth."},
	}
}
