package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
)

// dayLong is a day of the tests.
const dayLong = 24 * time.Hour

// ourImage is the image that the tests are about.
const ourImage = fleet.ID(0xa11)

// company is an AWS of two accounts with one image each, of which the second
// account may launch the first.
type company struct {
	home, guest string // ids of the accounts
	region      string
	f           *fleet.Fleet
}

func (c company) at(before time.Duration) fleet.Time {
	return fleet.Time(fleet.Epoch.Add(-before).UnixMilli())
}

func (c company) instance(owner, state string, since time.Duration) {
	in := fleet.Instance{ID: 0x1, Owner: owner, Region: c.region, Image: ourImage, State: state, Launched: c.at(since + dayLong)}
	if state == "stopped" {
		in.Stopped = c.at(since)
	}
	c.f.Instances = append(c.f.Instances, in)
}

func (c company) share(p fleet.Permission) {
	im := &c.f.Images[slices.IndexFunc(c.f.Images, func(im fleet.Image) bool { return im.ID == ourImage })]
	im.Permissions = append(im.Permissions, p)
}

// incorporate lets the stage reach a company, by a profile for each account.
func (s *stage) incorporate(t *testing.T, world func(company), rules ...string) {
	t.Helper()
	o := fakeaws.Options{Fleet: fleet.Config{Accounts: 2, Regions: 1}, Bare: true, World: func(f *fleet.Fleet) {
		c := company{home: f.Accounts[0].ID, guest: f.Accounts[1].ID, region: f.Enabled()[0], f: f}
		f.Images = []fleet.Image{{ID: ourImage, Owner: c.home, Region: c.region, Name: "web-1.0", Life: fleet.Life{Created: c.at(400 * dayLong)}}}
		world(c)
	}}
	for _, text := range rules {
		r, err := fakeaws.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Denied = append(o.Denied, r)
	}
	s.reach(t, fakeaws.New(o))
}

// reach lets the stage reach an AWS, by a profile for each account.
func (s *stage) reach(t *testing.T, server *fakeaws.Server) {
	t.Helper()
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	dir := t.TempDir()
	if err := server.WriteConfig(&config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none"),
		"AWS_ENDPOINT_URL": ln.URL, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "",
	} {
		t.Setenv(name, value)
	}
	s.env = func(name string) string {
		return map[string]string{"AWS_ENDPOINT_URL": "one AWS, whatever its port", "USER": "ann"}[name]
	}
}

// verdict is what -o json says of our image.
func (s *stage) verdict(t *testing.T) model.UsageDocument {
	t.Helper()
	var answer struct{ Images []model.Document }
	if err := json.Unmarshal(s.stdout.Bytes(), &answer); err != nil {
		t.Fatalf("%v in %s%s", err, s.stdout.String(), s.stderr.String())
	}
	if len(answer.Images) != 1 || answer.Images[0].Usage == nil {
		t.Fatalf("no verdict, or several, in %s", s.stdout.String())
	}
	return *answer.Images[0].Usage
}

// evidence and blind spots in short.
func short(d model.UsageDocument) (evidence, blind []string) {
	for _, e := range d.Evidence {
		evidence = append(evidence, e.Kind+" "+e.Title)
	}
	for _, b := range d.Blind {
		blind = append(blind, b.Source+": "+b.What)
	}
	return evidence, blind
}

