package awsclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/amiscope/amiscope/model"
)

// ErrNoCredentials is in the error of the default credentials when there are
// none: neither variables nor a default profile nor a machine's role.
var ErrNoCredentials = errors.New("no AWS credentials were found")

// call is what an error was met in.
type call struct {
	api       string // "" while the configuration is loaded
	scope     model.Scope
	way       way
	principal string      // ARN, "" while unknown
	login     model.Login // what renews the credentials
	closed    bool        // the account has not enabled the region
}

func (s *session) call(api, region string) call {
	return call{
		api: api, scope: model.Scope{Account: s.account, Region: region}, way: s.way,
		principal: s.arn, login: s.login, closed: s.isClosed(region),
	}
}

// explain turns an error of the SDK into a *model.OpError. The error of an
// ended context stays one; nil stays nil.
func (c *Client) explain(ctx context.Context, k call, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	k.api = operation(k.api, err)
	kind, code := classify(k, err)
	e := &model.OpError{Op: k.api, Scope: k.scope, Kind: kind, Code: code, Err: plain(k, err)}
	e.Login = mending(k, e)
	e.Help = help(k, e)
	return e
}

// operation names the call that really failed: of a read whose role could not
// be assumed that is the assuming.
func operation(api string, err error) string {
	var oe *smithy.OperationError
	for errors.As(err, &oe) {
		if oe.ServiceID != metadataService {
			api = apiName(oe.ServiceID, oe.OperationName)
		}
		err = oe.Err
	}
	return api
}

// metadataService is the SDK's name for EC2's instance metadata, the last of
// the places where it looks for credentials.
const metadataService = "ec2imds"

// classify gives the kind of an error and AWS's own code, if it has one.
func classify(k call, err error) (model.ErrorKind, string) {
	if ae, ok := errors.AsType[smithy.APIError](err); ok {
		if kind, ok := kindOfRefusal(k.api, ae.ErrorCode(), ae.ErrorMessage(), statusOf(err)); ok && !k.closed {
			return kind, ae.ErrorCode()
		}
		kind := kindOf(k, ae.ErrorCode(), statusOf(err))
		if kind == model.Denied && closes(k.api, ae.ErrorMessage()) {
			kind = model.Closed
		}
		return kind, ae.ErrorCode()
	}
	switch {
	case isLogin(err):
		return model.Expired, ""
	case isNotOffered(err):
		return model.Unsupported, ""
	case isBroken(err):
		return model.Network, ""
	case strings.Contains(err.Error(), "failed to refresh cached credentials"):
		return model.Expired, ""
	case k.api == "", errors.Is(err, errInput): // nothing was called: the configuration could not be loaded, or the input read
		return model.Invalid, ""
	}
	return model.Unknown, ""
}

// closes reports whether a denial is that of a service control policy, which
// holds for everybody in the account, and of a call that reads a region: where
// it meets all of them, the organization has closed the region. The words are
// those of the IAM user guide, troubleshoot_access-denied; a policy's ARN may
// follow them.
func closes(api, message string) bool {
	return (api == "ec2:DescribeImages" || api == "ec2:DescribeSnapshots") &&
		strings.Contains(message, "with an explicit deny in a service control policy")
}

// kindOf reads AWS's error codes (EC2 API reference, errors-overview).
func kindOf(k call, code string, status int) model.ErrorKind {
	switch code {
	case "AuthFailure": // also what EC2 says in a region that is not enabled
		if k.closed {
			return model.DisabledRegion
		}
		return model.Expired
	case "OptInRequired", "RegionDisabledException":
		return model.DisabledRegion
	case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "ForbiddenException", "NotAuthorized", "Blocked", "PendingVerification":
		return model.Denied
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed", "InvalidClientTokenId", "UnrecognizedClientException",
		"MissingAuthenticationToken", "SignatureDoesNotMatch", "InvalidSignatureException", "InvalidAccessKeyId",
		"UnauthorizedException", "InvalidGrantException", "ExpiredTokenIdException":
		return model.Expired
	case "RequestLimitExceeded", "SlowDown", "EC2ThrottledException", "TooManyRequestsException", "BandwidthLimitExceeded", "PriorRequestNotComplete",
		"CallRateLimitExceededException", "LimitExceededException":
		return model.Throttled
	case "UnsupportedOperation", "InvalidAction", "UnknownOperationException", "NotImplemented", "AWSOrganizationsNotInUseException":
		return model.Unsupported
	case "InvalidAMIID.Unavailable", "NoSuchEntity", "AccountNotFoundException", "ResourceNotFoundException":
		return model.NotFound
	}
	return kindOfFamily(code, status)
}

