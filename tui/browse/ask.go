package browse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// What one question to AWS is about at most: its opinion costs a call for ten
// images, a report one or more for each.
const (
	mostAsked   = 1000
	mostReports = 100
)

// actions are what the palette offers where there is an image at hand.
func actions() []kit.Action {
	return []kit.Action{
		{Name: "report", Note: "let AWS count who uses the shared images in other accounts", Intent: keys.Report{}},
		{Name: "ask AWS", Note: "what AWS itself says names the images", Intent: keys.Opine{}},
	}
}

// Actions are the questions to AWS, and deeds without a key.
func (s Images) Actions() []kit.Action {
	return slices.Concat(actions(), measureActions(), deedActions())
}

// ask puts a question to AWS about the marked images, else about the one under
// the cursor.
func (s Images) ask(env kit.Env, in keys.Intent) []kit.Effect {
	targets := env.Marks.Keys()
	if im, ok := s.current(); ok && len(targets) == 0 {
		targets = []model.ImageKey{im.ImageKey}
	}
	return ask(env, in, targets)
}

func ask(env kit.Env, in keys.Intent, targets []model.ImageKey) []kit.Effect {
	switch {
	case len(targets) == 0:
		return refusal("no image is shown")
	case len(targets) > mostAsked:
		return refusal("AWS is asked about %s images at once: mark fewer", kit.Count(mostAsked))
	}
	switch in.(type) {
	case keys.Opine:
		return opine(env, targets)
	case keys.Report:
		return report(env, targets)
	}
	return nil
}

func refusal(text string, args ...any) []kit.Effect {
	return []kit.Effect{kit.Toast{Text: fmt.Sprintf(text, args...), Warn: true}}
}

// opine asks about images of accounts that are read: AWS answers their owners
// only (EC2 DescribeImageReferences).
func opine(env kit.Env, targets []model.ImageKey) []kit.Effect {
	own := slices.DeleteFunc(slices.Clone(targets), func(k model.ImageKey) bool { return !owned(env, k) })
	if len(own) == 0 {
		return refusal("AWS tells this of images of your own accounts only")
	}
	return []kit.Effect{kit.Opine{Keys: own}}
}

// report offers to start usage reports of the images among the targets that
// may be used elsewhere. Private ones cannot, and of one image AWS makes one
// report at a time.
func report(env kit.Env, targets []model.ImageKey) []kit.Effect {
	own := slices.DeleteFunc(slices.Clone(targets), func(k model.ImageKey) bool { return !owned(env, k) || private(env, k) || pending(env, k) })
	switch {
	case len(own) == 0:
		return refusal("no shared image of yours is among these, or its report is being made already")
	case len(own) > mostReports:
		return refusal("reports are made of %d images at once: mark fewer", mostReports)
	}
	title := "Let AWS make " + kit.Plural(len(own), "usage report", "usage reports") + "?"
	if left := len(targets) - len(own); left > 0 {
		title += fmt.Sprintf(" (%s not shared, not yours or pending)", kit.Count(left))
	}
	return push(kit.Menu{Title: title, Items: []kit.Item{
		{Letter: "y", Text: "start", Note: "counts uses in other accounts", Do: kit.Report{Keys: own}},
		{Letter: "n", Text: "not now"},
	}})
}

// owned reports whether an image belongs to an account that is read.
func owned(env kit.Env, k model.ImageKey) bool {
	im, ok := env.Inv.Image(k)
	return ok && ours(env, im)
}

func ours(env kit.Env, im *model.Image) bool {
	seers := env.Inv.SeenBy(im)
	return len(seers) > 0 && seers[0] == im.Owner
}

// private reports whether it is known that only its owner may launch an image.
func private(env kit.Env, k model.ImageKey) bool {
	im, ok := env.Inv.Image(k)
	if !ok {
		return false
	}
	p := env.Inv.Permissions(im)
	return p != nil && p.Private()
}

// pending reports whether AWS is making a report of an image.
func pending(env kit.Env, k model.ImageKey) bool {
	return slices.ContainsFunc(reportsOf(env, k), func(r *model.Report) bool { return r.Pending(env.Now) })
}

// reportsOf lists the usage reports of an image.
func reportsOf(env kit.Env, k model.ImageKey) []*model.Report {
	im, ok := env.Inv.Image(k)
	if !ok {
		return nil
	}
	all := env.Inv.Reports(model.Scope{Account: im.Owner, Region: im.Region})
	return slices.DeleteFunc(all, func(r *model.Report) bool { return r.Image != k.ID })
}

// afterReport is what to do where a usage report is asked for although there is
// one.
func afterReport(env kit.Env, k model.ImageKey, mend string) string {
	if !strings.Contains(mend, reportAdvice) {
		return mend
	}
	if pending(env, k) {
		return "a usage report is being made: wait for it"
	}
	var newest *model.Report
	for _, r := range reportsOf(env, k) {
		if r.Done() && (newest == nil || r.Created.After(newest.Created)) {
			newest = r
		}
	}
	if newest == nil {
		return mend
	}
	return "the usage report of " + kit.Date(newest.Created) + " does not settle it: it is too old, or was made too soon after the last new share; " + mend
}
