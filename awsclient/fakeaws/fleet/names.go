package fleet

import (
	"fmt"
	"time"
)

// build is one version of a line.
type build struct {
	number int // counts up with time
	at     time.Time
	hash   uint64
}

// scheme writes the name of a build, in the ways companies name their images.
type scheme func(stem string, b build) string

func dottedDate(stem string, b build) string  { return stem + "-" + b.at.Format("2006.01.02") }
func compactDate(stem string, b build) string { return stem + "-" + b.at.Format("20060102") }
func nodeDate(stem string, b build) string    { return stem + "-v" + b.at.Format("20060102") }
func clock(stem string, b build) string       { return stem + "_" + b.at.Format("2006-01-02T15-04-05Z") }
func unixTime(stem string, b build) string    { return fmt.Sprintf("%s %d", stem, b.at.Unix()) }
func buildNumber(stem string, b build) string {
	return fmt.Sprintf("%s-build-%d", stem, b.number*3+int(b.hash%3))
}
func gitHash(stem string, b build) string { return fmt.Sprintf("%s-%07x", stem, b.hash&0xfffffff) }

func semver(stem string, b build) string { return stem + "-v" + version(b) }

func plainVersion(stem string, b build) string {
	if b.hash%9 == 0 {
		return fmt.Sprintf("%s-%s-rc%d", stem, version(b), 1+b.hash%4)
	}
	return stem + "-" + version(b)
}

// pipeline is how EC2 Image Builder names its output.
func pipeline(stem string, b build) string {
	return stem + " " + b.at.Format("2006-01-02T15-04-05.000Z")
}

// version counts three patches to a minor and a hundred minors to a major.
func version(b build) string {
	return fmt.Sprintf("%d.%d.%d", 1+b.number/300, b.number%300/3, b.number%3)
}

// schemes are the ones that lines beyond the well-known ones draw from.
var schemes = []scheme{semver, semver, plainVersion, buildNumber, gitHash, dottedDate, compactDate, clock, unixTime}

var services = []string{
	"web", "orders", "billing", "checkout", "search", "payments", "catalog", "inventory", "shipping", "identity",
	"notify", "reports", "pricing", "profile", "media", "fraud", "ledger", "loyalty", "returns", "feed",
	"chat", "maps", "exports", "imports", "sessions",
}

var components = []string{"api", "worker", "gateway", "indexer", "scheduler", "proxy", "consumer", "cache", "batch", "admin"}

// stem gives the i-th service of an account; no two are alike.
func stem(i int) string {
	total := len(services) * len(components)
	// Seven has no factor in common with 250, so the walk meets each pair
	// once and neighbours differ in both words.
	j := i * 7 % total
	name := services[j%len(services)] + "-" + components[j/len(services)]
	if i >= total {
		name = fmt.Sprintf("%s-%d", name, 1+i/total)
	}
	return name
}

// unique makes a name that its owner has not used in the region yet, as EC2
// demands.
func (g *generator) unique(account, region, name string) string {
	key := scoped{account, region, name}
	g.names[key]++
	if n := g.names[key]; n > 1 {
		return g.unique(account, region, fmt.Sprintf("%s-r%d", name, n))
	}
	return name
}
