package finding

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/model"
)

// random is a company with much that is wrong.
func random(seed uint64) *world {
	rng := rand.New(rand.NewPCG(seed, 7))
	chance := func(percent int) bool { return rng.IntN(100) < percent }
	tri := func() model.Tri { return model.Truth(chance(50)) }
	w := newWorld()
	w.refs = nil
	for i := range 1 + rng.IntN(6) {
		im := soundImage(fmt.Sprint("ami-", i+1), fmt.Sprint("web-", rng.IntN(4)))
		im.Encrypted, im.Protected, im.Launched = tri(), tri(), tri()
		disk(im, func(d *model.Disk) {
			d.Encrypted, d.DeleteOnTermination, d.Type = im.Encrypted, tri(), []string{"gp2", "gp3"}[rng.IntN(2)]
		})
		p := &model.LaunchPermissions{ID: im.ID, At: ago(time.Hour), Since: ago(30 * testDay)}
		if chance(20) {
			im.Public, p.Public = model.Yes, true
		}
		if chance(30) {
			p.Accounts = []string{[]string{friend, stranger}[rng.IntN(2)]}
		}
		if chance(40) {
			im.Deprecation = ago(testDay)
		}
		if chance(50) {
			im.Detail.SourceImage, im.Detail.SourceRegion = fmt.Sprint("ami-", rng.IntN(9)), []string{home.Region, refuge.Region}[rng.IntN(2)]
		}
		if chance(15) {
			im.State = "disabled"
		}
		if chance(30) {
			traits(im, func(t *model.Traits) { t.IMDS = "" })
			im.Detail.Tags, im.Platform = nil, "windows"
		}
		if chance(30) {
			im.Detail.Inspected, im.Detail.Scan = model.Yes, &model.Scan{At: ago(testDay), Severity: model.ScanLevels()[rng.IntN(5)]}
		}
		if w.perms[im.ID] = p; i == 0 {
			w.image = im
		} else {
			w.more = append(w.more, im)
		}
	}
	for i := range rng.IntN(6) {
		r := instance(fmt.Sprint("i-", i), fmt.Sprint("ami-", rng.IntN(9)))
		if chance(40) {
			r = &model.Reference{
				Scope: home, Source: model.Templates, Key: fmt.Sprint("lt-", i), ID: fmt.Sprint("lt-", i), Image: r.Image, Since: ago(400 * testDay),
				Version: &model.Version{Number: 1, Of: 1, Default: true},
			}
		}
		w.refs = append(w.refs, r)
	}
	if chance(70) {
		told("ami-0", nil, ago(time.Hour))(w)
		w.named.Asked = append(w.named.Asked, "ami-8")
	}
	w.gone = []*model.Former{{ID: "ami-7"}}
	switch rng.IntN(3) {
	case 0:
		w.rules = nil
	case 1:
		w.rules[0].Tags = []model.Tag{{Key: "Owner", Value: "web"}}
	}
	if chance(50) {
		w.copies = nil
	}
	if chance(40) {
		w.open = []*model.PublicSnapshot{{ID: "snap-1"}}
	}
	for _, s := range w.set {
		switch {
		case s.Name == model.BlockSnapshots && chance(20):
			s.State = model.BlockAll
		case (s.Name == model.BlockImages || s.Name == model.BlockSnapshots) && chance(40):
			s.State = model.Unblocked
		}
	}
	return w
}

// removals take a fact away, each of its own kind.
func removals(w *world, rng *rand.Rand) []func() {
	all := w.images(home)
	im := all[rng.IntN(len(all))]
	either := []model.Scope{home, refuge}[rng.IntN(2)]
	kinds := model.Swept()
	kind := kinds[rng.IntN(len(kinds))]
	images := append(all, w.copies...)
	detailed := images[rng.IntN(len(images))]
	return []func(){
		func() { delete(w.perms, im.ID) },
		func() { w.perms[im.ID] = &model.LaunchPermissions{ID: im.ID, At: ago(time.Hour), Err: denied} },
		func() { w.perms[im.ID].At = ago(30 * testDay) },
		func() { detailed.Detail = nil },
		func() { im.Detail.Tags, im.Detail.TagsRead = nil, false },
		func() { im.Encrypted = model.Maybe; disk(im, func(d *model.Disk) { d.Encrypted = model.Maybe }) },
		func() { im.Public = model.Maybe },
		func() { im.Protected = model.Maybe },
		func() { im.Launched, im.LastLaunched = model.Maybe, time.Time{} },
		func() { im.Created = time.Time{} },
		func() { disk(im, func(d *model.Disk) { d.Type = "" }) },
		func() { disk(im, func(d *model.Disk) { d.DeleteOnTermination = model.Maybe }) },
		func() { traits(im, func(t *model.Traits) { t.PlatformDetails, t.UsageOperation = "", "" }) },
		func() { im.Detail.Inspected, im.Detail.Scan = model.Maybe, nil },
		func() { w.set[rng.IntN(len(w.set))].Err = denied },
		func() { w.set = w.set[:rng.IntN(len(w.set))] },
		func() { w.snaps[0].Start = ago(time.Minute) },
		func() { w.fail[pass{either, kind}] = denied },
		func() { w.fail[pass{either, model.Images}] = denied },
		func() { w.never[pass{either, kind}] = true },
		func() { w.blind = true },
		func() { w.named = nil },
		func() { w.gone = nil },
		func() { w.org = model.Organization{ARN: orgARN, Err: denied} },
	}
}

