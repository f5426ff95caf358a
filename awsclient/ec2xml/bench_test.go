package ec2xml

import (
	"bytes"
	"slices"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// fullPages are a page of 1,000 images and one of 1,000 snapshots.
func fullPages(b *testing.B) (images, snapshots []byte) {
	b.Helper()
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 1, Regions: 1, Images: 1200}}
	all := pages(b, fakeaws.New(o))
	first := func(mark string) []byte {
		return all[slices.IndexFunc(all, func(p []byte) bool { return bytes.Contains(p[:min(len(p), 200)], []byte(mark)) })]
	}
	return first("<DescribeImagesResponse"), first("<DescribeSnapshotsResponse")
}

func BenchmarkImages(b *testing.B) {
	body, _ := fullPages(b)
	b.Run("ours", func(b *testing.B) {
		d := NewDecoder()
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if out, ok := d.Images(body); !ok || len(out.Images) != 1000 {
				b.Fatal("not a full page")
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		s := newSDK()
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.images(b.Context(), body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSnapshots(b *testing.B) {
	_, body := fullPages(b)
	b.Run("ours", func(b *testing.B) {
		d := NewDecoder()
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if out, ok := d.Snapshots(body); !ok || len(out.Snapshots) != 1000 {
				b.Fatal("not a full page")
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		s := newSDK()
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.snapshots(b.Context(), body); err != nil {
				b.Fatal(err)
			}
		}
	})
}
