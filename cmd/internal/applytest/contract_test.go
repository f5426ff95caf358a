//go:build contract

package applytest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/cmd/internal/awstest"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// shell runs the commands of a plan, as somebody who pastes them into a terminal.
func shell(t *testing.T, env []string, p plan.Plan) {
	t.Helper()
	script := "set -e\n" + strings.Join(plan.Commands(p), "\n")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=C.UTF-8", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true"}, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s\n%v\n%s", script, err, out.String())
	}
}

// TestPrintedCommandsDoTheSame: the commands of a plan, run by the real aws, leave the
// state that apply leaves.
func TestPrintedCommandsDoTheSame(t *testing.T) {
	tried := map[plan.Deed]bool{}
	for _, d := range deeds() {
		if tried[d.deed] { // each run of aws takes a second
			continue
		}
		tried[d.deed] = true
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			o, fill := fakeaws.Options{Delays: fakeaws.Delays{Copying: time.Millisecond}}, companyOf(time.Now())
			one, two := open(t, o, fill), open(t, o, fill)
			p := one.request(d)
			r := one.run(p)
			one.done(&r)
			ln, err := fakeaws.Listen(t.Context(), "127.0.0.1:0", two.server)
			must(t, err)
			shell(t, two.server.Env(ln.URL), p)
			if diff := gocmp.Diff(timeless(one.state()), timeless(two.state())); diff != "" {
				t.Errorf("(-apply +aws):\n%s", diff)
			}
		})
	}
}

var taskTime = regexp.MustCompile(`Task created on .*`)

// timeless leaves out when what deeds make was made.
func timeless(in map[string]thing) map[string]thing {
	for id, x := range in {
		x.Description = taskTime.ReplaceAllString(x.Description, "")
		if x.Created > 0 && time.Since(time.UnixMilli(int64(x.Created))) < day {
			x.Created = 0
		}
		in[id] = x
	}
	return in
}

const (
	motoAccount = "123456789012"
	partner     = "111122223333"
	motoPartner = "444455556666"
)

// motoDeeds are what moto has, each with an image of its own.
func motoDeeds() []struct {
	image   string
	deed    plan.Deed
	options plan.Options
} {
	return []struct {
		image   string
		deed    plan.Deed
		options plan.Options
	}{
		{"copied", plan.Copy, plan.Options{Regions: []string{"eu-west-1"}, Name: "the copy"}},
		{"shared", plan.Share, plan.Options{Accounts: []string{partner}, Snapshots: true}},
		{"unshared", plan.Unshare, plan.Options{Accounts: []string{motoPartner}}},
		{"tagged", plan.Tag, plan.Options{Set: map[string]string{"team": "b", "wide": "値"}, Remove: []string{"old"}}},
		{"deleted", plan.Delete, plan.Options{KeepSnapshots: true}},
	}
}

// motoWorld is a moto with an image for each deed, whose ids are the same each time.
type motoWorld struct {
	*world
	url string
	ids map[string]string // of images, by name
}

func openMoto(t *testing.T, m *awstest.Server) motoWorld {
	t.Helper()
	m.Reset(t)
	m.Seed(t, 42)
	w := motoWorld{&world{t: t, accounts: []string{motoAccount}, regions: []string{"us-east-1", "eu-west-1"}, kinds: model.Kinds()}, m.URL, map[string]string{}}
	for _, d := range motoDeeds() {
		w.ids[d.image] = w.made("imageId", "RegisterImage", "Name", d.image, "Architecture", "x86_64", "VirtualizationType", "hvm")
		w.ask("us-east-1", "CreateTags", "ResourceId.1", w.ids[d.image], "Tag.1.Key", "team", "Tag.1.Value", "a", "Tag.2.Key", "old", "Tag.2.Value", "x")
	}
	w.ask("us-east-1", "ModifyImageAttribute", "ImageId", w.ids["unshared"], "LaunchPermission.Add.1.UserId", motoPartner)
	w.enter(t, awsclient.Options{
		Static: []awsclient.StaticAccount{{Name: "moto", AccessKey: "test", Secret: "test", Region: "us-east-1"}}, Regions: w.regions, Endpoint: m.URL,
		Transport: roundTripper(notOffered),
	})
	return w
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// notOffered has moto say of a call that it does not have what AWS would: its own page
// is that of an outage, which the SDK tries again for a minute.
func notOffered(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusInternalServerError && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		resp.StatusCode = http.StatusNotFound
	}
	return resp, err
}

