package iac

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
)

const (
	web    = "ami-0a1b2c3d4e5f60718"
	db     = "ami-12345678"
	volume = "snap-0a1b2c3d4e5f60718"
)

func scan(t *testing.T, dir string) Report {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r, err := Scan(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines gives finds as "file:line id".
func lines(found []Found) []string {
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.ID))
	}
	return out
}

func compare(t *testing.T, r Report, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, lines(r.Found), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

// example is a folder with every kind of file that names images.
func example() map[string]string {
	return map[string]string{
		"main.tf": `resource "aws_instance" "web" {
  ami           = "` + web + `"
  instance_type = "t3.micro"
}
`,
		"prod.auto.tfvars": "amis = {\n  eu-west-1 = \"" + web + "\", us-east-1 = \"" + db + "\"\n}\n",
		"state/terraform.tfstate": `{
  "version": 4,
  "resources": [{
    "type": "aws_launch_template",
    "instances": [{"attributes": {
      "block_device_mappings": [{"ebs": [{"snapshot_id": "` + volume + `"}]}],
      "image_id": "` + web + `"
    }}]
  }]
}
`,
		"stack.yaml": `Mappings:
  Regions:
    eu-west-1: {HVM64: ` + web + `}
    us-east-1:
      HVM64: ` + db + `
Resources:
  Web:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !FindInMap [Regions, !Ref AWS::Region, HVM64]
`,
		"packer-manifest.json": `{"builds": [{"name": "web", "builder_type": "amazon-ebs", "artifact_id": "eu-west-1:` + web + `,us-east-1:` + db + `"}]}`,
		"build.pkr.hcl":        "source \"amazon-ebs\" \"web\" {\n  source_ami = \"" + db + "\"\n}\n",
		"deploy":               "#!/bin/sh\nexport AMI=" + web + "; run\n",
		"tool.exe":             "MZ\x00\x01\x00\n\x00default " + db + "\x00",
		"windows.ps1":          encode("\ufeff# ü\r\n$ami = '"+web+"'\r\n", 2, false),
		"none.txt":             "ami-1234567890 and miami-20240101\n",
	}
}

func TestScan(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, example())
	r := scan(t, dir)
	compare(
		t, r,
		"build.pkr.hcl:2 "+db,
		"deploy:2 "+web,
		"main.tf:2 "+web,
		"packer-manifest.json:1 "+web,
		"packer-manifest.json:1 "+db,
		"prod.auto.tfvars:2 "+web,
		"prod.auto.tfvars:2 "+db,
		"stack.yaml:3 "+web,
		"stack.yaml:5 "+db,
		"state/terraform.tfstate:6 "+volume,
		"state/terraform.tfstate:7 "+web,
		"tool.exe:2 "+db,
		"windows.ps1:2 "+web,
	)
	if r.Dir != dir || r.Files != len(example()) || r.Ignored != 0 || len(r.Skipped) != 0 {
		t.Errorf("%+v", r)
	}
	if got, want := r.Found[2].Text, `ami           = "`+web+`"`; got != want {
		t.Errorf("text %q, not %q", got, want)
	}
	if d := cmp.Diff(r, scan(t, dir)); d != "" {
		t.Errorf("the second time:\n%s", d)
	}
}

func TestScanLeavesOutWhatGitIgnores(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		".gitignore":       "*.tfstate\n.terraform/\n!keep.tfstate\n# was " + db + "\n",
		"a.tfstate":        web,
		"keep.tfstate":     web,
		".terraform/a/b":   web,
		".terraform/a/c":   web,
		"x/.gitignore":     "!a.tfstate\n/local\n",
		"x/a.tfstate":      db,
		"x/local":          web,
		"x/y/local":        db,
		".git/HEAD":        "ref: refs/heads/main",
		".git/description": web,
		".git/packed-refs": web,
		"x/z/.git":         "gitdir: ../../.git/modules/z " + web,
	})
	put(t, dir, map[string]string{".git/info/exclude": "y/secret\n", "y/secret": web, "y/open": db})
	r := scan(t, dir)
	compare(t, r, ".gitignore:4 "+db, "keep.tfstate:1 "+web, "x/a.tfstate:1 "+db, "x/y/local:1 "+db, "y/open:1 "+db)
	if r.Files != 6 || r.Ignored != 4 || len(r.Skipped) != 0 {
		t.Errorf("files %d, ignored %d, skipped %v", r.Files, r.Ignored, r.Skipped)
	}
}

