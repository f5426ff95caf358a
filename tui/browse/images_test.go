package browse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

var now = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

var scope = model.Scope{Account: "111111111111", Region: "eu-west-1"}

// at is the world with some images of one scope.
func at(version int, names ...string) kit.Env {
	page := model.Page{Gen: 1, Scope: scope, Kind: model.Images, Last: true, At: now}
	for i, n := range names {
		page.Images = append(page.Images, &model.Image{
			ImageKey: model.ImageKey{Region: scope.Region, ID: "ami-" + n}, Owner: scope.Account, Name: n, State: "available",
			Created: now.AddDate(0, 0, -i), Detail: &model.Detail{TagsRead: true},
		})
	}
	inv := model.Inventory{}.Fold(model.Found{Account: model.Account{ID: scope.Account}, Regions: []model.Region{{Name: scope.Region, Enabled: true}}}, page)
	return kit.Env{
		Inv: inv, Version: version, Marks: &kit.Marks{}, Now: now,
		Theme: kit.NewTheme(kit.ThemeOptions{Dark: true}), Width: 100, Height: 20,
	}
}

// settled is the view after its rows were derived.
func settled(t *testing.T, env kit.Env, s kit.Screen) Images {
	t.Helper()
	next, effects := s.Sync(env)
	for len(effects) > 0 {
		w, ok := effects[0].(kit.Work)
		if !ok {
			t.Fatalf("%T instead of work", effects[0])
		}
		next, effects = next.Receive(env, w.Do())
	}
	return images(t, next)
}

func images(t *testing.T, s kit.Screen) Images {
	t.Helper()
	out, ok := s.(Images)
	if !ok {
		t.Fatalf("%T is no images view", s)
	}
	return out
}

func names(s Images) []string {
	var out []string
	for _, im := range s.Shown() {
		out = append(out, im.Name)
	}
	return out
}

// work is the only effect there is, as work.
func work(t *testing.T, effects []kit.Effect) func() kit.Answer {
	t.Helper()
	for _, e := range effects {
		if w, ok := e.(kit.Work); ok {
			return w.Do
		}
	}
	t.Fatalf("no work in %v", effects)
	return nil
}

func TestLateAnswersShowNothing(t *testing.T) {
	env := at(1, "web", "db", "cache")
	s := settled(t, env, NewImages("", "", nil))
	first, effects := s.Ask(env, kit.SetFilter{Query: "web"})
	late := work(t, effects)()
	second, effects := images(t, first).Ask(env, kit.SetFilter{Query: "db"})
	prompt := work(t, effects)()
	got, _ := second.Receive(env, prompt)
	got, _ = got.Receive(env, late)
	if d := cmp.Diff([]string{"db"}, names(images(t, got))); d != "" {
		t.Fatal(d)
	}
}

// A filter that is typed while the inventory is being sorted must not cost the
// new inventory.
func TestNewInventoryIsKeptWhileOneTypes(t *testing.T) {
	s := settled(t, at(1, "web"), NewImages("", "", nil))
	env := at(2, "web", "web-new")
	synced, effects := s.Sync(env)
	sorted := work(t, effects)
	typed, effects := images(t, synced).Ask(env, kit.SetFilter{Query: "web-*"})
	stale := work(t, effects)
	got, effects := typed.Receive(env, sorted())
	fresh := work(t, effects)
	got, _ = got.Receive(env, stale())
	got, _ = got.Receive(env, fresh())
	if d := cmp.Diff([]string{"web-new"}, names(images(t, got))); d != "" {
		t.Fatal(d)
	}
}

func TestSortingIsKept(t *testing.T) {
	env := at(1, "web", "db")
	s := settled(t, env, NewImages("", "", []string{"name", "age"}))
	_, effects := s.Ask(env, kit.SetSort{Order: query.Order{Key: "name"}})
	want := kit.Keep{Columns: []string{"name", "age"}, Sort: query.Order{Key: "name"}.String()}
	if d := cmp.Diff(kit.Effect(want), effects[len(effects)-1]); d != "" {
		t.Fatal(d)
	}
}

func TestRefreshNamesTheScopesThatSeeTheImage(t *testing.T) {
	env := at(1, "web")
	s := settled(t, env, NewImages("", "", nil))
	_, effects := s.Handle(env, keys.Refresh{})
	if d := cmp.Diff([]kit.Effect{kit.Read{Scopes: []model.Scope{scope}}}, effects); d != "" {
		t.Fatal(d)
	}
}

func TestWhyNot(t *testing.T) {
	env := at(1)
	s := settled(t, env, NewImages("", "", nil))
	for _, in := range []keys.Intent{keys.Open{}, keys.Mark{}, keys.CopyID{}, keys.NextMark{}} {
		if s.Disabled(env, in) == "" {
			t.Errorf("%T makes sense without images", in)
		}
	}
	if why := s.Disabled(env, keys.Find{}); why != "" {
		t.Errorf("filtering is refused: %s", why)
	}
}

func TestAddTerm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "region:x"},
		{"web", "web region:x"},
		{"web OR db", "(web OR db) region:x"},
	} {
		if got := addTerm(c.text, "region:x"); got != c.want {
			t.Errorf("%q: %q instead of %q", c.text, got, c.want)
		}
	}
}

// TestQuotedMeansItself: whatever a tag holds, the term that narrows to it
// finds the image it came from.
func TestQuotedMeansItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-*?"\\,. a-c:>()]{1,8}`)).Draw(t, "value")
		if value == "" {
			return
		}
		q, err := query.Parse("tag.x:" + quoted(value))
		if err != nil {
			t.Fatalf("%q: %v", quoted(value), err)
		}
		im := &model.Image{Detail: &model.Detail{TagsRead: true, Tags: []model.Tag{{Key: "x", Value: value}}}}
		if got := q.Match(&query.World{Now: now}, im); got != model.Yes {
			t.Fatalf("tag.x:%s does not find %q", quoted(value), value)
		}
	})
}
