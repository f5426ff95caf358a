package change

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// field is one thing that a form asks for.
type field struct {
	name  string // as plan.Check calls it
	label string
	help  string
	yes   bool // it is yes or no
	on    bool // yes, to begin with
	// set puts it into a request, and says what is wrong with it where it cannot.
	set func(env kit.Env, r *plan.Request, text string, on bool) string
	// offer are texts that a word can be completed to; the form picks those that fit.
	offer func(env kit.Env, r plan.Request, word string) []offer
	// meant are what stands in it as people call that; nil: as it is typed.
	meant func(r plan.Request) []string
}

// fieldsOf are what the form of a deed asks for.
func fieldsOf(r plan.Request) []*field {
	switch r.Deed {
	case plan.Copy:
		return copyFields(len(r.Images))
	case plan.Share, plan.Unshare:
		return shareFields(r.Deed)
	case plan.Deprecate:
		return []*field{{
			name: "at", label: "from", help: "30d, 2w, 6mo, 2027-03-01 or 2027-03-01 15:00 (UTC)", set: setDate,
			offer: func(kit.Env, plan.Request, string) []offer {
				return []offer{{text: "30d"}, {text: "90d"}, {text: "6mo"}, {text: "1y"}}
			},
		}}
	case plan.Undeprecate, plan.Disable, plan.Enable, plan.Protect, plan.Unprotect, plan.Delete, plan.Restore, plan.UndoOf:
	case plan.Tag:
		return []*field{
			{name: "set", label: "set", help: `Owner=team-web "Cost Center"="42 b", with blanks or commas between`, set: setTags, offer: tagOffers},
			{name: "remove", label: "remove", help: "keys of tags, with blanks or commas between", offer: keyOffers, set: func(_ kit.Env, r *plan.Request, text string, _ bool) string {
				r.Options.Remove = splitWords(text)
				return ""
			}},
		}
	}
	return nil
}

func copyFields(images int) []*field {
	out := []*field{{
		name: "regions", label: "to regions", help: "one or more, with blanks or commas between", offer: regionOffers,
		set: func(_ kit.Env, r *plan.Request, text string, _ bool) string {
			r.Options.Regions = splitWords(text)
			return ""
		},
	}}
	if images == 1 {
		out = append(out, &field{name: "name", label: "name", help: "of the copy; empty: the same", set: func(_ kit.Env, r *plan.Request, text string, _ bool) string {
			r.Options.Name = strings.TrimSpace(text)
			return ""
		}})
	}
	return append(out,
		&field{name: "encrypt", label: "encrypt", yes: true, set: func(_ kit.Env, r *plan.Request, _ string, on bool) string {
			r.Options.Encrypt = on
			return ""
		}},
		&field{name: "key", label: "KMS key", help: "its ARN, its id or alias/NAME; empty: the region's default", set: func(_ kit.Env, r *plan.Request, text string, _ bool) string {
			r.Options.Key = strings.TrimSpace(text)
			return ""
		}},
		&field{name: "permissions", label: "share alike", help: "the copy is shared with whom the image is shared with", yes: true, set: func(_ kit.Env, r *plan.Request, _ string, on bool) string {
			r.Options.Permissions = on
			return ""
		}},
	)
}

