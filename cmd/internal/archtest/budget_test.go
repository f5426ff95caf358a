package archtest

import (
	"go/ast"
	"testing"
)

// What a reader can hold in mind. The aim is far below: functions of ten lines,
// files of 150.
const (
	functionLines = 60
	fileLines     = 500
	packageLines  = 2500
	structFields  = 15
	parameters    = 5
)

// broad are the structs that may have more fields, each with the reason.
var broad = map[string]string{
	"model.Image":                 "mirrors AWS's image record",
	"model.Document":              "is the documented JSON of an image, field by field",
	"model.Page":                  "is one answer for all kinds: one list a kind",
	"model.Reference":             "is one record for what all usage sources tell",
	"output.SnapshotCostDocument": "is the documented JSON of a snapshot, field by field",
	"plan.Facts":                  "is the documented JSON of what a plan rests on, field by field",
	"plan.Options":                "is a table: what deeds can be told, a field each",
	"fleet.Fleet":                 "is a table: one list a kind of record",
	"fakeaws.Options":             "is a table: what an AWS holds and how it behaves",
	"kit.Env":                     "is all that a screen may know, passed to it and never kept",
	"tui.Services":                "is a table: one field a thing that the screen needs of the world",
	"tui.Options":                 "is a table: what cmd decides before the first frame",
	"kit.Symbols":                 "is a table: one field a glyph",
}

func TestBudgets(t *testing.T) {
	lines := map[string]int{}
	for _, s := range code(t) {
		if s.generated() {
			continue
		}
		n := s.fset.File(s.ast.Pos()).LineCount()
		lines[s.dir] += n
		if n > fileLines {
			t.Errorf("%s: %d lines, more than %d", s.path, n, fileLines)
		}
		checkDeclarations(t, s)
	}
	for dir, n := range lines {
		if n > packageLines {
			t.Logf("%s: %d lines in the package, more than %d: is it one room?", dir, n, packageLines)
		}
	}
}

func checkDeclarations(t *testing.T, s source) {
	t.Helper()
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			checkFunction(t, s, n)
		case *ast.TypeSpec:
			checkStruct(t, s, n)
		}
		return true
	})
}

func checkFunction(t *testing.T, s source, f *ast.FuncDecl) {
	t.Helper()
	if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > functionLines {
		t.Errorf("%s:%d: %s has %d lines, more than %d", s.path, s.line(f.Pos()), f.Name.Name, n, functionLines)
	}
	if n := count(f.Type.Params); n > parameters {
		t.Errorf("%s:%d: %s has %d parameters, more than %d", s.path, s.line(f.Pos()), f.Name.Name, n, parameters)
	}
}

func checkStruct(t *testing.T, s source, spec *ast.TypeSpec) {
	t.Helper()
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	name := s.ast.Name.Name + "." + spec.Name.Name
	if n := count(st.Fields); n > structFields && broad[name] == "" {
		t.Errorf("%s:%d: %s has %d fields, more than %d", s.path, s.line(spec.Pos()), name, n, structFields)
	}
}

// count returns how many names a field list declares; one without a name counts.
func count(l *ast.FieldList) int {
	n := 0
	for _, f := range l.List {
		n += max(1, len(f.Names))
	}
	return n
}

// TestBroadStructsExist keeps the list above from outliving what it excuses.
func TestBroadStructsExist(t *testing.T) {
	found := map[string]bool{}
	for _, s := range code(t) {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if st, ok := spec.Type.(*ast.StructType); ok && count(st.Fields) > structFields {
					found[s.ast.Name.Name+"."+spec.Name.Name] = true
				}
			}
			return true
		})
	}
	for name := range broad {
		if !found[name] {
			t.Errorf("%s no longer needs its exception", name)
		}
	}
}
