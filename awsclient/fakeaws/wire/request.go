package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Request is a call as it came in, its body read.
type Request struct {
	Method, Path string // the path as it came, escaped
	Header       http.Header
	Query        url.Values // of the URL
	Body         []byte
}

// form returns the parameters of a query request, from the URL and the body;
// the body's come first.
func (r *Request) form() (url.Values, error) {
	form := url.Values{}
	if isForm(r.Header) {
		var err error
		if form, err = url.ParseQuery(string(r.Body)); err != nil {
			return nil, fmt.Errorf("the body is no form: %w", err)
		}
	}
	for name, values := range r.Query {
		form[name] = append(form[name], values...)
	}
	return form, nil
}

func isForm(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// Scope is what a signature (version 4) tells about a call.
type Scope struct{ AccessKey, Region, Service string }

// Scope returns whom the signature names, and false if there is none. The
// signature itself is not checked: nobody's secret is known here.
func (r *Request) Scope() (Scope, bool) {
	credential := r.Query.Get("X-Amz-Credential")
	if _, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(rest, ",")
	}
	// key/date/region/service/aws4_request
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) != 5 || parts[0] == "" {
		return Scope{}, false
	}
	return Scope{AccessKey: parts[0], Region: parts[2], Service: parts[3]}, true
}

// Response is a whole answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

func respond(status int, contentType, requestID string, body []byte) Response {
	h := http.Header{}
	h.Set("Content-Type", contentType)
	h.Set("X-Amzn-Requestid", requestID)
	return Response{status, h, body}
}
