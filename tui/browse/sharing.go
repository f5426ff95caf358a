package browse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// sharedCell says with whom an image is shared: a globe for everybody, a lock for
// nobody, else how many and who, strangers before all; of what others share with
// the accounts that are read, by whom. What was not read is never shown as private.
func sharedCell(env kit.Env, im *model.Image) kit.Cell {
	t, p := env.Theme, env.Inv.Permissions(im)
	switch {
	case im.Public == model.Yes || p != nil && p.Err == nil && p.Public:
		return kit.Cell{Text: t.Symbols.Globe + " public", Style: kit.Bad}
	case p == nil && env.Inv.Foreign(im):
		return kit.Cell{Text: "by " + ownerTitle(env, im), Style: kit.Info}
	case p == nil || p.Err != nil:
		return unknown()
	case p.Private():
		return kit.Cell{Text: t.Symbols.Lock + " private", Style: kit.Dim}
	}
	n := len(p.Accounts) + len(p.Organizations) + len(p.Units)
	if strangers := env.Inv.Strangers(p, env.Known); len(strangers) > 0 {
		text := t.Symbols.Alert + " " + called(env, strangers) // which of all must be seen where there is little room
		if others := n - len(strangers); others > 0 {
			text += fmt.Sprintf(" +%d", others)
		}
		return kit.Cell{Text: text, Style: kit.Bad}
	}
	return kit.Cell{Text: fmt.Sprintf("%d: %s", n, called(env, slices.Concat(p.Organizations, p.Units, p.Accounts))), Style: kit.Info}
}

// called are accounts, organizations and units, as short as people call them.
func called(env kit.Env, who []string) string {
	out := make([]string, len(who))
	for i, id := range who {
		out[i] = env.Inv.SharerTitle(id)
	}
	return strings.Join(out, ", ")
}

// Curious are the images in sight of which nobody has read who may launch them,
// where the table shows that or the severity that rests on it.
func (s Images) Curious(env kit.Env) []model.ImageKey {
	shows := func(i int) bool { return s.cols[i].Key == "shared" || s.cols[i].Key == "severity" }
	if !slices.ContainsFunc(s.table.Shown(), shows) {
		return nil
	}
	var out []model.ImageKey
	for _, im := range s.inSight() {
		if env.Inv.Permissions(im) == nil && ours(env, im) {
			out = append(out, im.ImageKey)
		}
	}
	return out
}

// Thorough reports whether filter or order look at who may launch images.
func (s Images) Thorough() bool {
	return slices.ContainsFunc([]string{"shared", "finding", "severity"}, func(key string) bool { return s.order.Key == key || s.filter.query.Names(key) })
}

// Thorough is true: rules judge who may launch each image.
func (s Findings) Thorough() bool { return true }

// Thorough is true likewise.
func (s FindingsOf) Thorough() bool { return true }

// permissionLines tells who may launch an image, and who may copy its snapshots.
func permissionLines(env kit.Env, im *model.Image) []string {
	return append(launchLines(env, im), volumeLines(env, im)...)
}

// launchLines tells who may launch an image, one by one, and who of them is
// nobody's.
func launchLines(env kit.Env, im *model.Image) []string {
	p := env.Inv.Permissions(im)
	switch {
	case p == nil && env.Inv.Foreign(im):
		return indented(env, foreignPairs(env, im))
	case p == nil:
		return indented(env, []kit.Pair{factP("Public", im.Public, kit.Bad), {Label: "Others", Value: "not read yet: that takes a call an image", Style: kit.Warn}})
	case p.Err != nil:
		return indented(env, []kit.Pair{
			factP("Public", im.Public, kit.Bad),
			{Label: "Others", Value: "not known: " + p.Err.Error(), Style: kit.Bad},
			{Label: "What helps", Value: p.Err.Hint()},
		})
	}
	pairs := []kit.Pair{factP("Public", model.Truth(p.Public), kit.Bad), {Label: "Read", Value: when(env, p.At, "not told")}}
	if p.Private() {
		pairs = append(pairs, kit.Pair{Label: "Others", Value: "nobody: only " + env.Inv.AccountTitle(im.Owner) + " may launch it", Style: kit.Good})
	}
	lines := indented(env, pairs)
	strangers := env.Inv.Strangers(p, env.Known)
	for _, g := range [...]struct {
		title string
		who   []string
	}{{"Organizations", p.Organizations}, {"Organizational units", p.Units}, {"Accounts", p.Accounts}} {
		lines = append(lines, grantees(env, g.title, g.who, strangers)...)
	}
	return lines
}

// grantees lists those of one kind, strangers first.
func grantees(env kit.Env, title string, all, strangers []string) []string {
	if len(all) == 0 {
		return nil
	}
	t := env.Theme
	out := []string{"", " " + t.Paint(kit.Title, title)}
	bad, good := []string{}, []string{}
	for _, id := range all {
		text := id
		if name := env.Inv.SharerName(id); name != "" {
			text += "  " + name
		}
		if !slices.Contains(strangers, id) {
			good = append(good, "   "+t.Cut(text, max(0, env.Width-4)))
			continue
		}
		bad = append(bad, "   "+t.Paint(kit.Bad, t.Cut(text+"  a stranger", max(0, env.Width-4))))
	}
	if len(bad) > 0 {
		for _, l := range t.Wrap("Strangers are neither yours, nor of your organization, nor among known_accounts in the config.", max(1, env.Width-2)) {
			out = append(out, " "+t.Paint(kit.Dim, l))
		}
	}
	return slices.Concat(out, bad, good)
}
