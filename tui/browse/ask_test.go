package browse

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// shares is a world with a private and a shared image, one of which nothing is
// known, one that a report is made of, and one of another account.
func shares() kit.Env {
	env := at(1, "private", "shared", "unread", "pending")
	foreign := &model.Image{ImageKey: model.ImageKey{Region: scope.Region, ID: "ami-foreign"}, Owner: "999999999999", Name: "foreign", State: "available"}
	env.Inv = env.Inv.Fold(
		model.Page{Gen: 1, Scope: scope, Kind: model.Images, Images: []*model.Image{foreign}, At: now},
		model.Page{Gen: 1, Scope: scope, Kind: model.Permissions, Permissions: []*model.LaunchPermissions{
			{ID: "ami-private", At: now}, {ID: "ami-shared", Accounts: []string{"2"}, At: now}, {ID: "ami-pending", Accounts: []string{"2"}, At: now},
		}},
		model.Page{Gen: 1, Scope: scope, Kind: model.Reports, Reports: []*model.Report{{ID: "r", Image: "ami-pending", State: "pending", Created: now}}, At: now},
	)
	return env
}

func key(id string) model.ImageKey { return model.ImageKey{Region: scope.Region, ID: id} }

func TestReportsAreMadeOfWhatOthersMayUse(t *testing.T) {
	env := shares()
	for _, tt := range []struct {
		targets, want []model.ImageKey
	}{
		{[]model.ImageKey{key("ami-shared")}, []model.ImageKey{key("ami-shared")}},
		{[]model.ImageKey{key("ami-unread"), key("ami-private"), key("ami-pending"), key("ami-foreign")}, []model.ImageKey{key("ami-unread")}},
		{[]model.ImageKey{key("ami-private")}, nil},
		{[]model.ImageKey{key("ami-pending")}, nil},
		{make([]model.ImageKey, mostAsked+1), nil},
	} {
		effects := ask(env, keys.Report{}, tt.targets)
		if tt.want == nil {
			if n, ok := effects[0].(kit.Toast); !ok || !n.Warn {
				t.Errorf("%v gives %T", tt.targets[0], effects[0])
			}
			continue
		}
		p, ok := effects[0].(kit.Push)
		if !ok {
			t.Fatalf("%v gives %T", tt.targets, effects[0])
		}
		_, chosen := p.Screen.Handle(env, keys.Pick{Letter: "y"})
		if d := cmp.Diff([]kit.Effect{kit.Pop{}, kit.Report{Keys: tt.want}}, chosen); d != "" {
			t.Error(d)
		}
		if _, chosen = p.Screen.Handle(env, keys.Pick{Letter: "n"}); len(chosen) != 1 {
			t.Errorf("no gives %v", chosen)
		}
	}
}

func TestAWSTellsOwnersOnly(t *testing.T) {
	env := shares()
	got := ask(env, keys.Opine{}, []model.ImageKey{key("ami-foreign"), key("ami-private")})
	if d := cmp.Diff([]kit.Effect{kit.Opine{Keys: []model.ImageKey{key("ami-private")}}}, got); d != "" {
		t.Error(d)
	}
	if n, ok := ask(env, keys.Opine{}, []model.ImageKey{key("ami-foreign")})[0].(kit.Toast); !ok || !n.Warn {
		t.Error("another's image is asked about")
	}
}

func TestMarkedImagesAreAskedAbout(t *testing.T) {
	env := shares()
	s := settled(t, env, NewImages("", "", nil))
	env.Marks.Set(key("ami-shared"), true)
	env.Marks.Set(key("ami-private"), true)
	_, effects := s.Handle(env, keys.Opine{})
	if d := cmp.Diff([]kit.Effect{kit.Opine{Keys: []model.ImageKey{key("ami-private"), key("ami-shared")}}}, effects); d != "" {
		t.Error(d)
	}
}
