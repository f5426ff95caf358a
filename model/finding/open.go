package finding

import (
	"cmp"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// unblocked judges whether a scope lets its images and snapshots be shared with
// everybody.
func (j *judge) unblocked(s model.Scope) (model.Tri, string) {
	if why := j.unread(s, model.Settings); why != "" {
		return model.Maybe, why
	}
	found := model.No
	var texts []string
	for _, x := range [...]struct{ name, what string }{{model.BlockImages, "images"}, {model.BlockSnapshots, "snapshots"}} {
		set := j.inv.Setting(s, x.name)
		open := set.Effective().Not()
		switch open {
		case model.Yes:
			texts = append(texts, x.what+" can be shared with everybody")
		case model.Maybe:
			texts = append(texts, "block public access for "+x.what+": "+unset(set))
		case model.No:
		}
		found = found.Or(open)
	}
	return found, strings.Join(texts, "; ")
}

// unset is why the state of a setting is not known.
func unset(s *model.Setting) string {
	if s == nil || s.Err == nil {
		return "not read yet"
	}
	return s.Err.Kind.String()
}

// unlisted is why it is not known which snapshots of a scope are public; "" where
// it is.
func (j *judge) unlisted(s model.Scope) string {
	return cmp.Or(j.unread(s, model.Snapshots), j.unread(s, model.PublicSnapshots))
}

// snapshots judges those of a scope. Where it is not known which are public that
// was said of the scope, and only those that were found to be so count. Where block
// public access blocks all sharing none is, whatever its permissions say.
func (j *judge) snapshots(s model.Scope) {
	rule := place("public-snapshot")
	if !j.on[rule] {
		return
	}
	text, set := "everybody may make volumes of it", j.inv.Setting(s, model.BlockSnapshots)
	switch why := j.unread(s, model.Settings); {
	case why != "", set.Effective() == model.Maybe:
		text += ", unless block public access hides it, which is not known"
	case set.State == model.BlockAll:
		return
	}
	listed := j.unlisted(s) == ""
	for _, sn := range j.inv.ScopeSnapshots(s) {
		j.turnTo(Target{Scope: s, ID: sn.ID, Snapshot: sn})
		switch public := j.inv.SnapshotPublic(s, sn); {
		case public == model.Yes:
			j.add(rule, public, text)
		case public == model.Maybe && listed:
			j.add(rule, public, "it was made after the public ones were listed")
		}
	}
}

// vulnerable judges by what Amazon Inspector found in an image. Of one that it has
// not scanned it says nothing, and neither does the rule.
func (j *judge) vulnerable(im *model.Image) (model.Tri, string) {
	d := im.Detail
	switch {
	case d == nil:
		return model.Maybe, noDetails
	case d.Inspected == model.Maybe:
		return model.Maybe, "whether Amazon Inspector has scanned it is not known"
	case d.Scan == nil, d.Scan.Severity == "":
		return model.No, ""
	}
	level := model.ScanLevel(d.Scan.Severity)
	switch {
	case level < 0:
		return model.Maybe, "Amazon Inspector's severity " + d.Scan.Severity + " is not known here"
	case level < model.ScanLevel(severe):
		return model.No, ""
	}
	text := "the worst that Amazon Inspector found on " + day(d.Scan.At) + " is " + d.Scan.Severity
	if since := d.Scan.Fixable(severe); !since.IsZero() {
		return model.Yes, text + "; there is a fix since " + day(since)
	}
	return model.Yes, text + "; there is no fix yet"
}

// severe is the severity from which on what Amazon Inspector found counts.
const severe = "high"
