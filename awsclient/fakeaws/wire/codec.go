package wire

import (
	"reflect"
	"sync"
	"time"
)

// form is what tells EC2's query protocol from that of the other services.
type form struct {
	in, out func() naming // asked for with the first call
	element string        // what the elements of a list are called
	nested  bool          // so they are in requests, too: Names.member.1, not Name.1
	lenient bool          // a parameter that the operation does not have is ignored
}

// codec turns forms into inputs and outputs into XML. It remembers what it
// learns about each type.
type codec struct {
	form
	ins, outs sync.Map // reflect.Type of a struct → []field
}

// field is one member of a struct as the wire has it.
type field struct {
	index       int
	name        string
	open, close string // its XML tags
	element     string // the name of its elements, if it is a list
}

func (c *codec) inputs(t reflect.Type) []field  { return c.fields(&c.ins, t, c.in) }
func (c *codec) outputs(t reflect.Type) []field { return c.fields(&c.outs, t, c.out) }

func (c *codec) fields(known *sync.Map, t reflect.Type, n func() naming) []field {
	if fs, ok := known.Load(t); ok {
		return fs.([]field) // only this function stores
	}
	fs := c.plan(t, n())
	known.Store(t, fs)
	return fs
}

func (c *codec) plan(t reflect.Type, n naming) []field {
	var fs []field
	for _, i := range members(t) {
		name, element := n.name(t.Name(), t.Field(i).Name)
		if element == "" {
			element = c.element
		}
		fs = append(fs, field{i, name, "<" + name + ">", "</" + name + ">", element})
	}
	return fs
}

// members returns the indexes of the fields that travel: the exported ones
// except the metadata that the SDK itself adds to outputs.
func members(t reflect.Type) []int {
	var is []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			is = append(is, i)
		}
	}
	return is
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)