func kindOfFamily(code string, status int) model.ErrorKind {
	switch {
	case strings.HasPrefix(code, "Throttl"), strings.HasPrefix(code, "RequestThrottled"):
		return model.Throttled
	case strings.HasSuffix(code, ".NotFound"):
		return model.NotFound
	case strings.HasSuffix(code, ".InUse"):
		return model.InUse
	case strings.HasPrefix(code, "Invalid"), strings.HasPrefix(code, "Missing"), strings.HasPrefix(code, "Malformed"),
		strings.HasPrefix(code, "Validation"), code == "OperationNotPermitted":
		return model.Invalid
	case status == http.StatusTooManyRequests:
		return model.Throttled
	case status >= 500, code == "ServiceUnavailable", code == "Unavailable", code == "InternalError", code == "InternalFailure":
		return model.Network
	case status == http.StatusUnauthorized:
		return model.Expired
	case status == http.StatusForbidden:
		return model.Denied
	case code == unnamed:
		return model.Network
	}
	return model.Unknown
}

func statusOf(err error) int {
	if re, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && re.Response != nil && re.Response.Response != nil {
		return re.Response.StatusCode
	}
	return 0
}

// isLogin tells errors of credentials that are expired or not there. Of a
// single sign-on token that is not there, or an expired one of the older kind,
// the SDK has only a text.
func isLogin(err error) bool {
	_, sso := errors.AsType[*ssocreds.InvalidTokenError](err)
	return sso || isMFA(err) || isProcess(err) || noCredentials(err) || strings.Contains(err.Error(), "cached SSO token")
}

// noCredentials reports whether the SDK went through its whole chain.
func noCredentials(err error) bool {
	var oe *smithy.OperationError
	for errors.As(err, &oe) {
		if oe.ServiceID == metadataService {
			return true
		}
		err = oe.Err
	}
	return false
}

// isNotOffered tells a page meant for people, with which emulators answer calls
// that they do not know; from a gateway (502 and up) it is an outage.
func isNotOffered(err error) bool {
	re, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || re.Response == nil || re.Response.Response == nil {
		return false
	}
	page := strings.HasPrefix(re.Response.Header.Get("Content-Type"), "text/html")
	status := re.Response.StatusCode
	return page && (status == http.StatusNotFound || status == http.StatusInternalServerError || status == http.StatusNotImplemented)
}

// isBroken tells that no whole answer came.
func isBroken(err error) bool {
	_, send := errors.AsType[*smithyhttp.RequestSendError](err)
	_, garbled := errors.AsType[*smithy.DeserializationError](err)
	return send || garbled || isUnreadable(err) || errors.Is(err, errRepeated) || errors.Is(err, errForeign) || errors.Is(err, errUnanswered) || statusOf(err) >= 500
}