// ask calls EC2 by hand, and gives the answer as it came.
func (w motoWorld) ask(region, action string, params ...string) string {
	w.t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url, strings.NewReader(form.Encode()))
	must(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/ec2/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	must(w.t, err)
	body, err := io.ReadAll(resp.Body)
	must(w.t, errors.Join(err, resp.Body.Close()))
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s: %s", action, resp.Status, body)
	}
	return string(body)
}

// made is the id of something that was just made.
func (w motoWorld) made(element, action string, params ...string) string {
	w.t.Helper()
	_, rest, _ := strings.Cut(w.ask("us-east-1", action, params...), "<"+element+">")
	id, _, _ := strings.Cut(rest, "<")
	return id
}

// told is what moto tells of its images and snapshots, but for ids of what was made
// since, and times.
func (w motoWorld) told(before string) string {
	w.t.Helper()
	var out []string
	for _, region := range w.regions {
		images := w.ask(region, "DescribeImages", "Owner.1", "self")
		snapshots := w.ask(region, "DescribeSnapshots", "Owner.1", "self")
		out = append(out, images, snapshots)
		for _, id := range unique(imageIDs.FindAllString(images, -1)) {
			out = append(out, w.ask(region, "DescribeImageAttribute", "ImageId", id, "Attribute", "launchPermission"))
		}
		for _, id := range unique(snapshotIDs.FindAllString(snapshots, -1)) {
			out = append(out, w.ask(region, "DescribeSnapshotAttribute", "SnapshotId", id, "Attribute", "createVolumePermission"))
		}
	}
	text := passing.ReplaceAllString(strings.ReplaceAll(strings.Join(out, "\n"), "><", ">\n<"), "")
	return anyID.ReplaceAllStringFunc(text, func(id string) string {
		if before != "" && !strings.Contains(before, id) {
			return id[:strings.IndexByte(id, '-')] + "-new"
		}
		return id
	})
}

var (
	imageIDs    = regexp.MustCompile(`ami-[0-9a-f]+`)
	snapshotIDs = regexp.MustCompile(`snap-[0-9a-f]+`)
	anyID       = regexp.MustCompile(`(ami|snap|vol)-[0-9a-f]+`)
	passing     = regexp.MustCompile(`<(requestId|creationDate|startTime)>[^<]*</[A-Za-z]+>`)
)

func unique(in []string) []string { return slices.Compact(slices.Sorted(slices.Values(in))) }

// TestDeedsOnMoto: what apply does on an AWS that we did not write is what the plans
// say, and what their printed commands do.
func TestDeedsOnMoto(t *testing.T) {
	m := awstest.Moto(t)
	w := openMoto(t, m)
	before := w.told("")
	var plans []plan.Plan
	for _, d := range motoDeeds() {
		p := w.plan(d.deed, d.options, model.ImageKey{Region: "us-east-1", ID: w.ids[d.image]})
		if runs, _, _ := p.Counts(); runs != 1 {
			t.Fatalf("%s does not run: %+v", d.deed, p.Targets)
		}
		plans = append(plans, p)
	}
	for _, p := range plans {
		r := w.run(p)
		w.done(&r)
	}
	byApply := w.told(before)
	for text, times := range map[string]int{
		"<name>the copy<": 1, "<name>deleted<": 0, "<userId>" + partner + "<": 2, "<userId>" + motoPartner + "<": 0, "<value>値<": 1, "<value>b<": 1, "<key>old<": strings.Count(before, "<key>old<") - 2,
	} {
		if n := strings.Count(byApply, text); n != times {
			t.Errorf("%s is told %d times, want %d", text, n, times)
		}
	}
	w = openMoto(t, m)
	if again := w.told(""); again != before {
		t.Fatalf("moto is not the same again:\n%s", gocmp.Diff(before, again))
	}
	for _, p := range plans {
		shell(t, []string{"AWS_ENDPOINT_URL=" + m.URL, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1"}, p)
	}
	if diff := gocmp.Diff(byApply, w.told(before)); diff != "" {
		t.Errorf("(-apply +aws):\n%s", diff)
	}
}
