package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"reflect"
)

const (
	xmlHeader    = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	xmlType      = "text/xml;charset=UTF-8"
	ec2Version   = "2016-11-15"
	ec2Namespace = "http://ec2.amazonaws.com/doc/" + ec2Version + "/"
)

// query is a protocol in which a form comes in and XML goes out.
type query struct {
	codec    codec
	refusals refusals
	around   envelope
	fail     func(f Fault, requestID string) string
}

// envelope gives what stands before and after the members of an answer.
type envelope func(operation, requestID string) (before, after string)

// newEC2 returns the protocol of EC2.
func newEC2() *query {
	return &query{
		codec:    codec{form: form{in: ec2Section("in"), out: ec2Section("out"), element: "item"}},
		refusals: ec2Refusals,
		around: func(op, id string) (string, string) {
			return "<" + op + `Response xmlns="` + ec2Namespace + `">` + element("requestId", id), "</" + op + "Response>"
		},
		fail: func(f Fault, id string) string {
			return "<Response><Errors><Error>" + codeAndMessage(f) + "</Error></Errors>" + element("RequestID", id) + "</Response>"
		},
	}
}

// newQuery returns the protocol of STS, IAM and Auto Scaling, which differ in
// the namespace of their answers.
func newQuery(namespace string) *query {
	return &query{
		codec:    codec{form: form{in: queryInput, out: queryOutput, element: "member", nested: true, lenient: true}},
		refusals: queryRefusals,
		around: func(op, id string) (string, string) {
			return "<" + op + `Response xmlns="` + namespace + `"><` + op + "Result>",
				"</" + op + "Result><ResponseMetadata>" + element("RequestId", id) + "</ResponseMetadata></" + op + "Response>"
		},
		fail: func(f Fault, id string) string {
			return `<ErrorResponse xmlns="` + namespace + `"><Error>` + element("Type", blame(f)) + codeAndMessage(f) + "</Error>" +
				element("RequestId", id) + "</ErrorResponse>"
		},
	}
}

func (q *query) Operation(r *Request) string {
	form, err := r.form()
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

func (q *query) Decode(r *Request, in any) error {
	form, err := r.form()
	if err != nil {
		return err
	}
	return q.codec.decode(form, in)
}

func (q *query) Reply(op, requestID string, out any) (Response, error) {
	before, after := q.around(op, requestID)
	b := bytes.NewBufferString(xmlHeader + before)
	if err := q.codec.encode(b, out); err != nil {
		return Response{}, err
	}
	b.WriteString(after)
	return respond(http.StatusOK, xmlType, requestID, b.Bytes()), nil
}

func (q *query) Fail(f Fault, requestID string) Response {
	return respond(f.Status, xmlType, requestID, []byte(xmlHeader+q.fail(f, requestID)))
}

func (q *query) Refuse(why Refusal, detail string) Fault { return q.refusals.word(why, detail) }

func codeAndMessage(f Fault) string { return element("Code", f.Code) + element("Message", f.Message) }

// element returns <name>text</name>.
func element(name, text string) string {
	b := bytes.NewBufferString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(text)) // a Buffer takes every write
	return b.String() + "</" + name + ">"
}

// blame is Sender for what the caller did wrong, else Receiver.
func blame(f Fault) string {
	if f.Status < http.StatusInternalServerError {
		return "Sender"
	}
	return "Receiver"
}

// IsDryRun tells whether an input asks for a dry run only.
func IsDryRun(in any) bool {
	v := reflect.ValueOf(in).Elem().FieldByName("DryRun")
	if !v.IsValid() {
		return false
	}
	flag, ok := reflect.TypeAssert[*bool](v)
	return ok && flag != nil && *flag
}

// IsUnknownParam tells an error of Decode that names a parameter which the
// operation does not have.
func IsUnknownParam(err error) bool {
	var p *ParamError
	return errors.As(err, &p) && p.Unknown
}