// TestVerdicts: every word, from AWS's answers to what is printed.
func TestVerdicts(t *testing.T) {
	stranger := fleet.Permission{Account: "999988887777"}
	for _, tt := range []struct {
		name     string
		world    func(company)
		deny     []string
		args     []string
		verdict  string
		evidence []string
		blind    []string
		code     int
	}{
		{name: "nothing names it", world: func(company) {}, verdict: "unused"},
		{
			name: "an instance runs on it", world: func(c company) { c.instance(c.home, "running", dayLong) },
			verdict: "used", evidence: []string{"instance i-00000001"}, blind: []string{"permissions: launch permissions: not read yet"},
		},
		{
			name: "an instance of another account runs on it", world: func(c company) {
				c.share(fleet.Permission{Account: c.guest})
				c.instance(c.guest, "running", dayLong)
			},
			verdict: "used", evidence: []string{"instance i-00000001"}, blind: []string{"permissions: launch permissions: not read yet"},
		},
		{
			name: "an instance was stopped long ago", world: func(c company) { c.instance(c.home, "stopped", 200*dayLong) },
			verdict: "probable", evidence: []string{"instance i-00000001"}, blind: []string{"permissions: launch permissions: not read yet"},
		},
		{
			name: "shared with an account that was read", world: func(c company) { c.share(fleet.Permission{Account: c.guest}) },
			verdict: "unused",
		},
		{
			name: "shared with an account that was not", world: func(c company) { c.share(stranger) },
			verdict: "unknown", blind: []string{"images: account 999988887777 is not among the accounts read"},
		},
		{
			name: "shared with everybody", world: func(c company) { c.share(fleet.Permission{Group: "all"}) },
			verdict: "unknown", blind: []string{"reports: it is public: anybody may be using it"},
		},
		{
			name: "shared with the organization", world: func(c company) { c.share(fleet.Permission{Organization: c.f.Organization.ARN}) },
			verdict: "unused",
		},
		{
			name: "a source is denied", world: func(company) {}, deny: []string{"*/*/autoscaling:DescribeAutoScalingGroups"},
			verdict: "unknown", blind: []string{"groups: Auto Scaling groups: denied"}, code: exitPartial,
		},
		{
			name: "a source is denied in the account that may launch it", world: func(c company) { c.share(fleet.Permission{Account: c.guest}) },
			deny: []string{"acme-prod/*/eks:*"}, verdict: "unknown", blind: []string{"eks: EKS node groups: denied"}, code: exitPartial,
		},
		{
			name: "a source is denied in an account that may not", world: func(company) {}, deny: []string{"acme-prod/*/eks:*"}, verdict: "unused",
		},
		{
			name: "launch permissions are denied", world: func(company) {}, deny: []string{"*/*/ec2:DescribeImageAttribute"},
			verdict: "unknown", blind: []string{"permissions: launch permissions: denied"}, code: exitPartial,
		},
		{
			name: "a source is denied, and another shows a use", world: func(c company) { c.instance(c.home, "running", dayLong) },
			deny: []string{"*/*/batch:*"}, verdict: "used", evidence: []string{"instance i-00000001"},
			blind: []string{"batch: Batch compute environments: denied", "permissions: launch permissions: not read yet"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.incorporate(t, tt.world, tt.deny...)
			s.want(t, tt.code, append([]string{"usage", ourImage.Image(), "--all-profiles", "-o", "json"}, tt.args...)...)
			got := s.verdict(t)
			evidence, blind := short(got)
			if got.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s", got.Verdict, tt.verdict)
			}
			if d := cmp.Diff([][]string{tt.evidence, tt.blind}, [][]string{evidence, blind}); d != "" {
				t.Error(d)
			}
		})
	}
}

// configured gives the stage a config file.
func (s *stage) configured(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(s.dirs.config, "amiscope", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWaivedSource: what the config waives is not asked for, makes nothing
// unknown, and is named.
func TestWaivedSource(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(company) {}, "*/*/batch:*")
	s.want(t, exitPartial, "usage", ourImage.Image(), "--all-profiles", "-o", "json")
	s.configured(t, "usage.waive = [\"batch\"]\n")
	s.want(t, exitDone, "usage", ourImage.Image(), "--all-profiles", "-o", "json", "--max-age", "0s")
	got := s.verdict(t)
	if got.Verdict != "unused" || !slices.Contains(got.Caveats, "Batch compute environments are waived by the config") {
		t.Errorf("%+v", got)
	}
	s.want(t, exitDone, "list", "usage:unused", "--all-profiles", "-o", "json")
	if s.verdict(t); s.stderr.Len() > 0 {
		t.Errorf("of a waived source is told: %s", s.stderr.String())
	}
}

// TestPolicyOfTheConfig: how old a stopped instance must be to count less.
func TestPolicyOfTheConfig(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(c company) { c.instance(c.home, "stopped", 10*dayLong) })
	for policy, want := range map[string]string{"": "used", "[usage]\nstopped = \"9d\"\n": "probable", "[usage]\nstopped = \"11d\"\n": "used"} {
		s.configured(t, policy)
		s.want(t, exitDone, "usage", ourImage.Image(), "--all-profiles", "-o", "json")
		if got := s.verdict(t); got.Verdict != want {
			t.Errorf("with %q: %s, want %s", policy, got.Verdict, want)
		}
	}
}

