package cache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

var anyArchive = rapid.Custom(func(t *rapid.T) Archive {
	var inv model.Inventory
	at := time.Unix(1_700_000_000, 0).UTC()
	for _, account := range []string{"111111111111", "222222222222"}[:rapid.IntRange(0, 2).Draw(t, "accounts")] {
		f := model.Found{Account: model.Account{ID: account, Name: anyText.Draw(t, "name"), Source: "profile x", Principal: anyText.Draw(t, "arn")}}
		for _, r := range []string{"r1", "r2"} {
			f.Regions = append(f.Regions, model.Region{Name: r, Enabled: rapid.Bool().Draw(t, "enabled")})
			s := model.Scope{Account: account, Region: r}
			for gen := range rapid.Uint64Range(0, 3).Draw(t, "passes") {
				images := model.Page{Gen: model.Gen(gen), Scope: s, At: at.Add(time.Duration(gen) * time.Hour), Images: rapid.SliceOfN(anyImage, 0, 4).Draw(t, "images")}
				snaps := model.Page{Gen: images.Gen, Scope: s, Kind: model.Snapshots, At: images.At, Snapshots: rapid.SliceOfN(anySnapshot, 0, 4).Draw(t, "snapshots")}
				refs := model.Page{Gen: images.Gen, Scope: s, Kind: rapid.SampledFrom(model.Sources()).Draw(t, "source"), At: images.At, References: rapid.SliceOfN(anyReference, 0, 4).Draw(t, "references")}
				reports := model.Page{Gen: images.Gen, Scope: s, Kind: model.Reports, At: images.At, Reports: rapid.SliceOfN(anyReport, 0, 4).Draw(t, "reports")}
				charges := anyCharge(t, s, rapid.SampledFrom(append(model.Charges(), model.Openness()...)).Draw(t, "charge"))
				charges.Gen, charges.At = images.Gen, images.At
				for _, p := range []model.Page{images, snaps, refs, charges, reports} {
					last := model.Page{Gen: p.Gen, Scope: s, Kind: p.Kind, At: p.At, Calls: 2, Last: true, Err: anyOpError.Draw(t, "err")}
					inv = inv.Fold(p, last)
				}
				inv = inv.Fold(anyPiece(t, s))
			}
		}
		inv = inv.Fold(f, anyOrganization.Draw(t, "organization"))
	}
	inv = inv.Fold(model.Lost{Unreached: model.Unreached{Source: "profile old", Err: anyOpError.Draw(t, "lost")}})
	return NewArchive(inv, at, anyText.Draw(t, "program"))
})

// anyPiece is what comes image by image.
func anyPiece(t *rapid.T, s model.Scope) model.Event {
	switch rapid.IntRange(0, 3).Draw(t, "piece") {
	case 0:
		return model.Page{Scope: s, Kind: model.Permissions, Permissions: rapid.SliceOfN(anyPermissions, 0, 4).Draw(t, "permissions")}
	case 1:
		return model.Page{Scope: s, Kind: model.Opinions, References: rapid.SliceOfN(anyReference, 0, 4).Draw(t, "opinions"), Asked: anyTexts.Draw(t, "asked")}
	case 2:
		return model.Formers{Scope: s, Formers: rapid.SliceOfN(anyFormer, 1, 4).Draw(t, "formers")}
	}
	n := anyNamed.Draw(t, "named")
	n.Scope = s
	return n
}

func written(t rapid.TB, a Archive) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What was written is read, and what is read tells the inventory that was
// written: writing that again gives the same bytes.
func TestArchiveRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyArchive.Draw(t, "archive")
		file := written(t, a)
		got, err := ReadArchive(bytes.NewReader(file))
		equal(t, "error", err, nil)
		equal(t, "archive", got, a)
		again := NewArchive(model.Inventory{}.Fold(got.Events()...), a.Created, a.Program)
		equal(t, "inventory", again, a)
		if !bytes.Equal(written(t, again), file) {
			t.Fatal("written again it is another file")
		}
	})
}

func sample(t testing.TB) Archive {
	t.Helper()
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	closed := model.Scope{Account: s.Account, Region: "eu-west-2"}
	at := time.Unix(1_700_000_000, 0).UTC()
	inv := model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: s.Account, Name: "acme", Source: "profile x"}, Regions: []model.Region{{Name: s.Region, Enabled: true}, {Name: closed.Region, Enabled: true}}},
		model.Page{Scope: s, At: at, Last: true, Images: []*model.Image{{ImageKey: model.ImageKey{Region: s.Region, ID: "ami-1"}, Name: "web", Detail: &model.Detail{Description: "d"}}}},
		model.Page{Scope: s, Kind: model.Snapshots, At: at, Last: true, Snapshots: []*model.Snapshot{{ID: "snap-1"}}},
		model.Page{Scope: closed, At: at, Last: true, Err: &model.OpError{Op: "ec2:DescribeImages", Kind: model.Closed, Err: errors.New("no")}},
	)
	return NewArchive(inv, at, "v1")
}