func link(t *testing.T, dir, name, target string) {
	t.Helper()
	put(t, dir, map[string]string{name + ".beside": ""}) // makes the folder
	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
}

func TestScanLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	put(t, outside, map[string]string{"shared.tfvars": db, "modules/vpc.tf": db})
	put(t, dir, map[string]string{".gitignore": "hidden\n", "main.tf": web, "x/vpc.tf": web, "hidden/a.tf": db, ".git/annex/b.tf": volume})
	link(t, dir, "again.tf", "main.tf")
	link(t, dir, "x/again.tf", filepath.Join(dir, "main.tf"))
	link(t, dir, "x/loop", "..")
	link(t, dir, "loop", ".")
	link(t, dir, "self", "self")
	link(t, dir, "x/self", "../x")
	link(t, dir, "z/outer", filepath.Join(outside, "shared.tfvars"))
	link(t, dir, "z/to-ignored", "../hidden/a.tf")
	link(t, dir, "z/to-annex", "../.git/annex/b.tf")
	link(t, dir, "z/through-loop", "../x/loop/main.tf")
	link(t, dir, "gone", "nowhere")
	link(t, dir, "modules", filepath.Join(outside, "modules"))
	link(t, dir, "up", filepath.Dir(dir))
	link(t, dir, "null", os.DevNull)
	r := scan(t, dir)
	compare(t, r, "main.tf:1 "+web, "x/vpc.tf:1 "+web, "z/outer:1 "+db, "z/to-annex:1 "+volume, "z/to-ignored:1 "+db)
	var skipped []string
	for _, s := range r.Skipped {
		skipped = append(skipped, s.File)
	}
	if d := cmp.Diff([]string{"gone", "modules", "self", "up"}, skipped); d != "" {
		t.Errorf("skipped:\n%s%v", d, r.Skipped)
	}
	if !errors.Is(r.Skipped[0].Err, fs.ErrNotExist) || strings.Contains(r.Skipped[0].Err.Error(), dir) {
		t.Errorf("a link to nothing: %v", r.Skipped[0].Err)
	}
	if !strings.Contains(r.Skipped[1].Err.Error(), filepath.Join(outside, "modules")) {
		t.Errorf("a link to a folder outside: %v", r.Skipped[1].Err)
	}
}

// TestScanOfALink: the folder that is named may be a link.
func TestScanOfALink(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"infra/main.tf": web})
	link(t, dir, "infra/again.tf", "main.tf")
	link(t, dir, "here", "infra")
	r := scan(t, filepath.Join(dir, "here"))
	compare(t, r, "main.tf:1 "+web)
	if r.Dir != filepath.Join(dir, "here") {
		t.Errorf("Dir is %s", r.Dir)
	}
}

// TestScanUnreadable: what the system does not let us read is a blind spot. Root
// may read everything, so these are files that nobody can read.
func TestScanUnreadable(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"main.tf": web})
	const memory = "/proc/self/mem" // its first page is never there
	if info, err := os.Stat(memory); err == nil && info.Mode().IsRegular() {
		link(t, dir, "memory", memory)
		r := scan(t, dir)
		compare(t, r, "main.tf:1 "+web)
		if len(r.Skipped) != 1 || r.Skipped[0].File != "memory" || !errors.Is(r.Skipped[0].Err, syscall.EIO) || r.Files != 2 {
			t.Errorf("%+v", r)
		}
	}
}

// TestScanTooDeep: a folder whose path is too long for the system.
func TestScanTooDeep(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"main.tf": web})
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	for range 25 {
		name := strings.Repeat("d", 200)
		if err := root.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
		next, err := root.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := root.Close(); err != nil {
			t.Fatal(err)
		}
		root = next
	}
	r := scan(t, dir)
	compare(t, r, "main.tf:1 "+web)
	if len(r.Skipped) != 1 || !errors.Is(r.Skipped[0].Err, syscall.ENAMETOOLONG) {
		t.Errorf("%+v", r.Skipped)
	}
}

