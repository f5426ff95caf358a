// Package fakeaws is an AWS of our own: an http.Handler that the SDK, the aws
// command and boto3 can call instead of Amazon's. The demo and the tests stand
// on it.
//
// A Mux turns requests into typed calls and typed answers back into what the
// service's protocol puts on the wire (package wire); the handlers registered
// with Handle are what this AWS can do. A signature tells the service, the
// region and, by the access key, the account; it is not checked, for no secret
// of anyone is known here.
package fakeaws
