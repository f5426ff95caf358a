package fleet

import (
	"fmt"
	"strings"
	"time"
)

// special is one image that shows something particular.
type special struct {
	name    string
	age     time.Duration
	machine *Machine
	change  func(g *generator, im *Image) // after its snapshots were made
}

// specials makes one of each particular kind, dealt out over accounts and
// regions.
func (g *generator) specials() {
	accounts, regions := g.fleet.Active(), g.fleet.Enabled()
	all := append(oddities(), hostile()...)
	for i, s := range all {
		account, region := accounts[i%len(accounts)], regions[(i+i/len(accounts))%len(regions)]
		g.special(s, account.ID, region)
	}
	g.sharedSnapshots(accounts[min(1, len(accounts)-1)].ID, regions[0])
}

func (g *generator) special(s special, account, region string) *Image {
	im := g.image(account, region, s.name, s.machine)
	at := Epoch.Add(-s.age - time.Duration(g.between(1, 20))*time.Hour)
	im.Life = Life{State: "available", Protection: "disabled", Created: stamp(at), LastLaunched: g.launch(at)}
	im.Source.Instance = g.id()
	im.Tags = []Tag{{"Name", "special"}, {"Owner", "sre@acme.example"}}
	g.snapshotsOf(im, fmt.Sprintf("Created by CreateImage(%s) for %s", im.Source.Instance.Instance(), im.ID.Image()))
	if s.change != nil {
		s.change(g, im)
	}
	return im
}

// sharedSnapshots registers three images of one snapshot, as RegisterImage
// allows: none of them may take it along when it goes.
func (g *generator) sharedSnapshots(account, region string) {
	first := g.special(special{name: "shared-disk-blue", age: 300 * day, machine: &linuxX86}, account, region)
	for i, color := range []string{"green", "canary"} {
		im := g.image(account, region, "shared-disk-"+color, &linuxX86)
		im.Life = first.Life
		im.Life.Created += Time((i + 1) * 86_400_000)
		im.Life.LastLaunched = 0
		im.Snapshots = first.Snapshots
		im.Tags = first.Tags
	}
}

// oddities are the unusual states, shapes and shares.
func oddities() []special {
	partly := &database
	return []special{
		{"", 40 * day, &linuxX86, func(_ *generator, im *Image) { im.Tags = nil }},
		{"", 900 * day, &legacy32, nil},
		{"db-primary-before-16.4-upgrade", 200 * day, partly, nil},
		{"bundled-web-2014", 4400 * day, &bundled, bundle},
		{"bundled-cron-2013.09", 4700 * day, &bundled, bundle},
		{"xcode-26-runner", 33 * day, &macARM, nil},
		{"legacy-i386-appliance", 3100 * day, &legacy32, neverLaunched},
		{"erp-sql-2022", 75 * day, sqlServer.encrypted(), nil},
		{"win2019-jump-host", 800 * day, &windowsX86, unlicense},
		{"public-sample-app-1.0", 100 * day, &linuxX86, shares(Permission{Group: "all"})},
		{"public-and-forgotten", 1500 * day, &ubuntuX86, shares(Permission{Group: "all"})},
		{"handed-to-contractor", 500 * day, &linuxX86, shares(Permission{Account: stranger.ID})},
		{"shared-with-partner-2.1", 60 * day, linuxX86.encrypted(), shares(Permission{Account: partner.ID})},
		{"shared-everywhere", 90 * day, &linuxARM, sharedEverywhere},
		{"shared-with-unit", 90 * day, &linuxARM, func(g *generator, im *Image) {
			im.Permissions = []Permission{{Unit: g.fleet.Organization.Units[0]}}
		}},
		{"deprecated-last-year", 700 * day, &linuxX86, deprecates(-365 * day)},
		{"deprecates-next-month", 60 * day, &linuxX86, deprecates(30 * day)},
		{"disabled-archived", 800 * day, &linuxX86, archive},
		{"disabled-erp", 640 * day, &sqlServer, disable},
		{"never-launched", 420 * day, linuxX86.encrypted(), neverLaunched},
		{"launched-yesterday", 30 * day, &linuxARM, func(_ *generator, im *Image) { im.Life.LastLaunched = stamp(Epoch.Add(-30 * time.Hour)) }},
		{"protected-with-cooldown", 30 * day, &linuxX86, protects("enabled-with-cooldown")},
		{"protected-without-cooldown", 30 * day, &linuxX86, protects("enabled-without-cooldown")},
		{"copying-right-now", 0, linuxX86.encrypted(), pend},
		{"creating-right-now", 0, &database, pend},
		{"copy-with-wrong-key", 3 * day, linuxX86.encrypted(), fails("Client.InvalidKey.NotFound", "The KMS key is not found or not usable")},
		{"import-broken", 12 * day, &ubuntuX86, fails("Server.InternalError", "Internal error: an error occurred during AMI creation")},
		{"marketplace-derived-fw", 150 * day, &linuxX86, func(_ *generator, im *Image) { im.Extra = &Extra{ProductCode: "a8sxy6easi2zumgtyr564z6y7"} }},
		{"watermarked-approved", 20 * day, &linuxX86, watermark},
		{"scanned-critical", 45 * day, &linuxX86, scan("critical")},
		{"scanned-medium", 15 * day, &linuxARM, scan("medium")},
		{"only-on-graviton", 25 * day, &linuxARM, func(_ *generator, im *Image) {
			im.Extra = &Extra{Supported: []string{"m7g.*", "c7g.*"}}
		}},
		{"not-on-t2", 25 * day, &linuxX86, func(_ *generator, im *Image) { im.Extra = &Extra{Unsupported: []string{"t2.*"}} }},
		{"no-owner-no-team", 260 * day, &ubuntuX86, func(_ *generator, im *Image) { im.Tags = []Tag{{"Name", "mystery"}} }},
		{"many-tags", 20 * day, &linuxX86, manyTags},
	}
}

