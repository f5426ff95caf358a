package finding

import (
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
)

// shown is a fleet and what one rule says of it.
type shown struct {
	what   string // "" for the fleet in which nothing is wrong
	change func(w *world)
	text   string // part of the evidence
}

// cases show each rule fire, pass and lack its facts.
type cases struct{ fires, passes, missing []shown }

func noDetail(w *world) { w.image.Detail = nil }

func with(change func(im *model.Image)) func(w *world) {
	return func(w *world) { change(w.image) }
}

func sharedWith(p model.LaunchPermissions) func(w *world) {
	return func(w *world) {
		p.ID, p.At = "ami-1", ago(time.Hour)
		w.perms["ami-1"] = &p
	}
}

func device(change func(d *model.Disk)) func(w *world) {
	return func(w *world) { disk(w.image, change) }
}

func trait(change func(t *model.Traits)) func(w *world) {
	return func(w *world) { traits(w.image, change) }
}

// from gives the image a source in its own region.
func from(source string, more func(w *world)) func(w *world) {
	return func(w *world) {
		w.image.Detail.SourceImage, w.image.Detail.SourceRegion = source, home.Region
		if more != nil {
			more(w)
		}
	}
}

func source(change func(im *model.Image)) func(w *world) {
	return from("ami-0", func(w *world) {
		im := soundImage("ami-0", "base-1")
		change(im)
		w.more = append(w.more, im)
	})
}

// told is what AWS tells of an id that a reference or an image names.
func told(id string, im *model.Image, at time.Time) func(w *world) {
	return func(w *world) {
		n := model.Named{Scope: home, Asked: []string{id}, At: at}
		if im != nil {
			im.Owner = vendor
			n.Images = []*model.Image{im}
		}
		w.named = &n
	}
}

func unused(w *world) { w.refs = nil }

func failing(s model.Scope, k model.Kind) func(w *world) {
	return func(w *world) { w.fail[pass{s, k}] = denied }
}

func both(changes ...func(w *world)) func(w *world) {
	return func(w *world) {
		for _, c := range changes {
			c(w)
		}
	}
}

// noPass are fleets in which facts are missing for every rule on images.
var noPass = []shown{
	{"images denied", failing(home, model.Images), "images: denied"},
	{"images never read", func(w *world) { w.never[pass{home, model.Images}] = true }, "images: not read yet"},
}

