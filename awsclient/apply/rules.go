package apply

import (
	"slices"

	"github.com/amiscope/amiscope/model/plan"
)

func differences(_ plan.Deed, before, now plan.Facts) (out []string) {
	if before.State != now.State {
		out = append(out, "it is "+now.State+", and was "+before.State)
	}
	for i, s := range now.Snapshots {
		if i < len(before.Snapshots) && !slices.Equal(s.Images, before.Snapshots[i].Images) {
			out = append(out, "what uses its snapshot "+s.ID+" has changed")
		}
	}
	return out
}
