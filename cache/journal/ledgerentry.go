package journal

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/cost"
)

// rowBody is what a row tells.
type rowBody struct {
	Entries []rowEntry `json:"entries"`
}

// rowEntry is a cost.Entry; one without snapshots is there no more. Sizes are
// bytes, and costs a month billionths of a dollar.
type rowEntry struct {
	Family    string   `json:"family,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	Creator   string   `json:"creator,omitempty"`
	Kind      string   `json:"kind"`
	Snapshots int      `json:"n"`
	Held      int64    `json:"held,omitempty"`
	Low       int64    `json:"low,omitempty"`
	High      int64    `json:"high,omitempty"`
	CostLow   cost.USD `json:"costLow,omitempty"`
	CostHigh  cost.USD `json:"costHigh,omitempty"`
}

func writeEntries(entries []cost.Entry) json.RawMessage {
	body := rowBody{make([]rowEntry, 0, len(entries))}
	for _, e := range entries {
		body.Entries = append(body.Entries, rowEntry{
			e.Family, e.Owner, e.Creator, e.Kind.String(), e.Snapshots, e.Held, e.Bytes.Low, e.Bytes.High, e.Cost.Low, e.Cost.High,
		})
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // text and numbers
	}
	return b
}

// readEntries is in the order of cost.Entry, whatever the order of kinds was when
// they were written; false where it is of another version.
func readEntries(b json.RawMessage) ([]cost.Entry, bool) {
	var body rowBody
	if json.Unmarshal(b, &body) != nil {
		return nil, false
	}
	var out []cost.Entry
	for _, e := range body.Entries {
		kind := slices.Index(cost.KindNames(), e.Kind)
		if kind < 0 {
			return nil, false
		}
		out = append(out, cost.Entry{
			Family: e.Family, Owner: e.Owner, Creator: e.Creator, Kind: cost.Kind(kind), Snapshots: e.Snapshots, Held: e.Held,
			Bytes: cost.Bytes{Low: e.Low, High: e.High}, Cost: cost.Band{Low: e.CostLow, High: e.CostHigh},
		})
	}
	slices.SortStableFunc(out, func(a, b cost.Entry) int {
		return cmp.Or(
			strings.Compare(a.Family, b.Family), strings.Compare(a.Owner, b.Owner),
			strings.Compare(a.Creator, b.Creator), cmp.Compare(a.Kind, b.Kind),
		)
	})
	return out, true
}
