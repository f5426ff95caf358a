package fakeaws

import (
	"encoding/json"
	"errors"

	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

// reasoned is an error with the reason that a service gives beside the code.
type reasoned struct {
	error  *Error
	reason string
}

func because(reason string, e *Error) error { return &reasoned{e, reason} }

func (r *reasoned) Error() string { return r.error.Error() }
func (r *reasoned) Unwrap() error { return r.error }

// withReason adds to the answer of an error, which is JSON, why it is one.
func withReason(resp wire.Response, err error) wire.Response {
	r, ok := errors.AsType[*reasoned](err)
	if !ok {
		return resp
	}
	body, err := json.Marshal(map[string]string{"__type": r.error.Code, "Message": r.error.Message, "Reason": r.reason})
	if err != nil {
		panic(err) // strings always marshal
	}
	resp.Body = body
	return resp
}
