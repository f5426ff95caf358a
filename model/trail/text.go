package trail

import (
	"fmt"
	"strings"
	"time"
)

// Text says what an event did, in a few words; name gives the name of an account.
func (e *Event) Text(name func(account string) string) string {
	text := e.deed(name)
	if e.Error != "" {
		return "failed: " + text + " (" + e.Error + ")"
	}
	return text
}

func (e *Event) deed(name func(string) string) string {
	switch e.Act {
	case Created:
		return tail("created", "from", e.Thing)
	case Copied:
		return tail(tail("copied", "from", e.Thing), "in", e.Region)
	case CopiedOn:
		return tail(tail("copied", "to", e.Region), "as", e.Thing)
	case Registered:
		return "registered"
	case Restored:
		return "restored from the Recycle Bin"
	case Shared:
		return tail("shared", "with", e.with(name))
	case Unshared:
		return tail("unshared", "with", e.with(name))
	case MadePublic:
		return "made public"
	case MadePrivate:
		return "made public no more"
	case Reset:
		return "all shares taken away"
	case Left:
		return tail("share given up", "by", nameOf(e.Caller, name))
	case Deprecated, Undeprecated, Disabled, Enabled, Protected, Unprotected:
		return e.switched()
	case Tagged:
		return tail("tagged:", "", strings.Join(e.With, ", "))
	case Untagged:
		return tail("untagged:", "", strings.Join(e.With, ", "))
	case Described:
		return tail("description changed", "to", e.Value)
	case Hardened:
		return "IMDSv2 required"
	case Launched:
		return e.launch()
	case Deregistered:
		return "deregistered"
	case Other, acts:
	}
	return e.API
}

// switched says which of the lifecycle's switches was turned.
func (e *Event) switched() string {
	switch e.Act {
	case Deprecated:
		return tail("deprecation set", "to", e.Value)
	case Undeprecated:
		return "deprecation cancelled"
	case Protected:
		return "protected against deregistration"
	case Unprotected:
		return "protection turned off"
	default:
		return e.Act.String() // disabled, enabled
	}
}

func (e *Event) launch() string {
	text := "launched"
	if e.Error != "" {
		text = "launch of"
	}
	switch e.Count {
	case 0:
		text += " instances"
	case 1:
		text += " 1 instance"
	default:
		text += fmt.Sprintf(" %d instances", e.Count)
	}
	if len(e.With) == 1 {
		text += ": " + e.With[0]
	}
	return text
}

// with names whom it was shared with.
func (e *Event) with(name func(string) string) string {
	out := make([]string, len(e.With))
	for i, id := range e.With {
		out[i] = nameOf(id, name)
	}
	return strings.Join(out, ", ")
}

// nameOf is an account's name with its id; what has no name stands for itself.
func nameOf(id string, name func(string) string) string {
	if n := name(id); n != id {
		return n + " (" + id + ")"
	}
	return id
}

// tail appends what is known.
func tail(text, link, what string) string {
	if what == "" {
		return strings.TrimSuffix(text, ":")
	}
	return strings.Join(strings.Fields(text+" "+link), " ") + " " + what
}

// Text says when everybody could launch the image.
func (p Public) Text() string {
	from := "since when is not known"
	switch {
	case !p.From.IsZero():
		from = moment(p.From)
	case !p.Before.IsZero():
		from = "before " + moment(p.Before)
	}
	switch {
	case p.Open && p.From.IsZero() && p.Before.IsZero():
		return "is public; " + from
	case p.Open:
		return "is public since " + from
	case p.From.IsZero() && p.Before.IsZero():
		return "was public until " + moment(p.To) + "; " + from
	case p.To.IsZero():
		return "was public from " + from + "; until when is not known"
	case p.From.IsZero():
		return "was public until " + moment(p.To) + "; it began " + from
	}
	return "was public from " + from + " to " + moment(p.To)
}

// Exposure says when everybody could launch the image, a sentence each; one where
// nobody could, or nothing is known.
func (t *Trail) Exposure() []string {
	var out []string
	for _, p := range t.Public {
		out = append(out, p.Text())
	}
	switch {
	case len(out) > 0:
	case !t.Told():
		out = []string{"not known: only its owner's trail tells"}
	default:
		out = []string{"never since " + moment(t.Since(t.Looked[0]))}
	}
	return out
}

// Told reports whether the owner's trail told anything.
func (t *Trail) Told() bool { return t.owned && len(t.Looked[0].Seen) > 0 }

// Reach says of which time a trail told.
func (t *Trail) Reach(l *Lookup) string {
	since := t.Since(l)
	if since.IsZero() {
		return "nothing was told"
	}
	text := fmt.Sprintf("since %s, %d days", moment(since), int(l.Seen.Last().To.Sub(since).Hours()/24))
	if t.Made.Equal(since) {
		text = "since it was made, " + moment(since)
	}
	if tried := l.Tried.Last().From; tried.After(since) {
		text += "; failed launches since " + moment(tried)
	}
	if !l.Since.IsZero() {
		text += "; launches since " + moment(l.Since)
	}
	return text
}

// moment is a time to the minute, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
