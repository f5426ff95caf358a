package fakeaws

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// TestTokenRoundTrip: what a token was made of comes back, for the question
// it was made for and no other.
func TestTokenRoundTrip(t *testing.T) {
	p := newPager(Options{Fleet: fleet.Config{Seed: 3}})
	rapid.Check(t, func(t *rapid.T) {
		c := cursor{
			query: rapid.Uint64().Draw(t, "query"), page: rapid.Uint32().Draw(t, "page"),
			shelf: rapid.Uint8().Draw(t, "shelf"), after: rapid.Uint64().Draw(t, "after"),
		}
		token := p.token(c)
		if back, err := p.resume(token, c.query); err != nil || back != c {
			t.Fatalf("%+v came back as %+v: %v", c, back, err)
		}
		if _, err := p.resume(token, c.query+1); err == nil {
			t.Fatal("the token fits another question")
		}
		if _, err := newPager(Options{Fleet: fleet.Config{Seed: 4}}).resume(token, c.query); err == nil {
			t.Fatal("the token fits another fleet")
		}
	})
}

// FuzzToken: no text that callers make up is a token.
func FuzzToken(f *testing.F) {
	p := newPager(Options{})
	f.Add(*p.token(cursor{query: 1}))
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := p.resume(&text, 1); err == nil && *p.token(c) != text {
			t.Errorf("%q was taken for a token", text)
		}
	})
}

// FuzzRule: a rule that can be read is written as it was read.
func FuzzRule(f *testing.F) {
	f.Add("acme-dev/eu-*/ec2:Describe*")
	f.Add("//x")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRule(text)
		if err != nil {
			return
		}
		if back, err := ParseRule(r.String()); err != nil || back != r {
			t.Errorf("%q is the rule %+v, written %q, read again as %+v: %v", text, r, r, back, err)
		}
	})
}

// TestRanksDiffer: two records at one position would hide one of them.
func TestRanksDiffer(t *testing.T) {
	seen := map[uint64]fleet.ID{}
	for _, im := range fleet.New(fleet.Config{Images: 20_000}).Images {
		r := rank(im.ID)
		if other, twice := seen[r]; twice || r == 0 {
			t.Errorf("%s and %s have the rank %d", im.ID.Image(), other.Image(), r)
		}
		seen[r] = im.ID
	}
}
