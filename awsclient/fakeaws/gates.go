package fakeaws

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// gates are what a call passes before its handler, in this order. This is the
// place for whatever else AWS may do to a call.
func (s *Server) gates() []gate {
	return []gate{s.passLatency, s.passRegion, s.passThrottle, s.passFaults, s.passPermission, s.passTime}
}

func (s *Server) passLatency(ctx context.Context, _ Call, _ *http.Request) error {
	if s.options.Latency <= 0 {
		return nil
	}
	return wait(ctx, s.options.Latency)
}

// passRegion refuses regions that are not opted in: there AWS does not know
// the credentials, and says no more than that.
func (s *Server) passRegion(_ context.Context, call Call, _ *http.Request) error {
	if global(call.Service) || s.open(call.Region) {
		return nil
	}
	switch {
	case call.Service == "EC2":
		return &Error{"AuthFailure", "AWS was not able to validate the provided access credentials", http.StatusUnauthorized}
	case speaksJSON(call.Service):
		return &Error{"UnrecognizedClientException", "The security token included in the request is invalid.", http.StatusBadRequest}
	}
	return &Error{"InvalidClientTokenId", "The security token included in the request is invalid", http.StatusForbidden}
}

// global reports whether a service has one endpoint for all regions, or few that
// every account has.
func global(service string) bool {
	switch service {
	case "IAM", "Organizations", "Account", "Pricing", "Cost Explorer":
		return true
	default:
		return false
	}
}

func (s *Server) open(region string) bool {
	return slices.Contains(s.fleet().Enabled(), region) && !slices.Contains(s.options.NotOptedIn, region)
}

func (s *Server) passPermission(_ context.Context, call Call, _ *http.Request) error {
	if call.Operation == "GetCallerIdentity" { // needs no permission, and cannot be denied
		return nil
	}
	for _, r := range s.options.Denied {
		if r.covers(call, s.name(call.Account)) {
			return denial(call, noPolicy(call))
		}
	}
	if !s.grants(action(call), "") {
		return denial(call, noPolicy(call))
	}
	return nil
}

// name is the organization's name of an account.
func (s *Server) name(account string) string {
	a, _ := s.fleet().Member(account)
	return a.Name
}

// Rule names calls: of an account (id or name), in a region, of an operation
// ("DescribeImages" or "ec2:DescribeImages"). Each is a glob; empty means all.
type Rule struct{ Account, Region, Operation string }

// ParseRule reads "account/region/operation". Parts at the end may be left
// out, parts before be empty.
func ParseRule(text string) (Rule, error) {
	parts := strings.Split(text, "/")
	if strings.Trim(text, "/") == "" || len(parts) > 3 {
		return Rule{}, fmt.Errorf("rule %q: want account/region/operation, such as acme-dev/eu-*/ec2:DescribeSnapshots", text)
	}
	parts = append(parts, "", "")
	return Rule{parts[0], parts[1], parts[2]}, nil
}

// String is the form that ParseRule reads.
func (r Rule) String() string {
	return strings.TrimRight(r.Account+"/"+r.Region+"/"+r.Operation, "/")
}

func (r Rule) covers(call Call, name string) bool {
	return (covers(r.Account, call.Account) || covers(r.Account, name)) && covers(r.Region, call.Region) &&
		(covers(r.Operation, call.Operation) || covers(r.Operation, action(call)))
}

// covers matches a glob, which if empty matches everything.
func covers(glob, text string) bool { return glob == "" || newGlob(glob).match(text) }

// action is the IAM name of an operation.
func action(call Call) string {
	if call.Service == "Cost Explorer" {
		return "ce:" + call.Operation
	}
	return strings.ReplaceAll(strings.ToLower(call.Service), " ", "") + ":" + call.Operation
}

// noPolicy is why a caller without permission is denied.
func noPolicy(call Call) string {
	return "because no identity-based policy allows the " + action(call) + " action"
}

// denial is what a service answers to a caller that may not do something.
func denial(call Call, why string) error {
	message := fmt.Sprintf("User: %s is not authorized to perform: %s %s", callerARN(call), action(call)+onResource(call), why)
	switch call.Service {
	case "EC2":
		message = "You are not authorized to perform this operation. " + message + ". Encoded authorization failure message: " + encodedMessage(call)
		return &Error{"UnauthorizedOperation", message, http.StatusForbidden}
	case "Organizations", "Account", "SSM", "Pricing", "Cost Explorer", "CloudTrail":
		return &Error{"AccessDeniedException", message, http.StatusBadRequest}
	case "EKS", "Batch", "imagebuilder", "rbin", "EBS":
		return &Error{"AccessDeniedException", message, http.StatusForbidden}
	default:
		return &Error{"AccessDenied", message, http.StatusForbidden}
	}
}

// onResource is what a denial says that was to be used, of the services that
// say so.
func onResource(call Call) string {
	resource, ok := map[string]string{"SSM": "*", "EKS": "cluster/*", "Batch": "*", "imagebuilder": "*", "rbin": "rule/*"}[call.Service]
	if !ok {
		return ""
	}
	service, _, _ := strings.Cut(action(call), ":")
	return fmt.Sprintf(" on resource: arn:aws:%s:%s:%s:%s", service, call.Region, call.Account, resource)
}

// speaksJSON tells the services whose errors have the names of exceptions.
func speaksJSON(service string) bool {
	switch service {
	case "Organizations", "Account", "SSM", "Pricing", "Cost Explorer", "CloudTrail", "EKS", "Batch", "imagebuilder", "rbin", "EBS":
		return true
	default:
		return false
	}
}

// encodedMessage stands for the context of a denial, which only
// sts:DecodeAuthorizationMessage can read. It has the length of real ones.
func encodedMessage(call Call) string {
	var out strings.Builder
	sum := sha512.Sum512([]byte(call.Account + call.Region + call.Operation))
	for range 8 {
		out.WriteString(base64.RawURLEncoding.EncodeToString(sum[:]))
		sum = sha512.Sum512(sum[:])
	}
	return out.String()
}
