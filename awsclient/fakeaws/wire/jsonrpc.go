package wire

import (
	"encoding/json"
	"net/http"
	"strings"
)

// jsonRPC is awsJson 1.1: JSON both ways, the operation in a header.
type jsonRPC struct{ jsonForm }

const jsonType = "application/x-amz-json-1.1"

func (jsonRPC) Operation(r *Request) string {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return op
}

func (p jsonRPC) Decode(r *Request, in any) error { return p.decodeJSON(r.Body, in) }

func (p jsonRPC) Reply(_, requestID string, out any) (Response, error) {
	return p.reply(jsonType, requestID, out)
}

func (jsonRPC) Fail(f Fault, requestID string) Response { return failJSON(jsonType, f, requestID) }

func (jsonRPC) Refuse(why Refusal, detail string) Fault { return jsonRefusals.word(why, detail) }

func (f jsonForm) reply(contentType, requestID string, out any) (Response, error) {
	body, err := f.encodeJSON(out)
	if err != nil {
		return Response{}, err
	}
	return respond(http.StatusOK, contentType, requestID, body), nil
}

func failJSON(contentType string, f Fault, requestID string) Response {
	body, err := json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{f.Code, f.Message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return respond(f.Status, contentType, requestID, body)
}
