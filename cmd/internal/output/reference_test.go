package output

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

var update = flag.Bool("update", false, "rewrite docs/json.md")

// TestFieldsAreThoseOfTheDocuments: every field of the structs is documented
// with its type, in order, and nothing else is.
func TestFieldsAreThoseOfTheDocuments(t *testing.T) {
	type documented struct {
		doc    any
		fields []Field
	}
	all := []documented{{model.Document{}, ImageFields()}, {model.ScopeDocument{}, ScopeFields()}}
	for _, part := range slices.Concat(costParts(), binParts(), doctorParts(), findingParts(), trailParts(), runParts()) {
		all = append(all, documented{part.of, part.fields})
	}
	for _, tt := range all {
		var want, got []string
		walk("", reflect.TypeOf(tt.doc), &want)
		for _, f := range tt.fields {
			got = append(got, f.Name+": "+f.Type)
			if !strings.HasSuffix(f.Meaning, ".") && !strings.HasSuffix(f.Meaning, "…") {
				t.Errorf("%s: meaning %q is no sentence", f.Name, f.Meaning)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%T and its documentation differ (-struct +docs):\n%s", tt.doc, d)
		}
	}
}

func walk(prefix string, t reflect.Type, out *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := prefix + f.Tag.Get("json")
		kind := typeName(f.Type)
		if slices.Contains(neverNull(), name) {
			kind = strings.TrimSuffix(kind, " or null")
		}
		*out = append(*out, name+": "+kind)
		switch inner, list := element(f.Type); {
		case inner == nil:
		case list:
			walk(name+"[].", inner, out)
		default:
			walk(name+".", inner, out)
		}
	}
}

// neverNull are the lists that are empty where there is nothing: what they stand
// in is null where it is not known.
func neverNull() []string {
	return []string{"usage.evidence", "usage.blind", "looked", "blind", "events", "steps", "with", "without"}
}

// element gives the struct inside a type that is not a time, and whether it
// stands in a list.
func element(t reflect.Type) (reflect.Type, bool) {
	list := t.Kind() == reflect.Slice
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil, false
	}
	return t, list
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[*time.Time]():
		return "time or null"
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t == reflect.TypeFor[*bool]():
		return "true, false or null"
	case t == reflect.TypeFor[[]string]():
		return "list of text" // never null: what is seen by nobody is an empty list
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "object or null"
	case t.Kind() == reflect.Struct:
		return "object"
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem()) + " or null"
	case t.Kind() == reflect.Slice:
		return "list or null"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "text"
	}
	return "number"
}

func TestReferenceIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "json.md")
	if *update {
		if err := os.WriteFile(path, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Reference(), string(got)); d != "" {
		t.Errorf("docs/json.md is stale; run go test ./cmd/internal/output -update\n%s", d)
	}
}