func ruleCases() map[string]cases {
	deprecated := func(im *model.Image) { im.Deprecation = ago(testDay) }
	return map[string]cases{
		"public": {
			fires: []shown{
				{"by its record", with(func(im *model.Image) { im.Public = model.Yes }), "everybody"},
				{"by its permissions", both(with(func(im *model.Image) { im.Public = model.Maybe }), sharedWith(model.LaunchPermissions{Public: true})), "everybody"},
				{"disabled", with(func(im *model.Image) { im.Public, im.State = model.Yes, "disabled" }), ""},
			},
			passes:  []shown{{"not told, and private", with(func(im *model.Image) { im.Public = model.Maybe }), ""}},
			missing: []shown{{"not told, not read", func(w *world) { w.image.Public, w.perms = model.Maybe, nil }, "launch permissions: not read yet"}},
		},
		"shared-with-stranger": {
			fires: []shown{
				{"an account", sharedWith(model.LaunchPermissions{Accounts: []string{friend, stranger}}), "shared with 999999999999"},
				{"an organization", sharedWith(model.LaunchPermissions{Organizations: []string{orgARN, alienARN}}), "shared with o-alien"},
				{"a unit", sharedWith(model.LaunchPermissions{Units: []string{"arn:aws:organizations::999999999999:ou/o-alien/ou-x"}}), "shared with ou-x"},
				{"many", sharedWith(model.LaunchPermissions{Accounts: []string{"1", "2", "3", "4", "5"}}), "1, 2, 3 and 2 more"},
				{"long ago", both(sharedWith(model.LaunchPermissions{Accounts: []string{stranger}}), func(w *world) { w.perms["ami-1"].At = ago(90 * testDay) }), stranger},
				{"its accounts are not known", both(sharedWith(model.LaunchPermissions{Accounts: []string{friend}}), func(w *world) { w.org.Accounts, w.org.Err = nil, denied }), friend},
			},
			passes: []shown{
				{"ours", sharedWith(model.LaunchPermissions{Accounts: []string{acme, friend}, Organizations: []string{orgARN}}), ""},
				{"a unit of ours", sharedWith(model.LaunchPermissions{Units: []string{"arn:aws:organizations::111111111111:ou/o-acme/ou-x"}}), ""},
				{"known", both(sharedWith(model.LaunchPermissions{Accounts: []string{stranger}}), func(w *world) { w.policy.KnownAccounts = []string{stranger} }), ""},
			},
			missing: []shown{
				{"not read", func(w *world) { w.perms = nil }, "launch permissions: not read yet"},
				{"denied", sharedWith(model.LaunchPermissions{Err: denied}), "launch permissions: denied"},
				{"read long ago", func(w *world) { w.perms["ami-1"].At = ago(3 * testDay) }, "read too long ago"},
			},
		},
		"unencrypted": {
			fires: []shown{
				{"a device", both(device(func(d *model.Disk) { d.Encrypted = model.No }), with(func(im *model.Image) { im.Encrypted = model.No })), "not encrypted /dev/xvda"},
				{"without details", with(func(im *model.Image) { im.Encrypted, im.Detail = model.No, nil }), "not encrypted"},
			},
			passes: []shown{{"no volumes", with(func(im *model.Image) {
				im.Encrypted, im.Detail.Devices = model.Maybe, []model.Device{{Disk: model.Share(model.Disk{Virtual: "ephemeral0"})}}
			}), ""}},
			missing: []shown{
				{"no details", with(func(im *model.Image) { im.Encrypted, im.Detail = model.Maybe, nil }), noDetails},
				{"not told", both(device(func(d *model.Disk) { d.Encrypted = model.Maybe }), with(func(im *model.Image) { im.Encrypted = model.Maybe })), "not told"},
			},
		},
		"imdsv1": {
			fires:   []shown{{"", trait(func(t *model.Traits) { t.IMDS = "" }), "IMDSv2"}},
			passes:  []shown{{"disabled", both(trait(func(t *model.Traits) { t.IMDS = "" }), with(func(im *model.Image) { im.State = "disabled" })), ""}},
			missing: []shown{{"", noDetail, noDetails}},
		},
		"deprecated-in-use": {
			fires:   []shown{{"", with(deprecated), "deprecated since 2026-10-31"}},
			passes:  []shown{{"unused", both(with(deprecated), unused), ""}},
			missing: missingUsage(with(deprecated)),
		},
		"unprotected-in-use": {
			fires:   []shown{{"", with(func(im *model.Image) { im.Protected = model.No }), "not protected"}},
			passes:  []shown{{"unused", both(with(func(im *model.Image) { im.Protected = model.No }), unused), ""}},
			missing: append(missingUsage(with(func(im *model.Image) { im.Protected = model.No })), shown{"not told", with(func(im *model.Image) { im.Protected = model.Maybe }), "is not told"}),
		},
		"no-deprecation": {
			fires:   []shown{{"", with(func(im *model.Image) { im.Deprecation = time.Time{} }), ""}},
			passes:  []shown{{"past", with(deprecated), ""}, {"of AWS Backup", with(func(im *model.Image) { im.Deprecation, im.Managed = time.Time{}, model.Backup }), ""}},
			missing: noPass,
		},
		"too-old": {
			fires:   []shown{{"", with(func(im *model.Image) { im.Created = ago(400 * testDay) }), "400 d ago"}},
			passes:  []shown{{"no limit", func(w *world) { w.image.Created, w.policy.MaxAge = ago(4000*testDay), 0 }, ""}},
			missing: []shown{{"not told", with(func(im *model.Image) { im.Created = time.Time{} }), "not told"}},
		},
		"source-deprecated-or-gone": sourceCases(deprecated),
		"no-owner": {
			fires: []shown{
				{"no tag", with(func(im *model.Image) { im.Detail.Tags = nil }), "no tag owner"},
				{"an empty one", with(func(im *model.Image) { im.Detail.Tags[0].Value = "" }), ""},
			},
			passes:  []shown{{"another key", func(w *world) { w.image.Detail.Tags[0].Key, w.policy.OwnerTags = "Team", []string{"owner", "team"} }, ""}},
			missing: []shown{{"no details", noDetail, noDetails}, {"tags not read", with(func(im *model.Image) { im.Detail.TagsRead, im.Detail.Tags = false, nil }), noTags}},
		},
		"name-outside-convention": {
			fires:   []shown{{"", with(func(im *model.Image) { im.Name = "web-7-old" }), "not of the form"}, {"no name", with(func(im *model.Image) { im.Name = "" }), ""}},
			passes:  []shown{{"free", func(w *world) { w.image.Name, w.policy.NamePattern = "x", nil }, ""}},
			missing: noPass,
		},
		"old-volume-type": {
			fires:   []shown{{"", device(func(d *model.Disk) { d.Type = "gp2" }), "/dev/xvda is gp2"}},
			passes:  []shown{{"no volume", device(func(d *model.Disk) { d.Type, d.NoDevice = "gp2", true }), ""}},
			missing: []shown{{"no details", noDetail, noDetails}, {"not told", device(func(d *model.Disk) { d.Type = "" }), "not told"}},
		},
		"keeps-volume": {
			fires:   []shown{{"", device(func(d *model.Disk) { d.DeleteOnTermination = model.No }), "/dev/xvda"}},
			passes:  []shown{{"no volume", device(func(d *model.Disk) { d.DeleteOnTermination, d.Virtual = model.No, "ephemeral0" }), ""}},
			missing: []shown{{"no details", noDetail, noDetails}, {"not told", device(func(d *model.Disk) { d.DeleteOnTermination = model.Maybe }), "not told"}},
		},
		"billing-mismatch": {
			fires: []shown{
				{"Windows", with(func(im *model.Image) { im.Platform = "windows" }), "it is of Windows, and is billed as Linux/UNIX"},
				{"no Windows", trait(func(t *model.Traits) { t.PlatformDetails = "Windows" }), "is not of Windows"},
				{"the code", trait(func(t *model.Traits) { t.PlatformDetails = "Red Hat Enterprise Linux" }), "by the code RunInstances"},
				{"no platform", trait(func(t *model.Traits) { t.PlatformDetails = "" }), "a part"},
			},
			passes: []shown{
				{"Windows", both(with(func(im *model.Image) { im.Platform = "windows" }), trait(func(t *model.Traits) {
					t.PlatformDetails, t.UsageOperation = "Windows with SQL Server Standard", "RunInstances:0006"
				})), ""},
				{"RHEL", trait(func(t *model.Traits) {
					t.PlatformDetails, t.UsageOperation = "Red Hat Enterprise Linux", "RunInstances:0010"
				}), ""},
			},
			missing: []shown{{"no details", noDetail, noDetails}, {"not told", trait(func(t *model.Traits) { t.PlatformDetails, t.UsageOperation = "", "" }), "not told"}},
		},
		"public-snapshot":         publicSnapshotCases(),
		"block-public-access-off": blockCases(),
		"inspector-severe":        inspectorCases(),
		"no-recovery-copy":        recoveryCases(),
		"instances-on-gone-image": instanceCases(),
		"no-bin-rule":             binCases(),
	}
}

