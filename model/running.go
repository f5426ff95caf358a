package model

import (
	"cmp"
	"slices"
	"strings"
)

// Running is an instance with the image that it was launched from.
type Running struct {
	Ref    *Reference
	Target Target
	// Behind is how many versions of the image's family are newer and can be
	// launched: of the same owner, region and architecture. Negative: not known.
	Behind int
}

// Running lists the instances of all scopes, in order of scope and id, without
// those that are terminated.
func (u *Usage) Running() []Running {
	if u == nil {
		return nil
	}
	var out []Running
	to := &resolver{u: u, known: map[Scope]map[string]Target{}}
	for _, s := range u.inv.Scopes() {
		for _, e := range u.inv.shards[s].references[Instances] {
			if !e.rec.Gone() {
				out = append(out, Running{Ref: e.rec, Target: to.target(s, e.rec.Image), Behind: -1})
			}
		}
	}
	families := u.families(out)
	for i := range out {
		if im := out[i].Target.Image; im != nil && u.inv.reached(im.Owner) {
			out[i].Behind = families.behind(im)
		}
	}
	return out
}

// line is what images share that replace each other: the newer ones of it are
// what an instance can move to.
type line struct{ owner, region, family, architecture string }

// lines are the versions that can be launched, by line.
type lines map[line]*versions

// versions are those of one line, the oldest first: in the order of their
// names, or, where one of these is a hash and has no order, of their making.
type versions struct {
	names  []string // keys of VersionKey
	made   []int64  // Unix times
	hashed bool
}

// families gathers the lines of the images that instances run on.
func (u *Usage) families(running []Running) lines {
	scopes, out := map[Scope]bool{}, lines{}
	for _, r := range running {
		if im := r.Target.Image; im != nil {
			scopes[Scope{im.Owner, im.Region}] = true
			out.add(im)
		}
	}
	for s := range scopes {
		for _, e := range u.inv.shard(s).images {
			im := e.rec
			if im.Owner != s.Account || im.State != "available" || im.Deprecated(u.in.Now) {
				continue
			}
			if v := out[lineOf(im)]; v != nil {
				v.names = append(v.names, VersionKey(issueOf(im)))
				v.made = append(v.made, im.Created.Unix())
				v.hashed = v.hashed || hashed(issueOf(im))
			}
		}
	}
	for _, v := range out {
		slices.Sort(v.names)
		slices.Sort(v.made)
		v.names, v.made = slices.Compact(v.names), slices.Compact(v.made)
	}
	return out
}

func (ls lines) add(im *Image) {
	l := lineOf(im)
	if ls[l] == nil {
		ls[l] = &versions{}
	}
	ls[l].hashed = ls[l].hashed || hashed(issueOf(im))
}

func lineOf(im *Image) line {
	family, _ := Family(im.Name)
	return line{im.Owner, im.Region, family, im.Architecture}
}

func issueOf(im *Image) string {
	_, version := Family(im.Name)
	return version
}

// hashed reports whether a part of a version is a hash: it has no order.
func hashed(version string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(version, trimmed), hash)
}

func (ls lines) behind(im *Image) int {
	v := ls[lineOf(im)]
	if v.hashed {
		return newer(v.made, im.Created.Unix())
	}
	return newer(v.names, VersionKey(issueOf(im)))
}

// newer counts what comes after a place in a sorted list.
func newer[T cmp.Ordered](sorted []T, at T) int {
	i, found := slices.BinarySearch(sorted, at)
	if found {
		i++
	}
	return len(sorted) - i
}
