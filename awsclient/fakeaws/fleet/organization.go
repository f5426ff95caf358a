package fleet

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// How EC2 says whether a region can be used.
const (
	EnabledByDefault = "opt-in-not-required"
	OptedIn          = "opted-in"
	NotOptedIn       = "not-opted-in"
)

// defaultEnabled is the number of regions that a new account has.
const defaultEnabled = 17

// regionNames lists the regions of the aws partition: the default-enabled ones
// by how likely a company uses them, then the ones that need an opt-in.
var regionNames = []string{
	"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2", "ap-northeast-1",
	"us-west-1", "ca-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "sa-east-1", "ap-south-1",
	"ap-southeast-1", "ap-northeast-2", "ap-northeast-3",
	"me-south-1", "af-south-1", "ap-east-1", "eu-south-1", "me-central-1", "il-central-1", "eu-central-2",
	"eu-south-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1",
}

// accountNames are the first accounts of the organization; the management
// account leads. Names from the fourteenth on are made by accountName.
var accountNames = []string{
	"acme-root", "acme-prod", "acme-staging", "acme-dev", "acme-data", "acme-security", "acme-ml", "acme-ci",
	"acme-payments", "acme-search", "acme-sandbox", "acme-network", "acme-legacy",
}

// The account that Organizations lists but nobody can use, and the one that
// never got an IAM alias.
const (
	suspendedName = "acme-retired"
	aliasless     = "acme-dev"
)

// Vendors whose images every account sees.
var (
	amazon      = Vendor{"137112412989", "amazon"}
	windowsTeam = Vendor{"801119661308", "amazon"}
	canonical   = Vendor{"099720109477", "amazon"}
	marketplace = Vendor{"679593333241", "aws-marketplace"}
	backupVault = Vendor{"441122337788", "aws-backup-vault"}
	stranger    = Vendor{"998877665544", ""}
	partner     = Vendor{"887766554433", ""}
)

// organize makes the organization, its accounts and the regions.
func (g *generator) organize() {
	f := g.fleet
	f.Vendors = []Vendor{amazon, windowsTeam, canonical, marketplace, backupVault, stranger, partner}
	management := g.accountID()
	org := "o-" + base36(g.rng.Uint64(), 10)
	f.Organization = Organization{
		ID:         org,
		ARN:        fmt.Sprintf("arn:aws:organizations::%s:organization/%s", management, org),
		Management: management,
		Email:      "aws+root@acme.example",
		Names:      map[string]string{},
	}
	for _, unit := range []string{"workloads", "sandbox"} {
		arn := fmt.Sprintf("arn:aws:organizations::%s:ou/%s/ou-%s-%s", management, org, unit[:4], base36(g.rng.Uint64(), 8))
		f.Organization.Units = append(f.Organization.Units, arn)
		f.Organization.Names[arn] = unit
	}
	for i := range g.config.Accounts {
		f.Accounts = append(f.Accounts, g.account(i, accountName(i)))
	}
	f.Accounts[0].ID = management
	retired := g.account(g.config.Accounts, suspendedName)
	retired.State = "SUSPENDED"
	f.Accounts = append(f.Accounts, retired)
	g.openRegions()
}

func (g *generator) openRegions() {
	for i, name := range regionNames {
		switch {
		case i >= defaultEnabled && i < g.config.Regions:
			g.fleet.Regions = append(g.fleet.Regions, Region{name, OptedIn})
		case i < g.config.Regions:
			g.fleet.Regions = append(g.fleet.Regions, Region{name, EnabledByDefault})
		case i >= defaultEnabled:
			g.fleet.Regions = append(g.fleet.Regions, Region{name, NotOptedIn})
		}
	}
}

func (g *generator) account(i int, name string) Account {
	a := Account{
		ID:     g.accountID(),
		Name:   name,
		Alias:  name,
		Email:  "aws+" + strings.TrimPrefix(name, "acme-") + "@acme.example",
		Unit:   g.fleet.Organization.Units[min(i/8, 1)],
		Joined: stamp(Epoch.Add(-time.Duration(3000-i*40) * day)),
		State:  "ACTIVE",
	}
	switch name {
	case accountNames[0]:
		a.Alias = "acme-shared" // what its owners call it: they keep the base images there
	case aliasless:
		a.Alias = ""
	}
	return a
}

func accountName(i int) string {
	if i < len(accountNames) {
		return accountNames[i]
	}
	n := i - len(accountNames)
	return fmt.Sprintf("acme-%s-%s", services[n%len(services)], suffix(n/len(services)))
}

// suffix tells further accounts of one service apart.
func suffix(n int) string {
	if n == 0 {
		return "prod"
	}
	return fmt.Sprintf("prod-%d", n+1)
}

func (g *generator) accountID() string {
	return fmt.Sprintf("%012d", 100_000_000_000+g.rng.Int64N(899_999_999_999))
}

// base36 writes the last digits of n, as organization ids are written.
func base36(n uint64, digits int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	out := make([]byte, digits)
	for i := range out {
		out[i] = alphabet[n%36]
		n /= 36
	}
	return string(out)
}

// Active lists the accounts that can be used, the management account first.
func (f *Fleet) Active() []Account {
	return slices.DeleteFunc(slices.Clone(f.Accounts), func(a Account) bool { return !a.Active() })
}

// Enabled lists the names of the regions that can be used.
func (f *Fleet) Enabled() []string {
	var out []string
	for _, r := range f.Regions {
		if r.Enabled() {
			out = append(out, r.Name)
		}
	}
	return out
}

// Around lists a unit and all that it is inside of, by their ARNs; "" is inside
// of none.
func (o Organization) Around(unit string) []string {
	var out []string
	for ; unit != "" && !slices.Contains(out, unit); unit = o.Within[unit] {
		out = append(out, unit)
	}
	return out
}

// OwnerAlias is the alias that EC2 has for an owner: amazon, aws-marketplace,
// aws-backup-vault, or "".
func (f *Fleet) OwnerAlias(account string) string {
	for _, v := range f.Vendors {
		if v.ID == account {
			return v.Alias
		}
	}
	return ""
}

// Member finds an account of the organization, suspended ones too.
func (f *Fleet) Member(id string) (Account, bool) {
	for _, a := range f.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}
