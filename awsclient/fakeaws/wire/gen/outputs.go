package main

import (
	"errors"
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"
)

const (
	deserializePrefix = "awsEc2query_deserialize"
	plainElement      = "item"
)

// readOutputs finds the answer names. A deserializer says, a field:
//
//	case strings.EqualFold("imagesSet", t.Name.Local):
//		… awsEc2query_deserializeDocumentImageList(&sv.Images, nodeDecoder) …
func readOutputs(dir string) (names, error) {
	fns, err := functions(filepath.Join(dir, "deserializers.go"), deserializePrefix)
	if err != nil {
		return nil, err
	}
	return outputsOf(fns)
}

func outputsOf(fns map[string]*ast.FuncDecl) (names, error) {
	elements, err := readElements(fns)
	if err != nil {
		return nil, err
	}
	found := names{}
	for rest, fn := range fns {
		if err := readOutput(rest, fn, elements, found); err != nil {
			return nil, fmt.Errorf("%s: %w", fn.Name.Name, err)
		}
	}
	return found, nil
}

// isUnwrapped marks the second form that the SDK generates of each list
// deserializer and, in EC2, never calls.
func isUnwrapped(rest string) bool { return strings.HasSuffix(rest, "Unwrapped") }

// readElements returns the element name of every list, by its function.
func readElements(fns map[string]*ast.FuncDecl) (map[string]string, error) {
	elements := map[string]string{}
	for rest, fn := range fns {
		if strings.HasPrefix(rest, "OpError") || isUnwrapped(rest) {
			continue
		}
		_, list, err := subject(fn)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fn.Name.Name, err)
		}
		if !list {
			continue
		}
		if elements[fn.Name.Name], err = elementName(fn); err != nil {
			return nil, fmt.Errorf("%s: %w", fn.Name.Name, err)
		}
	}
	return elements, nil
}

func elementName(fn *ast.FuncDecl) (string, error) {
	cases, err := readCases(fn)
	if err != nil {
		return "", err
	}
	if len(cases) != 1 {
		return "", fmt.Errorf("%d element names, expected 1", len(cases))
	}
	return cases[0].wire, nil
}

func readOutput(rest string, fn *ast.FuncDecl, elements map[string]string, found names) error {
	if strings.HasPrefix(rest, "OpError") || isUnwrapped(rest) {
		return nil
	}
	if !strings.HasPrefix(rest, "Document") && !strings.HasPrefix(rest, "OpDocument") {
		return errors.New("unknown kind of deserializer")
	}
	doc, list, err := subject(fn)
	if err != nil || list {
		return err
	}
	cases, err := readCases(fn)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	for _, c := range cases {
		field, err := fieldOf(c.body, "sv")
		if err != nil {
			return fmt.Errorf("element %s: %w", c.wire, err)
		}
		fields[field] = c.wire + elementSuffix(c.body, elements)
	}
	if len(fields) != len(cases) {
		return fmt.Errorf("%d elements but %d fields", len(cases), len(fields))
	}
	return found.add(doc, fields)
}

// elementSuffix is "/groupId" for a list whose elements are not called item.
func elementSuffix(body ast.Node, elements map[string]string) string {
	for _, c := range calls(body, func(name string) bool { return elements[name] != "" }) {
		if e := elements[callee(c)]; e != plainElement {
			return "/" + e
		}
	}
	return ""
}

type elementCase struct {
	wire string
	body ast.Node
}

// readCases returns the cases strings.EqualFold("name", t.Name.Local) of a
// deserializer.
func readCases(fn *ast.FuncDecl) ([]elementCase, error) {
	var cases []elementCase
	var err error
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		cc, ok := n.(*ast.CaseClause)
		if !ok || cc.List == nil {
			return true
		}
		call, ok := cc.List[0].(*ast.CallExpr)
		if !ok || callee(call) != "strings.EqualFold" {
			err = errors.New("a case that compares no name")
			return false
		}
		wire, ok := literal(call, 0)
		if !ok {
			err = errors.New("a case without a literal name")
		}
		cases = append(cases, elementCase{wire, &ast.BlockStmt{List: cc.Body}})
		return true
	})
	return cases, err
}