// bundle makes an instance-store image of the time when ids were short.
func bundle(g *generator, im *Image) {
	im.ID = g.oldID()
	im.Extra = &Extra{Location: "acme-bundles-" + im.Region + "/" + im.Name + "/image.manifest.xml"}
	im.Source = Source{}
	im.Life.LastLaunched = 0 // EC2 keeps launches since April 2017
}

// unlicense registers an image of Windows from a snapshot, which loses its
// billing code (EC2 API, RegisterImage).
func unlicense(_ *generator, im *Image) {
	m := *im.Machine
	m.PlatformDetails, m.UsageOperation = linuxX86.PlatformDetails, linuxX86.UsageOperation
	im.Machine, im.Source = &m, Source{}
}

func neverLaunched(_ *generator, im *Image) { im.Life.LastLaunched = 0 }

// shares lets others launch an image, and copy it: for that its snapshots must
// be shared too.
func shares(p Permission) func(*generator, *Image) {
	return func(g *generator, im *Image) {
		im.Permissions = []Permission{p}
		g.shareSnapshots(im)
	}
}

// shareSnapshots gives the snapshots of the image made last its permissions,
// as far as snapshots can have them: they know no organizations.
func (g *generator) shareSnapshots(im *Image) {
	for i := range im.Snapshots {
		s := g.lastSnapshot(i)
		for _, p := range im.Permissions {
			if p.Group != "" || p.Account != "" {
				s.Permissions = append(s.Permissions, p)
			}
		}
	}
}

func sharedEverywhere(g *generator, im *Image) {
	im.Permissions = []Permission{{Account: stranger.ID}, {Organization: g.fleet.Organization.ARN}, {Unit: g.fleet.Organization.Units[1]}}
	for _, a := range g.fleet.Active() {
		if a.ID != im.Owner {
			im.Permissions = append(im.Permissions, Permission{Account: a.ID})
		}
	}
	g.shareSnapshots(im)
}

func deprecates(in time.Duration) func(*generator, *Image) {
	return func(_ *generator, im *Image) { im.Life.Deprecation = stamp(Epoch.Add(in)) }
}

func disable(_ *generator, im *Image) { im.Life.State = "disabled" }

// archive disables an image and moves its snapshots to the archive tier.
func archive(g *generator, im *Image) {
	disable(g, im)
	for i := range im.Snapshots {
		g.lastSnapshot(i).Tier = "archive"
	}
}

// lastSnapshot is the i-th from the end of the snapshots made so far.
func (g *generator) lastSnapshot(i int) *Snapshot {
	return &g.fleet.Snapshots[len(g.fleet.Snapshots)-1-i]
}

func protects(how string) func(*generator, *Image) {
	return func(_ *generator, im *Image) { im.Life.Protection = how }
}

// pend leaves an image and its snapshots half made.
func pend(g *generator, im *Image) {
	im.Life = Life{State: "pending", Protection: "disabled", Created: stamp(Epoch.Add(-4 * time.Minute))}
	for i := range im.Snapshots {
		s := g.lastSnapshot(i)
		s.State, s.Progress, s.Start, s.Size.Bytes = "pending", "43%", im.Life.Created, 0
	}
}

// fails leaves an image without snapshots and with the reason.
func fails(code, message string) func(*generator, *Image) {
	return func(g *generator, im *Image) {
		im.Life = Life{State: "failed", Protection: "disabled", Created: im.Life.Created}
		im.Extra = &Extra{ReasonCode: code, ReasonMessage: message}
		for i := range im.Snapshots {
			s := g.lastSnapshot(i)
			s.State, s.Progress, s.Size.Bytes = "error", "0%", 0
		}
	}
}

func watermark(g *generator, im *Image) {
	im.Extra = &Extra{Watermarks: []Watermark{
		{im.Owner + ":approvedAmi", g.id(), g.fleet.Enabled()[0], im.Life.Created - 86_400_000, im.Life.Created - 3_600_000},
		{g.fleet.Organization.Management + ":cis-level-2", im.ID, im.Region, im.Life.Created, im.Life.Created + 7_200_000},
	}}
}

// scan has Amazon Inspector find something; inspect makes what.
func scan(severity string) func(*generator, *Image) {
	return func(_ *generator, im *Image) { im.Extra = &Extra{Scan: &Scan{Severity: severity}} }
}

// manyTags gives an image the 50 tags that EC2 allows.
func manyTags(_ *generator, im *Image) {
	im.Tags = nil
	for i := range 50 {
		im.Tags = append(im.Tags, Tag{fmt.Sprintf("team:label-%02d", i), strings.Repeat("x", i*5)})
	}
}
