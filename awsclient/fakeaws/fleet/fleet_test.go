package fleet

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// digest is the hash of everything in a fleet, in canonical form.
func digest(t *testing.T, f *Fleet) string {
	t.Helper()
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameSeedSameFleet(t *testing.T) {
	c := Config{Accounts: 7, Regions: 9, Images: 1500, Seed: 42}
	first := digest(t, New(c))
	if again := digest(t, New(c)); again != first {
		t.Errorf("the same configuration gave two fleets: %s and %s", first, again)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if alone := digest(t, New(c)); alone != first {
		t.Errorf("the fleet depends on GOMAXPROCS: %s and %s", first, alone)
	}
	c.Seed++
	if other := digest(t, New(c)); other == first {
		t.Error("another seed gave the same fleet")
	}
}

func TestDefaults(t *testing.T) {
	f := New(Config{})
	if want := (Config{DefaultAccounts, DefaultRegions, DefaultImages, DefaultSeed}); f.Config != want {
		t.Errorf("config %+v, want %+v", f.Config, want)
	}
	scopes := map[scoped]int{}
	for _, im := range own(f) {
		scopes[scoped{im.Owner, im.Region, ""}]++
	}
	full := 0
	for _, a := range f.Active() {
		regions := 0
		for _, r := range f.Enabled() {
			if scopes[scoped{a.ID, r, ""}] > 0 {
				regions++
			}
		}
		if regions >= 6 {
			full++
		}
	}
	if full < 4 {
		t.Errorf("%d accounts have images in 6 regions, want 4: %v", full, scopes)
	}
	prod := scopes[scoped{f.Accounts[1].ID, "us-east-1", ""}]
	for at, n := range scopes {
		if n > prod {
			t.Errorf("%v has %d images, production in us-east-1 only %d", at, n, prod)
		}
	}
}

func own(f *Fleet) []*Image {
	var out []*Image
	for i := range f.Images {
		if _, ok := f.Member(f.Images[i].Owner); ok {
			out = append(out, &f.Images[i])
		}
	}
	return out
}

// TestAnySize checks what every fleet holds to, whatever its size.
func TestAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{
			Accounts: rapid.IntRange(1, 30).Draw(t, "accounts"),
			Regions:  rapid.IntRange(1, 29).Draw(t, "regions"),
			Images:   rapid.IntRange(1, 900).Draw(t, "images"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
		}
		f := New(c)
		if n := len(own(f)); n != c.Images {
			t.Fatalf("%d images, want %d", n, c.Images)
		}
		if n := len(f.Active()); n != c.Accounts {
			t.Fatalf("%d accounts, want %d", n, c.Accounts)
		}
		if n := len(f.Enabled()); n != c.Regions {
			t.Fatalf("%d regions, want %d", n, c.Regions)
		}
		consistent(t, f)
	})
}

// consistent checks the references and dates within a fleet.
func consistent(t *rapid.T, f *Fleet) {
	snapshots := map[ID]*Snapshot{}
	for i := range f.Snapshots {
		s := &f.Snapshots[i]
		if snapshots[s.ID] != nil {
			t.Fatalf("snapshot %s twice", s.ID.Snapshot())
		}
		snapshots[s.ID] = s
	}
	ids, names := map[ID]bool{}, map[scoped]bool{}
	for i := range f.Images {
		im := &f.Images[i]
		name := scoped{im.Owner, im.Region, im.Name}
		if ids[im.ID] || im.Name != "" && names[name] {
			t.Fatalf("image %s or its name %q twice", im.ID.Image(), im.Name)
		}
		ids[im.ID], names[name] = true, true
		if n := im.Machine.snapshots(); len(im.Snapshots) != n {
			t.Fatalf("%s has %d snapshots for %d devices", im.ID.Image(), len(im.Snapshots), n)
		}
		for _, id := range im.Snapshots {
			if s := snapshots[id]; s == nil || s.Owner != im.Owner || s.Region != im.Region {
				t.Fatalf("%s names snapshot %s of elsewhere: %+v", im.ID.Image(), id.Snapshot(), s)
			}
		}
		if l := im.Life; l.LastLaunched != 0 && l.LastLaunched < l.Created || l.Created.UTC().After(Epoch) || l.LastLaunched.UTC().After(Epoch) {
			t.Fatalf("%s lives in the wrong order: %+v", im.ID.Image(), l)
		}
		if im.Life.State == "disabled" && len(im.Permissions) > 0 {
			t.Fatalf("%s is disabled and shared", im.ID.Image())
		}
		if n := utf8.RuneCountInString(im.Name); n > 128 || len(im.Tags) > 50 {
			t.Fatalf("%s has a name of %d characters and %d tags", im.ID.Image(), n, len(im.Tags))
		}
	}
	archived(t, f, snapshots)
}

// archived checks that only disabled images have archived snapshots, as EC2
// sees to.
func archived(t *rapid.T, f *Fleet, snapshots map[ID]*Snapshot) {
	for i := range f.Images {
		for _, id := range f.Images[i].Snapshots {
			if snapshots[id].Tier == "archive" && f.Images[i].Life.State != "disabled" {
				t.Fatalf("%s is %s, its snapshot archived", f.Images[i].ID.Image(), f.Images[i].Life.State)
			}
		}
	}
}

