package model

import (
	"strconv"
	"strings"
)

// naming is what the references of one scope name, images and snapshots, with
// what goes through launch templates and configurations followed to its image.
// It is made of the scope's columns by the first judgement that needs it.
type naming struct {
	images    map[string][]use
	snapshots map[string][]use
	anywhere  map[string][]use // by image: texts that may mean one of any region
	lost      []use            // what leads to no image
	templates map[string]*launchTemplate
}

// use is a reference and what it comes to.
type use struct {
	ref   *Reference
	image string // "" where it leads to none

	// launchers are what launches from a template version or a configuration:
	// groups, fleets and the like, and instances.
	launchers []*Reference
	through   *Reference // the template version or configuration that it launches from
	why       string     // why it leads to none
}

// launchTemplate is one as its versions tell it.
type launchTemplate struct {
	versions      map[string]*Reference // by number
	deflt, latest string
	users         map[string][]*Reference // by number
}

// edition tells one state of a part of what is known of a scope from another.
type edition struct{ _ byte } // of a size, so that each has an address of its own

// namings are those of all scopes, each with the state that it was made of.
type namings map[Scope]dated

type dated struct {
	of *edition
	n  *naming
}

// over makes the namings of an inventory, out of those before where nothing has
// changed.
func (old namings) over(inv Inventory) namings {
	out := make(namings, len(inv.shards))
	for s, sh := range inv.shards {
		d := old[s]
		if d.n == nil || d.of != sh.edition {
			d = dated{sh.edition, &naming{}}
			d.n.make(sh)
		}
		out[s] = d
	}
	return out
}

func (n *naming) make(sh *shard) {
	n.images, n.snapshots, n.anywhere = map[string][]use{}, map[string][]use{}, map[string][]use{}
	n.templates = map[string]*launchTemplate{}
	configs, attached := map[string]*Reference{}, map[string][]*Reference{}
	for _, e := range sh.references[Templates] {
		n.version(e.rec)
	}
	for _, e := range sh.references[LaunchConfigs] {
		if e.rec.Snapshot == "" { // those of snapshots come besides
			configs[e.rec.ID] = e.rec
		}
	}
	for _, source := range Sources() {
		if source == Templates || source == LaunchConfigs {
			continue
		}
		for _, e := range sh.references[source] {
			if e.rec.Gone() {
				continue
			}
			u := n.follow(e.rec, configs)
			if v := e.rec.Via; v != nil && v.Config != "" {
				attached[v.Config] = append(attached[v.Config], e.rec)
			}
			n.put(u)
		}
	}
	for _, e := range sh.references[Templates] {
		t := n.templates[e.rec.ID]
		n.put(use{ref: e.rec, image: e.rec.Image, launchers: t.users[versionNumber(e.rec)], why: e.rec.Broken})
	}
	for _, e := range sh.references[LaunchConfigs] {
		n.put(use{ref: e.rec, image: e.rec.Image, launchers: attached[e.rec.ID], why: e.rec.Broken})
	}
	for _, e := range sh.references[Opinions] {
		if !n.agrees(e.rec) {
			n.put(use{ref: e.rec, image: e.rec.Image})
		}
	}
}

// agrees reports whether what AWS says names an image was found here too.
func (n *naming) agrees(opinion *Reference) bool {
	for _, u := range n.images[opinion.Image] {
		if u.ref.ID == opinion.Name {
			return true
		}
	}
	return false
}

func versionNumber(r *Reference) string {
	if r.Version == nil {
		return ""
	}
	return strconv.FormatInt(r.Version.Number, 10)
}

// version notes a version of a template; one that names several snapshots
// comes several times.
func (n *naming) version(r *Reference) {
	t, ok := n.templates[r.ID]
	if !ok {
		t = &launchTemplate{versions: map[string]*Reference{}, users: map[string][]*Reference{}}
		n.templates[r.ID] = t
		if r.Name != "" {
			n.templates["name "+r.Name] = t
		}
	}
	number := versionNumber(r)
	if old, ok := t.versions[number]; !ok || old.Snapshot != "" {
		t.versions[number] = r
	}
	if r.Version.Default {
		t.deflt = number
	}
	if r.Version.Latest() {
		t.latest = number
	}
}

// follow finds the image that a reference comes to, and tells its template who
// launches from it.
func (n *naming) follow(r *Reference, configs map[string]*Reference) use {
	u := use{ref: r, image: r.Image, why: r.Broken}
	switch v := r.Via; {
	case v == nil:
	case v.Config != "":
		u.through = configs[v.Config]
		if u.through == nil && u.image == "" {
			u.why = "its launch configuration " + v.Config + " does not exist"
		}
	default:
		var what string
		u.through, what = n.template(v, r)
		if u.through == nil && u.image == "" && !v.Followed {
			u.why = what
		}
	}
	if u.image == "" && u.through != nil {
		u.image, u.why = u.through.Image, u.through.Broken
	}
	return u
}

// template finds the version that something launches from, and counts that
// among the version's users. Where there is none it says so.
func (n *naming) template(v *Via, user *Reference) (version *Reference, missing string) {
	t := n.templates[v.Template]
	if v.Template == "" {
		t = n.templates["name "+v.Name]
	}
	if t == nil {
		return nil, "its launch template " + v.Title() + " does not exist"
	}
	number := strings.TrimPrefix(v.Version, "$")
	switch v.Version {
	case "", "$Default":
		number = t.deflt
	case "$Latest":
		number = t.latest
	}
	if user.Snapshot == "" { // one that names snapshots comes several times
		t.users[number] = append(t.users[number], user)
	}
	if t.versions[number] == nil {
		return nil, "version " + number + " of its launch template " + v.Title() + " does not exist"
	}
	return t.versions[number], ""
}

// Title is what people call the template or configuration.
func (v *Via) Title() string {
	switch {
	case v.Config != "":
		return v.Config
	case v.Name != "":
		return v.Name
	}
	return v.Template
}

func (n *naming) put(u use) {
	switch {
	case u.ref.Snapshot != "":
		n.snapshots[u.ref.Snapshot] = append(n.snapshots[u.ref.Snapshot], u)
	case u.image != "":
		n.images[u.image] = append(n.images[u.image], u)
		if u.ref.Anywhere {
			n.anywhere[u.image] = append(n.anywhere[u.image], u)
		}
	case u.why != "":
		n.lost = append(n.lost, u)
	}
}
