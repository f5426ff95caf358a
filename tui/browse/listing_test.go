package browse

import (
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// running is the instances view after its rows were derived.
func running(t *testing.T, env kit.Env, s kit.Screen) Instances {
	t.Helper()
	next, effects := s.Sync(env)
	return answered(t, env, next, effects)
}

func answered(t *testing.T, env kit.Env, s kit.Screen, effects []kit.Effect) Instances {
	t.Helper()
	for len(effects) > 0 {
		s, effects = s.Receive(env, work(t, effects)())
	}
	out, ok := s.(Instances)
	if !ok {
		t.Fatalf("%T is no instances view", s)
	}
	return out
}

func ids(s Instances) []string {
	var out []string
	for r := range s.list.Shown() {
		out = append(out, r.Ref.ID)
	}
	return out
}

// mixedWorld has instances on an image that is ours, one that is gone and one
// that nobody has asked for.
func mixedWorld() kit.Env {
	env := at(1, "web-1", "web-2")
	page := model.Page{Gen: 1, Scope: scope, Kind: model.Instances, At: now, Last: true}
	for id, image := range map[string]string{"i-1": "ami-web-1", "i-2": "ami-web-2", "i-3": "ami-gone", "i-4": "ami-unknown"} {
		page.References = append(page.References, &model.Reference{Scope: scope, Source: model.Instances, Key: id, ID: id, Name: "name of " + id, Image: image, State: "running", Since: now})
	}
	env.Inv = env.Inv.Fold(page, model.Named{Scope: scope, Asked: []string{"ami-gone"}, At: now})
	env.Usage = env.Usage.Judge(env.Inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})
	env.Judged = 1
	return env
}

func TestInstancesAreSortedByTheirImagesAndByWhatIsAsked(t *testing.T) {
	env := mixedWorld()
	s := running(t, env, NewInstances())
	if d := cmp.Diff([]string{"i-3", "i-1", "i-2", "i-4"}, ids(s)); d != "" {
		t.Errorf("at first:\n%s", d)
	}
	for _, tt := range []struct {
		key  string
		want []string
	}{
		{"id", []string{"i-1", "i-2", "i-3", "i-4"}},
		{"behind", []string{"i-3", "i-4", "i-2", "i-1"}},
	} {
		next, effects := s.Ask(env, kit.SetOrder{Key: tt.key})
		if d := cmp.Diff(tt.want, ids(answered(t, env, next, effects))); d != "" {
			t.Errorf("by %s:\n%s", tt.key, d)
		}
	}
}

func TestSearchFindsWordsOfAnyColumn(t *testing.T) {
	env := mixedWorld()
	s := running(t, env, NewInstances())
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"GONE", []string{"i-3"}},
		{"i-2 running", []string{"i-2"}},
		{"ami-web-1", []string{"i-1"}}, // the table shows its name
		{"eu-west-1 nowhere", nil},
	} {
		next, _ := s.Handle(env, keys.Find{})
		found, effects := next.(kit.Typist).Type(env, tea.PasteMsg{Content: tt.text})
		got := answered(t, env, found, effects)
		if d := cmp.Diff(tt.want, ids(got)); d != "" {
			t.Errorf("%q:\n%s", tt.text, d)
		}
		cleared, effects := got.Handle(env, keys.Back{})
		if all := answered(t, env, cleared, effects); len(ids(all)) != 4 || all.Typing() {
			t.Errorf("esc leaves %v", ids(all))
		}
	}
}

// TestOneRequestAtATime: what changes while rows are derived is derived after
// that, once.
func TestOneRequestAtATime(t *testing.T) {
	env := mixedWorld()
	s, effects := NewInstances().Sync(env)
	first := work(t, effects)
	for v := 2; v < 5; v++ {
		env.Version = v
		if s, effects = s.Sync(env); len(effects) > 0 {
			t.Fatalf("asked again: %v", effects)
		}
	}
	s, effects = s.Receive(env, first())
	second := work(t, effects)
	if s, effects = s.Receive(env, second()); len(effects) > 0 {
		t.Errorf("asked a third time: %v", effects)
	}
	_, effects = NewInstances().Sync(at(1)) // of a world without instances
	if late, _ := s.Receive(env, work(t, effects)()); len(ids(answered(t, env, late, nil))) != 4 {
		t.Error("a late answer is shown")
	}
}

func TestTheCursorStaysOnItsInstance(t *testing.T) {
	env := mixedWorld()
	s := running(t, env, NewInstances())
	next, _ := s.Handle(env, keys.Jump{End: true})
	next, effects := next.(kit.Asked).Ask(env, kit.SetOrder{Key: "id", Desc: true})
	got := answered(t, env, next, effects)
	if r, ok := got.list.Current(); !ok || r.Ref.ID != "i-4" {
		t.Errorf("the cursor is on %+v", r.Ref)
	}
}

func TestOpeningAnImageOrWhyNot(t *testing.T) {
	env := mixedWorld()
	s := running(t, env, NewInstances())
	for id, want := range map[string]string{"i-1": "", "i-3": "ami-gone is gone, or no longer shared: there is nothing to open", "i-4": "ami-unknown is not among the images read"} {
		row := slices.Index(ids(s), id)
		next, _ := s.Handle(env, keys.Jump{})
		next, _ = next.Handle(env, keys.Move{By: row})
		s = answered(t, env, next, nil)
		if why := s.Disabled(env, keys.Open{}); why != want {
			t.Errorf("%s: %q", id, why)
		}
	}
	_, effects := running(t, env, InstancesOn("ami-web-2")).Handle(env, keys.Open{})
	if d := cmp.Diff([]kit.Effect{kit.Push{Screen: NewDetail(key("ami-web-2"))}}, effects, cmp.AllowUnexported(Detail{}, pointer{}, usedBy{}), cmp.Comparer(func(a, b model.Verdict) bool { return true })); d != "" {
		t.Error(d)
	}
}
