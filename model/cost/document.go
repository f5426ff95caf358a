package cost

import "github.com/amiscope/amiscope/model"

// Currency is that of all amounts.
const Currency = "USD"

// Document is what an image costs, as JSON shows it; nil where that is not known:
// it was not estimated, its snapshots were not all read, it is in S3, or its owner
// pays.
func (c *Costs) Document(im *model.Image) *model.CostDocument {
	x := c.Image(im.ImageKey)
	if x.State != Told || x.Gaps > 0 {
		return nil
	}
	return &model.CostDocument{
		Low: x.Cost.Low.Dollars(), High: x.Cost.High.Dollars(), Share: x.Share.Document(), Basis: x.Basis.String(), Currency: Currency,
		Freed: c.Freed([]model.ImageKey{im.ImageKey}, nil).Cost.Document(),
	}
}

// Document is the band as JSON shows it.
func (b Band) Document() model.BandDocument {
	return model.BandDocument{Low: b.Low.Dollars(), High: b.High.Dollars()}
}