// TestStory14FilesUseImages: an id in a folder is evidence, with its line; a file that
// cannot be read leaves unused images unknown; a folder must be there.
func TestStory14FilesUseImages(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(company) {})
	dir := filepath.Join(t.TempDir(), "infra")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ask := []string{"usage", ourImage.Image(), "--all-profiles", "-o", "json", "--iac", dir}
	s.want(t, exitDone, ask...)
	if got := s.verdict(t); got.Verdict != "unused" {
		t.Errorf("an empty folder: %+v", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("# ours\nami = \""+ourImage.Image()+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.want(t, exitDone, append(ask, "--iac", dir+"/")...)
	got := s.verdict(t)
	evidence, _ := short(got)
	if d := cmp.Diff([]string{"file " + dir + "/main.tf:2"}, evidence); d != "" || got.Verdict != "used" {
		t.Errorf("%s: %s", got.Verdict, d)
	}
	s.want(t, exitUsage, "list", "--iac", filepath.Join(dir, "none"))
	has(t, s.stderr.String(), "amiscope: --iac "+dir+"/none: there is no such folder")
	s.want(t, exitUsage, "usage", "x", "--iac", "")
}

// TestUsageIsKept: without AWS, and from an inventory file, verdicts are the
// same; when what was read is too old to be evidence, they are unknown.
func TestUsageIsKept(t *testing.T) {
	s := newStage(t)
	now := fleet.Epoch
	s.now = func() time.Time { return now }
	second := fleet.ID(0xb22)
	s.incorporate(t, func(c company) {
		c.instance(c.home, "running", dayLong)
		c.f.Images = append(c.f.Images, fleet.Image{ID: second, Owner: c.home, Region: c.region, Name: "db-1.0"})
		c.f.Images = append(c.f.Images, fleet.Image{
			ID: 0xc33, Owner: c.home, Region: c.region, Name: "org-1.0", Permissions: []fleet.Permission{{Organization: c.f.Organization.ARN}},
		})
	})
	file := filepath.Join(t.TempDir(), "inventory")
	s.want(t, exitDone, "scan", "--all-profiles", "-o", file)
	has(t, s.stdout.String(), "3 images, ", " and 1 reference in 2 accounts", "\nimages by usage: used 1, probable 0, unknown 0, unused 2\n")
	show := []string{"list", "--columns", "id,usage", "-o", "csv", "--sort", "id"}
	want := "id,usage\nami-00000a11,used\nami-00000b22,unused\nami-00000c33,unused\n"
	for _, where := range [][]string{{"--all-profiles"}, {"--all-profiles", "--offline"}, {"--from", file}} {
		s.want(t, exitDone, append(show, where...)...)
		if d := cmp.Diff(want, s.stdout.String()); d != "" {
			t.Errorf("%v: %s", where, d)
		}
	}
	now = now.Add(25 * time.Hour)
	for _, where := range [][]string{{"--all-profiles", "--offline"}, {"--from", file}} {
		s.want(t, exitDone, append([]string{"list", "usage:unknown", "--columns", "id", "-o", "csv", "--sort", "id"}, where...)...)
		if d := cmp.Diff("id\nami-00000b22\nami-00000c33\n", s.stdout.String()); d != "" {
			t.Errorf("a day later, %v: %s", where, d)
		}
		s.want(t, exitDone, append([]string{"list", "usage:unused", "-o", "jsonl"}, where...)...)
		if s.stdout.Len() > 0 {
			t.Errorf("a day later, %v, something is still unused: %s", where, s.stdout.String())
		}
	}
	s.want(t, exitDone, append(show, "--all-profiles")...)
	if d := cmp.Diff(want, s.stdout.String()); d != "" {
		t.Errorf("read again: %s", d)
	}
}

// TestListReadsNoUsageUnasked: usage sources are read only where usage is named;
// what is known of them is told.
func TestListReadsNoUsageUnasked(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(c company) { c.instance(c.home, "running", dayLong) })
	log := filepath.Join(s.dirs.state, "log")
	if err := os.MkdirAll(s.dirs.state, 0o700); err != nil {
		t.Fatal(err)
	}
	calls := func(args ...string) string {
		t.Helper()
		if err := os.RemoveAll(log); err != nil {
			t.Fatal(err)
		}
		s.want(t, exitDone, append(args, "--all-profiles", "--log", log, "--max-age", "0s")...)
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if text := calls("list", "-o", "json"); strings.Contains(text, "DescribeInstances") || strings.Contains(text, "DescribeImageAttribute") {
		t.Error("list reads usage unasked")
	}
	has(t, s.stdout.String(), `"usage":null,"permissions":{"read":false,"readAt":null,"public":false,"accounts":null`)
	for _, args := range [][]string{{"list", "usage:used"}, {"list", "references>0"}, {"list", "--columns", "usage"}, {"list", "--sort", "-usage"}} {
		if text := calls(args...); !strings.Contains(text, "DescribeInstances") || strings.Contains(text, "DescribeImageAttribute") {
			t.Errorf("%v does not read the sources, or permissions that decide nothing", args)
		}
	}
	if text := calls("list", "-o", "json"); strings.Contains(text, "DescribeInstances") {
		t.Error("list reads usage unasked")
	}
	has(t, s.stdout.String(), `"usage":{"verdict":"used","evidence":[{"kind":"instance",`)
}

// TestOnlyWhatMattersIsSettled: launch permissions are read of images that the
// filter may show, and of no other.
func TestOnlyWhatMattersIsSettled(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(c company) {
		for i := range 20 {
			c.f.Images = append(c.f.Images, fleet.Image{ID: fleet.ID(0xd000 + i), Owner: c.home, Region: c.region, Name: "other"})
		}
	})
	for _, filter := range [][]string{{"list", "usage:unused", "name:web*"}, {"usage", ourImage.Image()}, {"usage", "name:web*"}} {
		log := filepath.Join(t.TempDir(), "log")
		s.want(t, exitDone, append(filter, "--all-profiles", "--log", log)...)
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "DescribeImageAttribute"); filter[0] == "list" && n != 1 || n > 1 {
			t.Errorf("%v: %d images were asked about", filter, n)
		}
	}
}

