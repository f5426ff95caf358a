package query

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

func TestDocs(t *testing.T) {
	const path = "../../docs/filter.md"
	if *update {
		if err := os.WriteFile(path, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Markdown(), string(got)); d != "" {
		t.Fatalf("docs/filter.md is stale; make docs writes it anew:\n%s", d)
	}
}

// TestDocsExamplesParse keeps the examples of the table true.
func TestDocsExamplesParse(t *testing.T) {
	for _, k := range Keys() {
		if _, err := Parse(k.Example); err != nil {
			t.Errorf("%s: example %q: %v", k.Name, k.Example, err)
		}
	}
}
