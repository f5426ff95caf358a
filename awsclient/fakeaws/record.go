package fakeaws

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// record keeps a call that was done in the trail of its account and region, if it
// is one of EC2's that changes something. It is shown all calls that a handler did.
func (s *Server) record(call Call, in, out any) {
	if call.Service != "EC2" || readsOnly(call.Operation) {
		return
	}
	st := s.store()
	st.mu.Lock()
	defer st.mu.Unlock()
	at, now := here(call), s.options.Now().UTC().Truncate(time.Second)
	made := recordedCall(call.Operation, in, out)
	e := trailed{where: at, n: len(st.recorded[at]), at: now, name: call.Operation, by: callerNow(call), key: call.AccessKey, made: &made}
	if st.recorded == nil {
		st.recorded = trails{}
	}
	st.recorded[at] = slices.Insert(st.recorded[at], 0, e)
}

// readsOnly tells operations that change nothing.
func readsOnly(operation string) bool {
	return slices.ContainsFunc([]string{"Describe", "Get", "List", "Search"}, func(prefix string) bool { return strings.HasPrefix(operation, prefix) })
}

// recordedCall is what CloudTrail keeps of a call, given what the SDK sent and got.
// Its forms are those of events that others have published: members begin with a
// small letter and lists are in items, but operations of later years are kept in
// their own names inside of what they are called.
func recordedCall(operation string, in, out any) recorded {
	if newForm(operation) {
		return recorded{
			map[string]any{operation + "Request": plainForm(reflect.ValueOf(in))},
			map[string]any{operation + "Response": plainForm(reflect.ValueOf(out))},
		}
	}
	request, _ := itemForm(reflect.ValueOf(in)).(map[string]any)
	response, _ := itemForm(reflect.ValueOf(out)).(map[string]any)
	switch operation {
	case "CreateTags", "DeleteTags":
		request = map[string]any{"resourcesSet": idItems(request["resources"]), "tagSet": request["tags"]}
	case "ModifyImageAttribute":
		if request["launchPermission"] != nil {
			request["attributeType"] = "launchPermission"
		}
	}
	return recorded{request, response}
}

// newForm tells operations of later years. Which these are is a guess: of none of
// them that is about images an event was found.
func newForm(operation string) bool {
	for _, part := range []string{"Deprecation", "DeregistrationProtection", "RecycleBin", "UsageReport"} {
		if strings.Contains(operation, part) {
			return true
		}
	}
	return operation == "EnableImage" || operation == "DisableImage"
}

// idItems are resources as CreateTags names them.
func idItems(list any) any {
	items, ok := list.(map[string]any)
	if !ok {
		return list
	}
	var out []any
	for _, id := range items["items"].([]any) { // a list in its items
		out = append(out, map[string]any{"resourceId": id})
	}
	return map[string]any{"items": out}
}

func itemForm(v reflect.Value) any {
	return writeForm(v, lowerInitial, func(list []any) any { return map[string]any{"items": list} })
}

func plainForm(v reflect.Value) any {
	return writeForm(v, func(name string) string { return name }, func(list []any) any { return list })
}

// writeForm writes a value of the SDK without what it leaves open.
func writeForm(v reflect.Value, member func(string) string, list func([]any) any) any {
	if at, ok := reflect.TypeAssert[time.Time](v); ok {
		return at.UTC().Format(time.RFC3339)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return writeForm(v.Elem(), member, list)
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || f.Name == "ResultMetadata" || v.Field(i).IsZero() {
				continue
			}
			out[member(f.Name)] = writeForm(v.Field(i), member, list)
		}
		return out
	case reflect.Slice:
		if raw, ok := reflect.TypeAssert[[]byte](v); ok {
			return base64.StdEncoding.EncodeToString(raw)
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i] = writeForm(v.Index(i), member, list)
		}
		return list(out)
	case reflect.String:
		return v.String()
	default:
		return v.Interface()
	}
}

func lowerInitial(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