// TestSecondOpinion: what AWS itself knows and the sweep does not is evidence.
func TestSecondOpinion(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(c company) {
		t := fleet.Template{ID: 0x7e, Owner: c.home, Region: c.region, Name: "web", Default: 3, Created: c.at(300 * dayLong)}
		for i, image := range []string{ourImage.Image(), "ami-0000ffff", "ami-0000ffff"} {
			t.Versions = append(t.Versions, fleet.TemplateVersion{Number: i + 1, Created: c.at(200 * dayLong), Image: image})
		}
		c.f.Templates = append(c.f.Templates, t)
	})
	ask := []string{"usage", ourImage.Image(), "--all-profiles", "-o", "json"}
	s.want(t, exitDone, ask...)
	if got := s.verdict(t); got.Verdict != "unused" {
		t.Errorf("an old version of a template is not read: %+v", got)
	}
	s.want(t, exitDone, append(ask, "--ask-aws")...)
	got := s.verdict(t)
	evidence, _ := short(got)
	if d := cmp.Diff([]string{"by AWS lt-0000007e"}, evidence); d != "" || got.Verdict != "used" {
		t.Errorf("%s: %s", got.Verdict, d)
	}
	s.configured(t, "usage.template_versions = \"all\"\n")
	s.want(t, exitDone, append(ask, "--max-age", "0s")...)
	got = s.verdict(t)
	evidence, _ = short(got)
	if d := cmp.Diff([]string{"template web v1 of 3"}, evidence); d != "" || got.Verdict != "probable" {
		t.Errorf("%s: %s", got.Verdict, d)
	}
	s.want(t, exitUsage, append(ask, "--ask-aws", "--offline")...)
	has(t, s.stderr.String(), "--ask-aws asks AWS")
}

