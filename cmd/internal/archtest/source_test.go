// Package archtest holds the house rules of ARCHITECTURE.md as tests: who may
// import whom, where goroutines start and the process ends, and how big a
// function, file, package, struct and parameter list may grow. It has no code
// of its own.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/amiscope/amiscope"

// root is the module's folder, seen from this one.
var root = filepath.Join("..", "..", "..")

// source is one parsed Go file of the module.
type source struct {
	dir  string // folder below the root, with slashes: "tui/browse"
	path string // "tui/browse/list.go"
	fset *token.FileSet
	ast  *ast.File
}

func (s source) test() bool      { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return ast.IsGenerated(s.ast) }
func (s source) line(p token.Pos) int {
	return s.fset.Position(p).Line
}

// imports returns the import paths of a file.
func (s source) imports() []string {
	var out []string
	for _, spec := range s.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// sources parses every Go file of the module, whatever its build tags. Reading
// them here, and not through a child process, lets "go test" know that a cached
// result of these tests is stale.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			return skip(rel)
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, source{dir: path.Dir(rel), path: rel, fset: fset, ast: parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// skip leaves out what the go command leaves out, and what is built.
func skip(dir string) error {
	name := path.Base(dir)
	if dir != "." && (name[0] == '.' || name[0] == '_' || name == "testdata" || dir == "bin") {
		return fs.SkipDir
	}
	return nil
}

// code returns the files that end up in a program: no tests.
func code(t *testing.T) []source {
	t.Helper()
	return slices.DeleteFunc(sources(t), source.test)
}

func TestTheRulesSeeTheCode(t *testing.T) {
	files := sources(t)
	for _, want := range []string{"model/doc.go", "cmd/internal/archtest/source_test.go"} {
		if !slices.ContainsFunc(files, func(s source) bool { return s.path == want }) {
			t.Errorf("%s was not read: all the other rules may be blind", want)
		}
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(mod), "module "+module+"\n") {
		t.Errorf("go.mod does not name %s", module)
	}
}
