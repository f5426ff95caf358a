package finding

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

// TestPublisherVanishes is story 22: a publisher's account is suspended, all its
// images vanish, and what runs on them goes on until it is to be launched again.
func TestPublisherVanishes(t *testing.T) {
	w := newWorld()
	w.refs = []*model.Reference{instance("i-2", "ami-flatcar"), instance("i-3", "ami-flatcar")}
	told("ami-flatcar", soundImage("ami-flatcar", "Flatcar-stable-3815"), ago(time.Hour))(w)
	if got := w.find().Count("instances-on-gone-image"); got != (Count{}) {
		t.Fatalf("while the image is there: %+v", got)
	}
	w.named = &model.Named{Scope: home, Asked: []string{"ami-flatcar"}, At: ago(time.Minute)}
	var got []string
	for _, x := range w.of("instances-on-gone-image") {
		got = append(got, fmt.Sprint(x.State, " ", x.Severity, " ", x.Target.ID, ": ", x.Evidence))
	}
	want := []string{
		"open high i-2: ami-flatcar is gone, or no longer shared; the instance is running",
		"open high i-3: ami-flatcar is gone, or no longer shared; the instance is running",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestAccepted: an accepted finding is shown as such until the end of its day,
// the last word counts, and what is not known is not accepted.
func TestAccepted(t *testing.T) {
	public := func(until ...time.Time) *world {
		w := newWorld()
		w.image.Public, w.perms["ami-1"].Public = model.Yes, true
		for _, at := range until {
			w.policy.Accepted = append(w.policy.Accepted, Accepted{Rule: "public", ID: "ami-1", Reason: "a sample", Who: "jo", Until: at})
		}
		return w
	}
	midnight := testTime.Truncate(testDay)
	for _, tt := range []struct {
		what string
		w    *world
		want Count
	}{
		{"not accepted", public(), Count{Open: 1}},
		{"for long", public(midnight.Add(90 * testDay)), Count{Accepted: 1}},
		{"to the end of today", public(midnight), Count{Accepted: 1}},
		{"until yesterday", public(midnight.Add(-testDay)), Count{Open: 1}},
		{"renewed", public(midnight.Add(-testDay), midnight.Add(testDay)), Count{Accepted: 1}},
		{"shortened", public(midnight.Add(testDay), midnight.Add(-testDay)), Count{Open: 1}},
	} {
		if got := tt.w.find().Count("public"); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.what, got, tt.want)
		}
	}
	w := public(midnight.Add(testDay))
	w.image.Public, w.perms = model.Maybe, nil
	if got := w.find().Count("public"); got != (Count{Unknown: 1}) {
		t.Errorf("what is not known: %+v", got)
	}
	w = newWorld()
	w.rules, w.policy.Accepted = nil, []Accepted{{Rule: "no-bin-rule", ID: home.String(), Until: midnight}}
	if got := w.find().Count("no-bin-rule"); got != (Count{Open: 1, Accepted: 1}) {
		t.Errorf("a scope: %+v", got) // the other region is not accepted
	}
}

// TestPolicy: the policy says how much a rule matters, and whether it judges.
func TestPolicy(t *testing.T) {
	w := newWorld()
	traits(w.image, func(t *model.Traits) { t.IMDS = "" })
	w.image.Public = model.Yes
	w.policy.Severities = map[string]model.Severity{"imdsv1": model.SeverityCritical}
	w.policy.Off = []string{"public"}
	all := w.find().All()
	if len(all) != 1 || all[0].Rule.ID != "imdsv1" || all[0].Severity != model.SeverityCritical {
		t.Errorf("%+v", all)
	}
}

