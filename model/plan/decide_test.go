package plan_test

import (
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// decision is a row of the tables: one target, and what the plan says of it.
type decision struct {
	name     string
	options  plan.Options
	change   func(*plan.Facts)
	setting  func(*plan.Setting)
	calls    []string
	blocks   []string
	warnings []string
	done     string
	phrase   string
	lost     []string
}

func (c decision) check(t *testing.T, d plan.Deed) {
	t.Helper()
	t.Run(string(d)+"/"+c.name, func(t *testing.T) {
		s := setting()
		if c.setting != nil {
			c.setting(&s)
		}
		one := target("1")
		if c.change != nil {
			c.change(&one.Before)
		}
		p := decide(d, c.options, s, one)
		valid(t, p)
		same(t, "calls", calls(p), append([]string{}, c.calls...))
		same(t, "blocks", codes(p.Targets[0].Blocks), append([]string{}, c.blocks...))
		same(t, "warnings", codes(p.Targets[0].Warnings), append([]string{}, c.warnings...))
		same(t, "done", p.Targets[0].Done, c.done)
		same(t, "phrase", p.Phrase, c.phrase)
		same(t, "lost", codes(p.Undo.Lost), append([]string{}, c.lost...))
		if p.Undo.Whole != (len(c.calls) > 0 && len(c.lost) == 0) {
			t.Errorf("whole is %v", p.Undo.Whole)
		}
	})
}

func TestWhatHoldsForEachDeed(t *testing.T) {
	protect := `1 EnableImageDeregistrationProtection {"ImageId":"ami-1"}`
	for _, c := range []decision{
		{name: "plain", calls: []string{protect}},
		{name: "never read", change: func(f *plan.Facts) { f.State = "" }, blocks: []string{"unread"}},
		{name: "not read again", change: func(f *plan.Facts) { f.Unread = []plan.Unread{{What: "image", Why: "network"}} }, blocks: []string{"unread"}},
		{name: "of an account that is not reached", setting: func(s *plan.Setting) { delete(s.Accounts, dev) }, blocks: []string{"foreign"}},
		{name: "nothing may be changed", setting: func(s *plan.Setting) { s.ReadOnly = true }, blocks: []string{"read-only"}},
		{name: "account is read-only", setting: func(s *plan.Setting) { s.Accounts[dev] = plan.AccountRule{ReadOnly: true} }, blocks: []string{"read-only"}},
		{name: "account denies it", setting: func(s *plan.Setting) { s.Accounts[dev] = plan.AccountRule{Deny: []plan.Deed{plan.Protect}} }, blocks: []string{"denied"}},
		{name: "account denies another", setting: func(s *plan.Setting) { s.Accounts[dev] = plan.AccountRule{Deny: []plan.Deed{plan.Delete}} }, calls: []string{protect}},
		{name: "pending", change: func(f *plan.Facts) { f.State = "pending" }, blocks: []string{"state"}},
		{name: "gone", change: func(f *plan.Facts) { f.State = plan.Gone }, blocks: []string{"gone"}},
		{name: "in the bin", change: func(f *plan.Facts) { f.State = plan.Binned }, blocks: []string{"binned"}},
		{name: "of AWS Backup", change: func(f *plan.Facts) { f.Managed = "backup" }, blocks: []string{"backup"}},
		{name: "of Image Builder", change: func(f *plan.Facts) { f.Managed = "imagebuilder" }, calls: []string{protect}, warnings: []string{"imagebuilder"}, phrase: "protect 1"},
	} {
		c.check(t, plan.Protect)
	}
}

func TestDecideShare(t *testing.T) {
	with := plan.Options{Accounts: []string{friend, dev, friend}}
	step := `1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Add":[{"UserId":"333333333333"}]}}`
	for _, c := range []decision{
		{name: "with an account", options: with, calls: []string{step}},
		{name: "it is already", options: with, change: func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} }, done: "it is shared with all of them already"},
		{name: "with an organization", options: plan.Options{Organizations: []string{org}}, calls: []string{
			`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Add":[{"OrganizationArn":"` + org + `"}]}}`,
		}},
		{name: "permissions not read", options: with, change: func(f *plan.Facts) { f.Permissions = nil }, blocks: []string{"permissions"}},
		{name: "permissions not read again", options: with, change: func(f *plan.Facts) { f.Unread = []plan.Unread{{What: "permissions", Why: "denied"}} }, blocks: []string{"permissions"}},
		{name: "with a key of AWS", options: with, change: func(f *plan.Facts) {
			f.Encrypted, f.Snapshots[0].Encrypted, f.Snapshots[0].Default = model.Yes, model.Yes, true
		}, blocks: []string{"key"}},
		{name: "with a key of one's own", options: with, change: func(f *plan.Facts) {
			f.Encrypted, f.Snapshots[0].Encrypted, f.Snapshots[0].Key = model.Yes, model.Yes, "arn:aws:kms:eu-west-1:111111111111:key/k"
		}, calls: []string{step}, warnings: []string{"key"}},
		{name: "with everybody", options: plan.Options{Public: true}, calls: []string{
			`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Add":[{"Group":"all"}]}}`,
		}, warnings: []string{"public"}, phrase: "share 1"},
		{name: "with everybody, not allowed", options: plan.Options{Public: true}, setting: func(s *plan.Setting) { s.Public = false }, blocks: []string{"public"}},
		{name: "with everybody, encrypted", options: plan.Options{Public: true}, change: func(f *plan.Facts) { f.Encrypted = model.Yes }, blocks: []string{"public"}},
		{name: "with everybody, billed", options: plan.Options{Public: true}, change: func(f *plan.Facts) { f.Billed = true }, blocks: []string{"public"}},
		{name: "disabled", options: with, change: func(f *plan.Facts) { f.State = "disabled" }, blocks: []string{"state"}},
		{name: "with its snapshots", options: plan.Options{Accounts: []string{friend}, Snapshots: true}, calls: []string{
			step, `2 ModifySnapshotAttribute {"SnapshotId":"snap-1","Attribute":"createVolumePermission","OperationType":"add","UserIds":["333333333333"]}`,
		}},
		{
			name: "only a snapshot is missing", options: plan.Options{Accounts: []string{friend}, Snapshots: true},
			change: func(f *plan.Facts) { f.Permissions.Accounts = []string{friend} },
			calls:  []string{`1 ModifySnapshotAttribute {"SnapshotId":"snap-1","Attribute":"createVolumePermission","OperationType":"add","UserIds":["333333333333"]}`},
		},
		{name: "snapshots not read", options: plan.Options{Accounts: []string{friend}, Snapshots: true}, change: func(f *plan.Facts) { f.Snapshots[0].Accounts = nil }, blocks: []string{"permissions"}},
	} {
		c.check(t, plan.Share)
	}
}

