package wire

import "net/http"

// Protocol is one way of calling operations over HTTP.
type Protocol interface {
	// Operation tells which operation a request calls; "" if it does not say.
	Operation(*Request) string
	// Decode reads the request into the struct that in points to.
	Decode(r *Request, in any) error
	// Reply writes the struct that out points to as the operation's answer.
	Reply(operation, requestID string, out any) (Response, error)
	// Fail writes an error.
	Fail(f Fault, requestID string) Response
	// Refuse words what goes wrong before any operation is reached.
	Refuse(why Refusal, detail string) Fault
}

// Fault is an error as AWS reports one. Status is the HTTP status, never 0.
type Fault struct {
	Code, Message string
	Status        int
}

// Refusal is a reason to turn a call away that each protocol words in its way.
type Refusal int

// The refusals; the detail of each is in brackets.
const (
	NoSignature  Refusal = iota // the call is not signed [-]
	UnknownKey                  // the access key belongs to nobody [-]
	NoOperation                 // no such operation [its name]
	UnknownParam                // the operation has no such parameter [message]
	BadParam                    // a parameter or the body cannot be read [message]
	Broken                      // we failed [message]
)

// refusals is how a protocol words them.
type refusals [Broken + 1]Fault

func (rs refusals) word(why Refusal, detail string) Fault {
	f := rs[why]
	if f.Message == "" {
		f.Message = detail
	}
	return f
}

// ec2Refusals are worded as errors-overview of the EC2 API reference has them.
var ec2Refusals = refusals{
	NoSignature:  {"MissingAuthenticationToken", "Request is missing Authentication Token", http.StatusForbidden},
	UnknownKey:   {"AuthFailure", "AWS was not able to validate the provided access credentials", http.StatusUnauthorized},
	NoOperation:  {"InvalidAction", "", http.StatusBadRequest},
	UnknownParam: {"UnknownParameter", "", http.StatusBadRequest},
	BadParam:     {"InvalidParameterValue", "", http.StatusBadRequest},
	Broken:       {"InternalError", "", http.StatusInternalServerError},
}

var queryRefusals = refusals{
	NoSignature:  {"MissingAuthenticationToken", "Request is missing Authentication Token", http.StatusForbidden},
	UnknownKey:   {"InvalidClientTokenId", "The security token included in the request is invalid.", http.StatusForbidden},
	NoOperation:  {"InvalidAction", "", http.StatusBadRequest},
	UnknownParam: {"ValidationError", "", http.StatusBadRequest},
	BadParam:     {"ValidationError", "", http.StatusBadRequest},
	Broken:       {"InternalFailure", "", http.StatusInternalServerError},
}

var jsonRefusals = refusals{
	NoSignature:  {"MissingAuthenticationTokenException", "Missing Authentication Token", http.StatusForbidden},
	UnknownKey:   {"UnrecognizedClientException", "The security token included in the request is invalid.", http.StatusForbidden},
	NoOperation:  {"UnknownOperationException", "", http.StatusBadRequest},
	UnknownParam: {"ValidationException", "", http.StatusBadRequest},
	BadParam:     {"SerializationException", "", http.StatusBadRequest},
	Broken:       {"InternalFailure", "", http.StatusInternalServerError},
}
