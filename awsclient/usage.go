package awsclient

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/amiscope/amiscope/model"
)

// thing is something that names images, in one or more places.
type thing struct {
	model.Reference // what all its references have in common; without a Key they have its ID
	places          []place
}

// place is where a thing names an image.
type place struct {
	part      string     // as Reference.Part
	image     string     // as it stands there: ami-…, resolve:ssm:…, or ""
	snapshots []string   // named straight in block devices
	via       *model.Via // what it launches from; nil for nothing
	echo      bool       // to be left out if a place before it comes to the same image
}

// place notes a place with an image or a template, unless it has neither.
func (t *thing) place(part, image string, via *model.Via) {
	if image != "" || via != nil {
		t.places = append(t.places, place{part: part, image: image, via: via})
	}
}

// dropEmpty leaves out the places that name nothing.
func (t *thing) dropEmpty() {
	t.places = slices.DeleteFunc(t.places, func(p place) bool { return p.image == "" && p.via == nil && len(p.snapshots) == 0 })
}

// numberedPart is the name of the i-th of n places, which if it is alone needs
// none.
func numberedPart(word string, i, n int) string {
	if n == 1 {
		return ""
	}
	return word + " " + strconv.Itoa(i+1)
}

// partOf is the name of a place in a place.
func partOf(part, inner string) string { return strings.TrimSpace(part + " " + inner) }

// byNumber reports whether a place names its image by a template version that
// has a number. $Latest and $Default are found among all templates, when those
// are read.
func (p place) byNumber() bool {
	if p.via == nil || p.via.Config != "" || p.image != "" {
		return false
	}
	_, err := strconv.ParseInt(p.via.Version, 10, 64)
	return err == nil
}

// usage is a pass over a usage source: it makes references of things, and
// follows what they name to images.
type usage struct {
	*reading
	parameters map[string]parameter // that aliases name, by name as written
	launches   map[versionKey]launch
}

func newUsage(r *reading) *usage {
	return &usage{reading: r, parameters: map[string]parameter{}, launches: map[versionKey]launch{}}
}

// tell hands a page of things over, as references. Template versions by number
// and parameters are followed first.
func (u *usage) tell(ctx context.Context, things []thing) error {
	if err := u.follow(ctx, things); err != nil {
		return err
	}
	if err := u.resolve(ctx, u.aliases(things)); err != nil {
		return err
	}
	var out []*model.Reference
	for _, t := range things {
		out = append(out, u.references(t)...)
	}
	u.reading.tell(model.Page{References: out})
	return nil
}

// aliases lists the parameters that things name, straight or by a template
// version.
func (u *usage) aliases(things []thing) []string {
	var out []string
	add := func(image string) {
		if name, ok := strings.CutPrefix(image, aliasPrefix); ok {
			out = append(out, name)
		}
	}
	for _, t := range things {
		for _, p := range t.places {
			add(p.image)
			if p.byNumber() {
				add(u.launches[keyOf(u.scope, p.via)].image)
			}
		}
	}
	return out
}

// references are those of a thing: in each place one for the image, also where
// it names none, and one for each snapshot.
func (u *usage) references(t thing) []*model.Reference {
	t.Scope, t.Source = u.scope, u.kind
	if t.Key == "" {
		t.Key = t.ID
	}
	var out []*model.Reference
	for _, p := range t.places {
		r := t.Reference
		r.Part, r.Via = p.part, p.via
		if p.part != "" {
			r.Key += " " + p.part
		}
		for slices.ContainsFunc(out, func(o *model.Reference) bool { return o.Key == r.Key }) {
			r.Key += " too" // AWS lets a place name an image in two ways
		}
		snapshots := p.snapshots
		if p.byNumber() {
			l := u.launches[keyOf(u.scope, p.via)]
			followed := *p.via
			followed.Followed = true
			r.Via = &followed
			p.image, r.Broken = l.image, l.broken
			snapshots = slices.Concat(snapshots, l.snapshots)
		}
		u.name(&r, p.image)
		if !p.echo || !slices.ContainsFunc(out, func(o *model.Reference) bool { return o.Image == r.Image }) {
			out = append(out, &r)
		}
		out = append(out, ofSnapshots(r, snapshots)...)
	}
	return out
}

// name fills in the image that a text means.
func (u *usage) name(r *model.Reference, image string) {
	switch alias, is := strings.CutPrefix(image, aliasPrefix); {
	case image == "":
	case is:
		p := u.parameters[alias]
		r.Alias, r.Image, r.Broken = alias, p.image, p.broken
	case isImage(image):
		r.Image = u.client.strings.string(image)
	default:
		r.Broken = "it names " + image + ", which is no image"
	}
}

func ofSnapshots(r model.Reference, snapshots []string) []*model.Reference {
	var out []*model.Reference
	for _, id := range slices.Compact(slices.Sorted(slices.Values(snapshots))) {
		s := r
		s.Key += " " + id
		s.Snapshot, s.Image, s.Alias, s.Broken = id, "", "", ""
		out = append(out, &s)
	}
	return out
}

// imagePrefix is what ids of images begin with.
const imagePrefix = "ami-"

func isImage(text string) bool { return strings.HasPrefix(text, imagePrefix) }

// snapshotsOf lists what devices name. E is the type that a service has for
// them.
func snapshotsOf[E any](devices []E, snapshot func(*E) *string) []string {
	var out []string
	for i := range devices {
		if id := aws.ToString(snapshot(&devices[i])); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// templateOf is the launch template that something names by id, name and
// version; nil for none.
func templateOf(id, name, version *string) *model.Via {
	if aws.ToString(id) == "" && aws.ToString(name) == "" {
		return nil
	}
	return &model.Via{Template: aws.ToString(id), Name: aws.ToString(name), Version: aws.ToString(version)}
}