func TestDecideUnshare(t *testing.T) {
	for _, c := range []decision{
		{
			name: "from an account", options: plan.Options{Accounts: []string{friend}}, change: func(f *plan.Facts) { f.Permissions.Accounts = []string{friend, prod} },
			calls:    []string{`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Remove":[{"UserId":"333333333333"}]}}`},
			warnings: []string{"consumers"},
		},
		{name: "it is not shared", options: plan.Options{Accounts: []string{friend}}, done: "it is shared with none of them"},
		{
			name: "from everybody", options: plan.Options{Public: true}, change: func(f *plan.Facts) { f.Permissions.Public = true },
			calls:    []string{`1 ModifyImageAttribute {"ImageId":"ami-1","LaunchPermission":{"Remove":[{"Group":"all"}]}}`},
			warnings: []string{"consumers", "public"}, phrase: "unshare 1", lost: []string{"public"},
		},
		{
			name: "its snapshots", options: plan.Options{Accounts: []string{friend}, Snapshots: true},
			change:   func(f *plan.Facts) { f.Snapshots[0].Accounts = []string{friend} },
			calls:    []string{`1 ModifySnapshotAttribute {"SnapshotId":"snap-1","Attribute":"createVolumePermission","OperationType":"remove","UserIds":["333333333333"]}`},
			warnings: []string{"consumers"},
		},
	} {
		c.check(t, plan.Unshare)
	}
}

func TestDecideDeprecate(t *testing.T) {
	in30 := plan.Options{At: at(30*day + 20*time.Second)}
	step := `1 EnableImageDeprecation {"ImageId":"ami-1","DeprecateAt":"2026-12-26T10:00:00Z"}`
	for _, c := range []decision{
		{name: "plain", options: in30, calls: []string{step}},
		{name: "it is already", options: in30, change: func(f *plan.Facts) { f.Deprecation = at(30 * day) }, done: "its deprecation date is that already"},
		{name: "another date before", options: in30, change: func(f *plan.Facts) { f.Deprecation = at(3 * day) }, calls: []string{step}},
		{
			name: "a date that has passed before", options: in30, change: func(f *plan.Facts) { f.Deprecation = at(-3 * day) },
			calls: []string{step}, warnings: []string{"date"}, lost: []string{"date"}, phrase: "deprecate 1",
		},
		{name: "in the past", options: plan.Options{At: at(-day)}, blocks: []string{"date"}},
		{name: "public, late", options: plan.Options{At: at(800 * day)}, change: func(f *plan.Facts) { f.Permissions.Public = true }, blocks: []string{"date"}},
		{
			name: "public", options: in30, change: func(f *plan.Facts) { f.Permissions.Public = true },
			calls: []string{step}, warnings: []string{"date"}, lost: []string{"date"}, phrase: "deprecate 1",
		},
		{name: "newest, nothing picks it", options: in30, change: func(f *plan.Facts) { f.Family.Newest = true }, calls: []string{step}, warnings: []string{"newest"}},
		{name: "of Backup", options: in30, change: func(f *plan.Facts) { f.Managed = "backup" }, blocks: []string{"backup"}},
	} {
		c.check(t, plan.Deprecate)
	}
	lift := `1 DisableImageDeprecation {"ImageId":"ami-1"}`
	for _, c := range []decision{
		{name: "none", done: "it has no deprecation date"},
		{name: "plain", change: func(f *plan.Facts) { f.Deprecation = at(day) }, calls: []string{lift}},
		{
			name: "passed", change: func(f *plan.Facts) { f.Deprecation = at(-day) },
			calls: []string{lift}, warnings: []string{"date"}, lost: []string{"date"}, phrase: "undeprecate 1",
		},
		{name: "public", change: func(f *plan.Facts) { f.Deprecation, f.Permissions.Public = at(day), true }, blocks: []string{"public"}},
	} {
		c.check(t, plan.Undeprecate)
	}
}

