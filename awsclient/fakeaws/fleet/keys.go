package fleet

import (
	"crypto/sha256"
	"fmt"
)

// Key is a customer's KMS key.
type Key struct {
	ARN    string
	Owner  string
	Region string
	Alias  string // alias/…; "" for none
}

// KeyAlias is the alias of the key that each account of a generated fleet has in
// each region.
const KeyAlias = "alias/ebs-images"

// ManagedKey is the ARN of the key that AWS manages for an account's volumes in a
// region, alias/aws/ebs. What is encrypted with it can be shared with nobody.
func ManagedKey(account, region string) string {
	h := sha256.Sum256([]byte("aws/ebs of " + account + " in " + region))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80 // a UUID of version 4
	return fmt.Sprintf("arn:aws:kms:%s:%s:key/%x-%x-%x-%x-%x", region, account, h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// kmsKeys tells of the keys that snapshots of accounts are encrypted with, and
// gives one to each region without.
func (g *generator) kmsKeys() {
	g.reseed(0x6b6d73)
	for _, a := range g.fleet.Active() {
		for _, region := range g.fleet.Enabled() {
			g.fleet.Keys = append(g.fleet.Keys, Key{ARN: g.key(a.ID, region), Owner: a.ID, Region: region, Alias: KeyAlias})
		}
	}
}
