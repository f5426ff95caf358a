package browse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// unpeeked is no tab: what the present one takes is asked for again.
const unpeeked = -1

// peek asks for what the present tab shows and takes calls of its own, once for
// each time that it is opened: what is known and young is not asked for again.
func (d Detail) peek(env kit.Env) (Detail, []kit.Effect) {
	im, ok := env.Inv.Image(d.key)
	if !ok || im.Detail == nil || d.peeked == d.tab {
		return d, nil
	}
	d.peeked = d.tab
	var want kit.Peek
	switch d.tab {
	case permissionsTab:
		want = wantedVolumes(env, im)
	case findingsTab:
		want = wantedInspection(env, im)
	}
	if len(want.Snapshots) == 0 && want.Image == "" {
		return d, nil
	}
	return d, []kit.Effect{want}
}

// peekedFresh is for how long what was read where somebody looks stands.
const peekedFresh = 15 * time.Minute

// wantedVolumes are the snapshots of an image of ours of which it is not known who
// may make volumes of them.
func wantedVolumes(env kit.Env, im *model.Image) kit.Peek {
	want := kit.Peek{Scope: model.Scope{Account: im.Owner, Region: im.Region}}
	if !owned(env, im.ImageKey) {
		return want
	}
	for _, id := range im.SnapshotIDs() {
		if p := env.Inv.VolumePermissions(want.Scope, id); p == nil || p.Err != nil || env.Now.Sub(p.At) > peekedFresh {
			want.Snapshots = append(want.Snapshots, id)
		}
	}
	return want
}

// wantedInspection is an image that Amazon Inspector has scanned, as an account sees
// it that was read.
func wantedInspection(env kit.Env, im *model.Image) kit.Peek {
	x := env.Inv.Inspection(im)
	if im.Detail.Inspected != model.Yes || x != nil && x.Err == nil && env.Now.Sub(x.At) <= peekedFresh {
		return kit.Peek{}
	}
	for _, account := range env.Inv.SeenBy(im) {
		return kit.Peek{Scope: model.Scope{Account: account, Region: im.Region}, Image: im.ID}
	}
	return kit.Peek{}
}

// again forgets that the present tab was looked at.
func (d Detail) again(in keys.Intent) Detail {
	if _, refresh := in.(keys.Refresh); refresh {
		d.peeked = unpeeked
	}
	return d
}

// volumeLines tell who may make volumes of each snapshot of an image, and so copy
// it.
func volumeLines(env kit.Env, im *model.Image) []string {
	t := env.Theme
	lines := []string{"", " " + t.Paint(kit.Title, "Snapshots") + t.Paint(kit.Dim, "  who may make volumes of them, and so copy the image")}
	switch {
	case im.Detail == nil:
		return append(lines, "   "+t.Paint(kit.Dim, "details are being read "+t.Symbols.Ellipsis))
	case len(im.SnapshotIDs()) == 0:
		return append(lines, "   "+t.Paint(kit.Dim, "it has none"))
	case !owned(env, im.ImageKey):
		return append(lines, "   "+t.Paint(kit.Dim, "only their owner, "+im.Owner+", is told"))
	}
	s := model.Scope{Account: im.Owner, Region: im.Region}
	for _, id := range im.SnapshotIDs() {
		text, style := volumeText(env, s, id)
		name := "   " + t.Clean(id) + "  "
		for _, part := range t.Wrap(text, max(1, env.Width-kit.Width(name)-1)) {
			lines = append(lines, name+t.Paint(style, part))
			name = strings.Repeat(" ", kit.Width(name))
		}
	}
	return lines
}

func volumeText(env kit.Env, s model.Scope, id string) (string, kit.Style) {
	p := env.Inv.VolumePermissions(s, id)
	public := model.Maybe
	if sn, ok := env.Inv.Snapshot(s, id); ok {
		public = env.Inv.SnapshotPublic(s, sn)
	}
	switch {
	case p != nil && p.Err == nil && p.Private():
		return "private: only " + env.Inv.AccountTitle(s.Account), kit.Good
	case p != nil && p.Err == nil:
		return sharedVolume(env, p)
	case public == model.Yes:
		return "public: everybody", kit.Bad
	case p != nil:
		return volumeGap(public) + "; with whom else is not known: " + p.Err.Kind.String() + ": " + p.Err.Hint(), kit.Warn
	}
	return volumeGap(public) + "; with whom else it is shared is not read yet", kit.Warn
}