// missingUsage are fleets in which it is not known who uses an image.
func missingUsage(wrong func(w *world)) []shown {
	stale := func(w *world) { // a template that nothing launches from
		w.refs = []*model.Reference{{Scope: home, Source: model.Templates, Key: "lt-1/1", ID: "lt-1", Image: "ami-1", Since: ago(400 * testDay), Version: &model.Version{Number: 1, Of: 1, Default: true}}}
	}
	return []shown{
		{"usage not judged", both(wrong, func(w *world) { w.blind = true }), noUsage},
		{"a source denied", both(wrong, failing(home, model.Instances)), noUsage},
		{"stale, and a source denied", both(wrong, stale, failing(home, model.Instances)), noUsage},
		{"stale, and launches not told", both(wrong, stale, with(func(im *model.Image) { im.Launched = model.Maybe })), noUsage},
		{"permissions not read", both(wrong, unused, func(w *world) { w.perms = nil }), noUsage},
	}
}

func sourceCases(deprecated func(im *model.Image)) cases {
	return cases{
		fires: []shown{
			{"deprecated", source(deprecated), "ami-0 is deprecated since 2026-10-31"},
			{"disabled", source(func(im *model.Image) { im.State = "disabled" }), "ami-0 is disabled"},
			{"it was ours", from("ami-0", func(w *world) { w.gone = []*model.Former{{ID: "ami-0"}} }), "ami-0 is gone"},
			{"AWS knows it not", from("ami-0", told("ami-0", nil, ago(40*testDay))), "ami-0 is gone"},
			{"a vendor's", from("ami-0", told("ami-0", func() *model.Image { im := soundImage("ami-0", ""); deprecated(im); return im }(), ago(40*testDay))), "deprecated"},
		},
		passes: []shown{
			{"there", source(func(*model.Image) {}), ""},
			{"a vendor's", from("ami-0", told("ami-0", soundImage("ami-0", "al2023"), ago(time.Hour))), ""},
		},
		missing: []shown{
			{"no details", noDetail, noDetails},
			{"not asked", from("ami-0", nil), noSource},
			{"asked long ago", from("ami-0", told("ami-0", soundImage("ami-0", "al2023"), ago(3*testDay))), noSource},
			{"its scope denied", both(from("ami-r1", func(w *world) { w.image.Detail.SourceRegion = refuge.Region }), failing(refuge, model.Images)), noSource},
		},
	}
}