// TestOrder: open findings come first, and of each state the worst; those of an
// image are found by it.
func TestOrder(t *testing.T) {
	w := newWorld()
	traits(w.image, func(t *model.Traits) { t.IMDS = "" })
	disk(w.image, func(d *model.Disk) { d.Type = "gp2" })
	w.image.Detail.Tags, w.image.Public, w.perms = nil, model.Yes, nil
	other := soundImage("ami-2", "web-8")
	other.Detail.Tags = nil
	w.more = []*model.Image{other}
	w.policy.Accepted, w.policy.RecoveryRegions = []Accepted{{Rule: "imdsv1", ID: "ami-1", Until: testTime}}, nil
	words := func(list []Finding) (out []string) {
		for _, x := range list {
			out = append(out, fmt.Sprint(x.State, " ", x.Severity, " ", x.Rule.ID, " ", x.Target.ID))
		}
		return out
	}
	f := w.find()
	want := []string{
		"open critical public ami-1", "open low no-owner ami-1", "open low no-owner ami-2", "open info old-volume-type ami-1",
		"unknown high shared-with-stranger ami-1", "unknown high shared-with-stranger ami-2", "unknown high shared-with-stranger ami-r1", "accepted medium imdsv1 ami-1",
	}
	slices.Sort(want[4:7])
	got := words(f.All())
	slices.Sort(got[4:7]) // of two regions
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	want = []string{
		"open critical public ami-1", "open low no-owner ami-1", "open info old-volume-type ami-1", "unknown high shared-with-stranger ami-1", "accepted medium imdsv1 ami-1",
	}
	if d := cmp.Diff(want, words(f.Of(w.image))); d != "" {
		t.Error(d)
	}
	if none := (*Findings)(nil); none.All() != nil || none.Of(w.image) != nil || none.Count("public") != (Count{}) {
		t.Error("nil has judged something")
	}
}

// TestForeignImagesAreNotJudged: what others share is theirs to mend.
func TestForeignImagesAreNotJudged(t *testing.T) {
	w := newWorld()
	foreign := soundImage("ami-2", "")
	foreign.Owner, foreign.Detail.TagsRead = vendor, false
	w.more = []*model.Image{foreign}
	if all := w.find().All(); len(all) > 0 {
		t.Errorf("%+v", all)
	}
}

// TestSourcesAreTheirOwnersRecords: where several accounts see the image that another
// was made from, what its owner is told of it holds.
func TestSourcesAreTheirOwnersRecords(t *testing.T) {
	w := newWorld()
	w.image.Detail.SourceImage = "ami-2"
	source := soundImage("ami-2", "web-8")
	source.State = "disabled"
	w.more, w.perms["ami-2"] = []*model.Image{source}, &model.LaunchPermissions{ID: "ami-2", At: ago(time.Hour), Accounts: []string{friend}}
	before := *source // as the other account was told
	before.State = "available"
	scope := model.Scope{Account: friend, Region: home.Region}
	inv := w.inventory().Fold(
		model.Found{Account: model.Account{ID: friend}, Regions: []model.Region{{Name: home.Region, Enabled: true}}},
		model.Page{Gen: 1, Scope: scope, Kind: model.Images, Images: []*model.Image{&before}, Last: true, At: ago(time.Hour)},
	)
	found := Find(inv, nil, w.policy, testTime).By("source-deprecated-or-gone")
	if len(found) != 1 || found[0].Evidence != "ami-2 is disabled" {
		t.Errorf("%+v", found)
	}
}

// TestWants: launch permissions and sources that decide are asked for, once, and
// not where that was tried just now or leads nowhere.
func TestWants(t *testing.T) {
	w := newWorld()
	w.perms = map[string]*model.LaunchPermissions{"ami-r1": {ID: "ami-r1", At: ago(3 * testDay)}}
	w.refs = []*model.Reference{instance("i-1", "ami-9")}
	w.image.Detail.SourceImage, w.image.Detail.SourceRegion = "ami-0", home.Region
	second, failed := soundImage("ami-2", "web-8"), soundImage("ami-3", "web-9")
	second.Detail.SourceImage = "ami-0"
	failed.Detail.SourceImage, failed.Detail.SourceRegion = "ami-x", "us-east-1" // not read
	w.perms["ami-3"] = &model.LaunchPermissions{ID: "ami-3", At: ago(time.Minute), Err: denied}
	w.more = []*model.Image{second, failed}
	wants := func() model.Wants {
		inv := w.inventory()
		u := (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: testTime})
		return Wants(inv, u, w.policy, testTime, nil)
	}
	got := wants()
	slices.SortFunc(got.Permissions, model.ImageKey.Compare)
	want := model.Wants{
		Permissions: []model.ImageKey{{Region: refuge.Region, ID: "ami-r1"}, {Region: home.Region, ID: "ami-1"}, {Region: home.Region, ID: "ami-2"}},
		Named:       map[model.Scope][]string{home: {"ami-9", "ami-0"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	inv := w.inventory()
	if none := Wants(inv, nil, w.policy, testTime, func(*model.Image) bool { return false }); !none.Empty() {
		t.Errorf("nothing is concerned: %+v", none)
	}
}
