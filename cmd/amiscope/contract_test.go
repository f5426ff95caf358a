//go:build contract

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/cmd/internal/awstest"
	"github.com/amiscope/amiscope/model"
)

// region is where the scenarios play.
const region = "us-east-1"

// peer is an AWS that the suite runs against.
type peer struct {
	name string
	env  []string
	// deviations are the scenarios whose outcome is another one here, each with
	// the reason. A scenario that no longer deviates fails, so that the table
	// stays true.
	deviations map[string]string
}

// motoDeviates is all that moto is known to do otherwise than AWS.
var motoDeviates = map[string]string{
	"launch times are told to the owner": "moto has no LastLaunchedTime, so no image of it was ever launched",
}

// scenario is one thing in which the program and the aws command, two clients
// that share no code, must agree. It gives the difference, "" for none.
type scenario struct {
	name string
	diff func(*testing.T, peer) string
}

var scenarios = []scenario{
	{"every own image is listed once", sameImages},
	{"images in pages are the same", samePages},
	{"snapshots are the same", sameSnapshots},
	{"the account is the caller's", sameAccount},
	{"regions are those of the account", sameRegions},
	{"a tag put on by another client is seen", seesTag},
	{"filters mean the same", sameFilter},
	{"launch times are told to the owner", tellsLaunches},
}

func TestContract(t *testing.T) {
	for _, p := range []peer{fakePeer(t), motoPeer(t)} {
		t.Run(p.name, func(t *testing.T) {
			for _, v := range append(p.env, "AWS_PROFILE=", "AWS_SESSION_TOKEN=") {
				name, value, _ := strings.Cut(v, "=")
				t.Setenv(name, value)
			}
			for _, s := range scenarios {
				t.Run(s.name, func(t *testing.T) { check(t, p, s) })
			}
		})
	}
}

func check(t *testing.T, p peer, s scenario) {
	diff, why := s.diff(t, p), p.deviations[s.name]
	switch {
	case diff != "" && why == "":
		t.Error(diff)
	case diff == "" && why != "":
		t.Errorf("%s no longer deviates: %s", p.name, why)
	}
}

func fakePeer(t *testing.T) peer {
	s := fakeaws.New(fakeaws.Options{Fleet: fleet.Config{Accounts: 2, Regions: 3, Images: 250}, ShortEvery: 3, EmptyEvery: 5})
	ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", s)
	if err != nil {
		t.Fatal(err)
	}
	return peer{name: "fakeaws", env: append(s.Env(ln.URL), noFiles(t)...)}
}

func motoPeer(t *testing.T) peer {
	p := peer{name: "moto", deviations: motoDeviates, env: motoEnv(t)}
	seed(t, p)
	return p
}

// motoEnv points to a moto_server of the test's own.
func motoEnv(t *testing.T) []string {
	return append([]string{
		"AWS_ENDPOINT_URL=" + awstest.Moto(t).URL, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
	}, noFiles(t)...)
}

