package calls_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/calls"
)

var update = flag.Bool("update", false, "rewrite docs/iam.md")

// TestDocs keeps docs/iam.md that of the table.
func TestDocs(t *testing.T) {
	const path = "../../docs/iam.md"
	want := page()
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
		t.Errorf("docs/iam.md is stale; make docs writes it anew:\n%s", d)
	}
}

// page is docs/iam.md.
func page() string {
	var b strings.Builder
	b.WriteString(`# Permissions

amiscope calls what is in the tables below and nothing else: its client refuses any other call. It reads; what
it changes are images and snapshots, by plans that you confirm (` + "`write`" + `), and it makes usage reports, where you ask for one. Where a permission is missing that part stays unknown and is told, with its place.

` + "`amiscope doctor`" + ` finds out what is allowed in each account and region, what each missing permission takes away, and the statement that
mends it. It changes nothing and costs nothing: EC2 is asked with DryRun, other services by the smallest page of a harmless
read; what needs an id, or money, is not checkable. ` + "`amiscope doctor --policy`" + ` prints the smallest IAM policy and calls nothing.
` + "`--for`" + ` names what is wanted: one or more of the headings below; what is under ` + "`read`" + ` belongs to each.

`)
	for _, g := range calls.Groups() {
		section(&b, g)
	}
	b.WriteString("## The policy for everything\n\nNarrower: `amiscope doctor --policy --for read,usage`. With `--role` the role is that one.\n\n```json\n")
	b.Write(calls.PolicyFor(calls.Groups(), calls.Setting{}).JSON())
	b.WriteString("```\n")
	return b.String()
}

func section(b *strings.Builder, g calls.Group) {
	fmt.Fprintf(b, "## %s\n\n| permission | for | without it | checked by |\n|---|---|---|---|\n", g)
	for _, c := range calls.All() {
		if c.Serves([]calls.Group{g}) {
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", c.API, purpose(c), c.Loss, checked(c))
		}
	}
	b.WriteString("\n")
}

func purpose(c calls.Call) string {
	switch {
	case c.Behind != "":
		return c.What + ": looked for by AWS at `" + c.Behind + "`"
	case c.Spare != "":
		return c.What + "; not in the policy: " + c.Spare
	case c.At == calls.AnyAccount && c.API != "sts:AssumeRole":
		return c.What + "; in one account"
	}
	return c.What
}

func checked(c calls.Call) string {
	switch c.Check {
	case calls.DryRun:
		return "DryRun"
	case calls.Try:
		return "trying"
	case calls.None:
	}
	return "no: " + c.Why
}