// brokenAnswer asks for another try where an answer could not be read, be it of
// success or an error: it was cut short on its way. A page for people is none.
func brokenAnswer(err error) aws.Ternary {
	if _, garbled := errors.AsType[*smithy.DeserializationError](err); garbled && statusOf(err)/100 == 2 {
		return aws.TrueTernary
	}
	if isUnreadable(err) && !isNotOffered(err) {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// isUnreadable tells an error of AWS that came without what it is: the SDK then
// has a name of its own for it, or none. Other states than this one are those of
// proxies as well.
func isUnreadable(err error) bool {
	ae, named := errors.AsType[smithy.APIError](err)
	return statusOf(err) == http.StatusBadRequest && (!named || ae.ErrorCode() == unnamed)
}

// unnamed is the SDK's code of an error that came without one.
const unnamed = "UnknownError"

// tooFast asks for another try where a service has a word of its own for a
// caller that asks too often, such as Image Builder's, which the SDK does not
// know.
func tooFast(err error) aws.Ternary {
	if ae, ok := errors.AsType[smithy.APIError](err); ok && kindOf(call{}, ae.ErrorCode(), statusOf(err)) == model.Throttled {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// clockOff asks for another try of a call that was signed by a wrong clock.
// The SDK takes the time from the answer for the next try, but does not know
// EC2's word for this.
func clockOff(err error) aws.Ternary {
	if isClockOff(err) {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// isClockOff tells a RequestExpired for the clock of this machine from one for
// a session that has expired, by the time at which AWS answered.
func isClockOff(err error) bool {
	ae, ok := errors.AsType[smithy.APIError](err)
	re, answered := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || ae.ErrorCode() != "RequestExpired" || !answered || re.Response == nil || re.Response.Response == nil {
		return false
	}
	at, err := http.ParseTime(re.Response.Header.Get("Date"))
	return err == nil && time.Since(at).Abs() > skewed
}

// skewed is how far AWS's clock and ours are apart when one of them is wrong;
// the SDK draws the same line.
const skewed = 4 * time.Minute

// nobodyThere spares the user a minute of tries where trying again is no use:
// the name of the host is unknown, nothing listens there, or it is not trusted.
func nobodyThere(err error) aws.Ternary {
	dns, ok := errors.AsType[*net.DNSError](err)
	if ok && dns.IsNotFound || errors.Is(err, syscall.ECONNREFUSED) || isUntrusted(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// isUntrusted tells a certificate that nobody trusted has signed: a proxy that
// reads along, or an endpoint of one's own.
func isUntrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// answer is an error in AWS's own words, without the SDK's wrapping. The whole
// chain stays behind it for errors.As.
type answer struct {
	text  string
	cause error
}

func (a *answer) Error() string { return a.text }
func (a *answer) Unwrap() error { return a.cause }

// plain gives the one sentence in an SDK error that says what happened.
func plain(k call, err error) error {
	if noCredentials(err) {
		if k.way.profile == "" {
			return ErrNoCredentials
		}
		return &answer{"profile " + k.way.profile + " holds no credentials", err}
	}
	if isProcess(err) {
		return &answer{"the credential_process of " + k.way.source + " " + processTrouble(err), err}
	}
	return &answer{sentence(err), err}
}

// isProcess tells the errors of a command that should print credentials.
func isProcess(err error) bool {
	_, ok := errors.AsType[*processcreds.ProviderError](err)
	return ok
}

// processTrouble says how such a command failed, and never what it printed:
// the SDK's own text repeats an output that it cannot read, keys and all.
func processTrouble(err error) string {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return "failed: " + failed.String()
	}
	return "gave no credentials that can be read"
}

func sentence(err error) string {
	if ae, ok := errors.AsType[smithy.APIError](err); ok {
		return strings.TrimSpace(ae.ErrorCode() + ": " + readable(ae.ErrorMessage()))
	}
	if se, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return se.Err.Error()
	}
	var oe *smithy.OperationError
	for errors.As(err, &oe) {
		err = oe.Err
	}
	if re, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return fmt.Sprintf("HTTP status %d: %v", re.HTTPStatusCode(), re.Err)
	}
	return strings.TrimPrefix(err.Error(), "get identity: get credentials: failed to refresh cached credentials, ")
}

// readable cuts the encoded message away that EC2 appends to a denial: a
// kilobyte that only sts:DecodeAuthorizationMessage can read.
func readable(message string) string {
	before, _, _ := strings.Cut(message, "Encoded authorization failure message:")
	return strings.TrimSpace(before)
}
