package plan

import (
	"cmp"
	"slices"
)

// grant is somebody who may launch an image, as AWS names it.
type grant struct {
	User         string `json:"UserId,omitempty"`
	Group        string `json:"Group,omitempty"` // all
	Organization string `json:"OrganizationArn,omitempty"`
	Unit         string `json:"OrganizationalUnitArn,omitempty"`
}

// everybody is the group that makes an image public.
const everybody = "all"

func (g grant) String() string { return cmp.Or(g.User, g.Organization, g.Unit, g.Group) }

// grants lists whom an image is shared with, the accounts first.
func (s *Sharing) grants() []grant {
	var out []grant
	for _, id := range s.Accounts {
		out = append(out, grant{User: id})
	}
	for _, arn := range s.Organizations {
		out = append(out, grant{Organization: arn})
	}
	for _, arn := range s.Units {
		out = append(out, grant{Unit: arn})
	}
	if s.Public {
		out = append(out, grant{Group: everybody})
	}
	return out
}

// has reports whether an image is shared with somebody.
func (s *Sharing) has(g grant) bool {
	switch {
	case g.User != "":
		return slices.Contains(s.Accounts, g.User)
	case g.Organization != "":
		return slices.Contains(s.Organizations, g.Organization)
	case g.Unit != "":
		return slices.Contains(s.Units, g.Unit)
	}
	return s.Public
}

// public takes the grant to everybody out of a list.
func public(grants []grant) (rest []grant, all bool) {
	for _, g := range grants {
		if g.Group == everybody {
			all = true
		} else {
			rest = append(rest, g)
		}
	}
	return rest, all
}

// changes is what a call adds and removes.
type changes struct {
	Add    []grant `json:"Add,omitempty"`
	Remove []grant `json:"Remove,omitempty"`
}

// modifyImage changes who may launch an image.
type modifyImage struct {
	onImage
	Permission changes `json:"LaunchPermission"`
}

func (*modifyImage) api() string { return "ec2:ModifyImageAttribute" }

func (m *modifyImage) deed() Deed {
	if len(m.Permission.Remove) > 0 {
		return Unshare
	}
	return Share
}

// back ends the deprecation as well that AWS sets for an image that is made public
// (EC2 user guide, sharingamis-intro).
func (m *modifyImage) back(before *Facts, s *Setting) way {
	if len(m.Permission.Add) > 0 {
		w := way{calls: []input{&modifyImage{m.onImage, changes{Remove: m.Permission.Add}}}}
		if _, all := public(m.Permission.Add); all && before.Deprecation == nil {
			w.calls = append(w.calls, &disableDeprecation{m.onImage})
		}
		return w
	}
	return shareAgain(m.ID, m.Permission.Remove, s)
}

// shareAgain shares an image with those who could launch it. To make it public again
// is a call of its own, as AWS may refuse just that.
func shareAgain(id string, grants []grant, s *Setting) way {
	var w way
	rest, all := public(grants)
	if len(rest) > 0 {
		w.calls = append(w.calls, &modifyImage{onImage{id}, changes{Add: rest}})
	}
	if !all {
		return w
	}
	if s.Public {
		w.calls = append(w.calls, &modifyImage{onImage{id}, changes{Add: []grant{{Group: everybody}}}})
		w.lost = append(w.lost, Note{Code: "public", Text: "it was public, and AWS refuses to make it so again where the region blocks public access"})
	} else {
		w.lost = append(w.lost, Note{Code: "public", Text: "it was public, and the config file does not allow to make images public", Mend: "set allow_public = true in the config file"})
	}
	return w
}

func (m *modifyImage) settled(before, now *Facts) State {
	if now.Permissions == nil {
		return Unclear
	}
	all, none := true, true
	for _, g := range slices.Concat(m.Permission.Add, m.Permission.Remove) {
		done := now.Permissions.has(g) == (len(m.Permission.Add) > 0)
		all, none = all && done, none && !done
	}
	return told(all, none && before.Permissions != nil)
}

// modifySnapshot changes which accounts may make volumes of a snapshot.
type modifySnapshot struct {
	onSnapshot
	Attribute string   `json:"Attribute"`
	Operation string   `json:"OperationType"` // add or remove
	Users     []string `json:"UserIds"`
}

const (
	addition = "add"
	removal  = "remove"
)

// changesOfSnapshot is how many accounts one call may add or remove (EC2 API,
// ModifySnapshotAttribute).
const changesOfSnapshot = 500

// shareSnapshot gives the calls that add or remove accounts.
func shareSnapshot(id, operation string, users []string) []input {
	var out []input
	for part := range slices.Chunk(users, changesOfSnapshot) {
		out = append(out, &modifySnapshot{onSnapshot{id}, "createVolumePermission", operation, part})
	}
	return out
}

func (*modifySnapshot) api() string { return "ec2:ModifySnapshotAttribute" }

func (m *modifySnapshot) deed() Deed {
	if m.Operation == removal {
		return Unshare
	}
	return Share
}

func (m *modifySnapshot) back(*Facts, *Setting) way {
	operation := removal
	if m.Operation == removal {
		operation = addition
	}
	return way{calls: shareSnapshot(m.ID, operation, m.Users)}
}

func (m *modifySnapshot) settled(before, now *Facts) State {
	s := now.snapshot(m.ID)
	if s == nil || s.Accounts == nil {
		return Unclear
	}
	all, none := true, true
	for _, u := range m.Users {
		done := slices.Contains(s.Accounts, u) == (m.Operation == addition)
		all, none = all && done, none && !done
	}
	was := before.snapshot(m.ID)
	return told(all, none && was != nil && was.Accounts != nil)
}
