package finding

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

// TestDocs keeps the table of rules in docs/findings.md that of the code.
func TestDocs(t *testing.T) {
	const path, begin, end = "../../docs/findings.md", "<!-- rules -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	rules, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has lost its marks", path)
	}
	want := ruleTable()
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, rules); d != "" {
		t.Errorf("docs/findings.md is stale; make docs writes it anew:\n%s", d)
	}
}

func ruleTable() string {
	var b strings.Builder
	b.WriteString("| rule | severity | of | what is wrong | why it matters | what mends it |\n|---|---|---|---|---|---|\n")
	for _, r := range Rules() {
		title := r.Title
		if r.Policy != "" {
			title += " (needs `" + r.Policy + "` in the config)"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", r.ID, r.Severity, r.Unit, title, r.Why, r.Mend)
	}
	return b.String()
}
