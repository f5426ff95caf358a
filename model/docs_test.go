package model_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

// TestDocs keeps the table of sources in docs/usage.md that of the code.
func TestDocs(t *testing.T) {
	const path, begin, end = "../docs/usage.md", "<!-- sources -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	table, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has lost its marks", path)
	}
	want := sourceTable()
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, table); d != "" {
		t.Errorf("docs/usage.md is stale; make docs writes it anew:\n%s", d)
	}
}

func sourceTable() string {
	var b strings.Builder
	b.WriteString("| source | `waive` calls it | calls |\n|---|---|---|\n")
	row := func(k model.Kind, word string) {
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", k, word, strings.Join(k.Calls(), "`, `"))
	}
	for _, k := range model.Sources() {
		row(k, "`"+k.Word()+"`")
	}
	for _, k := range []model.Kind{model.Permissions, model.Reports, model.Opinions} {
		row(k, "")
	}
	return b.String()
}