// TestScanSpecialFiles: a pipe must not make the scan wait for a writer.
func TestScanSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"main.tf": web})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	link(t, dir, "to-pipe", "pipe")
	r := scan(t, dir)
	compare(t, r, "main.tf:1 "+web)
	if len(r.Skipped) != 0 || r.Files != 2 {
		t.Errorf("%+v", r)
	}
	// One that took a file's place after the folder was listed.
	if err := new(reader).file(context.Background(), job{filepath.Join(dir, "pipe"), "pipe"}); err == nil {
		t.Error("a pipe was read")
	}
}

func TestScanNoFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"main.tf": web})
	tests := []struct {
		name, dir, want string
		is              error
	}{
		{"none", filepath.Join(dir, "none"), "there is no such folder: name one", fs.ErrNotExist},
		{"a file", filepath.Join(dir, "main.tf"), "this is a file: name the folder that it is in: --iac " + dir, nil},
		{"below a file", filepath.Join(dir, "main.tf", "x"), "cannot be looked at", syscall.ENOTDIR},
		{"no name", "", "--iac needs a folder", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Scan(context.Background(), tt.dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v", err)
			}
			if d := cmp.Diff(Report{Dir: tt.dir}, r); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestScanCancelled: the scan ends with its context, in whatever it is doing,
// and half a report is none.
func TestScanCancelled(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	for i := range 200 {
		put(t, dir, map[string]string{fmt.Sprintf("%d/main.tf", i): web})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := Scan(ctx, dir)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("before it: %v", err)
	}
	if d := cmp.Diff(Report{Dir: dir}, r); d != "" {
		t.Error(d)
	}

	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	_, err = new(search).run(ctx, &stopping{cancel: cancel}, true)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("within an endless file: %v", err)
	}

	ctx, cancel = context.WithCancel(context.Background())
	w := newWalk(dir, make(chan job)) // nobody takes the jobs
	cancel()
	if err := w.send(ctx, "0/main.tf"); !errors.Is(err, context.Canceled) {
		t.Errorf("while nobody reads: %v", err)
	}
}

// stopping is an endless file that cancels a context when it is read again.
type stopping struct {
	reads  int
	cancel context.CancelFunc
}

func (s *stopping) Read(p []byte) (int, error) {
	if s.reads++; s.reads == 3 {
		s.cancel()
	}
	return endless('x').Read(p)
}

func BenchmarkSearch(b *testing.B) {
	const size = 64 << 20
	hcl := example()["main.tf"]
	for name, text := range map[string]string{
		"state":   strings.Repeat(strings.ReplaceAll(example()["state/terraform.tfstate"], "a1b2", "xxxx"), size/400),
		"ids":     strings.Repeat(hcl, size/len(hcl)),
		"hyphens": strings.Repeat("-", size),
		"none":    strings.Repeat("x", size),
	} {
		b.Run(name, func(b *testing.B) {
			s := new(search)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := s.run(context.Background(), strings.NewReader(text), true); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScan(b *testing.B) {
	dir := b.TempDir()
	const files = 10_000
	text := strings.Repeat(strings.ReplaceAll(example()["main.tf"], web, "var.ami"), 20) // 2 kB
	for i := range files / 100 {
		for j := range 100 {
			put(b, dir, map[string]string{fmt.Sprintf("env-%d/module-%d/main.tf", i, j): text})
		}
		put(b, dir, map[string]string{fmt.Sprintf("env-%d/.gitignore", i): "*.tfstate\n.terraform/\n/local/*\n!/local/keep\n*.log\n"})
	}
	for b.Loop() {
		r, err := Scan(context.Background(), dir)
		if err != nil || r.Files != files+files/100 {
			b.Fatal(r.Files, err)
		}
	}
	b.ReportMetric(float64(files*b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric(float64(min(runtime.GOMAXPROCS(0), 4)), "readers")
}
