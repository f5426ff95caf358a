package output

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// sharedCell says who may launch an image. What was not read is never private.
func sharedCell(r row) cell {
	p := r.Inv.Permissions(r.im)
	switch {
	case r.im.Public == model.Yes || p != nil && p.Err == nil && p.Public:
		return cell{show: "public", data: "public", own: true}
	case p == nil || p.Err != nil:
		return cell{show: unread}
	case p.Private():
		return cell{show: "private", data: "private", own: true}
	}
	strangers := r.Inv.Strangers(p, r.Familiar)
	all := slices.Clone(strangers)
	for _, id := range slices.Concat(p.Organizations, p.Units, p.Accounts) {
		if !slices.Contains(strangers, id) {
			all = append(all, id)
		}
	}
	names := make([]string, len(all))
	for i, id := range all {
		if names[i] = r.Inv.SharerTitle(id); i < len(strangers) {
			names[i] = "stranger " + names[i]
		}
	}
	return cell{show: strings.Join(names, ", "), data: strings.Join(all, " ")}
}

// severityCell is that of the worst open finding. Where a worse one may be, that
// is not known.
func severityCell(r row) cell {
	if !r.Findings.Judged(r.im) {
		return cell{show: unread}
	}
	worst, open, undecided := r.Findings.Worst(r.im)
	switch {
	case open > 0 && undecided > 0:
		return cell{show: worst.String() + unread}
	case open > 0:
		return cell{show: worst.String(), data: worst.String(), own: true}
	case undecided > 0:
		return cell{show: unread}
	}
	return cell{show: none, data: "none", own: true}
}
