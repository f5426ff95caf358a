//go:build contract

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// TestUsageInMoto: what others registered in an AWS that we did not write is
// found as evidence, each kind as the only one; where that AWS lacks a call, an
// image that nothing names is not taken for unused.
func TestUsageInMoto(t *testing.T) {
	p := peer{name: "moto", env: motoEnv(t)}
	for _, v := range append(p.env, "AWS_PROFILE=", "AWS_SESSION_TOKEN=") {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	name := func(n string) string { return "usage-" + n }
	image := func(n string) string {
		return text(p.aws(t, "ec2", "register-image", "--name", name(n), "--root-device-name", "/dev/xvda")["ImageId"])
	}
	p.aws(t, "ec2", "run-instances", "--image-id", image("instance"), "--count", "1", "--instance-type", "t3.micro")
	p.aws(t, "ec2", "create-launch-template", "--launch-template-name", "web", "--launch-template-data", `{"ImageId":"`+image("template")+`"}`)
	p.aws(t, "autoscaling", "create-launch-configuration", "--launch-configuration-name", "old", "--instance-type", "t3.micro",
		"--image-id", image("configuration"))
	p.aws(t, "autoscaling", "create-launch-configuration", "--launch-configuration-name", "of-group", "--instance-type", "t3.micro",
		"--image-id", image("group"))
	p.aws(t, "autoscaling", "create-auto-scaling-group", "--auto-scaling-group-name", "web-asg", "--launch-configuration-name", "of-group",
		"--min-size", "0", "--max-size", "1", "--availability-zones", region+"a")
	p.aws(t, "ssm", "put-parameter", "--name", "/golden/web", "--type", "String", "--data-type", "aws:ec2:image", "--value", image("parameter"))
	p.aws(t, "ssm", "put-parameter", "--name", "/config/web/ami", "--type", "String", "--value", image("plain"))
	image("nothing")
	want := map[string][]string{
		"instance": {"instance"}, "template": {"template"}, "configuration": {"launch configuration"},
		"group": {"group", "launch configuration"}, "parameter": {"parameter"}, "plain": {"parameter"}, "nothing": nil,
	}
	used := verdictsOf(t)
	for n, kinds := range want {
		d, ok := used[name(n)]
		if !ok {
			t.Errorf("%s: no verdict", n)
			continue
		}
		var got []string
		for _, e := range d.Evidence {
			got = append(got, e.Kind)
		}
		slices.Sort(got)
		if diff := cmp.Diff(kinds, slices.Compact(got)); diff != "" {
			t.Errorf("%s: %s", n, diff)
		}
		verdict := map[bool]string{true: "used", false: "unknown"}[kinds != nil]
		if d.Verdict != verdict {
			t.Errorf("%s: %s, want %s; %+v", n, d.Verdict, verdict, d.Blind)
		}
	}
}

// verdictsOf are the verdicts on the images of the test, by their names. Moto does
// not offer every call, which makes the answer partial: it answers
// ListImageRecipes with a 500.
func verdictsOf(t *testing.T) map[string]model.UsageDocument {
	t.Helper()
	var out, problem bytes.Buffer
	dir := t.TempDir()
	env := func(name string) string {
		if name == "AMISCOPE_USAGE_PARAMETER_PATHS" {
			return "/config"
		}
		return os.Getenv(name)
	}
	h := host{out: &out, err: &problem, env: env, now: time.Now, dirs: dirs{dir, dir, dir}}
	if code := run(t.Context(), h, []string{"usage", "name:usage-*", "--region", region, "-o", "json"}); code != exitPartial {
		t.Fatalf("exit code %d: %s", code, problem.String())
	}
	var a struct{ Images []model.Document }
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	found := map[string]model.UsageDocument{}
	for _, d := range a.Images {
		found[d.Name] = *d.Usage
	}
	t.Log(problem.String())
	return found
}
