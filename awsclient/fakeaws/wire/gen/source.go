package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const sdkModule = "github.com/aws/aws-sdk-go-v2/service/ec2"

// The fewest documents a source of the known shape has. The version of
// 2026-11 has 1,100 inputs and 2,000 outputs.
const fewestDocuments = 900

type module struct{ Path, Version, Dir string }

func findModule(ctx context.Context) (module, error) {
	var m module
	raw, err := exec.CommandContext(ctx, "go", "list", "-m", "-json", sdkModule).Output()
	if err != nil {
		return m, fmt.Errorf("go list -m %s: %w", sdkModule, err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("go list -m %s: %w", sdkModule, err)
	}
	if m.Dir == "" {
		return m, fmt.Errorf("%s %s is not in the module cache: run go mod download", m.Path, m.Version)
	}
	return m, nil
}

// names holds document → Go field → wire name.
type names map[string]map[string]string

// add records a document. Documents of the service package and of its types
// package share one name space in the table, so a name may occur only once.
func (n names) add(doc string, fields map[string]string) error {
	if _, dup := n[doc]; dup {
		return fmt.Errorf("two documents are called %s", doc)
	}
	n[doc] = fields
	return nil
}

// functions returns the functions of a source file whose names start with
// prefix, by the rest of their names. There must be as many as the SDK has.
func functions(file, prefix string) (map[string]*ast.FuncDecl, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	fns := functionsOf(f, prefix)
	if len(fns) < fewestDocuments {
		return nil, fmt.Errorf("%s has %d functions %s…, expected at least %d: has the SDK changed its generator?",
			filepath.Base(file), len(fns), prefix, fewestDocuments)
	}
	return fns, nil
}

func functionsOf(f *ast.File, prefix string) map[string]*ast.FuncDecl {
	fns := map[string]*ast.FuncDecl{}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, prefix) {
			fns[strings.TrimPrefix(fn.Name.Name, prefix)] = fn
		}
	}
	return fns
}

// subject tells what the first parameter of a (de)serializer is: the name of a
// struct, or a list.
func subject(fn *ast.FuncDecl) (name string, list bool, err error) {
	if len(fn.Type.Params.List) == 0 {
		return "", false, errors.New("no parameters")
	}
	t := fn.Type.Params.List[0].Type
	for {
		star, ok := t.(*ast.StarExpr)
		if !ok {
			break
		}
		t = star.X
	}
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name, false, nil
	case *ast.SelectorExpr:
		return t.Sel.Name, false, nil
	case *ast.ArrayType:
		return "", true, nil
	default:
		return "", false, fmt.Errorf("parameter of unknown type %T", t)
	}
}

// literal returns the string literal that is the i-th argument of a call.
func literal(call *ast.CallExpr, i int) (string, bool) {
	if len(call.Args) <= i {
		return "", false
	}
	lit, ok := call.Args[i].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// callee returns "receiver.method" or "function" of a call.
func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// fieldOf returns the one field of the variable that is used under n.
func fieldOf(n ast.Node, variable string) (string, error) {
	var field string
	var err error
	ast.Inspect(n, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); !ok || x.Name != variable {
			return true
		}
		if field != "" && field != sel.Sel.Name {
			err = fmt.Errorf("fields %s and %s in one place", field, sel.Sel.Name)
		}
		field = sel.Sel.Name
		return true
	})
	if err == nil && field == "" {
		err = fmt.Errorf("no field of %s", variable)
	}
	return field, err
}

// calls returns the calls under n whose callee passes the test.
func calls(n ast.Node, want func(string) bool) []*ast.CallExpr {
	var found []*ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && want(callee(c)) {
			found = append(found, c)
		}
		return true
	})
	return found
}
