package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite docs/cli.md")

// TestReferenceIsFresh: docs/cli.md is what the command tree says of itself.
func TestReferenceIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "cli.md")
	root := (&app{}).root()
	root.InitDefaultCompletionCmd("")
	want := reference(root)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("docs/cli.md is stale; run go test ./cmd/amiscope -update\n%s", d)
	}
}

const head = `# The command line

Flags come in any order. Verbs print on standard output, progress and warnings on standard error.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed: nothing could be read |
| 2 | wrong use: a flag, a filter, the config file |
| 3 | a finding at or above ` + "`--fail-on`" + ` is open |
| 4 | partial: some scopes could not be read; the answer says which |
| 130 | interrupted |

`

func reference(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(head)
	describe(&b, root)
	return b.String()
}

func describe(b *strings.Builder, cmd *cobra.Command) {
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	fmt.Fprintf(b, "## %s\n\n%s\n\n", cmd.CommandPath(), long)
	fmt.Fprintf(b, "    %s\n\n", cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(b, "Examples:\n\n  %s\n\n", strings.ReplaceAll(cmd.Example, "\n", "\n  "))
	}
	usage := cmd.NonInheritedFlags().FlagUsagesWrapped(0)
	if usage != "" {
		fmt.Fprintf(b, "```\n%s```\n\n", usage)
	}
	for _, sub := range cmd.Commands() {
		if sub.Hidden || cmd.Name() == "demo" || cmd.Name() == "completion" { // the demo's verbs stand above
			continue
		}
		describe(b, sub)
	}
}
