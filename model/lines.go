package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Line is what images share that replace each other: the newer ones of it are
// what an instance can move to.
type Line struct{ Owner, Region, Family, Architecture string }

// LineOf is the line of an image.
func LineOf(im *Image) Line {
	family, _ := Family(im.Name)
	return Line{im.Owner, im.Region, family, im.Architecture}
}

// Lines are the images that can be launched and are not deprecated, of some lines.
type Lines map[Line]*versions

// versions are those of one line, the oldest first: in the order of their
// names, or, where one of these is a hash and has no order, of their making.
type versions struct {
	images []*Image
	names  []string // keys of VersionKey
	made   []int64  // Unix times
	hashed bool
}

// Lines gathers the lines of some images.
func (inv Inventory) Lines(of []*Image, now time.Time) Lines {
	scopes, out := map[Scope]bool{}, Lines{}
	for _, im := range of {
		scopes[Scope{im.Owner, im.Region}] = true
		out.add(im)
	}
	for s := range scopes {
		for _, e := range inv.shard(s).images {
			im := e.rec
			if im.Owner != s.Account || im.State != "available" || im.Deprecated(now) {
				continue
			}
			family, version := Family(im.Name)
			if v := out[Line{im.Owner, im.Region, family, im.Architecture}]; v != nil {
				v.images = append(v.images, im)
				v.names = append(v.names, VersionKey(version))
				v.made = append(v.made, im.Created.Unix())
				v.hashed = v.hashed || hashed(version)
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

func (ls Lines) add(im *Image) {
	l := LineOf(im)
	if ls[l] == nil {
		ls[l] = &versions{}
	}
	ls[l].hashed = ls[l].hashed || hashed(issueOf(im))
}

func issueOf(im *Image) string {
	_, version := Family(im.Name)
	return version
}

// hashed reports whether a part of a version is a hash: it has no order.
func hashed(version string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(version, trimmed), hash)
}

// Images lists the images of a line, in order of id. They are not to be changed.
func (ls Lines) Images(l Line) []*Image {
	if ls[l] == nil {
		return nil
	}
	return ls[l].images
}

// Behind is how many versions of an image's line are newer. The line is one of
// those that were gathered.
func (ls Lines) Behind(im *Image) int {
	v := ls[LineOf(im)]
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
