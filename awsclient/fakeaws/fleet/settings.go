package fleet

// Settings are what an account has set in a region for all that it has there.
// Where it has set nothing, nothing is blocked, as in accounts of before 2023.
type Settings struct {
	Owner         string
	Region        string
	ImageBlock    string      // block-new-sharing or unblocked; "" means unblocked
	SnapshotBlock string      // block-all-sharing, block-new-sharing or unblocked; "" means unblocked
	AllowedImages string      // disabled, audit-mode or enabled; "" means disabled
	Criteria      []Criterion // an image that meets one of them is allowed
	Encrypts      bool        // new volumes are encrypted by default
	ByPolicy      bool        // a declarative policy of the organization set it all
}

// Criterion is what an allowed image must meet, all of it; what is empty asks
// nothing.
type Criterion struct {
	Providers []string // amazon, aws-marketplace, aws-backup-vault, none, or ids of accounts
	Names     []string // with wildcards
	Codes     []string // of products of the Marketplace
	MaxAge    int32    // in days
}

// settings make the management account strict, the second one as lax as accounts
// used to be, and the others as AWS makes them now, with what people changed since.
func (g *generator) settings() {
	g.reseed(0x73657474696e6773)
	for i, a := range g.fleet.Active() {
		for j, region := range g.fleet.Enabled() {
			s := Settings{Owner: a.ID, Region: region, ImageBlock: "block-new-sharing", SnapshotBlock: "unblocked", AllowedImages: "disabled", Encrypts: g.chance(40)}
			switch {
			case i == 0:
				s.SnapshotBlock, s.Encrypts, s.ByPolicy = "block-all-sharing", true, j == 0
				s.AllowedImages, s.Criteria = g.allowed(j)
			case i == 1:
				s.ImageBlock, s.Encrypts = "unblocked", false
			case g.chance(30):
				s.SnapshotBlock = "block-new-sharing"
			}
			g.fleet.Settings = append(g.fleet.Settings, s)
		}
	}
}

// allowed is what the management account lets be launched in its n-th region.
func (g *generator) allowed(n int) (state string, criteria []Criterion) {
	switch n {
	case 0:
		return "enabled", []Criterion{{Providers: []string{"amazon", partner.ID}}, {Providers: []string{"aws-marketplace"}, Codes: []string{"a8sxy6easi2zumgtyr564z6y7"}, MaxAge: 300}}
	case 1:
		return "audit-mode", []Criterion{{Providers: []string{"none"}, Names: []string{"al2023-*"}}}
	}
	return "disabled", nil
}
