package history_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/history"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
	"github.com/amiscope/amiscope/tui/tuitest"
)

// ruledScopes are scopes with rules, without, with some that could not be read, with
// old ones that could not be read again, and of which nothing was asked.
func ruledScopes() []model.Event {
	var regions []model.Region
	page := func(region string, err *model.OpError, rules ...*model.BinRule) model.Page {
		return model.Page{Gen: 1, Scope: model.Scope{Account: "111111111111", Region: region}, Kind: model.BinRules, At: tuitest.Now, Last: true, Rules: rules, Err: err}
	}
	for _, r := range []string{"a-none", "b-denied", "c-ruled", "d-old", "e-unread"} {
		regions = append(regions, model.Region{Name: r, Enabled: true})
	}
	denied := &model.OpError{Op: "rbin:ListRules", Kind: model.Denied, Err: errors.New("no")}
	old := page("d-old", nil, &model.BinRule{ID: "old", Resource: model.ImageResource, Days: 1})
	again := page("d-old", denied)
	again.Gen = 2
	return []model.Event{
		model.Found{Account: model.Account{ID: "111111111111", Name: "acme-prod"}, Regions: regions},
		page("a-none", nil), page("b-denied", denied), old, again,
		page("c-ruled", nil,
			&model.BinRule{ID: "all", Resource: model.ImageResource, Days: 30, Lock: model.RuleLocked, Description: "legal"},
			&model.BinRule{ID: "both", Resource: model.SnapshotResource, Days: 14, Tags: []model.Tag{{Key: "env", Value: "prod"}, {Key: "tier", Value: "gold"}}, Except: []model.Tag{{Key: "tmp", Value: "yes"}}, Lock: model.RuleUnlocking},
			&model.BinRule{ID: "soon", Resource: model.ImageResource, Days: 7, Pending: true, Lock: model.RuleUnlocked},
		),
	}
}

// TestRulesOfTheBins: what each rule holds, for how long and whether it can be changed;
// where there is none, and where that is not known, why.
func TestRulesOfTheBins(t *testing.T) {
	env := world(ruledScopes()...)
	env.Width = 200
	s := shown(env, history.NewRules())
	for _, want := range []struct{ row, note string }{
		{"c-ruled images 30 in force locked all all legal", "legal: holds images for 30 days: all; locked: nobody changes or deletes it"},
		{"c-ruled snapshots 14 in force unlocking tagged env=prod or tier=gold but for tmp=yes both –", "holds snapshots for 14 days: tagged env=prod or tier=gold but for tmp=yes; it is being unlocked, and can be changed when its delay is over"},
		{"c-ruled images 7 not yet no all soon –", "holds images for 7 days: all; it is not in force yet, and holds nothing"},
		{"d-old images 1 in force no all old –", "holds images for 1 day: all; it could not be read again: denied"},
		{"b-denied – – denied – – – –", "its rules could not be read: denied; "},
		{"d-old – – denied – – – –", "its rules could not be read: denied; "},
		{"e-unread – – not read – – – –", "its rules were not read yet"},
		{"a-none – – no rule – – – –", "no rule: images and snapshots that are deleted here are gone for good"},
	} {
		lines := strings.Split(ansi.Strip(s.View(env)), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "▌") })
		if at < 0 {
			t.Fatalf("no cursor in\n%s", strings.Join(lines, "\n"))
		}
		got := strings.Join(strings.Fields(strings.Trim(lines[at], "▌┃│")), " ")
		if got != "acme-prod "+want.row {
			t.Errorf("row %q, want %q", got, "acme-prod "+want.row)
		}
		if note := lines[len(lines)-1]; !strings.Contains(note, want.note) {
			t.Errorf("note %q, want %q", note, want.note)
		}
		s, _ = asked(env, s, keys.Move{By: 1})
	}
}

// TestRulesLeadOn: to the images of the account and region, to the id of the rule, and
// to what reads them again.
func TestRulesLeadOn(t *testing.T) {
	env := world(ruledScopes()...)
	s := shown(env, history.NewRules())
	at := model.Scope{Account: "111111111111", Region: "c-ruled"}
	for in, want := range map[keys.Intent]kit.Effect{
		keys.Open{}:    kit.Go{View: "images", Then: kit.SetFilter{Query: "account:111111111111 region:c-ruled"}},
		keys.CopyID{}:  kit.Clip{Text: "all", What: "the rule all"},
		keys.Refresh{}: kit.Read{Scopes: []model.Scope{at}},
	} {
		if _, got := asked(env, s, in); !cmp.Equal(got, []kit.Effect{want}) {
			t.Errorf("%T: %v", in, got)
		}
	}
	found := searched(env, s, "gold")
	if _, got := asked(env, found, keys.CopyID{}); !cmp.Equal(got, []kit.Effect{kit.Clip{Text: "both", What: "the rule both"}}) {
		t.Errorf("searched: %v", got)
	}
	empty := shown(world(), history.NewRules())
	if why := empty.Disabled(world(), keys.Open{}); why != "no rule is shown" {
		t.Errorf("%q", why)
	}
}
