package fleet

import (
	"fmt"
	"strings"
	"time"
)

// Charges is what costs accounts besides their images and snapshots, or delays
// what deleting those frees.
type Charges struct {
	BinnedImages    []BinnedImage
	BinnedSnapshots []BinnedSnapshot
	BinRules        []BinRule
	FastRestores    []FastRestore
	FastLaunches    []FastLaunch
	Locks           []Lock
}

// BinnedImage is an image in the Recycle Bin. It is not among Fleet.Images; its
// snapshots may be live, in the bin as well, or gone.
type BinnedImage struct {
	Image
	Entered, Exits Time
}

// BinnedSnapshot is a snapshot in the Recycle Bin. It is not among
// Fleet.Snapshots.
type BinnedSnapshot struct {
	Snapshot
	Entered, Exits Time
}

// BinRule is a retention rule of the Recycle Bin.
type BinRule struct {
	ID          string // eleven letters and digits
	Owner       string
	Region      string
	Description string
	Resource    string // EBS_SNAPSHOT, EC2_IMAGE or EBS_VOLUME
	State       string // available, or pending; "" means available
	Lock        string // locked, pending_unlock or unlocked; "": it was never locked
	Days        int32
	Tags        []Tag // none: a rule for the whole region
	Except      []Tag // of those only
}

// FastRestore is Fast Snapshot Restore of a snapshot in a zone.
type FastRestore struct {
	Snapshot ID
	Owner    string // who enabled it
	Region   string
	Zone     string
	State    string // EC2's FastSnapshotRestoreStateCode; "" means enabled
	Since    Time
}

// FastLaunch is Fast Launch of a Windows image.
type FastLaunch struct {
	Image  ID
	Owner  string
	Region string
	State  string // EC2's FastLaunchStateCode; "" means enabled
	Copies int32  // snapshots to keep ready
	Since  Time
}

// Lock bars a snapshot from deletion. The generated fleet has none.
type Lock struct {
	Snapshot ID
	Owner    string
	Region   string
	State    string // EC2's LockState: governance, compliance, compliance-cooloff or expired
	Ends     Time   // zero: never
}

// Holds reports whether the lock bars deletion at a time.
func (l *Lock) Holds(now Time) bool { return l.State != "expired" && (l.Ends == 0 || now < l.Ends) }

// charges makes what few accounts have: a Recycle Bin with something in it, and
// rules of it in the first region only; Fast Snapshot Restore of a few snapshots
// and Fast Launch of Windows images.
func (g *generator) charges() {
	g.reseed(0x63686172676573)
	accounts, regions := g.fleet.Active(), g.fleet.Enabled()
	nth := func(i int) string { return accounts[min(i, len(accounts)-1)].ID }
	g.binRules(nth(0), nth(1), regions[0])
	g.throwAway(nth(1), regions[0], 14)
	g.throwAway(nth(3), regions[min(1, len(regions)-1)], 30) // by a rule that is there no more
	g.throwAwayAlone(2)
	g.fastRestores(nth(1), regions[0])
	g.fastLaunches()
}

func (g *generator) binRules(management, account, region string) {
	rule := func(owner string, r BinRule) {
		r.ID, r.Owner, r.Region, r.State = base36(g.rng.Uint64(), 11), owner, region, "available"
		g.fleet.BinRules = append(g.fleet.BinRules, r)
	}
	rule(account, BinRule{Description: "two weeks to change our minds", Resource: "EBS_SNAPSHOT", Days: 14, Except: []Tag{{"purpose", "scratch"}, {"dlm:managed", "true"}}})
	rule(account, BinRule{Resource: "EC2_IMAGE", Days: 30, Tags: []Tag{{"Environment", "prod"}, {"tier", "gold"}}})
	rule(management, BinRule{Description: "base images", Resource: "EC2_IMAGE", Days: 7})
	rule(management, BinRule{Resource: "EBS_SNAPSHOT", Days: 365, Tags: []Tag{{"legal-hold", "yes"}}, Lock: "locked"})
	rule(management, BinRule{Resource: "EBS_VOLUME", Days: 3})
}