// charged is the sample with something of each part of what costs besides.
func charged(t testing.TB) Archive {
	t.Helper()
	s, at := usageScope, time.Unix(1_700_000_000, 0).UTC()
	inv := model.Inventory{}.Fold(used(t).Events()...).Fold(
		model.Page{Scope: s, Kind: model.Bin, At: at, Last: true, Binned: []*model.Binned{{ID: "snap-9", Volume: "vol-1", Entered: at, Exits: at}}},
		model.Page{Scope: s, Kind: model.BinRules, At: at, Last: true, Rules: []*model.BinRule{{ID: "r", Resource: model.ImageResource, Days: 7, Except: []model.Tag{{Key: "a"}}}}},
		model.Page{Scope: s, Kind: model.Hasten, At: at, Last: true, Hastened: []*model.Hastened{{Snapshot: "snap-1", Zone: "z", State: "enabled", Owner: "1"}}},
		model.Page{Scope: s, Kind: model.Settings, At: at, Last: true, Settings: []*model.Setting{{Name: model.BlockImages, State: model.Unblocked}, {Name: model.AllowedImages, Err: &model.OpError{Kind: model.Denied, Err: errors.New("no")}}}},
		model.Page{Scope: s, Kind: model.PublicSnapshots, At: at, Last: true, Public: []*model.PublicSnapshot{{ID: "snap-1"}}},
		model.Formers{Scope: s, Formers: []*model.Former{{ID: "ami-8", Name: "web", Snapshots: []string{"snap-9"}, FullBytes: -1, Missed: at}}},
	)
	return NewArchive(inv, at, "v1")
}

// used is the sample with something of each part of usage.
func used(t testing.TB) Archive {
	t.Helper()
	s, at := usageScope, time.Unix(1_700_000_000, 0).UTC()
	inv := model.Inventory{}.Fold(sample(t).Events()...).Fold(
		model.Page{Scope: s, Kind: model.Groups, At: at, Last: true, References: []*model.Reference{{Scope: s, Source: model.Groups, Key: "web", Via: &model.Via{Name: "web"}}}},
		model.Page{Scope: s, Kind: model.NodeGroups, At: at, Last: true, Err: &model.OpError{Op: "eks:ListClusters", Kind: model.NotOffered, Err: errors.New("no")}},
		model.Page{Scope: s, Kind: model.Reports, At: at, Last: true, Reports: []*model.Report{{ID: "r-1", Image: "ami-1", Created: at}}},
		model.Page{Scope: s, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{{ID: "ami-1", Accounts: []string{"2"}, At: at, Since: at}}},
		model.Page{Scope: s, Kind: model.Opinions, References: []*model.Reference{{Key: "arn", Image: "ami-1"}}},
		model.Named{Scope: s, Asked: []string{"ami-9"}, At: at}, model.Organization{ARN: "o", Accounts: []model.Member{{ID: "2"}}, At: at},
	)
	return NewArchive(inv, at, "v1")
}

func TestNoPartOfABrokenArchiveIsRead(t *testing.T) {
	file := written(t, charged(t))
	for n := range file {
		altered := bytes.Clone(file)
		altered[n] ^= 0x20
		for what, content := range map[string][]byte{"cut": file[:n], "altered": altered} {
			a, err := ReadArchive(bytes.NewReader(content))
			if _, ours := errors.AsType[*NotArchive](err); !ours {
				t.Fatalf("%s at %d: %v", what, n, err)
			}
			equal(t, what, a, Archive{})
		}
	}
	if _, err := ReadArchive(bytes.NewReader(append(file, 0))); err == nil {
		t.Error("a byte more is not met")
	}
}

func TestOpenArchiveSaysWhatIsWrong(t *testing.T) {
	dir, file := t.TempDir(), written(t, sample(t))
	for _, c := range []struct{ name, content, want string }{
		{"foreign", "PK\x03\x04 and so on, more than a mark is long", " is no inventory file of amiscope: name one that "},
		{"empty", "", " is no inventory file of amiscope: name one that "},
		{"newer", archiveMark + "99\nwhatever", " was written by a newer amiscope (format 99; this one reads " + strconv.Itoa(archiveFormat) + "): update"},
		{"older", archiveMark + "1\nwhatever", " was written by an older amiscope (format 1; this one reads " + strconv.Itoa(archiveFormat) + "): open it with"},
		{"short", string(file[:len(file)/2]), " is cut short or was altered "},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenArchive(path); err == nil || !strings.HasPrefix(err.Error(), path+c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	none := filepath.Join(dir, "none")
	if _, err := OpenArchive(none); err == nil || err.Error() != "the inventory file "+none+" cannot be opened: no such file or directory" {
		t.Error(err)
	}
}

func TestMayReplace(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"own": string(written(t, sample(t))), "newer": archiveMark + "99\n", "empty": "", "mine": "my thesis"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := MayReplace(path); (err != nil) != (name == "mine") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if MayReplace(dir) == nil || MayReplace(filepath.Join(dir, "none")) != nil {
		t.Error("a folder may be replaced, or what is not there may not be written")
	}
}

// FuzzArchive reads bytes as an inventory file, and again behind a right mark
// and checksum, so that what lies behind these is met too.
func FuzzArchive(f *testing.F) {
	file := written(f, sample(f))
	f.Add(file)
	f.Add(written(f, used(f)))
	f.Add(written(f, charged(f)))
	mark := []byte(archiveMark + strconv.Itoa(archiveFormat) + "\n")
	f.Add(file[len(mark) : len(file)-sha256.Size])
	f.Fuzz(func(t *testing.T, b []byte) {
		sealed := append(bytes.Clone(mark), b...)
		check := sha256.Sum256(sealed)
		for _, content := range [][]byte{b, append(sealed, check[:]...)} {
			a, err := ReadArchive(bytes.NewReader(content))
			if err != nil {
				continue
			}
			again, err := ReadArchive(bytes.NewReader(written(t, a)))
			if d := cmp.Diff(model.Inventory{}.Fold(a.Events()...).Scopes(), model.Inventory{}.Fold(again.Events()...).Scopes()); err != nil || d != "" {
				t.Errorf("%v, other scopes:\n%s", err, d)
			}
		}
	})
}
