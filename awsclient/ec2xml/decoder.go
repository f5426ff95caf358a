package ec2xml

import (
	"hash/maphash"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	smithytime "github.com/aws/smithy-go/time"
)

// Decoder decodes one document after another, and remembers the strings that
// they have in common. It keeps nothing else of a document, nor do the answers
// that it gives. It is not safe for use by several goroutines at once.
type Decoder struct {
	scanner

	words words
	kept  arena // what a reader of the answer is expected to keep
	brief arena // what it will read into something else

	strings slab[string]
	truths  slab[bool]
	numbers slab[int32]
	sizes   slab[int64]
	times   slab[time.Time]
	disks   slab[types.EbsBlockDevice]
	devices slab[types.BlockDeviceMapping]
	tags    slab[types.Tag]
	codes   slab[types.ProductCode]
	marks   slab[types.ImageWatermark]
	kinds   slab[types.InstanceTypeItem]
}

// NewDecoder makes a decoder, of about 70 kB.
func NewDecoder() *Decoder {
	return &Decoder{words: words{seed: maphash.MakeSeed()}}
}

// Images decodes an answer to DescribeImages; false if it does not understand
// the document.
func (d *Decoder) Images(body []byte) (*ec2.DescribeImagesOutput, bool) {
	out := &ec2.DescribeImagesOutput{}
	return out, d.document(body, func() {
		switch string(d.name) {
		case "imagesset":
			out.Images = records(d, out.Images, (*Decoder).image)
		case "nexttoken":
			out.NextToken = d.passing()
		default:
			d.skip()
		}
	})
}

// Snapshots decodes an answer to DescribeSnapshots; false if it does not
// understand the document.
func (d *Decoder) Snapshots(body []byte) (*ec2.DescribeSnapshotsOutput, bool) {
	out := &ec2.DescribeSnapshotsOutput{}
	return out, d.document(body, func() {
		switch string(d.name) {
		case "snapshotset":
			out.Snapshots = records(d, out.Snapshots, (*Decoder).snapshot)
		case "nexttoken":
			out.NextToken = d.passing()
		default:
			d.skip()
		}
	})
}

// document has read called for each element right within the first one,
// whatever that is called, and tells whether all was understood. Like the SDK
// it does not look at what follows.
func (d *Decoder) document(body []byte, read func()) bool {
	d.start(body)
	if !d.next() {
		d.fail()
	}
	for d.next() {
		read()
	}
	ok := !d.bad
	d.start(nil)
	return ok
}

// records reads a long list, to follow those that are there already.
func records[T any](d *Decoder, list []T, read func(*Decoder, *T)) []T {
	if list == nil {
		list = []T{}
	}
	from, had := d.pos, len(list)
	for d.next() {
		if string(d.name) != "item" {
			d.skip()
			continue
		}
		if len(list) == cap(list) {
			list = slices.Grow(list, d.expected(len(list)-had, d.pos-from))
		}
		list = list[:len(list)+1]
		read(d, &list[len(list)-1])
	}
	return list
}

// expected is the number of records to make room for when n of them took size
// bytes, but not more than a page has or than there are already: the rest may
// be of another kind.
func (d *Decoder) expected(n, size int) int {
	if n == 0 {
		return 1
	}
	return min((len(d.body)-d.pos)/(size/n)+1, max(n, 1000))
}

// list reads a short list, to follow what is there already.
func list[T any](d *Decoder, s *slab[T], have []T, read func(*Decoder, *T)) []T {
	from := len(s.pending)
	for d.next() {
		if string(d.name) != "item" {
			d.skip()
			continue
		}
		var zero T
		s.pending = append(s.pending, zero)
		read(d, &s.pending[len(s.pending)-1])
	}
	found := s.pending[from:]
	out := s.cut(len(have) + len(found))
	copy(out[copy(out, have):], found)
	clear(found)
	s.pending = s.pending[:from]
	return out
}

// word is a text that stands in many records.
func (d *Decoder) word() string { return d.words.string(d.value()) }

func (d *Decoder) shared() *string { return d.strings.put(d.word()) }

// own is a text that no other record has, and that lives on.
func (d *Decoder) own() *string { return d.strings.put(d.kept.string(d.value())) }

// passing is a text that no other record has, and that nobody keeps.
func (d *Decoder) passing() *string { return d.strings.put(d.brief.string(d.value())) }

func (d *Decoder) truth() *bool {
	v, err := strconv.ParseBool(string(d.value()))
	if err != nil {
		d.fail()
	}
	return d.truths.put(v)
}

// number is cut to 32 bits, as by the SDK.
func (d *Decoder) number() *int32 { return d.numbers.put(int32(d.integer())) }

func (d *Decoder) size() *int64 { return d.sizes.put(d.integer()) }

func (d *Decoder) integer() int64 {
	v, err := strconv.ParseInt(string(d.value()), 10, 64)
	if err != nil {
		d.fail()
	}
	return v
}

func (d *Decoder) time() *time.Time {
	v, err := smithytime.ParseDateTime(string(d.value()))
	if err != nil {
		d.fail()
	}
	return d.times.put(v)
}
