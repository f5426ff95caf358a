package archtest

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// calls tells fn of every call pkg.Name(...) in a file, by the package's import path.
func calls(s source, fn func(pkg, name string, call *ast.CallExpr)) {
	byName := map[string]string{}
	for i, p := range s.imports() {
		name := path.Base(p)
		if n := s.ast.Imports[i].Name; n != nil {
			name = n.Name
		}
		byName[name] = p
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && byName[id.Name] != "" {
				fn(byName[id.Name], sel.Sel.Name, call)
			}
		}
		return true
	})
}

// TestOnlyMainEndsTheProcess: a library that ends the process skips the
// restoring of the terminal.
func TestOnlyMainEndsTheProcess(t *testing.T) {
	for _, s := range code(t) {
		if s.ast.Name.Name == "main" && path.Base(s.path) == "main.go" {
			continue
		}
		calls(s, func(pkg, name string, call *ast.CallExpr) {
			if pkg == "os" && name == "Exit" || pkg == "log" && (strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Panic")) {
				t.Errorf("%s:%d: %s.%s outside main.go", s.path, s.line(call.Pos()), pkg, name)
			}
		})
	}
}

func TestTheModelReadsNoClock(t *testing.T) {
	for _, s := range code(t) {
		if !below(s.dir, "model") && !below(s.dir, "tui/browse") && !below(s.dir, "tui/change") && !below(s.dir, "tui/history") {
			continue
		}
		calls(s, func(pkg, name string, call *ast.CallExpr) {
			if pkg == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker", "Tick"}, name) {
				t.Errorf("%s:%d: time.%s: the time is an argument here", s.path, s.line(call.Pos()), name)
			}
		})
	}
}

// mayStart are the folders where goroutines begin, each of them ended by its
// context. Everywhere else work is a tea.Cmd or a plain call.
var mayStart = []string{
	"awsclient/scan", "awsclient/measure", "awsclient/fakeaws", // pages, block lists, the listener
	"cache",                                        // the one flusher
	"cmd/amiscope",                                 // the wiring
	"cmd/internal/ptytest", "cmd/internal/awstest", // children of tests
}

// mayGather are the folders that may ask several things at once, in a group that
// they wait for before they return: nothing runs on behind the caller's back.
var mayGather = []string{"awsclient", "awsclient/apply", "cmd/internal/iac"}

func TestGoroutinesStartWhereTheyAreEnded(t *testing.T) {
	for _, s := range code(t) {
		if slices.Contains(mayStart, s.dir) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			_, statement := n.(*ast.GoStmt)
			if statement || inGroup(n) && !slices.Contains(mayGather, s.dir) {
				t.Errorf("%s:%d: a goroutine starts here", s.path, s.line(n.Pos()))
			}
			return true
		})
	}
}

// inGroup recognises g.Go(f) of errgroup.Group and sync.WaitGroup.
func inGroup(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Go"
}

// TestNoInit: what a package knows is in its values and passed to it, never
// registered behind the reader's back.
func TestNoInit(t *testing.T) {
	for _, s := range code(t) {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s:%d: func init", s.path, s.line(f.Pos()))
			}
		}
	}
}

// TestNoExpressionIsCompiledBeforeMain: each costs every start a tenth of a
// millisecond or more, and most starts need none. sync.OnceValue compiles it when it
// is first asked for.
func TestNoExpressionIsCompiledBeforeMain(t *testing.T) {
	for _, s := range code(t) {
		for _, d := range s.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			ast.Inspect(g, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "MustCompile" {
					t.Errorf("%s:%d: an expression is compiled before main", s.path, s.line(n.Pos()))
				}
				_, function := n.(*ast.FuncLit) // runs when it is called
				return !function
			})
		}
	}
}

func TestPackagesAreNamedForWhatTheyProvide(t *testing.T) {
	bags := []string{"util", "utils", "common", "helper", "helpers", "types", "base", "misc", "shared", "lib"}
	for _, s := range sources(t) {
		for _, name := range append(strings.Split(s.dir, "/"), strings.TrimSuffix(s.ast.Name.Name, "_test")) {
			if slices.Contains(bags, name) {
				t.Errorf("%s: %q names a bag", s.path, name)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said, all := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		all[s.dir] = true
		if s.ast.Doc != nil && len(s.ast.Doc.Text()) > len("Package x does y.") {
			said[s.dir] = true
		}
	}
	for dir := range all {
		if !said[dir] {
			t.Errorf("%s: no file has a package comment", dir)
		}
	}
}

// TestTheTopLevelStaysAsItIs: new things go into a room, not beside the rooms.
func TestTheTopLevelStaysAsItIs(t *testing.T) {
	allowed := []string{
		"cmd", "tui", "model", "awsclient", "cache", "docs",
		"go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "ARCHITECTURE.md", "CHANGELOG.md",
		"bin", // built, ignored by git
	}
	entries, err := os.ReadDir(filepath.Clean(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name[0] != '.' && !slices.Contains(allowed, name) {
			t.Errorf("%s does not belong at the top", name)
		}
	}
}
