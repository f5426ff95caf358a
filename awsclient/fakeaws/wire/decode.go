package wire

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// ParamError says which parameter of a request could not be read.
type ParamError struct {
	Name, Value string
	Unknown     bool // the operation has no such parameter; otherwise its value is wrong
}

// Error says it in AWS's words.
func (e *ParamError) Error() string {
	if e.Unknown {
		return fmt.Sprintf("The parameter %s is not recognized", e.Name)
	}
	return fmt.Sprintf("Invalid value '%s' for %s", e.Value, e.Name)
}

// decode reads a form into the struct that in points to. Its errors are of
// type *ParamError.
func (c *codec) decode(values url.Values, in any) error {
	return c.decodeStruct(plant(values), reflect.ValueOf(in).Elem())
}

func (c *codec) decodeStruct(n *node, v reflect.Value) error {
	if n.set && n.text != "" {
		return n.wrong()
	}
	known := 0
	for _, f := range c.inputs(v.Type()) {
		kid := n.kids[f.name]
		if kid == nil {
			continue
		}
		known++
		if err := c.decodeValue(kid, v.Field(f.index), f.element); err != nil {
			return err
		}
	}
	if known < len(n.kids) && !c.lenient {
		return c.unknown(n, v.Type())
	}
	return nil
}

// unknown names the first parameter, in the order of names, that the struct
// does not have.
func (c *codec) unknown(n *node, t reflect.Type) error {
	var names []string
	for part := range n.kids {
		if !slices.ContainsFunc(c.inputs(t), func(f field) bool { return f.name == part }) {
			names = append(names, n.kids[part].path)
		}
	}
	return &ParamError{Name: slices.Min(names), Unknown: true}
}

// decodeValue reads a value; element is what its elements are called, if it is
// a list.
func (c *codec) decodeValue(n *node, v reflect.Value, element string) error {
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return c.decodeValue(n, v.Elem(), element)
	case v.Type() == timeType, v.Type() == bytesType:
		return n.scalar(v)
	case v.Kind() == reflect.Struct:
		return c.decodeStruct(n, v)
	case v.Kind() == reflect.Slice:
		return c.decodeList(n, v, element)
	case v.Kind() == reflect.Map:
		return c.decodeMap(n, v)
	default:
		return n.scalar(v)
	}
}

func (c *codec) decodeList(n *node, v reflect.Value, element string) error {
	if n.set && n.text != "" {
		return n.wrong()
	}
	if member, ok := n.kids[element]; ok && c.nested {
		n = member
	}
	items, err := n.numbered()
	if err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if err := c.decodeValue(item, list.Index(i), c.element); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// decodeMap reads Name.entry.1.key and Name.entry.1.value.
func (c *codec) decodeMap(n *node, v reflect.Value) error {
	entries := n.kids["entry"]
	if entries == nil {
		return n.wrong()
	}
	items, err := entries.numbered()
	if err != nil {
		return err
	}
	m := reflect.MakeMapWithSize(v.Type(), len(items))
	for _, item := range items {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := c.decodeEntry(item, key, value); err != nil {
			return err
		}
		m.SetMapIndex(key, value)
	}
	v.Set(m)
	return nil
}

func (c *codec) decodeEntry(n *node, key, value reflect.Value) error {
	if n.kids["key"] == nil || n.kids["value"] == nil {
		return n.wrong()
	}
	if err := c.decodeValue(n.kids["key"], key, c.element); err != nil {
		return err
	}
	return c.decodeValue(n.kids["value"], value, c.element)
}

func (n *node) wrong() error { return &ParamError{Name: n.path, Value: n.text} }

// scalar sets a string, number, truth value, time or blob from the text.
func (n *node) scalar(v reflect.Value) error {
	if !n.set || len(n.kids) > 0 || setScalar(v, n.text) != nil {
		return n.wrong()
	}
	return nil
}

func setScalar(v reflect.Value, text string) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return nil
	case reflect.Bool:
		return setParsed(text, strconv.ParseBool, v.SetBool)
	case reflect.Int32, reflect.Int64:
		return setParsed(text, func(s string) (int64, error) { return strconv.ParseInt(s, 10, v.Type().Bits()) }, v.SetInt)
	case reflect.Float32, reflect.Float64:
		return setParsed(text, func(s string) (float64, error) { return strconv.ParseFloat(s, v.Type().Bits()) }, v.SetFloat)
	case reflect.Slice:
		return setParsed(text, base64.StdEncoding.DecodeString, v.SetBytes)
	case reflect.Struct:
		return setParsed(text, parseTime, func(t time.Time) { v.Set(reflect.ValueOf(t)) })
	default:
		return fmt.Errorf("no wire form for %s", v.Type())
	}
}

func setParsed[T any](text string, parse func(string) (T, error), set func(T)) error {
	x, err := parse(text)
	if err == nil {
		set(x)
	}
	return err
}

// parseTime reads a time as clients write it: RFC 3339, in UTC afterwards.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}
