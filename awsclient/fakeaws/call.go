package fakeaws

import (
	"context"
	"fmt"
	"strings"
)

// Call says what was called and by whom.
type Call struct {
	Service   string // the SDK's service id: "EC2", "STS", "Auto Scaling", …
	Operation string // "DescribeImages"
	Account   string // twelve digits
	Region    string // of the signature; global services sign for us-east-1
	AccessKey string
	Serial    int // 1 for the first call of this operation by this account in this region
}

// operation is a handler without its types.
type operation struct {
	input func() any // a new, empty input
	serve func(ctx context.Context, call Call, in any) (out any, err error)
}

type operationKey struct{ service, operation string }

// Handle registers h for an operation of a service, by the SDK's names of
// both. I and O are the SDK's input and output of it. Handle panics when the
// service cannot be spoken or the operation has a handler already, as
// http.ServeMux does: both are mistakes in the program. Handlers are registered
// before the first call is served.
//
// An input belongs to its handler; an output is only read until the answer is
// written, so h must see to it that nobody changes it meanwhile.
func Handle[I, O any](m *Mux, service, name string, h func(context.Context, Call, *I) (*O, error)) {
	m.register(operationKey{service, name}, operation{
		input: func() any { return new(I) },
		serve: func(ctx context.Context, call Call, in any) (any, error) {
			out, err := h(ctx, call, in.(*I)) // it is what input made
			if err == nil && out == nil {
				err = fmt.Errorf("%s %s: the handler answered neither output nor error", service, name)
			}
			return out, err
		},
	})
}

// demoAccount is the account of the demo's access keys: AKIADEMO, or ASIADEMO
// for temporary ones, and the account id.
func demoAccount(accessKey string) (string, error) {
	for _, prefix := range []string{"AKIADEMO", "ASIADEMO"} {
		if id, ok := strings.CutPrefix(accessKey, prefix); ok && isAccountID(id) {
			return id, nil
		}
	}
	return "", fmt.Errorf("access key %q is not known", accessKey)
}

func isAccountID(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
