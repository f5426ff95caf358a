package kit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model/plan"
)

// DeedWords are how one speaks of a deed: "delete", "deletes", "deleting".
type DeedWords struct{ Order, Does, Doing string }

// deedWords are the words of each deed.
var deedWords = map[plan.Deed]DeedWords{
	plan.Copy:        {"copy", "copies", "copying"},
	plan.Share:       {"share", "shares", "sharing"},
	plan.Unshare:     {"stop sharing", "stops sharing", "unsharing"},
	plan.Deprecate:   {"deprecate", "deprecates", "deprecating"},
	plan.Undeprecate: {"lift the deprecation of", "lifts the deprecation of", "lifting deprecations"},
	plan.Disable:     {"disable", "disables", "disabling"},
	plan.Enable:      {"enable", "enables", "enabling"},
	plan.Protect:     {"protect", "protects", "protecting"},
	plan.Unprotect:   {"stop protecting", "stops protecting", "unprotecting"},
	plan.Tag:         {"tag", "tags", "tagging"},
	plan.Delete:      {"delete", "deletes", "deleting"},
	plan.Restore:     {"restore", "restores", "restoring"},
	plan.UndoOf:      {"undo", "undoes", "undoing"},
}

// WordsOf are the words of a deed; of one that is not known, its name.
func WordsOf(d plan.Deed) DeedWords {
	if w, ok := deedWords[d]; ok {
		return w
	}
	return DeedWords{string(d), string(d), string(d)}
}

// PlanTitle says what a plan does, in one line: "Delete 3 images with the snapshots".
func PlanTitle(env Env, p *plan.Plan) string {
	what := Targets(p, len(p.Targets))
	if len(p.Targets) == 1 {
		what = TargetName(&p.Targets[0])
	}
	text := WordsOf(p.Deed).Order + " " + what + manner(env, p)
	if p.Undoes != "" {
		text = "undo run " + p.Undoes + ": " + what
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Targets is a number of what a plan is about in words: images, or snapshots.
func Targets(p *plan.Plan, n int) string { return Plural(n, p.Noun(), p.Noun()+"s") }

// TargetName is what an image is called; its id where it has no name.
func TargetName(t *plan.Target) string { return cmp.Or(t.Before.Name, t.Image.ID) }

// Some are the first of many words: "a, b and 3 more".
func Some(all []string, most int) string {
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:most], ", ") + " and " + Count(len(all)-most) + " more"
}

// manner is what a deed's options say of it.
func manner(env Env, p *plan.Plan) string {
	o := &p.Options
	switch p.Deed {
	case plan.Copy:
		return " to " + Some(o.Regions, 4) + called(o)
	case plan.Share, plan.Unshare:
		return " with " + Some(sharers(env, o), 3) + snapshotsToo(o)
	case plan.Deprecate:
		if o.At != nil {
			return " from " + Moment(*o.At)
		}
	case plan.Protect:
		if o.Cooldown {
			return ", for 24 hours more once it is lifted"
		}
	case plan.Tag:
		return ": " + Some(tagChanges(o), 3)
	case plan.Delete:
		if o.KeepSnapshots {
			return ", and keep the snapshots"
		}
		return " with the snapshots"
	case plan.Undeprecate, plan.Disable, plan.Enable, plan.Unprotect, plan.Restore, plan.UndoOf:
	}
	return ""
}

func called(o *plan.Options) string {
	if o.Name == "" {
		return ""
	}
	return " as " + o.Name
}

func snapshotsToo(o *plan.Options) string {
	if !o.Snapshots {
		return ""
	}
	return ", with the snapshots"
}

func sharers(env Env, o *plan.Options) []string {
	var out []string
	if o.Public {
		out = append(out, "everybody")
	}
	for _, id := range slices.Concat(o.Organizations, o.Units, o.Accounts) {
		out = append(out, env.Inv.SharerTitle(id))
	}
	return out
}

func tagChanges(o *plan.Options) []string {
	var out []string
	for k, v := range o.Set {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	for _, k := range o.Remove {
		out = append(out, "without "+k)
	}
	return out
}

// StateLook is how a state of steps looks, and how one says it.
func StateLook(t *Theme, s plan.State) (sign, word string, style Style) {
	switch s {
	case plan.Done:
		return t.Symbols.Check, "done", Good
	case plan.Failed, plan.Refused:
		return t.Symbols.Cross, string(s), Bad
	case plan.Unclear:
		return t.Symbols.Unknown, "not known", Bad
	case plan.Intended:
		return t.Symbols.Dot, "begun", Warn
	case plan.Pending:
		return t.Symbols.Dot, "under way", Info
	case plan.NotRun:
		return "-", "not run", Warn
	}
	return " ", "not begun", Dim
}

// PortionLook is how what became of an image in a run looks, and how one says it.
func PortionLook(t *Theme, p *plan.Portion) (sign, word string, style Style) {
	switch {
	case len(p.Steps) > 0:
		return StateLook(t, p.State)
	case len(p.Target.Blocks) > 0:
		return "-", "not touched", Warn
	}
	return " ", "as it was", Dim
}

// Role is the part of a principal's ARN that tells people who it is.
func Role(arn string) string {
	_, who, found := strings.Cut(arn, "arn:")
	if !found {
		return arn
	}
	parts := strings.SplitN(who, ":", 5)
	return strings.TrimPrefix(parts[len(parts)-1], "assumed-role/")
}
