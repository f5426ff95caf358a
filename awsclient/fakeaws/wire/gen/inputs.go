package main

import (
	"errors"
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"
)

const (
	serializePrefix = "awsEc2query_serialize"
	keyCall         = "object.Key"
	flatKeyCall     = "object.FlatKey"
)

// readInputs finds the request names. A serializer says, a field:
//
//	if v.Filters != nil {
//		objectKey := object.FlatKey("Filter")
//		if err := awsEc2query_serializeDocumentFilterList(v.Filters, objectKey); …
func readInputs(dir string) (names, error) {
	fns, err := functions(filepath.Join(dir, "serializers.go"), serializePrefix)
	if err != nil {
		return nil, err
	}
	return inputsOf(fns)
}

func inputsOf(fns map[string]*ast.FuncDecl) (names, error) {
	found := names{}
	for rest, fn := range fns {
		if !strings.HasPrefix(rest, "Document") && !strings.HasPrefix(rest, "OpDocument") {
			return nil, fmt.Errorf("%s%s: unknown kind of serializer", serializePrefix, rest)
		}
		if err := readInput(fns, fn, found); err != nil {
			return nil, fmt.Errorf("%s: %w", fn.Name.Name, err)
		}
	}
	return found, nil
}

func readInput(fns map[string]*ast.FuncDecl, fn *ast.FuncDecl, found names) error {
	doc, list, err := subject(fn)
	if err != nil {
		return err
	}
	if list {
		return checkFlatElements(fns, fn)
	}
	fields := map[string]string{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BlockStmt); ok && b != fn.Body && err == nil {
			err = readKey(fns, b, fields)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if want := len(calls(fn.Body, isKey)); want != len(fields) {
		return fmt.Errorf("%d keys but %d fields", want, len(fields))
	}
	return found.add(doc, fields)
}

func isKey(name string) bool { return name == keyCall || name == flatKeyCall }

// readKey reads the block of one field, if b is one.
func readKey(fns map[string]*ast.FuncDecl, b *ast.BlockStmt, fields map[string]string) error {
	if len(b.List) == 0 {
		return nil
	}
	assign, ok := b.List[0].(*ast.AssignStmt)
	if !ok {
		return nil
	}
	key, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok || !isKey(callee(key)) {
		return nil
	}
	wire, ok := literal(key, 0)
	if !ok {
		return errors.New("key is no literal")
	}
	field, err := fieldOf(b, "v")
	if err != nil {
		return fmt.Errorf("key %s: %w", wire, err)
	}
	fields[field] = wire
	return checkFlat(fns, b, callee(key) == flatKeyCall)
}

// checkFlat makes sure that every list is flattened (Filter.1 and not
// Filter.Item.1) and nothing else is: the decoder relies on it.
func checkFlat(fns map[string]*ast.FuncDecl, b *ast.BlockStmt, flat bool) error {
	list, err := callsList(fns, b)
	if err == nil && list != flat {
		err = fmt.Errorf("list %t but flattened %t", list, flat)
	}
	return err
}

// checkFlatElements makes sure that no list holds lists.
func checkFlatElements(fns map[string]*ast.FuncDecl, fn *ast.FuncDecl) error {
	nested, err := callsList(fns, fn.Body)
	if err == nil && nested {
		err = errors.New("a list of lists")
	}
	return err
}

// callsList tells whether a serializer of a list is called under n.
func callsList(fns map[string]*ast.FuncDecl, n ast.Node) (bool, error) {
	for _, c := range calls(n, func(name string) bool { return strings.HasPrefix(name, serializePrefix) }) {
		fn, ok := fns[strings.TrimPrefix(callee(c), serializePrefix)]
		if !ok {
			return false, fmt.Errorf("calls %s, which is not there", callee(c))
		}
		_, list, err := subject(fn)
		if err != nil || list {
			return list, err
		}
	}
	return false, nil
}