func TestEveryKindIsThere(t *testing.T) {
	images := map[string]func(*Image) bool{
		"disabled":             func(im *Image) bool { return im.Life.State == "disabled" },
		"pending":              func(im *Image) bool { return im.Life.State == "pending" },
		"failed with a reason": func(im *Image) bool { return im.Life.State == "failed" && im.Extra.ReasonCode != "" },
		"deprecated":           func(im *Image) bool { d := im.Life.Deprecation; return d != 0 && d < stamp(Epoch) },
		"deprecated later":     func(im *Image) bool { return im.Life.Deprecation > stamp(Epoch) },
		"public":               (*Image).Public,
		"shared with a stranger": func(im *Image) bool {
			return slices.Contains(im.Permissions, Permission{Account: stranger.ID})
		},
		"shared with an organization": func(im *Image) bool {
			return slices.ContainsFunc(im.Permissions, func(p Permission) bool { return p.Organization != "" })
		},
		"shared with a unit": func(im *Image) bool {
			return slices.ContainsFunc(im.Permissions, func(p Permission) bool { return p.Unit != "" })
		},
		"protected with cooldown":    func(im *Image) bool { return im.Life.Protection == "enabled-with-cooldown" },
		"protected without cooldown": func(im *Image) bool { return im.Life.Protection == "enabled-without-cooldown" },
		"never launched":             func(im *Image) bool { return im.Life.LastLaunched == 0 && im.Life.State == "available" },
		"launched lately":            func(im *Image) bool { return Epoch.Sub(im.Life.LastLaunched.UTC()) < 3*day },
		"instance store":             func(im *Image) bool { return im.Machine.RootType == "instance-store" && im.Extra.Location != "" },
		"short id":                   func(im *Image) bool { return len(im.ID.Image()) == len("ami-1a2b3c4d") },
		"arm64":                      func(im *Image) bool { return im.Machine.Architecture == "arm64" },
		"windows":                    func(im *Image) bool { return im.Machine.Platform == "windows" },
		"several devices":            func(im *Image) bool { return len(im.Snapshots) > 1 },
		"io2": func(im *Image) bool {
			return slices.ContainsFunc(im.Machine.Devices, func(d Device) bool { return d.Type == "io2" })
		},
		"encrypted": func(im *Image) bool { return len(im.Machine.Devices) == 1 && im.Machine.Devices[0].Encrypted },
		"partly encrypted": func(im *Image) bool {
			return !im.Machine.Devices[0].Encrypted && im.Machine.RootType == "ebs" &&
				slices.ContainsFunc(im.Machine.Devices, func(d Device) bool { return d.Encrypted })
		},
		"copy":               func(im *Image) bool { return im.Source.Region != "" && im.Source.Region != im.Region },
		"descendant":         func(im *Image) bool { return im.Source.Image != 0 && im.Source.Instance != 0 },
		"without a source":   func(im *Image) bool { return im.Source == Source{} },
		"no name":            func(im *Image) bool { return im.Name == "" },
		"long name":          func(im *Image) bool { return utf8.RuneCountInString(im.Name) == 128 },
		"escape in the name": func(im *Image) bool { return strings.Contains(im.Name, "\x1b") },
		"C1 in the name":     func(im *Image) bool { return strings.Contains(im.Name, "\u009b") },
		"bidi in the name":   func(im *Image) bool { return strings.Contains(im.Name, "\u202e") },
		"formula name":       func(im *Image) bool { return strings.HasPrefix(im.Name, "=HYPERLINK") },
		"newline in a tag": func(im *Image) bool {
			return slices.ContainsFunc(im.Tags, func(t Tag) bool { return strings.Contains(t.Value, "\n") })
		},
		"no owner tag": func(im *Image) bool {
			return !slices.ContainsFunc(im.Tags, func(t Tag) bool { return strings.EqualFold(t.Key, "owner") })
		},
		"marketplace":   func(im *Image) bool { return im.Extra != nil && im.Extra.ProductCode != "" },
		"watermarked":   func(im *Image) bool { return im.Extra != nil && len(im.Extra.Watermarks) > 0 },
		"scanned":       func(im *Image) bool { return im.Extra != nil && im.Extra.Scan != nil },
		"backup":        tagged("aws:backup:source-resource"),
		"lifecycle":     tagged("aws:dlm:lifecycle-policy-id"),
		"image builder": tagged("Ec2ImageBuilderArn"),
		"dotted date":   named("acme-base-al2023-2026."),
		"semver":        named("web-api-v1.42.0"),
		"unix time":     named("packer-ci-runner 17"),
		"node date":     named("eks-node-1.33-v2026"),
	}
	for _, n := range []int{SpecialsFrom, DefaultImages} {
		all := own(New(Config{Images: n}))
		for kind, is := range images {
			if !slices.ContainsFunc(all, is) {
				t.Errorf("%d images: none is %q", n, kind)
			}
		}
	}
}