// throwAway fills a Recycle Bin that keeps things for so many days: an image
// with all its snapshots, and snapshots of no image.
func (g *generator) throwAway(account, region string, days int) {
	entered := g.thrownAway(min(days, 10))
	exits := entered + Time(days)*24*hour
	im := Image{
		ID: g.id(), Owner: account, Region: region, Name: "retired-db-" + fmt.Sprint(g.between(100, 999)), Machine: &database,
		Life: Life{State: "available", Protection: "disabled", Created: entered - Time(g.between(100, 400))*24*hour},
		Tags: []Tag{{"Name", "retired-db"}},
	}
	im.Source.Instance = g.id()
	for _, d := range im.Machine.Devices {
		if d.HasSnapshot() {
			s := Snapshot{Owner: account, Region: region, Start: im.Life.Created}
			s.Description = fmt.Sprintf("Created by CreateImage(%s) for %s", im.Source.Instance.Instance(), im.ID.Image())
			im.Snapshots = append(im.Snapshots, g.binned(d, BinnedSnapshot{s, entered, exits}))
		}
	}
	g.fleet.BinnedImages = append(g.fleet.BinnedImages, BinnedImage{im, entered, exits})
	for _, description := range []string{"before upgrade", "", "Created for policy: " + lifecyclePolicy + " schedule: daily"} {
		entered := g.thrownAway(min(days, 10))
		s := Snapshot{Owner: account, Region: region, Description: description, Start: entered - Time(g.between(30, 900))*24*hour}
		g.binned(Device{GiB: pick(g, []int32{8, 50, 100})}, BinnedSnapshot{s, entered, entered + Time(days)*24*hour})
	}
}

// binned adds a snapshot of a device that is in the bin.
func (g *generator) binned(d Device, s BinnedSnapshot) ID {
	s.ID, s.Volume, s.Size = g.id(), g.id(), Size{GiB: d.GiB, Bytes: g.written(d.GiB)}
	s.State, s.Progress, s.Tier = "completed", "100%", "standard"
	if d.Encrypted {
		s.KMSKey, s.DataKey = g.key(s.Owner, s.Region), g.uuid()
	}
	g.fleet.BinnedSnapshots = append(g.fleet.BinnedSnapshots, s)
	return s.ID
}

// thrownAway draws when something was deleted, at most so many days ago.
func (g *generator) thrownAway(days int) Time {
	return stamp(Epoch.Add(-time.Duration(g.between(12, days*24-12)) * time.Hour))
}

// throwAwayAlone puts images into the bin whose snapshots were left behind: of
// the strays, the first ones that name such an image.
func (g *generator) throwAwayAlone(n int) {
	there := map[ID]bool{}
	for i := range g.fleet.Images {
		there[g.fleet.Images[i].ID] = true
	}
	for i := range g.fleet.Snapshots {
		s := &g.fleet.Snapshots[i]
		_, text, made := strings.Cut(s.Description, ") for ")
		id, ok := ParseID(ImagePrefix, text)
		if n == 0 || !made || !ok || id == 0 || there[id] || !strings.HasPrefix(s.Description, "Created by CreateImage(") {
			continue
		}
		n--
		entered := max(g.thrownAway(10), s.Start+hour)
		g.fleet.BinnedImages = append(g.fleet.BinnedImages, BinnedImage{
			Image{
				ID: id, Owner: s.Owner, Region: s.Region, Name: "left-its-disk-" + fmt.Sprint(n), Machine: &linuxX86, Snapshots: []ID{s.ID},
				Life: Life{State: "available", Protection: "disabled", Created: s.Start},
			},
			entered, entered + 30*24*hour,
		})
	}
}

// fastRestores lets volumes of three snapshots start faster, of one in two
// zones; of another that is over.
func (g *generator) fastRestores(account, region string) {
	var all []ID
	for i := range g.fleet.Snapshots {
		if s := &g.fleet.Snapshots[i]; s.Owner == account && s.Region == region && s.State == "completed" && s.Tier == "standard" {
			all = append(all, s.ID)
		}
	}
	g.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, states := range [][]string{{"enabled", "enabled"}, {"optimizing"}, {"enabled"}, {"disabled"}} {
		if i == len(all) {
			return
		}
		for zone, state := range states {
			g.fleet.FastRestores = append(g.fleet.FastRestores, FastRestore{
				Snapshot: all[i], Owner: account, Region: region, Zone: region + string(rune('a'+zone)), State: state, Since: g.thrownAway(90),
			})
		}
	}
}

// fastLaunches lets instances of the newest Windows image of the company start
// faster; of the oldest that is being turned off.
func (g *generator) fastLaunches() {
	var newest, oldest *Image
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		if _, own := g.fleet.Member(im.Owner); !own || im.Machine.Platform != "windows" || im.Life.State != "available" {
			continue
		}
		if newest == nil || im.Life.Created > newest.Life.Created {
			newest = im
		}
		if oldest == nil || im.Life.Created < oldest.Life.Created {
			oldest = im
		}
	}
	add := func(im *Image, state string, copies int32) {
		g.fleet.FastLaunches = append(g.fleet.FastLaunches, FastLaunch{im.ID, im.Owner, im.Region, state, copies, g.thrownAway(90)})
	}
	if newest != nil {
		add(newest, "enabled", 6)
	}
	if oldest != newest {
		add(oldest, "disabling", 5)
	}
}
