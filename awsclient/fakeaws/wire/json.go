package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// jsonForm is how a service writes JSON. Member names are the Go field names,
// in some services with a lower-case first letter; times are seconds since 1970
// unless named.
type jsonForm struct {
	lower    bool     // members begin with a lower-case letter
	isoTimes []string // members that are ISO 8601 texts
}

// member is the wire name of a field.
func (f jsonForm) member(field string) string {
	if f.lower {
		return lowerFirst(field)
	}
	return field
}

// decodeJSON reads a body into the struct that in points to. Members that the
// struct does not have are ignored, as AWS does. An empty body is an empty
// object.
func (f jsonForm) decodeJSON(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body has more than one JSON value")
	}
	return f.set(reflect.ValueOf(in).Elem(), tree, "body")
}

// set gives v the value of a decoded JSON tree; path names it in errors.
func (f jsonForm) set(v reflect.Value, tree any, path string) error {
	if tree == nil {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return f.set(v.Elem(), tree, path)
	}
	switch x := tree.(type) {
	case map[string]any:
		return f.setObject(v, x, path)
	case []any:
		return f.setList(v, x, path)
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(x)
			return nil
		}
	case json.Number:
		if setNumber(v, x) == nil {
			return nil
		}
	case string:
		if !isNumeric(v) && setScalar(v, x) == nil {
			return nil
		}
	}
	return &ParamError{Name: path, Value: fmt.Sprint(tree)}
}

// isNumeric tells values that JSON does not write as strings.
func isNumeric(v reflect.Value) bool {
	return v.CanInt() || v.CanFloat() || v.Kind() == reflect.Bool
}

func setNumber(v reflect.Value, n json.Number) error {
	if v.Type() != timeType {
		if !isNumeric(v) || v.Kind() == reflect.Bool {
			return errors.New("not a number")
		}
		return setScalar(v, n.String())
	}
	s, err := n.Float64()
	if err == nil {
		v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(s * 1000))).UTC()))
	}
	return err
}

func (f jsonForm) setObject(v reflect.Value, x map[string]any, path string) error {
	switch {
	case v.Kind() == reflect.Map:
		return f.setMap(v, x, path)
	case v.Kind() != reflect.Struct || v.Type() == timeType:
		return &ParamError{Name: path, Value: "an object"}
	}
	for _, i := range members(v.Type()) {
		name := f.member(v.Type().Field(i).Name)
		if err := f.set(v.Field(i), x[name], path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func (f jsonForm) setMap(v reflect.Value, x map[string]any, path string) error {
	m := reflect.MakeMapWithSize(v.Type(), len(x))
	for k, tree := range x {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := f.set(value, tree, path+"."+k); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), value)
	}
	v.Set(m)
	return nil
}

func (f jsonForm) setList(v reflect.Value, x []any, path string) error {
	if v.Kind() != reflect.Slice || v.Type() == bytesType {
		return &ParamError{Name: path, Value: "a list"}
	}
	list := reflect.MakeSlice(v.Type(), len(x), len(x))
	for i, tree := range x {
		if err := f.set(list.Index(i), tree, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// encodeJSON writes the struct that out points to. Nil members are left out.
func (f jsonForm) encodeJSON(out any) ([]byte, error) {
	tree, err := f.tree(reflect.ValueOf(out), "")
	if err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

// tree turns a value into what encoding/json writes as AWS does.
func (f jsonForm) tree(v reflect.Value, name string) (any, error) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType:
		return f.time(v.Interface().(time.Time), name), nil
	case v.Type() == bytesType:
		return base64.StdEncoding.EncodeToString(v.Bytes()), nil
	case v.Kind() == reflect.Struct:
		return f.object(v)
	case v.Kind() == reflect.Slice:
		return f.list(v)
	case v.Kind() == reflect.Map:
		return f.dictionary(v)
	case v.Kind() == reflect.String, isNumeric(v):
		return v.Interface(), nil
	default:
		return nil, fmt.Errorf("%s: no wire form for %s", name, v.Type())
	}
}

func (f jsonForm) time(t time.Time, name string) any {
	if slices.Contains(f.isoTimes, name) {
		return t.UTC().Format(timeLayout)
	}
	return json.Number(strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64))
}

func (f jsonForm) object(v reflect.Value) (any, error) {
	m := map[string]any{}
	for _, i := range members(v.Type()) {
		if absent(v.Field(i)) {
			continue
		}
		name := v.Type().Field(i).Name
		x, err := f.tree(v.Field(i), name)
		if err != nil {
			return nil, err
		}
		m[f.member(name)] = x
	}
	return m, nil
}

func (f jsonForm) list(v reflect.Value) (any, error) {
	l := make([]any, v.Len())
	for i := range l {
		x, err := f.tree(v.Index(i), "")
		if err != nil {
			return nil, err
		}
		l[i] = x
	}
	return l, nil
}

func (f jsonForm) dictionary(v reflect.Value) (any, error) {
	m := make(map[string]any, v.Len())
	for _, k := range v.MapKeys() {
		x, err := f.tree(v.MapIndex(k), "")
		if err != nil {
			return nil, err
		}
		m[k.String()] = x
	}
	return m, nil
}
