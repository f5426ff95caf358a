package fakeaws

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

// maxBody is the longest request body taken, in bytes. EC2's largest inputs
// are 10,000 launch permissions, far below it.
const maxBody = 8 << 20

// Mux serves AWS calls by the handlers registered with Handle.
type Mux struct {
	services   *wire.Services
	operations map[operationKey]operation
	gates      []gate
	account    func(accessKey string) (string, error)
	offered    func(service, region string) bool  // whether there is a host to call
	deliver    func(Call, wire.Response) delivery // how answers reach callers whose account is known
	ledger     ledger
	witness    func(call Call, in, out any) // is shown each call that a handler did
	mutations  mutations
	requests   atomic.Uint64 // served so far; request ids are made of it
}

type gate func(context.Context, Call, *http.Request) error

// NewMux returns a Mux without operations that knows the demo's access keys.
func NewMux() *Mux {
	return &Mux{
		services:   wire.NewServices(),
		operations: map[operationKey]operation{},
		account:    demoAccount,
		offered:    func(string, string) bool { return true },
		deliver:    func(_ Call, resp wire.Response) delivery { return delivery{Response: resp} },
		ledger:     newLedger(),
		witness:    func(Call, any, any) {},
	}
}

func (m *Mux) register(key operationKey, op operation) {
	if !m.services.ByID(key.service) {
		panic("fakeaws: no wire form for service " + key.service)
	}
	if _, dup := m.operations[key]; dup {
		panic("fakeaws: two handlers for " + key.service + " " + key.operation)
	}
	m.operations[key] = op
}

// Before adds a gate that every call of an operation passes before its
// parameters are read. Gates run in the order in which they were added; the
// first error ends the call, and an *Error is what the caller gets to see. The
// request's body can be read by each.
func (m *Mux) Before(gate func(context.Context, Call, *http.Request) error) {
	m.gates = append(m.gates, gate)
}

// Account sets how an access key is resolved to an account. An *Error of
// resolve is what the caller gets to see; any other error is the answer to an
// unknown key that the protocol has.
func (m *Mux) Account(resolve func(accessKey string) (account string, err error)) {
	m.account = resolve
}

// ServeHTTP answers one call.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "cannot read the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	t := m.open(r, body)
	d := delivery{Response: m.answer(r.Context(), &t)}
	if t.call.Serial > 0 {
		d = m.deliver(t.call, d.Response)
		m.ledger.leave(t.call, cmp.Or(string(d.spoiled), t.code))
		m.noteMutation(&t)
	}
	d.write(w, r)
}

// turn is one call on its way from request to answer.
type turn struct {
	http    *http.Request
	request *wire.Request
	service wire.Service
	call    Call
	signed  bool
	id      string // of the request
	code    string // of the error that it is answered with, or ""
	done    bool   // by the operation
}

// open tells what is called. A call that is not signed, or for a service that
// is not known, is answered by the service that it looks like.
func (m *Mux) open(r *http.Request, body []byte) turn {
	t := turn{http: r, request: &wire.Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Header: r.Header, Query: r.URL.Query(), Body: body,
	}}
	scope, signed := t.request.Scope()
	service, known := m.services.ByScope(scope.Service)
	if !known {
		service = wire.Service{ID: scope.Service, Protocol: m.services.Guess(t.request)}
	}
	t.service, t.signed, t.id = service, signed, m.requestID()
	t.call = Call{
		Service: service.ID, Operation: service.Protocol.Operation(t.request),
		Region: scope.Region, AccessKey: scope.AccessKey,
	}
	return t
}

// requestID returns ids in the form of AWS's, one after the other: the same
// calls get the same ids in every run.
func (m *Mux) requestID() string {
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", m.requests.Add(1))
}

func (m *Mux) answer(ctx context.Context, t *turn) wire.Response {
	p := t.service.Protocol
	out, err := m.serve(ctx, t)
	if err == nil {
		var resp wire.Response
		if resp, err = p.Reply(t.call.Operation, t.id, out); err == nil {
			return resp
		}
	}
	f := t.fault(err)
	t.code = f.Code
	return withReason(p.Fail(f, t.id), err)
}

// serve takes a call through authentication, gates, decoding and dry run to
// its handler.
func (m *Mux) serve(ctx context.Context, t *turn) (out any, err error) {
	if !m.reachable(t.request) {
		return nil, misdirected(t.call)
	}
	if err := m.authenticate(t); err != nil {
		return nil, err
	}
	op, ok := m.operations[operationKey{t.call.Service, t.call.Operation}]
	if !ok {
		return nil, t.refuse(wire.NoOperation, fmt.Sprintf("The action %s is not valid for this web service.", t.call.Operation))
	}
	if err := m.pass(ctx, t); err != nil {
		return nil, err
	}
	in := op.input()
	if err := t.service.Protocol.Decode(t.request, in); err != nil {
		return nil, t.badInput(err)
	}
	if t.call.Service == "EC2" && wire.IsDryRun(in) {
		return nil, &Error{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", http.StatusPreconditionFailed}
	}
	if out, err = op.serve(ctx, t.call, in); err == nil {
		m.witness(t.call, in, out)
		t.done = true
	}
	return out, err
}

func (m *Mux) authenticate(t *turn) error {
	if !t.signed {
		return t.refuse(wire.NoSignature, "")
	}
	account, err := m.account(t.call.AccessKey)
	var shown *Error
	if err != nil && !errors.As(err, &shown) {
		return t.refuse(wire.UnknownKey, "")
	}
	t.call.Account = account
	if err == nil {
		t.call.Serial = m.ledger.enter(t.call)
	}
	return err
}

func (m *Mux) pass(ctx context.Context, t *turn) error {
	for _, gate := range m.gates {
		r := t.http.Clone(ctx)
		r.Body = io.NopCloser(bytes.NewReader(t.request.Body))
		if err := gate(ctx, t.call, r); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) refuse(why wire.Refusal, detail string) error {
	f := t.service.Protocol.Refuse(why, detail)
	return &Error{Code: f.Code, Message: f.Message, Status: f.Status}
}

func (t *turn) badInput(err error) error {
	if wire.IsUnknownParam(err) {
		return t.refuse(wire.UnknownParam, err.Error())
	}
	return t.refuse(wire.BadParam, err.Error())
}

// fault is an error as it goes over the wire. What is no *Error is our own
// fault, or a call that its caller has given up.
func (t *turn) fault(err error) wire.Fault {
	var e *Error
	if !errors.As(err, &e) {
		return t.service.Protocol.Refuse(wire.Broken, err.Error())
	}
	f := wire.Fault{Code: e.Code, Message: e.Message, Status: e.Status}
	if f.Status == 0 {
		f.Status = http.StatusBadRequest
	}
	return f
}
