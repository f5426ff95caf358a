package cache

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

// same compares records; errors are equal when their texts are.
var same = cmp.Options{cmpopts.EquateEmpty(), cmp.AllowUnexported(status{}, failure{}), cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })}

func equal(t rapid.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, same); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// Any text and any time a byte stream could hold, and those AWS gives.
var (
	anyText = rapid.OneOf(
		rapid.SampledFrom([]string{"", "available", "x86_64", "\x00", "\xff\xfe", "a\x1b[31m\u202eb", strings.Repeat("界", 128)}),
		rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
	anyTime = rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.Int64Range(0, 4e9), func(s int64) time.Time { return time.Unix(s, 0).UTC() }),
		rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64().Draw(t, "sec"), rapid.Int64Range(0, 1e9-1).Draw(t, "nano")).UTC()
		}),
	)
	anyTri = rapid.SampledFrom([]model.Tri{model.Maybe, model.No, model.Yes})
	anyTag = rapid.Custom(func(t *rapid.T) model.Tag { return model.Tag{Key: anyText.Draw(t, "k"), Value: anyText.Draw(t, "v")} })
)

var anyImage = rapid.Custom(func(t *rapid.T) *model.Image {
	s := func() string { return anyText.Draw(t, "text") }
	im := &model.Image{
		ImageKey: model.ImageKey{Region: s(), ID: s()}, Owner: s(), OwnerAlias: s(), Name: s(), State: s(), Architecture: s(), Platform: s(), RootType: s(),
		Created: anyTime.Draw(t, "created"), Deprecation: anyTime.Draw(t, "deprecation"), LastLaunched: anyTime.Draw(t, "launched"),
		Launched: anyTri.Draw(t, "tri"), Public: anyTri.Draw(t, "tri"), Encrypted: anyTri.Draw(t, "tri"), Protected: anyTri.Draw(t, "tri"),
		Managed: model.Manager(rapid.ByteRange(0, byte(model.Marketplace)).Draw(t, "manager")), Snapshots: rapid.Uint16().Draw(t, "n"), SizeGiB: rapid.Int64().Draw(t, "size"),
	}
	if rapid.Bool().Draw(t, "detailed") {
		im.Detail = anyDetail.Draw(t, "detail")
	}
	return im
})

var anyDetail = rapid.Custom(func(t *rapid.T) *model.Detail {
	s := func() string { return anyText.Draw(t, "text") }
	var scan *model.Scan
	if rapid.Bool().Draw(t, "scan") {
		scan = &model.Scan{At: anyTime.Draw(t, "at"), Severity: s()}
		for i := range scan.Fixes {
			scan.Fixes[i] = anyTime.Draw(t, "fix")
		}
	}
	return &model.Detail{
		Inspected: anyTri.Draw(t, "tri"), Scan: scan,
		Description: s(), Devices: rapid.SliceOfN(anyDevice, 0, 4).Draw(t, "devices"), Tags: rapid.SliceOfN(anyTag, 0, 4).Draw(t, "tags"),
		TagsRead: rapid.Bool().Draw(t, "read"), ENA: anyTri.Draw(t, "tri"), Location: s(),
		SourceImage: s(), SourceRegion: s(), SourceInstance: s(), Traits: model.Share(model.Traits{
			PlatformDetails: s(), UsageOperation: s(), IMDS: s(), BootMode: s(), Virtualization: s(), Hypervisor: s(), TPM: s(), SriovNet: s(), RootDevice: s(), ImageType: s(), KernelID: s(), RamdiskID: s(),
			Protection: s(), StateReason: s(), PublicParameter: s(),
		}),
		ProductCodes: []model.ProductCode{{ID: s(), Type: s()}}, Allowed: anyTri.Draw(t, "tri"), FreeTier: anyTri.Draw(t, "tri"),
	}
})