func shareFields(d plan.Deed) []*field {
	out := []*field{
		{name: "deed", label: "stop sharing", help: "yes: take the image away from them", yes: true, on: d == plan.Unshare, set: func(_ kit.Env, r *plan.Request, _ string, on bool) string {
			r.Deed = plan.Share
			if on {
				r.Deed = plan.Unshare
			}
			return ""
		}},
		{name: "accounts", label: "accounts", help: "ids, or names of accounts that are known", offer: accountOffers, set: setAccounts},
		{
			name: "organizations", label: "organizations", help: "ARNs: arn:aws:organizations::…:organization/o-…, or ids of those that are known", offer: organizationOffers,
			meant: func(r plan.Request) []string { return r.Options.Organizations },
			set: func(env kit.Env, r *plan.Request, text string, _ bool) (fault string) {
				r.Options.Organizations, fault = arns(splitWords(text), organizationOffers(env, *r, ""), "organizations")
				return fault
			},
		},
		{
			name: "units", label: "units", help: "ARNs: arn:aws:organizations::…:ou/o-…/ou-…, or names or ids of those that are known", offer: unitOffers,
			meant: func(r plan.Request) []string { return r.Options.Units },
			set: func(env kit.Env, r *plan.Request, text string, _ bool) (fault string) {
				r.Options.Units, fault = arns(splitWords(text), unitOffers(env, *r, ""), "units")
				return fault
			},
		},
		{name: "snapshots", label: "snapshots too", help: "the accounts may then copy the image, too", yes: true, set: func(_ kit.Env, r *plan.Request, _ string, on bool) string {
			r.Options.Snapshots = on
			return ""
		}},
	}
	// Nothing is made public from here; what is public can be closed.
	return append(out, &field{name: "public", label: "everybody", help: "with 'stop sharing': it is public no more", yes: true, set: func(_ kit.Env, r *plan.Request, _ string, on bool) string {
		if on && r.Deed != plan.Unshare {
			return "images are made public from the command line only"
		}
		r.Options.Public = on
		return ""
	}})
}

var ago = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:in )?([0-9]{1,4}) ?(d|w|mo|y)$`) })

// setDate reads a date, or a time from now.
func setDate(env kit.Env, r *plan.Request, text string, _ bool) string {
	r.Options.At = nil
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	at, ok := readDate(text, env.Now.UTC())
	if !ok {
		return "this is no date: write 30d, 2027-03-01 or 2027-03-01 15:00"
	}
	r.Options.At = &at
	return ""
}

func readDate(text string, now time.Time) (at time.Time, ok bool) {
	if m := ago().FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return at, false
		}
		switch now = now.Truncate(time.Minute); m[2] {
		case "d":
			return now.AddDate(0, 0, n), true
		case "w":
			return now.AddDate(0, 0, 7*n), true
		case "mo":
			return now.AddDate(0, n, 0), true
		}
		return now.AddDate(n, 0, 0), true
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return at, false
}

// setAccounts reads ids, and names of accounts that are known.
func setAccounts(env kit.Env, r *plan.Request, text string, _ bool) string {
	r.Options.Accounts = splitWords(text)
	known := knownAccounts(env)
	for i, w := range r.Options.Accounts {
		if at := slices.IndexFunc(known, func(o offer) bool { return strings.EqualFold(o.note, w) }); at >= 0 {
			r.Options.Accounts[i] = known[at].text
		}
	}
	return ""
}

// arns reads ARNs, and names and ids of what is known. A name that several have says
// none of them.
func arns(words []string, known []offer, many string) (out []string, fault string) {
	for _, w := range words {
		var found []string
		for _, o := range known {
			if strings.EqualFold(o.name, w) || strings.EqualFold(o.note, w) {
				found = append(found, o.text)
			}
		}
		switch len(found) {
		case 0:
			out = append(out, w)
		case 1:
			out = append(out, found[0])
		default:
			return nil, fmt.Sprintf("%d %s are called %q: tab completes to the one that is meant", len(found), many, w)
		}
	}
	return out, ""
}

// setTags reads KEY=VALUE pairs.
func setTags(_ kit.Env, r *plan.Request, text string, _ bool) string {
	r.Options.Set = nil
	for _, w := range splitWords(text) {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Sprintf("%q has no value: write KEY=VALUE", w)
		}
		if r.Options.Set == nil {
			r.Options.Set = map[string]string{}
		}
		if _, twice := r.Options.Set[key]; twice {
			return fmt.Sprintf("%q stands there twice", key)
		}
		r.Options.Set[key] = value
	}
	return ""
}

// splitWords takes a text apart at blanks and commas, but for those between quotes.
func splitWords(text string) []string {
	var out []string
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range text + " " {
		switch {
		case r == '"':
			quoted, begun = !quoted, true
		case !quoted && (r == ' ' || r == ',' || r == '\t'):
			if begun {
				out = append(out, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if begun { // a quote that was not closed yet
		out = append(out, strings.TrimSuffix(word.String(), " "))
	}
	return out
}

// lastWord is what of a text is being typed, and what stands before it.
func lastWord(text string) (before, word string) {
	i := strings.LastIndexAny(text, " ,\t") + 1
	return text[:i], text[i:]
}