// TestDeniedOpinion: that AWS could not be asked is told, and makes the answer
// partial.
func TestDeniedOpinion(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(company) {}, "*/*/ec2:DescribeImageReferences")
	s.want(t, exitPartial, "usage", ourImage.Image(), "--all-profiles", "--ask-aws")
	has(t, s.stderr.String(), "AWS was not asked what names the images: ", "ec2:DescribeImageReferences: denied")
}

// TestUsageOfWhatIsNotThere: ids that nobody has are named.
func TestUsageOfWhatIsNotThere(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(company) {})
	s.want(t, exitFailed, "usage", "ami-0000dead", "--all-profiles")
	has(t, s.stderr.String(), "amiscope: no image has the id ami-0000dead")
	s.want(t, exitPartial, "usage", "ami-0000dead", ourImage.Image(), "--all-profiles")
	has(t, s.stderr.String(), "amiscope: no image has the id ami-0000dead")
	has(t, s.stdout.String(), ourImage.Image())
	s.want(t, exitDone, "usage", "name:nothing", "--all-profiles")
	s.want(t, exitUsage, "usage")
}

// TestMissingSourcesAreTold in one line an account, source and reason, however
// many regions lack it.
func TestMissingSourcesAreTold(t *testing.T) {
	s := newStage(t)
	if code := s.do(t.Context(), "demo", "list", "usage:unused", "--accounts", "2", "--regions", "4", "--images", "60", "--deny", "acme-prod/*/batch:*"); code != exitPartial {
		t.Fatalf("exit code %d: %s", code, s.stderr.String())
	}
	if n := strings.Count(s.stderr.String(), "batch:DescribeComputeEnvironments: denied"); n != 1 {
		t.Errorf("told %d times: %s", n, s.stderr.String())
	}
	has(t, s.stderr.String(), "amiscope: acme-prod, 4 regions, Batch compute environments not read: ")
	s.want(t, exitDone, "demo", "list", "--accounts", "2", "--regions", "4", "--images", "60", "--deny", "acme-prod/*/batch:*")
}

// TestSetAside: a reference that a person has set aside does not count, is shown
// with who and why, and counts again when that is taken back or over.
func TestSetAside(t *testing.T) {
	s := newStage(t)
	now := fleet.Epoch
	s.now = func() time.Time { return now }
	var home, region string
	s.incorporate(t, func(c company) {
		home, region = c.home, c.region
		c.instance(c.home, "running", dayLong)
	})
	a := newApp(s.host)
	aside := model.Aside{
		Scope: model.Scope{Account: home, Region: region}, Source: model.Instances, Key: "i-00000001", Image: ourImage.Image(),
		Reason: "a test", Until: now.Add(10 * dayLong),
	}
	all, err := a.setAside(aside, false)
	if err != nil || len(all) != 1 || all[0].Who != "ann" || !all[0].At.Equal(now) {
		t.Fatalf("%+v, %v", all, err)
	}
	ask := func(verdict string, counts bool) {
		t.Helper()
		s.want(t, exitDone, "usage", ourImage.Image(), "--all-profiles", "-o", "json")
		if got := s.verdict(t); got.Verdict != verdict || len(got.Evidence) != 1 || got.Evidence[0].Counts != counts {
			t.Errorf("%+v", got)
		}
	}
	ask("unused", false)
	has(t, s.stdout.String(), `"aside":"a test","asideBy":"ann","asideUntil":"2026-11-11T00:00:00Z"`)
	now = now.Add(10 * dayLong)
	ask("used", true)
	now = now.Add(-9 * dayLong)
	ask("unused", false)
	if all, err = a.setAside(aside, true); err != nil || len(all) != 0 {
		t.Fatalf("taken back: %+v, %v", all, err)
	}
	ask("used", true)
}

// TestDamagedJournal: what cannot be read sets nothing aside, and is told.
func TestDamagedJournal(t *testing.T) {
	s := newStage(t)
	s.incorporate(t, func(c company) { c.instance(c.home, "running", dayLong) })
	path := filepath.Join(s.dirs.state, "amiscope", "journal.jsonl")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.want(t, exitDone, "usage", ourImage.Image(), "--all-profiles", "-o", "json")
	has(t, s.stderr.String(), path)
	if got := s.verdict(t); got.Verdict != "used" {
		t.Errorf("%+v", got)
	}
}