var anyDevice = rapid.Custom(func(t *rapid.T) model.Device {
	s := func() string { return anyText.Draw(t, "text") }
	return model.Device{
		Name: s(), Snapshot: s(), Disk: model.Share(model.Disk{
			Virtual: s(), NoDevice: rapid.Bool().Draw(t, "no"), SizeGiB: rapid.Int64().Draw(t, "size"), Type: s(), IOPS: rapid.Int32().Draw(t, "iops"),
			Throughput: rapid.Int32().Draw(t, "rate"), Encrypted: anyTri.Draw(t, "tri"), DeleteOnTermination: anyTri.Draw(t, "tri"),
		}),
	}
})

var anySnapshot = rapid.Custom(func(t *rapid.T) *model.Snapshot {
	s := func() string { return anyText.Draw(t, "text") }
	return &model.Snapshot{
		Region: s(), ID: s(), Owner: s(), Description: s(), State: s(), Tier: s(), VolumeID: s(), DataKeyID: s(), KMSKey: s(), Start: anyTime.Draw(t, "start"),
		SizeGiB: rapid.Int64().Draw(t, "size"), FullBytes: rapid.Int64().Draw(t, "full"), Encrypted: anyTri.Draw(t, "tri"), Tags: rapid.SliceOfN(anyTag, 0, 4).Draw(t, "tags"),
	}
})

var anyOpError = rapid.Custom(func(t *rapid.T) *model.OpError {
	s := func() string { return anyText.Draw(t, "text") }
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	return &model.OpError{
		Op: s(), Scope: model.Scope{Account: s(), Region: s()}, Kind: model.ErrorKind(rapid.ByteRange(0, byte(model.NotOffered)).Draw(t, "kind")),
		Code: s(), Help: s(), Err: errors.New(s()),
	}
})

// lastOfEach is what a scope holds after a pass: one record an id, the later
// answer, in order of id.
func lastOfEach[T any](recs []*T, id func(*T) string) []*T {
	byID := map[string]*T{}
	for _, r := range recs {
		byID[id(r)] = r
	}
	var out []*T
	for _, r := range byID {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *T) int { return strings.Compare(id(a), id(b)) })
	return out
}

func TestImagesRoundTrip(t *testing.T) {
	c := newCodec()
	rapid.Check(t, func(t *rapid.T) {
		ims := rapid.SliceOfN(anyImage, 0, 8).Draw(t, "images")
		list, details, err := c.sealImages(ims)
		if err != nil {
			t.Fatal(err)
		}
		want := lastOfEach(ims, func(im *model.Image) string { return im.ID })
		var sc scratch
		full, err := c.openDetails(list, details, &sc)
		equal(t, "error", err, nil)
		equal(t, "whole records", full, want)

		short, err := c.openList(list, &sc)
		equal(t, "error", err, nil)
		for i, im := range want {
			bare := *im
			bare.Detail = nil
			want[i] = &bare
		}
		equal(t, "list columns", short, want)
	})
}

func TestSnapshotsRoundTrip(t *testing.T) {
	c := newCodec()
	rapid.Check(t, func(t *rapid.T) {
		ss := rapid.SliceOfN(anySnapshot, 0, 8).Draw(t, "snapshots")
		chunk, err := c.sealSnapshots(ss)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.openSnapshots(chunk, &scratch{})
		equal(t, "error", err, nil)
		equal(t, "snapshots", got, lastOfEach(ss, func(s *model.Snapshot) string { return s.ID }))
	})
}

func TestStatusRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st := status{anyTime.Draw(t, "asOf"), anyTime.Draw(t, "tried"), rapid.Int().Draw(t, "calls"), failures(anyOpError.Draw(t, "err"))}
		equal(t, "status", newCodec().openStatus(sealStatus(st), &scratch{}), st)
	})
}

func TestSelectionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := func() string { return anyText.Draw(t, "text") }
		sel := Selection{Name: s()}
		for range rapid.IntRange(0, 3).Draw(t, "found") {
			f := model.Found{Account: model.Account{ID: s(), Name: s(), Partition: s(), Source: s(), Principal: s()}, Err: anyOpError.Draw(t, "err")}
			for range rapid.IntRange(0, 3).Draw(t, "regions") {
				f.Regions = append(f.Regions, model.Region{Name: s(), Enabled: rapid.Bool().Draw(t, "enabled")})
			}
			sel.Found = append(sel.Found, f)
		}
		for range rapid.IntRange(0, 3).Draw(t, "lost") {
			sel.Lost = append(sel.Lost, model.Lost{Unreached: model.Unreached{Source: s(), Err: anyOpError.Draw(t, "err")}})
		}
		equal(t, "selection", newCodec().openSelection(sel.Name, sealSelection(sel)), sel)
	})
}

