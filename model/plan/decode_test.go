package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
)

// Plans and runs come back from JSON as they were, also when it was indented.
func TestJSONRoundTrip(t *testing.T) {
	eachWorld(t, func(t *testing.T, r *rand.Rand, c *cloud) {
		q, s := randomRequest(r, c), randomSetting(r)
		s.Price = cost.BuiltInPrices().In
		p := plan.Decide(q, c.targets(q.Images), s)
		p.Money.Freed = &cost.Freed{Cost: cost.Band{Low: 1, High: 2_000_000_001}, Basis: cost.FullSize, Days: 7}
		run := *c.run(t, r, p)
		run.At, run.Who, run.Ended = now, "ada", at(time.Minute)
		text, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, text, "", "  "); err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{text, pretty.Bytes()} {
			var got plan.Run
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(run, got); d != "" {
				t.Fatal(d)
			}
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	p := decide(plan.Delete, plan.Options{}, setting(), target("1"), target("2", facts(func(f *plan.Facts) { f.Usage.Verdict = "used" })))
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	for _, c := range []struct{ name, old, new, want string }{
		{"newer", `"format":1`, `"format":2`, "newer amiscope"},
		{"older than the first", `"format":1`, `"format":0`, "no plan"},
		{"another JSON", good, `{"images":[]}`, "no plan"},
		{"no JSON", good, `plan`, "invalid character"},
		{"another number", `"id":1`, `"id":2`, "has the number 2"},
		{"an image it has not", `"target":0`, `"target":7`, "no image of it"},
		{"an image that is blocked", `"target":0`, `"target":1`, "nothing is to be done"},
		{"another image", `"input":{"ImageId":"ami-1"`, `"input":{"ImageId":"ami-9"`, "something else than its image"},
		{"another account", `"scope":{"account":"111111111111"`, `"scope":{"account":"222222222222"`, "something else than its image"},
		{"another call", `ec2:DeregisterImage`, `ec2:TerminateInstances`, "TerminateInstances"},
		{"more than is understood", `"DeleteAssociatedSnapshots":true`, `"DeleteEverything":true`, "DeleteEverything"},
		{"no reason", `"why":"delete the image and its 1 snapshot"`, `"why":""`, "what it is for"},
		{"after itself", `"why":`, `"after":[1],"why":`, "comes after step 1"},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Fatalf("%s: nothing was changed in %s", c.name, good)
		}
		err := json.Unmarshal([]byte(bad), &plan.Plan{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if newer := errors.Is(err, plan.ErrNewer); newer != (c.name == "newer") {
			t.Errorf("%s: newer is %v", c.name, newer)
		}
	}
}

// FuzzDecode: whatever is read as a plan touches only what it names, and is written as
// it was read.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		c := randomCloud(r)
		q := randomRequest(r, c)
		text, err := json.Marshal(plan.Decide(q, c.targets(q.Images), setting()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p plan.Plan
		if json.Unmarshal(text, &p) != nil {
			return
		}
		valid(t, p)
		plan.Commands(p)
		run := ran(p, nil)
		plan.Undo(run, plan.Part{}, nil, setting())
		again, err := json.Marshal(p)
		if err != nil {
			t.Skip("a time that JSON cannot hold")
		}
		var back plan.Plan
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatalf("%v of %s", err, again)
		}
		third, err := json.Marshal(back)
		if err != nil || !bytes.Equal(again, third) {
			t.Fatalf("%s became %s", again, third)
		}
	})
}
