package fleet

import (
	"fmt"
	"time"
)

// Vulnerability is one finding of Amazon Inspector in an image.
type Vulnerability struct {
	Title     string
	Severity  string // critical, high, medium, low or informational
	Score     float64
	Fix       bool // a fix is available
	First     Time // when it was seen first
	Updated   Time
	Disk      int      // which of the image's snapshots it is in
	Locations []string // paths in the image
}

// inspectedEvery is how many images of an account have one that was scanned.
const inspectedEvery = 4

// inspect lets Amazon Inspector look at images of the second account in the first
// region: most of those that are scanned have something, some nothing.
func (g *generator) inspect() {
	g.reseed(0x696e7370656374)
	accounts, regions := g.fleet.Active(), g.fleet.Enabled()
	owner, n := accounts[min(1, len(accounts)-1)].ID, 0
	for i := range g.fleet.Images {
		im := &g.fleet.Images[i]
		if im.Extra != nil && im.Extra.Scan != nil {
			im.Extra.Scan = g.scanned(im.Extra.Scan.Severity)
		}
		if im.Owner != owner || im.Region != regions[0] || im.Life.State != "available" || im.Extra != nil || len(im.Snapshots) == 0 {
			continue
		}
		if n++; n%inspectedEvery == 0 {
			im.Extra = &Extra{Scan: g.scanned(pick(g, []string{"", "low", "medium", "medium", "high", "critical"}))}
		}
	}
}

// scanned is what a scan of two days ago found, the worst of it of a severity; ""
// means that it found nothing.
func (g *generator) scanned(worst string) *Scan {
	at := stamp(Epoch.Add(-2*day - time.Duration(g.between(0, 600))*time.Minute))
	s := &Scan{At: at, Severity: worst}
	for level, severity := range []string{"informational", "low", "medium", "high", "critical"} {
		if worst == "" {
			break
		}
		for range g.between(1, 3) {
			s.add(g.vulnerability(severity, level, at))
		}
		if severity == worst {
			break
		}
	}
	return s
}

func (g *generator) vulnerability(severity string, level int, at Time) Vulnerability {
	low := []float64{0, 0.1, 4, 7, 9}[level]
	library := pick(g, []string{"openssl", "glibc", "curl", "python3", "kernel", "sudo", "libxml2"})
	return Vulnerability{
		Title: fmt.Sprintf("CVE-%d-%d - %s", 2024+g.rng.IntN(3), g.between(1000, 49_999), library), Severity: severity,
		Score: low + float64(g.rng.IntN(10))/10, Fix: g.chance(70), First: at - Time(g.between(1, 90))*24*hour, Updated: at,
		Locations: []string{"/usr/lib64/" + library},
	}
}

// add adds a finding, and since when there is a fix for one of its severity.
func (s *Scan) add(v Vulnerability) {
	s.Findings = append(s.Findings, v)
	since, ok := map[string]*Time{
		"critical": &s.Critical, "high": &s.High, "medium": &s.Medium, "low": &s.Low, "informational": &s.Informational,
	}[v.Severity]
	if ok && v.Fix && (*since == 0 || v.First < *since) {
		*since = v.First
	}
}