func TestValuesOutsideOfASetAreUnknown(t *testing.T) {
	im := &model.Image{ImageKey: model.ImageKey{ID: "ami-1"}, Public: 77, Managed: 99}
	c := newCodec()
	list, _, err := c.sealImages([]*model.Image{im})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.openList(list, &scratch{})
	equal(t, "error", err, nil)
	equal(t, "image", got, []*model.Image{{ImageKey: im.ImageKey}})
	if im.Public != 77 || im.Managed != 99 {
		t.Error("writing changed the record")
	}
}

func TestDamagedChunks(t *testing.T) {
	c := newCodec()
	list, details, err := c.sealImages([]*model.Image{{ImageKey: model.ImageKey{ID: "ami-1"}, Detail: &model.Detail{Description: "d"}}})
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := c.sealImages([]*model.Image{{ImageKey: model.ImageKey{ID: "ami-2"}}})
	if err != nil {
		t.Fatal(err)
	}
	newer := append([]byte{format + 1}, list[1:]...)
	for name, tc := range map[string]struct {
		list, details []byte
		want          error
	}{
		"none":                    {nil, nil, errDamage},
		"list of another version": {newer, details, errFormat},
		"details of another list": {other, details, errDamage},
		"details absent":          {list, nil, errDamage},
		"list as details":         {list, list, errDamage},
		"byte missing":            {list[:len(list)-1], details, errDamage},
		"byte more":               {append(slices.Clone(list), 0), details, errDamage},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := c.openDetails(tc.list, tc.details, &scratch{}); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	for i := range 8 * len(list) {
		flipped := slices.Clone(list)
		flipped[i/8] ^= 1 << (i % 8)
		if _, err := c.openList(flipped, &scratch{}); err == nil {
			t.Errorf("flipping bit %d went unseen", i)
		}
	}
}

func TestDensePayloadsStayReadable(t *testing.T) {
	c := newCodec()
	for _, n := range []int{0, 1, 100, 1 << 20} {
		chunk, err := c.seal(make([]byte, n))
		equal(t, "error", err, nil)
		if len(chunk)*(maxRatio+1) < n {
			t.Errorf("%d bytes stand for %d", len(chunk), n)
		}
		got, _, err := c.open(chunk, nil)
		equal(t, "error", err, nil)
		if len(got) != n {
			t.Errorf("%d bytes came back, want %d", len(got), n)
		}
	}
}

// What a scope costs to read must grow with its bytes, slab by slab, and not with
// its images, or the collector would be busier than the decoder.
func TestReadingAllocatesPerScope(t *testing.T) {
	c := newCodec()
	var ims []*model.Image
	for i := range 2000 {
		ims = append(ims, &model.Image{ImageKey: model.ImageKey{ID: fmt.Sprintf("ami-%d", i)}, Name: fmt.Sprintf("name %d", i), Detail: &model.Detail{
			Tags: []model.Tag{{Key: "k", Value: fmt.Sprint(i)}}, Devices: make([]model.Device, 3),
		}})
	}
	list, details, err := c.sealImages(ims)
	equal(t, "error", err, nil)
	var sc scratch
	for name, tc := range map[string]struct {
		most float64
		read func() error
	}{
		"list":    {45, func() error { _, err := c.openList(list, &sc); return err }},
		"details": {140, func() error { _, err := c.openDetails(list, details, &sc); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			var failed error
			n := testing.AllocsPerRun(10, func() { failed = errors.Join(failed, tc.read()) })
			if n > tc.most || failed != nil {
				t.Errorf("%v allocations, want %v at most; error %v", n, tc.most, failed)
			}
		})
	}
}
