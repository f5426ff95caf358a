package plan_test

import (
	"strings"
	"testing"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

func TestCheck(t *testing.T) {
	unit := "arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-c3d4e5f6"
	for _, c := range []struct {
		name    string
		deed    plan.Deed
		options plan.Options
		want    string // fields of the faults
	}{
		{"deed", "destroy", plan.Options{}, "deed"},
		{"undo is asked for by run", plan.UndoOf, plan.Options{}, "deed"},
		{"copy", plan.Copy, plan.Options{Regions: []string{"eu-west-2"}, Name: "web 2", Key: "alias/images", Permissions: true}, ""},
		{"copy nowhere", plan.Copy, plan.Options{}, "regions"},
		{"copy to no region", plan.Copy, plan.Options{Regions: []string{"Ireland"}}, "regions"},
		{"copy to a region nobody has", plan.Copy, plan.Options{Regions: []string{"ap-south-1"}}, "regions"},
		{"copy with a short name", plan.Copy, plan.Options{Regions: []string{"eu-west-2"}, Name: "ab"}, "name"},
		{"copy with an odd name", plan.Copy, plan.Options{Regions: []string{"eu-west-2"}, Name: "web:1"}, "name"},
		{"copy with a key of a region", plan.Copy, plan.Options{Regions: []string{"eu-west-2", "us-east-1"}, Key: "1234abcd-12ab-34cd-56ef-1234567890ab"}, "key"},
		{"copy with a key elsewhere", plan.Copy, plan.Options{Regions: []string{"eu-west-2"}, Key: "arn:aws:kms:us-east-1:111111111111:key/1234abcd"}, "key"},
		{"copy with a key there", plan.Copy, plan.Options{Regions: []string{"us-east-1"}, Key: "arn:aws:kms:us-east-1:111111111111:key/1234abcd"}, ""},
		{"copy with a key of several regions", plan.Copy, plan.Options{Regions: []string{"eu-west-2", "us-east-1"}, Key: "mrk-1234abcd12ab34cd56ef1234567890ab"}, ""},
		{"copy with no key", plan.Copy, plan.Options{Regions: []string{"eu-west-2"}, Key: "images"}, "key"},
		{"share", plan.Share, plan.Options{Accounts: []string{friend}, Organizations: []string{org}, Units: []string{unit}, Snapshots: true, Public: true}, ""},
		{"share with nobody", plan.Share, plan.Options{}, "accounts"},
		{"share with eleven digits", plan.Share, plan.Options{Accounts: []string{"11111111111"}}, "accounts"},
		{"share with an id of an organization", plan.Share, plan.Options{Organizations: []string{"o-a1b2c3d4e5"}, Units: []string{org}}, "organizations units"},
		{"share snapshots with an organization", plan.Share, plan.Options{Organizations: []string{org}, Snapshots: true}, "snapshots"},
		{"unshare with a date", plan.Unshare, plan.Options{Public: true, At: at(day)}, "at"},
		{"deprecate", plan.Deprecate, plan.Options{At: at(day)}, ""},
		{"deprecate without a date", plan.Deprecate, plan.Options{}, "at"},
		{"deprecate yesterday", plan.Deprecate, plan.Options{At: at(-day)}, "at"},
		{"deprecate in eleven years", plan.Deprecate, plan.Options{At: at(11 * 365 * day)}, "at"},
		{"protect", plan.Protect, plan.Options{Cooldown: true}, ""},
		{"unprotect with cooldown", plan.Unprotect, plan.Options{Cooldown: true}, "cooldown"},
		{"tag", plan.Tag, plan.Options{Set: map[string]string{"A": ""}, Remove: []string{"B"}}, ""},
		{"tag nothing", plan.Tag, plan.Options{}, "set"},
		{"remove only", plan.Tag, plan.Options{Remove: []string{"B"}}, ""},
		{"tag without key", plan.Tag, plan.Options{Set: map[string]string{"": "x"}}, "set"},
		{"tag of AWS", plan.Tag, plan.Options{Set: map[string]string{"AWS:x": ""}, Remove: []string{"aws:y"}}, "set remove"},
		{"tag too long", plan.Tag, plan.Options{Set: map[string]string{strings.Repeat("ä", 128): strings.Repeat("x", 257)}}, "set set"},
		{"tag as long as can be", plan.Tag, plan.Options{Set: map[string]string{strings.Repeat("ä", 127): strings.Repeat("ä", 256)}}, ""},
		{"tag set and removed", plan.Tag, plan.Options{Set: map[string]string{"A": ""}, Remove: []string{"A"}}, "remove"},
		{"too many tags", plan.Tag, plan.Options{Set: many(51)}, "set"},
		{"delete", plan.Delete, plan.Options{KeepSnapshots: true, AllowStale: true, AllowUnknown: true}, ""},
		{"restore with leave", plan.Restore, plan.Options{AllowUnknown: true}, "allowUnknown"},
	} {
		var fields []string
		for _, f := range plan.Check(plan.Request{Deed: c.deed, Images: make([]model.ImageKey, 1), Options: c.options}, setting()) {
			fields = append(fields, f.Field)
			if f.Text == "" || f.Mend == "" || !strings.HasPrefix(f.Error(), f.Field+": ") {
				t.Errorf("%s: %+v says not what to do", c.name, f)
			}
		}
		same(t, c.name, strings.Join(fields, " "), c.want)
	}
}

func TestCheckWhatIsNotAllowed(t *testing.T) {
	s := setting()
	s.Public = false
	public := plan.Options{Public: true}
	if got := plan.Check(plan.Request{Deed: plan.Share, Options: public}, s); len(got) != 1 || !strings.Contains(got[0].Mend, "allow_public") {
		t.Error(got)
	}
	if got := plan.Check(plan.Request{Deed: plan.Unshare, Options: public}, s); len(got) != 0 {
		t.Error(got)
	}
	two := plan.Request{Deed: plan.Copy, Images: make([]model.ImageKey, 2), Options: plan.Options{Regions: []string{"eu-west-2"}, Name: "same"}}
	if got := plan.Check(two, s); len(got) != 1 || got[0].Field != "name" {
		t.Error(got)
	}
	clear(s.Accounts) // which regions there are is not known
	two.Options = plan.Options{Regions: []string{"xx-new-1"}}
	if got := plan.Check(two, s); len(got) != 0 {
		t.Error(got)
	}
}