func recoveryCases() cases {
	twin := func(change func(im *model.Image)) func(w *world) { return func(w *world) { change(w.copies[0]) } }
	stranger := func(im *model.Image) { im.Detail.SourceImage, im.Name = "ami-x", "other-1" }
	return cases{
		fires: []shown{
			{"no image there", (*world).alone, "no copy"},
			{"another's", twin(stranger), "no copy"},
			{"disabled", twin(func(im *model.Image) { im.State = "disabled" }), "no copy"},
		},
		passes: []shown{
			{"by its source", twin(func(im *model.Image) { im.Name = "other-1" }), ""},
			{"by its name", twin(func(im *model.Image) { im.Detail.SourceImage = "" }), ""},
			{"it is the copy", both(twin(stranger), from("ami-r1", func(w *world) { w.image.Detail.SourceRegion = refuge.Region })), ""},
			{"unused", both((*world).alone, unused), ""},
			{"no recovery regions", both((*world).alone, func(w *world) { w.policy.RecoveryRegions = nil }), ""},
		},
		missing: append(missingUsage((*world).alone),
			shown{"the region denied", failing(refuge, model.Images), "recovery regions"},
			shown{"the region not among those read", both((*world).alone, func(w *world) { w.policy.RecoveryRegions = []string{"us-east-1"} }), "recovery regions"},
			shown{"details of images there", twin(func(im *model.Image) { im.Detail, im.Name = nil, "other-1" }), "not loaded"},
			shown{"its own details", both(twin(stranger), noDetail), noDetails},
		),
	}
}

func instanceCases() cases {
	on := func(more func(w *world)) func(w *world) {
		return func(w *world) {
			w.refs = append(w.refs, instance("i-2", "ami-9"))
			if more != nil {
				more(w)
			}
		}
	}
	return cases{
		fires: []shown{
			{"gone", on(told("ami-9", nil, ago(time.Hour))), "ami-9 is gone, or no longer shared; the instance is running"},
			{"disabled", with(func(im *model.Image) { im.State = "disabled" }), "ami-1 is disabled"},
			{"failed", with(func(im *model.Image) { im.State = "failed" }), "ami-1 is failed"},
		},
		passes: []shown{
			{"a vendor's", on(told("ami-9", soundImage("ami-9", "al2023"), ago(time.Hour))), ""},
			{"terminated", on(both(told("ami-9", nil, ago(time.Hour)), func(w *world) { w.refs[1].State = "terminated" })), ""},
		},
		missing: []shown{
			{"not asked", on(nil), "is not known"},
			{"asked long ago", on(told("ami-9", soundImage("ami-9", "al2023"), ago(3*testDay))), "is not known"},
			{"instances denied", failing(home, model.Instances), "instances: denied"},
			{"instances never read", func(w *world) { w.never[pass{home, model.Instances}] = true }, "instances: not read yet"},
		},
	}
}