func tagged(key string) func(*Image) bool {
	return func(im *Image) bool {
		return slices.ContainsFunc(im.Tags, func(t Tag) bool { return t.Key == key })
	}
}

func named(prefix string) func(*Image) bool {
	return func(im *Image) bool { return strings.HasPrefix(im.Name, prefix) }
}

func TestEveryKindOfSnapshotIsThere(t *testing.T) {
	f := New(Config{})
	uses, images := map[ID]int{}, map[ID]bool{}
	for _, im := range own(f) {
		images[im.ID] = true
		for _, id := range im.Snapshots {
			uses[id]++
		}
	}
	kinds := map[string]func(*Snapshot) bool{
		"shared by images": func(s *Snapshot) bool { return uses[s.ID] > 1 },
		"orphan": func(s *Snapshot) bool {
			_, image, ok := strings.Cut(s.Description, ") for ")
			id, _ := ParseID(ImagePrefix, image)
			return ok && uses[s.ID] == 0 && !images[id]
		},
		"public":         func(s *Snapshot) bool { return slices.Contains(s.Permissions, Permission{Group: "all"}) },
		"shared":         func(s *Snapshot) bool { return slices.Contains(s.Permissions, Permission{Account: stranger.ID}) },
		"copied":         func(s *Snapshot) bool { return s.Volume.Text(VolumePrefix) == "vol-ffffffff" },
		"archived":       func(s *Snapshot) bool { return s.Tier == "archive" },
		"pending":        func(s *Snapshot) bool { return s.State == "pending" },
		"failed":         func(s *Snapshot) bool { return s.State == "error" },
		"encrypted":      func(s *Snapshot) bool { return s.KMSKey != "" && s.DataKey != "" },
		"size told":      func(s *Snapshot) bool { return s.Size.Bytes > 0 && s.Size.Bytes <= int64(s.Size.GiB)<<30 },
		"size not told":  func(s *Snapshot) bool { return s.Size.Bytes == 0 && s.Start < sizesSince },
		"of AWS Backup":  func(s *Snapshot) bool { return strings.Contains(s.Description, "AWS Backup") },
		"of a lifecycle": func(s *Snapshot) bool { return strings.HasPrefix(s.Description, "Created for policy") },
	}
	for kind, is := range kinds {
		found := false
		for i := range f.Snapshots {
			found = found || is(&f.Snapshots[i])
		}
		if !found {
			t.Errorf("no snapshot is %q", kind)
		}
	}
}

func TestInstances(t *testing.T) {
	f := New(Config{})
	images, states, gone := map[ID]bool{}, map[string]bool{}, 0
	for _, im := range f.Images {
		images[im.ID] = true
	}
	for _, i := range f.Instances {
		states[i.State] = true
		if !images[i.Image] {
			gone++
		}
		if i.Launched.UTC().After(Epoch) {
			t.Errorf("%s was launched in the future: %s", i.ID.Instance(), i.Launched)
		}
	}
	for _, s := range instanceStates {
		if !states[s] {
			t.Errorf("no instance is %s", s)
		}
	}
	if gone == 0 {
		t.Error("no instance runs on a gone image")
	}
}

func TestIDs(t *testing.T) {
	cases := map[string]struct {
		text       string
		id         ID
		wellFormed bool
	}{
		"long":         {"ami-0123456789abcdef0", 0x123456789abcdef0, true},
		"short":        {"ami-1a2b3c4d", 0x1a2b3c4d, true},
		"padded":       {"ami-0000000001a2b3c4d", 0, true},
		"out of range": {"ami-f123456789abcdef0", 0, true},
		"prefix":       {"snap-0123456789abcdef0", 0, false},
		"length":       {"ami-0123", 0, false},
		"letters":      {"ami-0123456789abcdefg", 0, false},
		"capitals":     {"ami-0123456789ABCDEF0", 0, false},
		"empty":        {"", 0, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			id, ok := ParseID(ImagePrefix, c.text)
			if id != c.id || ok != c.wellFormed {
				t.Errorf("ParseID(%q) = %x, %v, want %x, %v", c.text, id, ok, c.id, c.wellFormed)
			}
			if id != 0 && id.Image() != c.text {
				t.Errorf("%x is written %s, read from %s", id, id.Image(), c.text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Config{Accounts: 20, Regions: 17, Images: 100_000, Seed: 1})
	}
}

func TestLargeFleetIsCompact(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 images")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	f := New(Config{Accounts: 20, Regions: 17, Images: 100_000})
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	const limit = 160 << 20
	if used := after.HeapAlloc - before.HeapAlloc; used > limit {
		t.Errorf("%d images, %d snapshots take %d MiB", len(f.Images), len(f.Snapshots), used>>20)
	} else {
		t.Logf("%d images, %d snapshots, %d instances: %d MiB, %v", len(f.Images), len(f.Snapshots), len(f.Instances), used>>20, took)
	}
	runtime.KeepAlive(f)
}