// volumeGap is what the listing of public snapshots says where nothing else does.
func volumeGap(public model.Tri) string {
	if public == model.No {
		return "not public"
	}
	return "whether it is public is not known"
}

func sharedVolume(env kit.Env, p *model.VolumePermissions) (string, kit.Style) {
	var names []string
	style := kit.Info
	for _, id := range p.Accounts {
		name := env.Inv.AccountTitle(id)
		if !env.Known[id] && !env.Inv.Belongs(id) {
			name, style = id+" (a stranger)", kit.Bad
		}
		names = append(names, name)
	}
	slices.SortStableFunc(names, func(a, b string) int { // strangers first
		return cmp.Compare(strings.Count(b, "(a stranger)"), strings.Count(a, "(a stranger)"))
	})
	if p.Public {
		names, style = append([]string{"everybody"}, names...), kit.Bad
	}
	return "shared with " + strings.Join(names, ", "), style
}

// inspectorLines tell what Amazon Inspector found in an image, one by one.
func inspectorLines(env kit.Env, im *model.Image) []string {
	t := env.Theme
	title := " " + t.Paint(kit.Title, "Amazon Inspector") + "  "
	d := im.Detail
	switch {
	case d == nil || d.Inspected == model.Maybe:
		return []string{"", title + t.Paint(kit.Warn, "whether it has scanned the image is not known")}
	case d.Scan == nil:
		return []string{"", title + t.Paint(kit.Dim, "has not scanned the image")}
	case d.Scan.Severity == "":
		return []string{"", title + t.Paint(kit.Good, "found nothing on "+kit.Date(d.Scan.At))}
	}
	head := "the worst is " + d.Scan.Severity + ", on " + kit.Date(d.Scan.At)
	if since := d.Scan.Fixable(""); !since.IsZero() {
		head += "; the first fix is there since " + kit.Date(since)
	}
	lines := []string{"", title + t.Paint(levelStyle(d.Scan.Severity), t.Cut(head, max(0, env.Width-20)))}
	x := env.Inv.Inspection(im)
	switch {
	case x == nil:
		return append(lines, "   "+t.Paint(kit.Warn, "what it found, one by one, is not read yet"))
	case x.Err != nil:
		return append(lines, indented(env, []kit.Pair{{Label: "  One by one", Value: "not known: " + x.Err.Error(), Style: kit.Bad}, {Label: "  What helps", Value: x.Err.Hint()}})...)
	}
	for _, v := range x.Found {
		lines = append(lines, vulnerabilityLine(env, v))
	}
	if x.More {
		lines = append(lines, "   "+t.Paint(kit.Dim, "and more, which were not read"))
	}
	return lines
}

func vulnerabilityLine(env kit.Env, v model.Vulnerability) string {
	t := env.Theme
	fix := map[model.Tri]string{model.Yes: "fix", model.No: "no fix", model.Maybe: "?"}[v.Fix]
	text := v.Title
	if len(v.Paths) > 0 {
		text += "  " + v.Paths[0]
	}
	const severity, score, fixed = 13, 4, 6
	return "   " + t.Paint(levelStyle(v.Severity), t.Fit(v.Severity, severity)) + " " + t.FitRight(strconv.FormatFloat(v.Score, 'f', 1, 64), score) + "  " +
		t.Paint(kit.Dim, t.Fit(fix, fixed)) + "  " + t.Cut(text, max(0, env.Width-severity-score-fixed-9))
}

func levelStyle(severity string) kit.Style {
	switch model.ScanLevel(severity) {
	case 0:
		return kit.Dim
	case 1:
		return kit.Normal
	case 2:
		return kit.Warn
	}
	return kit.Bad
}