// noFiles keeps the user's AWS files and proxies out.
func noFiles(t *testing.T) []string {
	dir := t.TempDir()
	return []string{
		"AWS_CONFIG_FILE=" + filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// seed registers images in moto: with snapshots of their own and a shared one,
// tags, another architecture, and names that need care on the wire.
func seed(t *testing.T, p peer) {
	volume := p.aws(t, "ec2", "create-volume", "--availability-zone", region+"a", "--size", "8")["VolumeId"]
	for i, im := range []struct{ name, arch, tags string }{
		{"web-2026.10.1", "x86_64", "{Key=owner,Value=core}"},
		{"web-2026.10.2", "arm64", "{Key=owner,Value=core},{Key=env,Value=prod}"},
		{"käse & <brot>", "x86_64", "{Key=note,Value=a b}"},
		{"日本語", "arm64", "{Key=wide,Value=値}"},
	} {
		snapshot := p.aws(t, "ec2", "create-snapshot", "--volume-id", fmt.Sprint(volume))["SnapshotId"]
		p.aws(t, "ec2", "register-image", "--name", im.name, "--architecture", im.arch, "--root-device-name", "/dev/xvda",
			"--virtualization-type", "hvm", "--ena-support", "--description", fmt.Sprintf("image %d", i),
			"--block-device-mappings", fmt.Sprintf("DeviceName=/dev/xvda,Ebs={SnapshotId=%v,VolumeSize=8,VolumeType=gp3}", snapshot),
			"--tag-specifications", "ResourceType=image,Tags=["+im.tags+"]")
	}
}

// aws runs the aws command and gives its answer.
func (p peer) aws(t *testing.T, args ...string) map[string]any {
	t.Helper()
	out := awstest.AWSCLI(t, p.env, append(args, "--region", region, "--output", "json")...)
	answer := map[string]any{}
	if strings.TrimSpace(out) == "" { // calls without an answer
		return answer
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return answer
}

// answer is what the program prints.
type answer struct {
	Images []model.Document      `json:"images"`
	Scopes []model.ScopeDocument `json:"scopes"`
}

// amiscope runs the program's list, anew and with nothing cached.
func amiscope(t *testing.T, args ...string) answer {
	t.Helper()
	var out, problem bytes.Buffer
	dir := t.TempDir()
	h := host{out: &out, err: &problem, env: os.Getenv, now: time.Now, dirs: dirs{dir, dir, dir}}
	if code := run(t.Context(), h, append([]string{"list", "-o", "json"}, args...)); code != exitDone {
		t.Fatalf("exit code %d: %s", code, problem.String())
	}
	var a answer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// list gives the objects of a list in an answer of the aws command.
func list(t *testing.T, answer map[string]any, name string) []map[string]any {
	t.Helper()
	items, ok := answer[name].([]any)
	if !ok {
		t.Fatalf("no list %s in %v", name, answer)
	}
	out := make([]map[string]any, len(items))
	for i, it := range items {
		out[i], _ = it.(map[string]any)
	}
	return out
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// fact is an image as both clients tell it.
type fact struct {
	ID, Name, Owner, State, Architecture, RootType, Created, Description string
	Devices                                                              int
	Snapshots, Tags                                                      []string
}

func factOf(d model.Document) fact {
	f := fact{
		ID: d.ID, Name: d.Name, Owner: d.Account, State: d.State, Architecture: d.Architecture, RootType: d.RootDeviceType,
		Devices: len(d.Devices), Description: *d.Description,
	}
	if d.Created != nil {
		f.Created = d.Created.Format(time.RFC3339)
	}
	for _, s := range d.Snapshots {
		f.Snapshots = append(f.Snapshots, s.ID)
	}
	for k, v := range d.Tags {
		f.Tags = append(f.Tags, k+"="+v)
	}
	return f.sorted()
}

func rawFact(t *testing.T, im map[string]any) fact {
	f := fact{
		ID: text(im["ImageId"]), Name: text(im["Name"]), Owner: text(im["OwnerId"]), State: text(im["State"]),
		Architecture: text(im["Architecture"]), RootType: text(im["RootDeviceType"]), Description: text(im["Description"]),
	}
	if at, err := time.Parse(time.RFC3339, text(im["CreationDate"])); err == nil {
		f.Created = at.Truncate(time.Second).Format(time.RFC3339)
	}
	if im["BlockDeviceMappings"] != nil {
		devices := list(t, im, "BlockDeviceMappings")
		f.Devices = len(devices)
		for _, d := range devices {
			if ebs, ok := d["Ebs"].(map[string]any); ok && ebs["SnapshotId"] != nil {
				f.Snapshots = append(f.Snapshots, text(ebs["SnapshotId"]))
			}
		}
	}
	if im["Tags"] != nil {
		for _, tag := range list(t, im, "Tags") {
			f.Tags = append(f.Tags, text(tag["Key"])+"="+text(tag["Value"]))
		}
	}
	return f.sorted()
}

func (f fact) sorted() fact {
	slices.Sort(f.Snapshots)
	f.Snapshots = slices.Compact(f.Snapshots)
	slices.Sort(f.Tags)
	return f
}

func byID(facts []fact) []fact {
	slices.SortFunc(facts, func(a, b fact) int { return strings.Compare(a.ID, b.ID) })
	return facts
}

func ours(t *testing.T, args ...string) []fact {
	t.Helper()
	var out []fact
	for _, d := range amiscope(t, append(args, "--region", region)...).Images {
		out = append(out, factOf(d))
	}
	return byID(out)
}

func theirs(t *testing.T, p peer, args ...string) []fact {
	t.Helper()
	args = append([]string{"ec2", "describe-images", "--owners", "self", "--include-disabled", "--include-deprecated"}, args...)
	var out []fact
	for _, im := range list(t, p.aws(t, args...), "Images") {
		out = append(out, rawFact(t, im))
	}
	return byID(out)
}

func sameImages(t *testing.T, p peer) string {
	want := theirs(t, p)
	if len(want) < 4 {
		t.Fatalf("%d images prove nothing", len(want))
	}
	return cmp.Diff(want, ours(t))
}

func samePages(t *testing.T, p peer) string {
	return cmp.Diff(theirs(t, p), theirs(t, p, "--page-size", "3"))
}

func sameSnapshots(t *testing.T, p peer) string {
	want := map[string]string{}
	for _, s := range list(t, p.aws(t, "ec2", "describe-snapshots", "--owner-ids", "self"), "Snapshots") {
		want[text(s["SnapshotId"])] = text(s["State"]) + " " + text(s["VolumeSize"])
	}
	var b strings.Builder
	for _, d := range amiscope(t, "--region", region).Images {
		for _, s := range d.Snapshots {
			got := "gone"
			if s.State != nil {
				got = *s.State + " " + text(*s.SizeBytes>>30)
			}
			if w, ok := want[s.ID]; ok && w != got {
				fmt.Fprintf(&b, "%s: %s, want %s\n", s.ID, got, w)
			}
		}
	}
	return b.String()
}

func sameAccount(t *testing.T, p peer) string {
	want := text(p.aws(t, "sts", "get-caller-identity")["Account"])
	for _, s := range amiscope(t, "--region", region).Scopes {
		if *s.Account != want {
			return *s.Account + " is not " + want
		}
	}
	return ""
}

func sameRegions(t *testing.T, p peer) string {
	enabled := func(all []map[string]any) (open, closed int) {
		for _, r := range all {
			if r["OptInStatus"] == "not-opted-in" {
				closed++
				continue
			}
			open++
		}
		return open, closed
	}
	open, closed := enabled(list(t, p.aws(t, "ec2", "describe-regions", "--all-regions"), "Regions"))
	gotOpen, gotClosed := 0, 0
	for _, s := range amiscope(t).Scopes {
		if s.State == model.ScopeDisabled {
			gotClosed++
			continue
		}
		gotOpen++
	}
	if closed == 0 {
		return "no region is closed"
	}
	return cmp.Diff([]int{open, closed}, []int{gotOpen, gotClosed})
}

func seesTag(t *testing.T, p peer) string {
	id := ours(t)[0].ID
	p.aws(t, "ec2", "create-tags", "--resources", id, "--tags", "Key=contract,Value=yes")
	found := ours(t, "tag.contract:yes")
	p.aws(t, "ec2", "delete-tags", "--resources", id, "--tags", "Key=contract")
	if len(found) != 1 || found[0].ID != id {
		return fmt.Sprintf("%d images with the tag of %s", len(found), id)
	}
	if after := ours(t, "tag.contract:yes"); len(after) > 0 {
		return "the tag stayed"
	}
	return ""
}

func sameFilter(t *testing.T, p peer) string {
	return cmp.Diff(theirs(t, p, "--filters", "Name=architecture,Values=arm64"), ours(t, "arch:arm64"))
}

func tellsLaunches(t *testing.T, p peer) string {
	want := 0
	for _, im := range list(t, p.aws(t, "ec2", "describe-images", "--owners", "self", "--include-disabled"), "Images") {
		if im["LastLaunchedTime"] != nil {
			want++
		}
	}
	if want == 0 {
		return "no image was launched"
	}
	return cmp.Diff(want, len(ours(t, "!launched:never")))
}
