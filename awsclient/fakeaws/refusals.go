package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// passFaults lets the faults that a service itself has end a call.
func (s *Server) passFaults(ctx context.Context, call Call, r *http.Request) error {
	for _, f := range s.befallen(call) {
		if f.Kind == FaultLatency {
			if err := wait(ctx, f.Delay); err != nil {
				return err
			}
		}
		if err := f.refuse(call, r); err != nil {
			return err
		}
	}
	return nil
}

func (f Fault) refuse(call Call, r *http.Request) error {
	switch f.Kind {
	case FaultServer:
		return broken(call)
	case FaultThrottle:
		if f.Share > 0 {
			return throttled(call)
		}
	case FaultSCP:
		return unlessIdentity(call, denial(call, "with an explicit deny in a service control policy"))
	case FaultDenied:
		return unlessIdentity(call, denial(call, noPolicy(call)))
	case FaultExpired:
		return expired(call)
	case FaultSkew:
		return untimely(call, r.Header.Get("X-Amz-Date"), f.clock())
	case FaultLatency, FaultGateway, FaultReset, FaultCut, FaultStall, FaultClip, FaultBlank, FaultHTML, FaultXHTML, FaultEmptyPage:
	}
	return nil
}

// unlessIdentity lets calls of GetCallerIdentity pass, which needs no
// permission and cannot be denied.
func unlessIdentity(call Call, err error) error {
	if call.Operation == "GetCallerIdentity" {
		return nil
	}
	return err
}

// broken is a service that fails, in the two ways that errors-overview of the
// EC2 API reference and the common errors of the others have, by turns.
func broken(call Call) error {
	internal, unavailable := "InternalFailure", "ServiceUnavailable"
	switch call.Service {
	case "EC2":
		internal, unavailable = "InternalError", "Unavailable"
	case "SSM":
		internal = "InternalServerError"
	case "Pricing":
		internal = "InternalErrorException"
	case "EKS":
		internal, unavailable = "ServerException", "ServiceUnavailableException"
	case "Batch":
		internal = "ServerException"
	case "imagebuilder":
		internal, unavailable = "ServiceException", "ServiceUnavailableException"
	case "rbin", "EBS":
		internal = "InternalServerException"
	}
	if call.Serial%2 == 0 {
		return &Error{unavailable, "The server is overloaded and can't handle the request.", http.StatusServiceUnavailable}
	}
	return &Error{internal, "An internal error has occurred.", http.StatusInternalServerError}
}

// expired is a session token past its end. EC2 has one word for that and for
// a clock that is wrong.
func expired(call Call) error {
	switch {
	case call.Service == "EC2":
		return &Error{"RequestExpired", "Request has expired.", http.StatusBadRequest}
	case speaksJSON(call.Service):
		return &Error{"ExpiredTokenException", "The security token included in the request is expired", http.StatusBadRequest}
	}
	return &Error{"ExpiredToken", "The security token included in the request is expired", http.StatusForbidden}
}

// How far the time of a signature may be off: of EC2 as the RequestExpired of
// its errors-overview says, of the others as in their own messages.
const (
	ec2Tolerance = 15 * time.Minute
	tolerance    = 5 * time.Minute
)

const signatureTime = "20060102T150405Z"

// untimely refuses a call signed at a time too far from AWS's clock.
func untimely(call Call, signed string, now time.Time) error {
	at, err := time.Parse(signatureTime, signed)
	if err != nil {
		return nil // signed in the URL, whose time has a lifetime of its own
	}
	off := now.Sub(at).Abs()
	if call.Service == "EC2" {
		if off <= ec2Tolerance {
			return nil
		}
		return &Error{"RequestExpired", "Request has expired.", http.StatusBadRequest}
	}
	if off <= tolerance {
		return nil
	}
	message := fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)",
		signed, now.Add(-tolerance).UTC().Format(signatureTime), now.UTC().Format(signatureTime))
	if now.Before(at) {
		message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 5 min.)",
			signed, now.Add(tolerance).UTC().Format(signatureTime), now.UTC().Format(signatureTime))
	}
	if speaksJSON(call.Service) {
		return &Error{"InvalidSignatureException", message, http.StatusBadRequest}
	}
	return &Error{"SignatureDoesNotMatch", message, http.StatusForbidden}
}

// clock is what AWS's clock shows. Callers sign by the clock of their machine,
// whatever day it is in the fleet: so Options.Now has no say.
func (f Fault) clock() time.Time { return time.Now().Add(f.Delay) }

// throttled is what a service answers to a caller that asks too often.
func throttled(call Call) error {
	switch call.Service {
	case "EC2":
		return &Error{"RequestLimitExceeded", "Request limit exceeded.", http.StatusServiceUnavailable}
	case "EBS": // EBS API reference, RequestThrottledException
		return because("ACCOUNT_THROTTLED", &Error{"RequestThrottledException", "Rate exceeded", http.StatusBadRequest})
	case "Organizations":
		return &Error{"TooManyRequestsException", "Too Many Requests", http.StatusBadRequest}
	case "Pricing", "CloudTrail":
		return &Error{"ThrottlingException", "Rate exceeded", http.StatusBadRequest}
	case "Cost Explorer":
		return &Error{"LimitExceededException", "Rate exceeded", http.StatusBadRequest}
	case "Account", "Batch": // of Batch, github.com/nextflow-io/nextflow/issues/709
		return &Error{"TooManyRequestsException", "Too Many Requests", http.StatusTooManyRequests}
	case "SSM", "EKS", "rbin": // of rbin a guess: its model has no error for it
		return &Error{"ThrottlingException", "Rate exceeded", http.StatusBadRequest}
	case "imagebuilder":
		return &Error{"CallRateLimitExceededException", "You have exceeded the permitted request rate for the specific operation.", http.StatusTooManyRequests}
	}
	return &Error{"Throttling", "Rate exceeded", http.StatusBadRequest}
}