func binCases() cases {
	web := []model.Tag{{Key: "Owner", Value: "web"}}
	tagged := func(images, snapshots []model.Tag) func(w *world) {
		return func(w *world) {
			w.rules[0].Tags, w.rules[1].Tags = images, snapshots
			w.snaps = []*model.Snapshot{{Region: home.Region, ID: "snap-1", Owner: acme, Tags: web}}
		}
	}
	other := []model.Tag{{Key: "Owner", Value: "search"}}
	return cases{
		fires: []shown{
			{"none", func(w *world) { w.rules = nil }, "no rule for images; no rule for snapshots"},
			{"none for snapshots", func(w *world) { w.rules = w.rules[:1] }, "no rule for snapshots"},
			{"images without the tag", tagged(other, nil), "1 of 1 images are under no rule"},
			{"snapshots without the tag", tagged(nil, other), "1 of 1 snapshots are under no rule"},
			{"but not these", func(w *world) { w.rules[0].Except = web }, "1 of 1 images"},
		},
		passes: []shown{{"by tags", tagged(web, web), ""}, {"no images", func(w *world) { w.rules, w.image.State = nil, "failed" }, ""}},
		missing: []shown{
			{"denied", failing(home, model.BinRules), "Recycle Bin rules: denied"},
			{"not read", func(w *world) { w.never[pass{home, model.BinRules}] = true }, "Recycle Bin rules: not read yet"},
			{"no details", both(tagged(web, nil), noDetail), "which images"},
			{"snapshots denied", both(tagged(nil, web), failing(home, model.Snapshots)), "which snapshots"},
		},
	}
}

func publicSnapshotCases() cases {
	public := func(w *world) { w.open = []*model.PublicSnapshot{{ID: "snap-1"}} }
	return cases{
		fires: []shown{
			{"one", public, "everybody may make volumes"},
			{"settings denied", both(public, failing(home, model.Settings)), "unless block public access hides it"},
			{"one setting denied", both(public, setting(model.BlockSnapshots, "", denied)), "unless block public access hides it"},
			{"another scope's list denied", both(public, failing(refuge, model.PublicSnapshots)), "everybody"},
		},
		passes: []shown{{"none", func(*world) {}, ""}, {"all sharing is blocked", both(public, setting(model.BlockSnapshots, model.BlockAll, nil)), ""}, {"no snapshots", func(w *world) { w.snaps = nil }, ""}},
		missing: []shown{
			{"denied", failing(home, model.PublicSnapshots), "public snapshots: denied"},
			{"not read", func(w *world) { w.never[pass{home, model.PublicSnapshots}] = true }, "public snapshots: not read yet"},
			{"snapshots denied", failing(home, model.Snapshots), "snapshots: denied"},
			{"a newer one", func(w *world) { w.snaps[0].Start = ago(time.Minute) }, "after the public ones were listed"},
		},
	}
}

// setting gives a setting another state, or an error.
func setting(name, state string, err *model.OpError) func(w *world) {
	return func(w *world) {
		for _, s := range w.set {
			if s.Name == name {
				s.State, s.Err = state, err
			}
		}
	}
}

func blockCases() cases {
	return cases{
		fires: []shown{
			{"images", setting(model.BlockImages, model.Unblocked, nil), "images can be shared with everybody"},
			{"snapshots", setting(model.BlockSnapshots, model.Unblocked, nil), "snapshots can be shared with everybody"},
			{"one, and the other denied", both(setting(model.BlockSnapshots, model.Unblocked, nil), setting(model.BlockImages, "", denied)), "images: denied; snapshots can be"},
			{"images denied", both(setting(model.BlockImages, model.Unblocked, nil), failing(home, model.Images)), "images can be"},
		},
		passes: []shown{{"all of it blocked", setting(model.BlockSnapshots, model.BlockAll, nil), ""}, {"others are off", setting(model.EncryptVolumes, "", denied), ""}},
		missing: []shown{
			{"settings denied", failing(home, model.Settings), "account settings: denied"},
			{"never read", func(w *world) { w.never[pass{home, model.Settings}] = true }, "account settings: not read yet"},
			{"one denied", setting(model.BlockImages, "", denied), "block public access for images: denied"},
			{"one not told", func(w *world) { w.set = w.set[:2] }, "block public access for snapshots: not read yet"},
		},
	}
}

