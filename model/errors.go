package model

import (
	"fmt"
	"strings"
)

// ErrorKind says what kind of trouble an AWS call met. The set is closed: the
// screen and the exit code decide on it, never on AWS's own codes.
type ErrorKind uint8

// The kinds of trouble.
const (
	Unknown        ErrorKind = iota // none of the below; the text says what
	Denied                          // the principal lacks the permission
	Expired                         // the login or the credentials have expired, or there are none
	Throttled                       // AWS asked to slow down until the retries were spent
	InUse                           // the resource is still used
	NotFound                        // gone, or in another region, or hidden
	Protected                       // deregistration protection
	DisabledRegion                  // the account has not opted in to the region
	Closed                          // a service control policy denies the call to everybody in the account
	Network                         // no answer, a broken one, or a 5xx
	Unsupported                     // this AWS does not know the call
	Invalid                         // AWS refused the request as wrong
	NotOffered                      // AWS does not offer the service in this region: there is nothing of it to be read
)

var kindNames = [...]string{
	Unknown: "unknown", Denied: "denied", Expired: "expired", Throttled: "throttled", InUse: "in use",
	NotFound: "not found", Protected: "protected", DisabledRegion: "region not enabled", Closed: "closed by policy", Network: "network",
	Unsupported: "unsupported", Invalid: "invalid", NotOffered: "not offered in this region",
}

// String is the kind in a word or two, as shown in the scopes view.
func (k ErrorKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Unknown]
}

// ParseErrorKind is the inverse of String; unknown text is Unknown.
func ParseErrorKind(s string) ErrorKind {
	for k, name := range kindNames {
		if name == s {
			return ErrorKind(k)
		}
	}
	return Unknown
}

// OpError is the one error that leaves the AWS border.
type OpError struct {
	Op    string // service and operation as IAM spells them: "ec2:DescribeImages"
	Scope Scope  // where; the region is empty for global calls
	Kind  ErrorKind
	Code  string // AWS's own code, for the log; may be empty
	Help  string // what to do, when more is known than Kind tells; may be empty
	Login Login  // what mends it when Kind is Expired and a command does
	Err   error  // the cause; never nil
}

func (e *OpError) Error() string {
	parts := make([]string, 0, 3)
	if e.Scope != (Scope{}) {
		parts = append(parts, strings.Trim(e.Scope.String(), "/"))
	}
	if e.Op != "" {
		parts = append(parts, e.Op)
	}
	return strings.Join(append(parts, e.Kind.String()+": "+e.Err.Error()), ": ")
}

func (e *OpError) Unwrap() error { return e.Err }

// Hint says in one sentence what the user can do about it.
func (e *OpError) Hint() string {
	if e.Help != "" {
		return e.Help
	}
	switch e.Kind {
	case Denied:
		return fmt.Sprintf("ask for the permission %s in this account and region", e.Op)
	case Expired:
		return "log in again, then refresh"
	case Throttled:
		return "AWS is throttling this account; refresh the scope in a minute"
	case InUse:
		return "something still uses it; look at what does"
	case NotFound:
		return "refresh: it is gone, or in another region"
	case Protected:
		return "turn its deregistration protection off first"
	case DisabledRegion:
		return "enable the region in the account settings, or leave it out with --region"
	case Closed:
		return "the organization closes it to the whole account; leave the region out with --region"
	case Network:
		return "check the connection, the proxy and AWS_ENDPOINT_URL, then refresh"
	case Unsupported:
		return "this endpoint does not offer the call; what it would tell stays unknown"
	case NotOffered:
		return "nothing needs to be done: AWS does not offer the service in this region"
	case Invalid, Unknown:
		return "see the log (--log FILE) for the whole answer"
	}
	return ""
}
