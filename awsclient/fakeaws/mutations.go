package fakeaws

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Mutation is a call that changes what accounts have, or would have. Attempts of
// one call, and calls with the same client token, are one mutation.
type Mutation struct {
	Account, Region string
	Operation       string // "DeregisterImage"

	// Input is what was sent, by AWS's names: bool, int64, string, []any and
	// map[string]any; times are RFC 3339. What was not sent is not in it.
	Input map[string]any

	// Code is of the error that ended the last attempt, "DryRunOperation" for a dry
	// run. It is "" if the call was done, even if its answer got lost.
	Code string
}

// Mutations lists the mutating calls so far, in the order in which they came
// first. Reports on the usage of images are none: they change nothing.
func (s *Server) Mutations() []Mutation { return s.mux.mutations.list() }

// mutations notes mutating calls.
type mutations struct {
	mu    sync.Mutex
	noted []*Mutation
	known map[string]*Mutation // by what tells two attempts of one call
}

func (m *mutations) list() []Mutation {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Mutation, len(m.noted))
	for i, n := range m.noted {
		out[i] = *n
	}
	return out
}

// note takes in an attempt and how it ended.
func (m *mutations) note(n Mutation, keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(keys, func(k string) bool { return m.known[k] != nil })
	if i < 0 {
		m.noted = append(m.noted, &n)
		m.remember(keys, &n)
		return
	}
	before := m.known[keys[i]]
	if before.Code != "" {
		before.Code = n.Code
	}
	m.remember(keys, before)
}

func (m *mutations) remember(keys []string, n *Mutation) {
	if m.known == nil {
		m.known = map[string]*Mutation{}
	}
	for _, k := range keys {
		m.known[k] = n
	}
}

// changes reports whether an operation is none of those that only read.
func changes(operation string) bool {
	reads := []string{"Describe", "Get", "List", "Lookup", "Assume", "Decode", "CreateImageUsageReport", "DeleteImageUsageReport"}
	return !slices.ContainsFunc(reads, func(prefix string) bool { return strings.HasPrefix(operation, prefix) })
}

// noteMutation notes a call that was answered, if it is one that changes
// something and has a handler.
func (m *Mux) noteMutation(t *turn) {
	op, known := m.operations[operationKey{t.call.Service, t.call.Operation}]
	if !known || t.call.Account == "" || !changes(t.call.Operation) {
		return
	}
	in := op.input()
	if err := t.service.Protocol.Decode(t.request, in); err != nil {
		in = op.input() // it was refused for that
	}
	n := Mutation{Account: t.call.Account, Region: t.call.Region, Operation: t.call.Operation, Code: t.code}
	n.Input = sentInput(in)
	if t.done {
		n.Code = ""
	}
	m.mutations.note(n, attemptKeys(n, t.http.Header))
}

// attemptKeys are what the attempts of one call have in common: the id that an
// SDK gives it, and the client token.
func attemptKeys(n Mutation, header http.Header) []string {
	var keys []string
	if id := header.Get("Amz-Sdk-Invocation-Id"); id != "" {
		keys = append(keys, "id "+id)
	}
	if token, ok := n.Input["ClientToken"].(string); ok {
		keys = append(keys, strings.Join([]string{"token", n.Account, n.Region, n.Operation, token}, " "))
	}
	return keys
}

// sentInput is what the input that in points to says.
func sentInput(in any) map[string]any { return sentMembers(reflect.ValueOf(in).Elem()) }

// sent is what a part of an input says: nil for what it leaves open.
func sent(v reflect.Value) any {
	if at, ok := reflect.TypeAssert[time.Time](v); ok {
		return at.Format(time.RFC3339Nano)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return sent(v.Elem())
	case reflect.Struct:
		return sentMembers(v)
	case reflect.Slice:
		if v.Len() == 0 {
			return nil
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i] = sent(v.Index(i))
		}
		return out
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.String:
		return v.String()
	default:
		return v.Interface()
	}
}

// sentMembers leaves out enumerations without a value, which are no pointers.
func sentMembers(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Type.Kind() == reflect.String && v.Field(i).String() == "" {
			continue
		}
		if value := sent(v.Field(i)); value != nil {
			out[f.Name] = value
		}
	}
	return out
}
