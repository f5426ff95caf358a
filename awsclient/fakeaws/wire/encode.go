package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// timeLayout is ISO 8601 with milliseconds, as AWS answers.
const timeLayout = "2006-01-02T15:04:05.000Z"

// encode appends the members of the struct that out points to. Nil members are
// left out, and so is an enum without a value.
func (c *codec) encode(b *bytes.Buffer, out any) error {
	return c.encodeStruct(b, reflect.ValueOf(out).Elem())
}

func (c *codec) encodeStruct(b *bytes.Buffer, v reflect.Value) error {
	fs := c.outputs(v.Type())
	for i := range fs {
		f := &fs[i]
		fv := v.Field(f.index)
		if absent(fv) {
			continue
		}
		b.WriteString(f.open)
		if err := c.encodeValue(b, fv, f.element); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		b.WriteString(f.close)
	}
	return nil
}

// absent tells whether a member has no value. A string that is no pointer is
// an enum.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	default:
		return false
	}
}

func (c *codec) encodeValue(b *bytes.Buffer, v reflect.Value, element string) error {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType, v.Type() == bytesType:
		return encodeScalar(b, v)
	case v.Kind() == reflect.Struct:
		return c.encodeStruct(b, v)
	case v.Kind() == reflect.Slice:
		return c.encodeList(b, v, element)
	case v.Kind() == reflect.Map:
		return c.encodeMap(b, v)
	default:
		return encodeScalar(b, v)
	}
}

func (c *codec) encodeList(b *bytes.Buffer, v reflect.Value, element string) error {
	for i := range v.Len() {
		b.WriteByte('<')
		b.WriteString(element)
		b.WriteByte('>')
		if err := c.encodeValue(b, v.Index(i), c.element); err != nil {
			return err
		}
		b.WriteString("</")
		b.WriteString(element)
		b.WriteByte('>')
	}
	return nil
}

// encodeMap writes entries sorted by key, so that an answer does not change
// from call to call.
func (c *codec) encodeMap(b *bytes.Buffer, v reflect.Value) error {
	values := map[string]reflect.Value{}
	for _, k := range v.MapKeys() {
		values[k.String()] = v.MapIndex(k)
	}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		b.WriteString("<entry><key>")
		writeText(b, k)
		b.WriteString("</key><value>")
		if err := c.encodeValue(b, values[k], c.element); err != nil {
			return err
		}
		b.WriteString("</value></entry>")
	}
	return nil
}

func encodeScalar(b *bytes.Buffer, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		writeText(b, v.String())
	case reflect.Bool:
		b.Write(strconv.AppendBool(b.AvailableBuffer(), v.Bool()))
	case reflect.Int32, reflect.Int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), v.Int(), 10))
	case reflect.Float32, reflect.Float64:
		b.Write(strconv.AppendFloat(b.AvailableBuffer(), v.Float(), 'g', -1, v.Type().Bits()))
	case reflect.Slice:
		b.Write(base64.StdEncoding.AppendEncode(b.AvailableBuffer(), v.Bytes()))
	case reflect.Struct:
		t := v.Interface().(time.Time) // no other struct comes here
		b.Write(t.UTC().AppendFormat(b.AvailableBuffer(), timeLayout))
	default:
		return fmt.Errorf("no wire form for %s", v.Type())
	}
	return nil
}

// writeText writes character data. XML 1.0 has no way at all to write control
// characters other than tab, line feed and carriage return, not even escaped:
// they become U+FFFD.
func writeText(b *bytes.Buffer, s string) {
	if isPlain(s) {
		b.WriteString(s)
		return
	}
	_ = xml.EscapeText(b, []byte(s)) // a Buffer takes every write
}

func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
