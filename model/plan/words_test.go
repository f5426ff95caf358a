package plan

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestWordsAreWhatTheirExpressionsSay holds the hand-made forms, which no start has to
// compile, against expressions.
func TestWordsAreWhatTheirExpressionsSay(t *testing.T) {
	forms := []struct {
		name       string
		expression string
		match      func(string) bool
	}{
		{"a word that a shell takes as it is", `^[A-Za-z0-9_@%+:,./-]+$`, func(s string) bool { return quoted(s) == s }},
		{"a name of an image", `^[A-Za-z0-9()\[\] ./\-'@_]*$`, func(s string) bool { return !strings.ContainsFunc(s, strange) }},
		{"the image of another step", `^\$\{([0-9]+)\.ImageId\}$`, func(s string) bool { _, ok := madeBy(s); return ok }},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			want, matched := regexp.MustCompile(f.expression), 0
			for range 20_000 {
				text := arbitrary(r)
				if got := f.match(text); got != want.MatchString(text) {
					t.Fatalf("%q: %v", text, got)
				} else if got {
					matched++
				}
			}
			if matched < 1000 {
				t.Errorf("only %d texts matched", matched)
			}
		})
	}
}

// arbitrary is a short text, half of the time of what the forms are made of.
func arbitrary(r *rand.Rand) string {
	parts := []string{"${", "}", ".ImageId}", "12", "7", "a", "Z", "_", "-", "/", "@", ":", "'", " ", "(", "]", "é", "\n", "\"", "\x00"}
	switch r.IntN(4) {
	case 0:
		return "${" + parts[3+r.IntN(3)] + ".ImageId}" + parts[r.IntN(len(parts))][:r.IntN(2)]
	case 1:
		parts = parts[3:11]
	default:
	}
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}
