package fleet

import (
	"fmt"
	"time"
)

// vendorImages is how many images the vendors have in each region, and
// strangerImages how many more the first region sees of others; together they
// bound what New adds to Config.Images.
const (
	vendorImages   = 9
	strangerImages = 8
)

const amazonParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"

// world makes the images of others that the company's accounts see.
func (g *generator) world() {
	for _, region := range g.fleet.Enabled() {
		for k := range 3 {
			at := Epoch.Add(-time.Duration(11+28*k) * day)
			g.vendors[region] = append(g.vendors[region],
				g.amazonLinux(region, at, &linuxX86).ID, g.amazonLinux(region, at, &linuxARM).ID)
		}
		g.vendor(canonical, region, "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261015", &ubuntuX86)
		g.vendor(windowsTeam, region, "Windows_Server-2022-English-Full-Base-2026.10.14", &windowsX86)
		sold := g.vendor(marketplace, region, "acme-firewall-appliance-9.1.4-5f3c1d2e", &linuxX86)
		sold.Extra = &Extra{ProductCode: "a8sxy6easi2zumgtyr564z6y7"}
	}
	g.strangers(g.fleet.Enabled()[0])
}

// amazonLinux makes one release of Amazon Linux; Amazon deprecates each after
// 90 days, and the SSM parameter names it.
func (g *generator) amazonLinux(region string, at time.Time, m *Machine) *Image {
	name := fmt.Sprintf("al2023-ami-2023.9.%s.0-kernel-6.1-%s", at.Format("20060102"), m.Architecture)
	im := g.vendor(amazon, region, name, m)
	im.Description = "Amazon Linux 2023 AMI 2023.9." + at.Format("20060102") + ".0 " + m.Architecture + " HVM kernel-6.1"
	im.Life.Created = stamp(at)
	im.Life.Deprecation = stamp(at.Add(60 * day))
	im.Extra = &Extra{PublicParameter: amazonParameter + m.Architecture, FreeTier: true}
	return im
}

// vendor makes a public image of a vendor.
func (g *generator) vendor(v Vendor, region, name string, m *Machine) *Image {
	at := Epoch.Add(-time.Duration(g.between(15, 40)) * day)
	im := g.add(Image{
		ID: g.id(), Owner: v.ID, Region: region, Name: name, Machine: m,
		Life:        Life{State: "available", Protection: "disabled", Created: stamp(at), Deprecation: stamp(at.Add(730 * day))},
		Permissions: []Permission{{Group: "all"}},
	})
	g.snapshotsOf(im, "")
	return im
}

// strangers makes what other companies have published or shared with the
// company, and one image of theirs that nobody here may see.
func (g *generator) strangers(region string) {
	member := g.fleet.Accounts[min(1, g.config.Accounts-1)].ID
	g.vendor(stranger, region, "community-miner-free-\u202etxt.sh", &linuxX86)
	old := g.vendor(stranger, region, "community-lamp-2019", &legacy32)
	old.Life.Created, old.Life.Deprecation = stamp(Epoch.Add(-2500*day)), stamp(Epoch.Add(-1770*day))

	shared := g.vendor(partner, region, "partner-agent-4.2.0", &linuxX86)
	shared.Permissions = []Permission{{Account: member}}
	shared.Tags = []Tag{{"ec2:SharedTag/support", "until 2027-06"}, {"internal-ticket", "PART-77"}}
	shared.Life.LastLaunched = stamp(Epoch.Add(-2 * day))

	retired := g.vendor(partner, region, "partner-agent-3.9.1", &linuxX86)
	retired.Permissions = []Permission{{Account: member}}
	retired.Life.Deprecation = stamp(Epoch.Add(-30 * day))

	organization := g.vendor(partner, region, "partner-scanner-1.0", &linuxARM)
	organization.Permissions = []Permission{{Organization: g.fleet.Organization.ARN}}
	unit := g.vendor(partner, region, "partner-scanner-1.1", &linuxARM)
	unit.Permissions = []Permission{{Unit: g.fleet.Organization.Units[0]}}

	backup := g.vendor(backupVault, region, "AwsBackup_i-0c7e57aa55bb44cc3_vault", &ubuntuX86)
	backup.Permissions = []Permission{{Account: member}}
	private := g.vendor(partner, region, "partner-internal-build", &linuxX86)
	private.Permissions = nil
}
