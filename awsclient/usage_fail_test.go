package awsclient

import (
	"maps"
	"slices"
	"testing"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// paths are the options that make a sweep take every call.
var paths = Options{Usage: Usage{ParameterPaths: []string{"/config"}}}

// TestASourceThatIsDeniedSaysWhichCall: whichever of the calls that a source
// takes is denied, the pass fails and names it.
func TestASourceThatIsDeniedSaysWhichCall(t *testing.T) {
	for _, k := range beyondKinds() {
		for _, call := range k.Calls() {
			t.Run(call, func(t *testing.T) {
				h := handMade(t, fakeaws.Options{Denied: []fakeaws.Rule{{Operation: call}}}, paths, everything)
				h.makeReport(t)
				_, err := h.read(t, h.scope, k)
				op := asOpError(err)
				if k == model.Settings && err == nil { // the others are read all the same
					op = h.refusedSetting(t)
				}
				if op == nil || op.Op != call || op.Kind != model.Denied || op.Scope != h.scope || op.Hint() == "" {
					t.Errorf("%s: %v", k, err)
				}
			})
		}
	}
}

// refusedSetting is the error of the one setting that cannot be read.
func (h hand) refusedSetting(t *testing.T) (op *model.OpError) {
	t.Helper()
	for _, r := range h.openness(t, h.scope).Settings(h.scope) {
		switch {
		case r.Err != nil && op != nil, r.Err == nil && r.State == "":
			return nil
		case r.Err != nil:
			op = r.Err
		}
	}
	return op
}

// beyondKinds are the kinds that passes read beyond images and snapshots.
func beyondKinds() []model.Kind {
	return slices.DeleteFunc(model.Swept(), func(k model.Kind) bool { return slices.Contains(model.Kinds(), k) })
}

// makeReport makes a usage report that is done.
func (h hand) makeReport(t *testing.T) *model.Report {
	t.Helper()
	rep, err := h.client.CreateReport(t.Context(), h.scope, ami1)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // until it is done; where the listing is denied it never is
		_ = h.client.Read(t.Context(), h.scope, model.Reports, func(model.Page) {})
	}
	return rep
}

// TestASweepTakesTheCallsThatItSays: what IAM must allow is what is called.
func TestASweepTakesTheCallsThatItSays(t *testing.T) {
	for _, k := range model.Swept() {
		t.Run(k.String(), func(t *testing.T) {
			h := handMade(t, fakeaws.Options{}, paths, everything)
			if k == model.Reports {
				h.makeReport(t)
			}
			before := h.calls()
			if _, err := h.read(t, h.scope, k); err != nil {
				t.Fatal(err)
			}
			took := map[string]bool{}
			for api, n := range h.calls() {
				if n > before[api] {
					took[api] = true
				}
			}
			want := slices.Sorted(slices.Values(k.Calls()))
			if got := slices.Sorted(maps.Keys(took)); !slices.Equal(got, want) {
				t.Errorf("took %v, says %v", got, want)
			}
		})
	}
}

// calls counts what was called so far.
func (h hand) calls() map[string]int {
	out := map[string]int{}
	for _, tally := range h.server.Stats() {
		out[tally.API] += tally.Calls
	}
	return out
}

// TestASourceThatFailsAfterItsFirstPage: the pass fails, whatever came before.
func TestASourceThatFailsAfterItsFirstPage(t *testing.T) {
	for _, k := range beyondKinds() {
		t.Run(k.String(), func(t *testing.T) {
			listing := k.Calls()[0]
			if k == model.Settings {
				return // is no listing
			}
			fault := fakeaws.Fault{Kind: fakeaws.FaultServer, Rule: fakeaws.Rule{Operation: listing}, After: 1}
			h := handMade(t, fakeaws.Options{Faults: []fakeaws.Fault{fault}}, paths, everything)
			if k == model.Reports {
				for _, id := range []string{ami1, ami2} {
					if _, err := h.client.CreateReport(t.Context(), h.scope, id); err != nil {
						t.Fatal(err)
					}
				}
			}
			_, err := h.read(t, h.scope, k)
			if op := asOpError(err); op == nil || op.Op != listing || op.Kind != model.Network {
				t.Errorf("%v", err)
			}
			if n := h.calls()[listing]; n != 1+attempts {
				t.Errorf("%d calls, want one and %d tries of the next", n, attempts)
			}
		})
	}
}

// TestAServiceThatARegionLacks: only what AWS itself says the region lacks
// counts as looked at.
func TestAServiceThatARegionLacks(t *testing.T) {
	none := func(services ...string) []fakeaws.Absence {
		var out []fakeaws.Absence
		for _, s := range services {
			out = append(out, fakeaws.Absence{Service: s})
		}
		return out
	}
	for _, c := range []struct {
		name   string
		kind   model.Kind
		absent []fakeaws.Absence
		denied string
		want   model.ErrorKind
	}{
		{"Batch", model.ComputeEnvironments, none("batch"), "", model.NotOffered},
		{"EKS", model.NodeGroups, none("eks"), "", model.NotOffered},
		{"Image Builder", model.Recipes, none("imagebuilder"), "", model.NotOffered},
		{"Auto Scaling", model.Groups, none("autoscaling"), "", model.NotOffered},
		{"Recycle Bin", model.BinRules, none("rbin"), "", model.NotOffered},
		{"AWS may not be asked", model.ComputeEnvironments, none("batch"), "ssm:GetParameters", model.Network},
		{"AWS cannot be asked", model.ComputeEnvironments, none("batch", "ssm"), "", model.Network},
		{"AWS does not tell what there is", model.ComputeEnvironments, none("batch", "ec2"), "", model.Network},
		{"EC2", model.Instances, none("ec2"), "", model.Network},
		{"Systems Manager", model.Parameters, none("ssm"), "", model.Network},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := fakeaws.Options{NotOffered: c.absent}
			if c.denied != "" {
				o.Denied = []fakeaws.Rule{{Operation: c.denied}}
			}
			h := handMade(t, o, Options{}, everything)
			_, err := h.read(t, h.scope, c.kind)
			op := asOpError(err)
			if op == nil || op.Kind != c.want || op.Op != c.kind.Calls()[0] || op.Hint() == "" {
				t.Errorf("%v", err)
			}
			if h.calls()[c.kind.Calls()[0]] > 0 {
				t.Error("the service was called all the same")
			}
		})
	}
}
