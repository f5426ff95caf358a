package keys

import (
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the generated documentation")

func TestNoKeyMeansTwoThingsInOneScope(t *testing.T) {
	seen := map[[2]string]string{}
	for _, b := range All() {
		for _, k := range b.Keys {
			at := [2]string{string(b.Scope), k}
			if was, ok := seen[at]; ok {
				t.Errorf("%s in %s means %q and %q", k, b.Scope, was, b.Help)
			}
			seen[at] = b.Help
		}
	}
}

// ctrl+d is delete in k9s and half a page for vim hands: it caused losses, so
// it moves and never does anything else; so does no bare capital without a
// review.
func TestCtrlDOnlyMoves(t *testing.T) {
	for _, b := range All() {
		for _, k := range b.Keys {
			if k != "ctrl+d" {
				continue
			}
			if _, ok := b.Intent.(Page); !ok {
				t.Errorf("ctrl+d in %s is %T", b.Scope, b.Intent)
			}
		}
	}
}

func TestEveryBindingHasHelp(t *testing.T) {
	for _, b := range All() {
		if b.Help == "" || b.Intent == nil || len(b.Keys) == 0 {
			t.Errorf("incomplete: %+v", b)
		}
	}
}

func TestInnermostScopeWins(t *testing.T) {
	in, ok := Resolve("l", []Scope{Detail, Table, Everywhere})
	if want := (StepTab{By: 1}); !ok || in != want {
		t.Fatalf("l in a detail is %#v", in)
	}
	in, ok = Resolve("l", []Scope{Images, Table, Everywhere})
	if want := (Scroll{By: 1}); !ok || in != want {
		t.Fatalf("l in a table is %#v", in)
	}
	if in, ok := Resolve("ctrl+alt+q", []Scope{Images, Table, Everywhere}); ok {
		t.Fatalf("an unbound key is %#v", in)
	}
}

func TestActiveLeavesOutTakenKeys(t *testing.T) {
	for _, b := range Active([]Scope{Detail, Table, Everywhere}) {
		if b.Scope == Table && reflect.DeepEqual(b.Intent, Scroll{By: 1}) {
			t.Fatalf("the table's scrolling is listed in a detail: %v", b.Keys)
		}
	}
}

func TestDocs(t *testing.T) {
	const path = "../../docs/keys.md"
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
		t.Fatalf("docs/keys.md is stale; make docs writes it anew:\n%s", d)
	}
}
