package cost

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestDescriptionsNameOneImage: the id of an image is one word of 8 to 17 hexadecimal
// digits, and what only looks like one proves nothing.
func TestDescriptionsNameOneImage(t *testing.T) {
	want := regexp.MustCompile(`^Copied for DestinationAmi (ami-[0-9a-f]{8,17})\b`)
	r := rand.New(rand.NewPCG(1, 2))
	named := 0
	for range 20_000 {
		text := "Copied for DestinationAmi ami-"
		for range r.IntN(20) {
			text += string("0123456789abcdef"[r.IntN(16)])
		}
		for range r.IntN(3) {
			text += string("09afgzAFZ_- .é/"[r.IntN(15)])
		}
		id := ""
		if m := want.FindStringSubmatch(text); m != nil {
			id = m[1]
			named++
		}
		if got := MadeFor(text); got != id {
			t.Fatalf("%q names %q, want %q", text, got, id)
		}
	}
	if named < 1000 {
		t.Errorf("only %d texts named an image", named)
	}
}
