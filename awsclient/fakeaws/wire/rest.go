package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// restJSON is REST-JSON: the operation is in method and path, its input in the
// path, the query and a JSON body, the answer a JSON body. No service here has
// members in headers.
type restJSON struct {
	jsonForm
	routes map[string]string // "GET /path/{member}" → operation; paths as they are escaped
}

const restType = "application/json"

func (p restJSON) Operation(r *Request) string {
	op, _ := p.route(r)
	return op
}

// route tells the operation of a request, "" if there is none, and the members
// in its path.
func (p restJSON) route(r *Request) (op string, labels map[string]string) {
	at := r.Method + " " + r.Path
	if op, ok := p.routes[at]; ok {
		return op, nil
	}
	for pattern, op := range p.routes {
		if labels, ok := labelled(pattern, at); ok {
			return op, labels
		}
	}
	return "", nil
}

// labelled matches a method and path with a pattern. No two patterns of a
// service match the same.
func labelled(pattern, at string) (labels map[string]string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(at, "/")
	if len(want) != len(got) {
		return nil, false
	}
	labels = map[string]string{}
	for i, part := range want {
		name, isLabel := strings.CutPrefix(part, "{")
		if !isLabel {
			if part != got[i] {
				return nil, false
			}
			continue
		}
		text, err := url.PathUnescape(got[i])
		if err != nil || text == "" {
			return nil, false
		}
		labels[strings.TrimSuffix(name, "}")] = text
	}
	return labels, true
}

func (p restJSON) Decode(r *Request, in any) error {
	if err := p.decodeJSON(r.Body, in); err != nil {
		return err
	}
	_, labels := p.route(r)
	v := reflect.ValueOf(in).Elem()
	for _, i := range members(v.Type()) {
		name := p.member(v.Type().Field(i).Name)
		if texts := bound(r, labels, name); len(texts) > 0 {
			if err := setTexts(v.Field(i), texts); err != nil {
				return &ParamError{Name: name, Value: texts[0]}
			}
		}
	}
	return nil
}

// bound gives what the path, or the query of a request without a body, has for
// a member.
func bound(r *Request, labels map[string]string, name string) []string {
	if text, ok := labels[name]; ok {
		return []string{text}
	}
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return r.Query[name]
	}
	return nil
}

// setTexts sets a member that is written as text: a scalar or a list of them.
func setTexts(v reflect.Value, texts []string) error {
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return setTexts(v.Elem(), texts)
	case v.Kind() != reflect.Slice || v.Type() == bytesType:
		return setScalar(v, texts[0])
	}
	list := reflect.MakeSlice(v.Type(), len(texts), len(texts))
	for i, text := range texts {
		if err := setScalar(list.Index(i), text); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

func (p restJSON) Reply(_, requestID string, out any) (Response, error) {
	return p.reply(restType, requestID, out)
}

func (restJSON) Fail(f Fault, requestID string) Response {
	resp := failJSON(restType, f, requestID)
	resp.Header.Set("X-Amzn-Errortype", f.Code)
	return resp
}

func (restJSON) Refuse(why Refusal, detail string) Fault { return jsonRefusals.word(why, detail) }
