package fakeaws

import (
	"net"
	"net/http"
	"slices"

	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

// Absence says that AWS does not offer a service in a region: there is no host
// to call. Each is a glob; empty means all.
type Absence struct {
	Service string // as signatures and IAM name it: "imagebuilder"
	Region  string
}

// offered reports whether a region has a service.
func (s *Server) offered(service, region string) bool {
	return !slices.ContainsFunc(s.options.NotOffered, func(a Absence) bool {
		return covers(a.Service, service) && covers(a.Region, region)
	})
}

// reachable reports whether a call can reach its service at all. Calls that do
// not name one are turned away later.
func (m *Mux) reachable(r *wire.Request) bool {
	scope, signed := r.Scope()
	return !signed || m.offered(scope.Service, scope.Region)
}

// errNoHost is what a client meets that calls a host which does not exist, as
// net/http words it.
func errNoHost(r *http.Request) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}}
}

// misdirected is the answer over a port, whose host serves everything else: a
// status that no client tries again.
func misdirected(call Call) error {
	return &Error{"UnknownEndpoint", "There is no endpoint of " + call.Service + " in " + call.Region, http.StatusMisdirectedRequest}
}