// TestNothingPassesForWantOfFacts: whatever fact is taken away, what was open or
// unknown stays one of the two, or its scope is told to be unread.
func TestNothingPassesForWantOfFacts(t *testing.T) {
	first, runs := uint64(1), uint64(400)
	if s := os.Getenv("SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first, runs = n, 1
	}
	kept := map[string]int{}
	for seed := first; seed < first+runs; seed++ {
		before := random(seed).find().All()
		n := len(removals(random(seed), rand.New(rand.NewPCG(seed, 8))))
		for i := range n {
			w := random(seed)
			removals(w, rand.New(rand.NewPCG(seed, 8)))[i]()
			after := map[acceptance]bool{}
			for _, x := range w.find().All() {
				after[acceptance{x.Rule.ID, x.Target.Key()}] = true
			}
			for _, x := range before {
				if !after[acceptance{x.Rule.ID, x.Target.Key()}] && !after[acceptance{x.Rule.ID, x.Target.Scope.String()}] {
					t.Fatalf("seed %d, removal %d: %s passes %s, which was %v: %s", seed, i, x.Rule.ID, x.Target.Key(), x.State, x.Evidence)
				}
				kept[x.Rule.ID+" "+x.State.String()]++
			}
		}
		if testing.Short() && seed > first+60 {
			break
		}
	}
	for _, id := range IDs() {
		if runs > 1 && kept[id+" open"] == 0 && id != "too-old" && id != "name-outside-convention" && id != "no-deprecation" {
			t.Errorf("%s was never open: these companies prove nothing of it", id)
		}
	}
}

// TestFindingsAreTheSameHoweverAsked: by rule, of an image, counted and in short they
// tell what the list of all does.
func TestFindingsAreTheSameHoweverAsked(t *testing.T) {
	for seed := uint64(1); seed <= 60; seed++ {
		w := random(seed)
		removal := removals(w, rand.New(rand.NewPCG(seed, 8)))
		removal[seed%uint64(len(removal))]()
		for i, id := range IDs() { // some are accepted
			w.policy.Accepted = append(w.policy.Accepted, Accepted{Rule: id, ID: fmt.Sprint("ami-", i%4), Until: testTime.Add(testDay)})
		}
		f, byRule, byImage := w.find(), map[string][]Finding{}, map[*model.Image][]Finding{}
		for _, x := range f.All() {
			byRule[x.Rule.ID] = append(byRule[x.Rule.ID], x)
			if x.Target.Image != nil {
				byImage[x.Target.Image] = append(byImage[x.Target.Image], x)
			}
		}
		for _, id := range IDs() {
			if d := cmp.Diff(byRule[id], f.By(id), cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("seed %d, %s:\n%s", seed, id, d)
			}
			if got, want := f.Count(id).Total(), len(byRule[id]); got != want {
				t.Errorf("seed %d: %s has %d findings, and counts %d", seed, id, want, got)
			}
		}
		for _, im := range append(w.images(home), w.copies...) {
			if d := cmp.Diff(byImage[im], f.Of(im), cmpopts.EquateEmpty(), cmpopts.SortSlices(ordered)); d != "" {
				t.Fatalf("seed %d, %s:\n%s", seed, im.ID, d)
			}
			worst, open, undecided := f.Worst(im)
			if w, o, u := worstOf(byImage[im]); worst != w || open != o || undecided != u {
				t.Errorf("seed %d: the worst on %s is %v, %d, %d, not %v, %d, %d", seed, im.ID, worst, open, undecided, w, o, u)
			}
		}
	}
}

func ordered(a, b Finding) bool { return place(a.Rule.ID) < place(b.Rule.ID) }

// worstOf says in short what a list of findings comes to.
func worstOf(all []Finding) (worst model.Severity, open, undecided int) {
	var maybe model.Severity
	for _, x := range all {
		switch x.State {
		case Open:
			open, worst = open+1, max(worst, x.Severity)
		case Undecided:
			undecided, maybe = undecided+1, max(maybe, x.Severity)
		default:
		}
	}
	if open > 0 && maybe <= worst {
		undecided = 0
	}
	return worst, open, undecided
}