func inspectorCases() cases {
	scan := func(severity string, fix time.Time) func(w *world) {
		return with(func(im *model.Image) {
			im.Detail.Inspected, im.Detail.Scan = model.Yes, &model.Scan{At: ago(testDay), Severity: severity, Fixes: [5]time.Time{3: fix}}
		})
	}
	return cases{
		fires: []shown{
			{"critical", scan("critical", time.Time{}), "on 2026-10-31 is critical; there is no fix yet"},
			{"high, with a fix", scan("high", ago(9*testDay)), "is high; there is a fix since 2026-10-23"},
		},
		passes: []shown{
			{"medium", scan("medium", time.Time{}), ""},
			{"nothing found", scan("", time.Time{}), ""},
			{"disabled", both(scan("critical", time.Time{}), with(func(im *model.Image) { im.State = "disabled" })), ""},
		},
		missing: []shown{
			{"no details", noDetail, noDetails},
			{"not told", with(func(im *model.Image) { im.Detail.Inspected = model.Maybe }), "whether Amazon Inspector has scanned it"},
			{"a new word", scan("catastrophic", time.Time{}), "catastrophic is not known"},
		},
	}
}

// TestRules: each rule fires in a fleet, passes in one, and is unknown in one in
// which its facts are missing; and in the fleet in which nothing is wrong no rule
// says a thing.
func TestRules(t *testing.T) {
	if all := newWorld().find().All(); len(all) > 0 {
		t.Fatalf("nothing is wrong, and still: %+v", all)
	}
	all := ruleCases()
	for _, id := range IDs() {
		c := all[id]
		delete(all, id)
		if len(c.fires) == 0 || len(c.passes) == 0 || len(c.missing) == 0 {
			t.Errorf("%s: %d fleets in which it fires, %d in which it does not, %d in which facts are missing", id, len(c.fires), len(c.passes), len(c.missing))
		}
		for _, x := range c.fires {
			expect(t, id, x, Open)
		}
		for _, x := range append(c.missing, noPass...) {
			expect(t, id, x, Undecided)
		}
		for _, x := range c.passes {
			w := newWorld()
			x.change(w)
			for _, got := range w.of(id) {
				if got.Target.Scope == home {
					t.Errorf("%s, %s: %v %q on %s", id, x.what, got.State, got.Evidence, got.Target.Key())
				}
			}
		}
	}
	for id := range all {
		t.Errorf("there is no rule %s", id)
	}
}

func expect(t *testing.T, rule string, x shown, state State) {
	t.Helper()
	w := newWorld()
	x.change(w)
	got := w.of(rule)
	for _, f := range got {
		if f.State == state && f.Target.Scope == home && strings.Contains(f.Evidence, x.text) {
			return
		}
	}
	// Instances of a scope whose images are denied are judged by what AWS says.
	if rule == "instances-on-gone-image" && state == Undecided && strings.HasPrefix(x.what, "images ") {
		return
	}
	// Neither snapshots nor settings of a scope take its images.
	if (rule == "public-snapshot" || checks[place(rule)].apart) && state == Undecided && strings.HasPrefix(x.what, "images ") {
		return
	}
	t.Errorf("%s, %s: nothing is %v with %q: %+v", rule, x.what, state, x.text, got)
}

// TestTable: a rule says all that is to be said, under an id of its own.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range checks {
		n := 0
		for _, has := range []bool{c.image != nil, c.instance != nil, c.scope != nil} {
			if has {
				n++
			}
		}
		if c.Unit == OfSnapshot {
			n++
		}
		fits := c.Unit == OfSnapshot || c.Unit == OfImage && c.image != nil || c.Unit == OfInstance && c.instance != nil || c.Unit == OfScope && c.scope != nil
		if seen[c.ID] || n != 1 || !fits || c.Title == "" || c.Mend == "" || !strings.HasSuffix(c.Why, ".") || strings.ToLower(c.ID) != c.ID {
			t.Errorf("%+v", c.Rule)
		}
		seen[c.ID] = true
	}
}
