package cost

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// Kind is what a snapshot is kept for.
type Kind uint8

// The kinds, what to look at first in front.
const (
	Orphan    Kind = iota // its image is gone
	Undecided             // it may be an orphan: what would tell could not be read
	Other                 // nothing says what it is for
	OfImage               // an image uses it
	Archive               // likewise, and it is in the archive tier
	Backup                // AWS Backup's
	DLM                   // Data Lifecycle Manager's
	InBin                 // in the Recycle Bin
	kinds
)

var kindNames = [...]string{
	Orphan: "orphan", Undecided: "undecided", Other: "other", OfImage: "image", Archive: "archive", Backup: "backup", DLM: "dlm", InBin: "bin",
}

// String is the kind as JSON and filters spell it.
func (k Kind) String() string { return kindNames[k] }

// KindNames lists all kinds.
func KindNames() []string { return kindNames[:] }

// Tie is what ties a snapshot to the image that it was made for.
type Tie struct {
	Image string // ami-...
	Name  string // of the image, where it is known
	How   string // "description", "tag KEY" or "index"
}

// imageID is the id of an image that a text begins with, "" where it begins with
// none: "ami-", 8 to 17 hexadecimal digits, and the end of the word.
func imageID(text string) string {
	rest, ok := strings.CutPrefix(text, "ami-")
	n := 0
	for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] >= 'a' && rest[n] <= 'f') {
		n++
	}
	if !ok || n < 8 || n > 17 || n < len(rest) && inWord(rest[n]) {
		return ""
	}
	return text[:len("ami-")+n]
}

func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// ties lists the images that a snapshot says it was made for: EC2 writes them in
// descriptions ("Created by CreateImage(i-...) for ami-...", "Copied for
// DestinationAmi ami-..."), people and tools in tags.
func ties(s *model.Snapshot) []Tie {
	var out []Tie
	if id := MadeFor(s.Description); id != "" {
		out = append(out, Tie{Image: id, How: "description"})
	}
	for _, t := range s.Tags {
		if namesOwnImage(t.Key) && t.Value != "" && imageID(t.Value) == t.Value {
			out = append(out, Tie{Image: t.Value, How: "tag " + t.Key})
		}
	}
	return out
}

// MadeFor is the image of the snapshot's own region that a description of EC2
// names, "" where it names none. What people write there may name any image and proves nothing.
func MadeFor(text string) string {
	rest, ok := strings.CutPrefix(text, "Copied for DestinationAmi ")
	if created, is := strings.CutPrefix(text, "Created by CreateImage("); is {
		_, rest, ok = strings.Cut(created, ") for ")
	}
	if !ok {
		return ""
	}
	return imageID(rest)
}

// ownImageKeys are the keys of tags, in lower case and without punctuation, under
// which tools write the image that a snapshot belongs to. Others name the image
// that it was built from, as often as not.
var ownImageKeys = []string{"ami", "amiid", "image", "imageid", "forami", "forimage", "createdforami", "destinationami", "registeredami"}

var punctuation = strings.NewReplacer("-", "", "_", "", ":", "", ".", "", "/", "", " ", "")

func namesOwnImage(key string) bool {
	return slices.Contains(ownImageKeys, punctuation.Replace(strings.ToLower(key)))
}

// Keeper is the service that a snapshot's tags or description name: Backup or DLM.
func Keeper(s *model.Snapshot) (Kind, bool) {
	for _, t := range s.Tags {
		switch {
		case strings.HasPrefix(t.Key, "aws:backup:"):
			return Backup, true
		case strings.HasPrefix(t.Key, "aws:dlm:"):
			return DLM, true
		}
	}
	if strings.HasPrefix(s.Description, "This snapshot is created by the AWS Backup service") {
		return Backup, true
	}
	return 0, false
}

// tell says what a snapshot that no image uses is kept for. A scope that could
// not be read to its end may hold its image still.
func (r *region) tell(l *Line, formers []*model.Former) {
	if k, ok := Keeper(l.Snapshot); ok {
		l.Kind = k
		return
	}
	all := ties(l.Snapshot)
	for _, f := range formers {
		all = append(all, Tie{Image: f.ID, Name: f.Name, How: "index"})
	}
	l.Kind = Other
	if r.c.blurred(l.Scope()) {
		l.Kind = Undecided
	}
	for i := range all {
		t := &all[i]
		if f, ok := r.c.inv.Former(l.Scope(), t.Image); ok {
			t.Name = f.Name
		}
		switch r.whereabouts(l.Scope(), t) {
		case gone:
			r.tie(l, Orphan, *t)
			return
		case inBin:
			r.tie(l, OfImage, *t)
			return
		case hidden:
			r.tie(l, Undecided, *t)
		case there:
		}
	}
}

func (r *region) tie(l *Line, k Kind, t Tie) {
	if l.Kind = k; l.tie == none {
		l.tie = int32(len(r.common.ties))
		r.common.ties = append(r.common.ties, t)
	}
	r.common.ties[l.tie] = t
}

// whereabout is where an image is.
type whereabout uint8

const (
	there  whereabout = iota
	inBin             // and may come back
	hidden            // in a place that could not be read, perhaps
	gone
)

// whereabouts finds the image that a snapshot of a scope was made for. Tags may
// name an image of any account and region.
func (r *region) whereabouts(s model.Scope, t *Tie) whereabout {
	inv := r.c.inv
	if _, ok := r.image(t.Image); ok {
		return there
	}
	if slices.ContainsFunc(inv.Binned(s), func(b *model.Binned) bool { return b.ID == t.Image }) {
		return inBin
	}
	unread := r.c.blurred(s) || !known(inv.Status(s, model.Bin))
	if strings.HasPrefix(t.How, "tag") {
		for _, other := range r.c.places {
			if other.scope.Region != s.Region && r.c.holds(other.scope, t.Image) {
				return there
			}
			unread = unread || r.c.blurred(other.scope)
		}
	}
	if unread {
		return hidden
	}
	return gone
}

// known reports whether a pass was read to its end, and none failed since.
func known(s model.Status) bool { return !s.AsOf.IsZero() && s.Err == nil }