func TestDecideDisableAndEnable(t *testing.T) {
	step := `1 DisableImage {"ImageId":"ami-1"}`
	for _, c := range []decision{
		{name: "plain", calls: []string{step}},
		{name: "already", change: func(f *plan.Facts) { f.State = "disabled" }, done: "it is disabled already"},
		{name: "permissions not read", change: func(f *plan.Facts) { f.Permissions = nil }, blocks: []string{"permissions"}},
		{name: "used", change: func(f *plan.Facts) { f.Usage.Verdict = "used" }, calls: []string{step}, warnings: []string{"used"}, phrase: "disable 1"},
		{name: "unknown", change: func(f *plan.Facts) { f.Usage.Verdict = "unknown" }, calls: []string{step}, warnings: []string{"unknown"}, phrase: "disable 1"},
		{
			name: "public", change: func(f *plan.Facts) { f.Permissions.Public = true },
			calls: []string{step}, warnings: []string{"consumers", "public"}, lost: []string{"public"}, phrase: "disable 1",
		},
	} {
		c.check(t, plan.Disable)
	}
	off := func(f *plan.Facts) { f.State = "disabled" }
	for _, c := range []decision{
		{name: "plain", change: off, calls: []string{`1 EnableImage {"ImageId":"ami-1"}`}, warnings: []string{"private"}},
		{name: "already", done: "it is available already"},
		{name: "archived", change: func(f *plan.Facts) { off(f); f.Snapshots[0].Archived = true }, blocks: []string{"archived"}},
	} {
		c.check(t, plan.Enable)
	}
}

func TestDecideProtection(t *testing.T) {
	for _, c := range []decision{
		{name: "already", change: func(f *plan.Facts) { f.Protection = plan.ProtectedNow }, done: "it is protected already"},
		{name: "already for longer", change: func(f *plan.Facts) { f.Protection = plan.ProtectedYet }, done: "it is protected already, with cooldown"},
		{name: "not read", change: func(f *plan.Facts) { f.Protection = "" }, blocks: []string{"protection"}},
		{
			name: "with cooldown", options: plan.Options{Cooldown: true},
			calls:    []string{`1 EnableImageDeregistrationProtection {"ImageId":"ami-1","WithCooldown":true}`},
			warnings: []string{"cooldown"}, lost: []string{"cooldown"}, phrase: "protect 1",
		},
	} {
		c.check(t, plan.Protect)
	}
	step := `1 DisableImageDeregistrationProtection {"ImageId":"ami-1"}`
	for _, c := range []decision{
		{name: "not protected", done: "it is not protected"},
		{name: "plain", change: func(f *plan.Facts) { f.Protection = plan.ProtectedNow }, calls: []string{step}},
		{name: "with cooldown", change: func(f *plan.Facts) { f.Protection = plan.ProtectedYet }, calls: []string{step}, warnings: []string{"cooldown"}},
	} {
		c.check(t, plan.Unprotect)
	}
}

func TestDecideTag(t *testing.T) {
	for _, c := range []decision{
		{
			name: "set and remove", options: plan.Options{Set: map[string]string{"Owner": "", "A": "1"}, Remove: []string{"Team", "None"}},
			calls: []string{
				`1 CreateTags {"Resources":["ami-1"],"Tags":[{"Key":"A","Value":"1"},{"Key":"Owner","Value":""}]}`,
				`2 DeleteTags {"Resources":["ami-1"],"Tags":[{"Key":"Team"}]}`,
			},
		},
		{name: "already", options: plan.Options{Set: map[string]string{"Team": "web"}, Remove: []string{"None"}}, done: "its tags are so already"},
		{name: "not read", options: plan.Options{Remove: []string{"Team"}}, change: func(f *plan.Facts) { f.TagsKnown = false }, blocks: []string{"tags"}},
		{name: "gone", options: plan.Options{Remove: []string{"Team"}}, change: func(f *plan.Facts) { f.State = plan.Gone }, blocks: []string{"gone"}},
		{name: "failed image", options: plan.Options{Remove: []string{"Team"}}, change: func(f *plan.Facts) { f.State = "failed" }, calls: []string{`1 DeleteTags {"Resources":["ami-1"],"Tags":[{"Key":"Team"}]}`}},
		{name: "too many", options: plan.Options{Set: many(50)}, blocks: []string{"quota"}},
	} {
		c.check(t, plan.Tag)
	}
}

func many(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[string(rune('a'+i%26))+string(rune('a'+i/26))] = ""
	}
	return out
}
