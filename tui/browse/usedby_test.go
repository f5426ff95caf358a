package browse

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// named is a world in which some accounts have names.
func named(names map[string]string) kit.Env {
	env := at(1)
	for id, name := range names {
		env.Inv = env.Inv.Fold(model.Found{Account: model.Account{ID: id, Name: name}})
	}
	return env
}

func TestBlindSpotsAreSaidOnce(t *testing.T) {
	env := named(map[string]string{"1": "prod", "2": "dev"})
	s := func(account string) model.Scope { return model.Scope{Account: account, Region: "eu-west-1"} }
	failed := func(account string, k model.Kind) model.Blind {
		err := &model.OpError{Op: k.Calls()[0], Scope: s(account), Kind: model.Denied, Err: errors.New("no")}
		return model.Blind{Scope: s(account), Source: k, What: k.String() + ": denied", Mend: err.Hint(), Err: err}
	}
	unseen := func(account string) model.Blind {
		title := env.Inv.Account(account).Title()
		return model.Blind{Scope: s(account), What: "account " + title + " is not among the accounts read", Mend: "name a profile"}
	}
	wait := func(account string, k model.Kind) model.Blind {
		return model.Blind{Scope: s(account), Source: k, What: k.String() + ": not read yet", Mend: "refresh the scope"}
	}
	var everything []model.Blind
	for _, k := range model.Sources() {
		everything = append(everything, wait("1", k), wait("2", k))
	}
	var strangers []model.Blind
	for i := range 9 {
		strangers = append(strangers, unseen(fmt.Sprintf("99999999990%d", i)))
	}
	for _, tt := range []struct {
		name  string
		blind []model.Blind
		want  []blindSpot
	}{
		{"one source", []model.Blind{failed("1", model.ComputeEnvironments)}, []blindSpot{
			{"Batch compute environments: denied", "prod", "ask for the permission batch:DescribeComputeEnvironments in this account and region"},
		}},
		{"two sources in two accounts", []model.Blind{failed("1", model.ComputeEnvironments), failed("1", model.NodeGroups), failed("2", model.ComputeEnvironments), failed("2", model.NodeGroups)}, []blindSpot{
			{"Batch compute environments, EKS node groups: denied", "prod, dev", "ask for the permissions batch:DescribeComputeEnvironments, eks:ListClusters in this account and region"},
		}},
		{"not the same in both", []model.Blind{failed("1", model.ComputeEnvironments), failed("2", model.NodeGroups)}, []blindSpot{
			{"Batch compute environments: denied", "prod", "ask for the permission batch:DescribeComputeEnvironments in this account and region"},
			{"EKS node groups: denied", "dev", "ask for the permission eks:ListClusters in this account and region"},
		}},
		{"all sources", everything, []blindSpot{{"all 11 usage sources: not read yet", "prod, dev", "refresh the scope"}}},
		{"an account", []model.Blind{unseen("2")}, []blindSpot{{"account dev is not among the accounts read", "", "name a profile"}}},
		{"many accounts", strangers, []blindSpot{{"9 accounts are not among the accounts read", "999999999900, 999999999901, 999999999902, 999999999903, 999999999904 and 4 more", "name a profile"}}},
		{"nowhere", []model.Blind{{What: "usage has not been looked at yet", Mend: "wait"}}, []blindSpot{{"usage has not been looked at yet", "", "wait"}}},
		{"a report helps", []model.Blind{{Scope: s("1"), Source: model.Reports, What: "it is public: anybody may be using it", Mend: "ask AWS for a usage report, or make it private"}}, []blindSpot{
			{"it is public: anybody may be using it", "prod", "ask AWS for a usage report (:report), or make it private"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, blindSpots(env, tt.blind), cmp.AllowUnexported(blindSpot{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// usedWorld is the world of at, with some instances of the first image.
func usedWorld(instances int) kit.Env {
	env := at(1, "web", "db")
	page := model.Page{Gen: 1, Scope: scope, Kind: model.Instances, At: now, Last: true}
	for i := range instances {
		id := fmt.Sprintf("i-%04d", i)
		page.References = append(page.References, &model.Reference{Scope: scope, Source: model.Instances, Key: id, ID: id, Image: "ami-web", State: "running", Since: now})
	}
	env.Inv = env.Inv.Fold(page)
	env.Usage = env.Usage.Judge(env.Inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})
	env.Judged = 1
	return env
}

func opened(t *testing.T, env kit.Env, id string) Detail {
	t.Helper()
	d, _ := NewUsedBy(model.ImageKey{Region: scope.Region, ID: id}).Sync(env)
	return detail(t, d)
}

func detail(t *testing.T, s kit.Screen) Detail {
	t.Helper()
	d, ok := s.(Detail)
	if !ok {
		t.Fatalf("%T is no detail", s)
	}
	return d
}

// TestEveryReferenceIsReachedInTurn walks over all of them, and sees each.
func TestEveryReferenceIsReachedInTurn(t *testing.T) {
	env := usedWorld(100)
	d := opened(t, env, "ami-web")
	for i := 0; ; i++ {
		r, ok := d.point.current()
		if !ok {
			t.Fatal("the cursor is nowhere")
		}
		if r.from < d.scroll || r.until > d.scroll+d.body(env) {
			t.Fatalf("row %d is on lines %d to %d, of which %d to %d are shown", i, r.from, r.until, d.scroll, d.scroll+d.body(env))
		}
		if r.index < 0 { // the rest is listed, and the cursor stays where it was
			next, _ := d.Handle(env, keys.Open{})
			d = detail(t, next)
			continue
		}
		if e, _ := d.evidence(); e.Ref.ID != fmt.Sprintf("i-%04d", d.point.index()) {
			t.Fatalf("row %d is %s", i, e.Ref.ID)
		}
		if d.point.index() == 99 {
			return
		}
		next, _ := d.Handle(env, keys.Move{By: 1})
		d = detail(t, next)
	}
}

// TestTheCursorStaysOnItsReference while others come before it.
func TestTheCursorStaysOnItsReference(t *testing.T) {
	env := usedWorld(3)
	d := opened(t, env, "ami-web")
	next, _ := d.Handle(env, keys.Move{By: 2})
	before, _ := detail(t, next).evidence()
	first := &model.Reference{Scope: scope, Source: model.Instances, Key: "i-", ID: "i-", Image: "ami-web", State: "running", Since: now}
	env.Inv = env.Inv.Fold(model.Page{Gen: 1, Scope: scope, Kind: model.Instances, At: now, References: []*model.Reference{first}})
	env.Usage = env.Usage.Judge(env.Inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})
	synced, _ := next.Sync(env)
	after, ok := detail(t, synced).evidence()
	if !ok || after.Ref.ID != before.Ref.ID || detail(t, synced).point.index() != 3 {
		t.Errorf("the cursor went from %s to %+v", before.Ref.ID, after.Ref)
	}
}

func TestAnInstanceLeadsToItsRow(t *testing.T) {
	env := usedWorld(3)
	d := opened(t, env, "ami-web")
	_, effects := d.Handle(env, keys.Open{})
	p, ok := effects[0].(kit.Push)
	if !ok {
		t.Fatalf("%T", effects[0])
	}
	in, ok := p.Screen.(Instances)
	if !ok || !in.jumped || in.list.At != scope.String()+"/i-0000" {
		t.Fatalf("%+v", p.Screen)
	}
	if _, effects = in.Handle(env, keys.Back{}); len(effects) != 1 || effects[0] != (kit.Pop{}) {
		t.Errorf("back gives %v", effects)
	}
}

func TestNothingToJumpTo(t *testing.T) {
	env := usedWorld(1)
	d := opened(t, env, "ami-db")
	for _, in := range []keys.Intent{keys.Open{}, keys.SetAside{}} {
		if d.Disabled(env, in) == "" {
			t.Errorf("%T makes sense without a reference", in)
		}
	}
}
