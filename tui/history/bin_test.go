package history_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/history"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// world is an env that knows what events tell.
func world(events ...model.Event) kit.Env {
	inv := model.Inventory{}.Fold(events...)
	usage := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: tuitest.Now})
	return kit.Env{
		Inv: inv, Version: 1, Usage: usage, Judged: 1, Costed: 1, Marks: &kit.Marks{}, Now: tuitest.Now, Width: 120, Height: 30,
		Costs: (*cost.Costs)(nil).Estimate(inv, cost.Input{Prices: cost.BuiltInPrices(), Usage: usage, Now: tuitest.Now}),
		Theme: kit.NewTheme(kit.ThemeOptions{}),
	}
}

// settled answers all work that a screen asks for; the effects are the others.
func settled(env kit.Env, s kit.Screen, effects []kit.Effect) (kit.Screen, []kit.Effect) {
	var rest []kit.Effect
	for len(effects) > 0 {
		e := effects[0]
		effects = effects[1:]
		w, ok := e.(kit.Work)
		if !ok {
			rest = append(rest, e)
			continue
		}
		var more []kit.Effect
		s, more = s.Receive(env, w.Do())
		effects = append(effects, more...)
	}
	return s, rest
}

func shown(env kit.Env, s kit.Screen) kit.Screen {
	next, effects := s.Sync(env)
	next, _ = settled(env, next, effects)
	return next
}

func asked(env kit.Env, s kit.Screen, intents ...keys.Intent) (kit.Screen, []kit.Effect) {
	var effects []kit.Effect
	for _, in := range intents {
		s, effects = s.Handle(env, in)
		s, effects = settled(env, s, effects)
	}
	return s, effects
}

func searched(env kit.Env, s kit.Screen, text string) kit.Screen {
	s, _ = asked(env, s, keys.Find{})
	s, effects := s.(kit.Typist).Type(env, tea.PasteMsg{Content: text})
	s, _ = settled(env, s, effects)
	s, _ = asked(env, s, keys.Open{})
	return s
}

func binnedKey(id string) model.ImageKey { return model.ImageKey{Region: tuitest.Prod.Region, ID: id} }

var restore = keys.Deed{Name: string(plan.Restore)}

// TestRestoringWhatIsMarked: all marked images, those that a search hides counted,
// and without marks the one under the cursor.
func TestRestoringWhatIsMarked(t *testing.T) {
	env := world(tuitest.BinnedFleet()...)
	s := shown(env, history.NewBin())
	want := func(what string, s kit.Screen, want plan.Request) {
		t.Helper()
		want.Deed = plan.Restore
		if _, got := asked(env, s, restore); !cmp.Equal(got, []kit.Effect{kit.Prepare{Request: want}}) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	want("under the cursor", s, plan.Request{Images: []model.ImageKey{binnedKey(tuitest.VagueImage)}})
	s, _ = asked(env, s, keys.Mark{}, keys.Mark{})
	want("marked", s, plan.Request{Images: []model.ImageKey{binnedKey(tuitest.LostImage), binnedKey(tuitest.VagueImage)}})
	s = searched(env, s, "bell")
	want("hidden", s, plan.Request{Images: []model.ImageKey{binnedKey(tuitest.LostImage), binnedKey(tuitest.VagueImage)}, Hidden: 1})
	s, _ = asked(env, s, keys.Back{}, keys.MarkShown{})
	want("all images, and the snapshot that is no image's", s, plan.Request{Images: []model.ImageKey{
		binnedKey(tuitest.BinnedImage), binnedKey(tuitest.LostImage), binnedKey(tuitest.VagueImage), binnedKey("snap-0000000000000b1a5"),
	}})
}

// TestMarksOfWhatLeftTheBinGo: what was restored, or is gone for good, is not
// restored again.
func TestMarksOfWhatLeftTheBinGo(t *testing.T) {
	env := world(tuitest.BinnedFleet()...)
	s, _ := asked(env, shown(env, history.NewBin()), keys.MarkShown{})
	env.Inv = env.Inv.Fold(model.Page{Gen: 2, Scope: tuitest.Prod, Kind: model.Bin, At: env.Now, Last: true, Binned: []*model.Binned{
		{ID: tuitest.BinnedImage, Name: "web", Exits: env.Now.AddDate(0, 0, 3)},
	}})
	env.Judged++
	s = shown(env, s)
	_, got := asked(env, s, restore)
	if want := []kit.Effect{kit.Prepare{Request: plan.Request{Deed: plan.Restore, Images: []model.ImageKey{binnedKey(tuitest.BinnedImage)}}}}; !cmp.Equal(got, want) {
		t.Error(got)
	}
}

// TestSnapshotsComeBackWithTheirImages: a snapshot that an image of the bin needs is not
// restored by itself, and the screen says how it is.
func TestSnapshotsComeBackWithTheirImages(t *testing.T) {
	env := world(tuitest.BinnedFleet()...)
	s := shown(env, history.NewBin())
	for find, want := range map[string]string{
		"snap-0b1b0b1b0b1b00011": "a snapshot is restored with its image: web-api-2025.01.07",
		"snap-0000000000000b1a5": "",
		tuitest.LostImage:        "", // the review says why not
	} {
		if got := searched(env, s, find).Disabled(env, restore); got != want {
			t.Errorf("%s: %q", find, got)
		}
	}
}
