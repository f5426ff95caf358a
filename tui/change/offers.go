package change

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/kit"
)

// offer is a text that a word can be completed to.
type offer struct {
	text, note string
	name       string // shown in place of a long text; "": that itself
	open       bool   // more of the same word is to follow
}

// shown is what people see of it.
func (o offer) shown() string { return cmp.Or(o.name, o.text) }

// begins reports whether it begins with what is typed, in lower case, whichever way
// it is called.
func (o offer) begins(typed string) bool {
	begins := func(s string) bool { return strings.HasPrefix(strings.ToLower(s), typed) }
	return begins(o.text) || begins(o.note) || begins(o.name)
}

func (o offer) end() string {
	if o.open {
		return ""
	}
	return " "
}

// regionOffers are the regions that the accounts have enabled.
func regionOffers(env kit.Env, _ plan.Request, _ string) []offer {
	known := map[string]bool{}
	for _, s := range env.Inv.Scopes() {
		if env.Inv.Enabled(s) {
			known[s.Region] = true
		}
	}
	return offersOf(slices.Sorted(maps.Keys(known)))
}

func offersOf(texts []string) []offer {
	out := make([]offer, len(texts))
	for i, text := range texts {
		out[i] = offer{text: text}
	}
	return out
}

func accountOffers(env kit.Env, _ plan.Request, _ string) []offer { return knownAccounts(env) }

// knownAccounts are those that are read, those of their organizations, and those
// that the config knows: ids, with their names.
func knownAccounts(env kit.Env) []offer {
	names := map[string]string{}
	for id := range env.Known {
		names[id] = ""
	}
	for _, o := range env.Inv.Organizations() {
		for _, m := range o.Accounts {
			names[m.ID] = m.Name
		}
	}
	for _, a := range env.Inv.Accounts() {
		names[a.ID] = a.Name
	}
	out := make([]offer, 0, len(names))
	for _, id := range slices.Sorted(maps.Keys(names)) {
		out = append(out, offer{text: id, note: names[id]})
	}
	return out
}

func organizationOffers(env kit.Env, _ plan.Request, _ string) []offer {
	var out []offer
	for _, o := range env.Inv.Organizations() {
		if o.ARN != "" {
			out = append(out, sharerOffer(env, o.ARN))
		}
	}
	return out
}

func unitOffers(env kit.Env, _ plan.Request, _ string) []offer {
	var out []offer
	for _, o := range env.Inv.Organizations() {
		for _, arn := range slices.Sorted(maps.Keys(o.Units)) {
			out = append(out, sharerOffer(env, arn))
		}
	}
	return out
}

// sharerOffer is an organization or a unit: its ARN, shown as its name with the id,
// where nobody told a name as the id alone.
func sharerOffer(env kit.Env, arn string) offer {
	o := offer{text: arn, name: env.Inv.SharerName(arn), note: arn[strings.LastIndexByte(arn, '/')+1:]}
	if o.name == "" {
		o.name, o.note = o.note, ""
	}
	return o
}

// tagsSeen is how many of the images are looked at for their tags.
const tagsSeen = 200

// tagsOf are the tags of the images, by key the values that they have.
func tagsOf(env kit.Env, r plan.Request) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, k := range r.Images[:min(len(r.Images), tagsSeen)] {
		im, ok := env.Inv.Image(k)
		if !ok || im.Detail == nil {
			continue
		}
		for _, t := range im.Detail.Tags {
			if !own(t) || strings.Contains(t.Key+t.Value, `"`) { // which a field cannot hold
				continue
			}
			if out[t.Key] == nil {
				out[t.Key] = map[string]bool{}
			}
			out[t.Key][t.Value] = true
		}
	}
	return out
}

// own reports whether a tag is not one of AWS's own, which nobody else sets.
func own(t model.Tag) bool { return !strings.HasPrefix(strings.ToLower(t.Key), "aws:") }

func keyOffers(env kit.Env, r plan.Request, _ string) []offer {
	var out []offer
	for _, key := range slices.Sorted(maps.Keys(tagsOf(env, r))) {
		out = append(out, offer{text: quoted(key)})
	}
	return out
}

// tagOffers are keys, and behind a key the values that images have.
func tagOffers(env kit.Env, r plan.Request, word string) []offer {
	tags := tagsOf(env, r)
	var out []offer
	if key, _, ok := strings.Cut(word, "="); ok {
		for _, v := range slices.Sorted(maps.Keys(tags[strings.Trim(key, `"`)])) {
			out = append(out, offer{text: key + "=" + quoted(v)})
		}
		return out
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, offer{text: quoted(key) + "=", open: true})
	}
	return out
}

// quoted is a word as splitWords reads it.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " ,\t") {
		return `"` + s + `"`
	}
	return s
}
