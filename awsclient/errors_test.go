package awsclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// found makes a client that has found account dev, and gives what comes of
// reading its images in a region.
func failing(t *testing.T, transport http.RoundTripper, region string) (*model.OpError, error) {
	t.Helper()
	c := client(t, demo(transport))
	if found, lost := discover(t, c); len(found) != 1 {
		t.Fatalf("nothing found: %+v", lost)
	}
	_, err := read(t, c, region, model.Images)
	if err == nil {
		t.Fatal("no error")
	}
	return asOpError(err), err
}

func TestErrorCodesBecomeKinds(t *testing.T) {
	for _, c := range []struct {
		code   string
		status int
		want   model.ErrorKind
	}{
		{"UnauthorizedOperation", 403, model.Denied},
		{"AccessDenied", 403, model.Denied},
		{"AccessDeniedException", 400, model.Denied},
		{"AuthFailure", 401, model.Expired},
		{"OptInRequired", 401, model.DisabledRegion},
		{"RegionDisabledException", 403, model.DisabledRegion},
		{"ExpiredToken", 400, model.Expired},
		{"ExpiredTokenException", 403, model.Expired},
		{"RequestExpired", 400, model.Expired},
		{"InvalidClientTokenId", 403, model.Expired},
		{"MissingAuthenticationToken", 403, model.Expired},
		{"SignatureDoesNotMatch", 403, model.Expired},
		{"PendingVerification", 403, model.Denied},
		{"Blocked", 403, model.Denied},
		{"RequestLimitExceeded", 503, model.Throttled},
		{"ThrottlingException", 400, model.Throttled},
		{"Throttling", 400, model.Throttled},
		{"TooManyRequestsException", 429, model.Throttled},
		{"LimitExceededException", 400, model.Throttled},
		{"RequestThrottledException", 400, model.Throttled},
		{"SomethingNew", 429, model.Throttled},
		{"InvalidAMIID.NotFound", 400, model.NotFound},
		{"InvalidAMIID.Unavailable", 400, model.NotFound},
		{"InvalidSnapshot.NotFound", 400, model.NotFound},
		{"InvalidSnapshot.InUse", 400, model.InUse},
		{"UnsupportedOperation", 400, model.Unsupported},
		{"InvalidAction", 400, model.Unsupported},
		{"InvalidParameterCombination", 400, model.Invalid},
		{"InvalidNextToken", 400, model.Invalid},
		{"MissingParameter", 400, model.Invalid},
		{"ValidationException", 400, model.Invalid},
		{"OperationNotPermitted", 400, model.Invalid},
		{"ServiceUnavailable", 503, model.Network},
		{"Unavailable", 503, model.Network},
		{"InternalError", 500, model.Network},
		{"SomethingNew", 502, model.Network},
		{"SomethingNew", 401, model.Expired},
		{"SomethingNew", 403, model.Denied},
		{"SomethingNew", 400, model.Unknown},
	} {
		t.Run(c.code, func(t *testing.T) {
			w := newWorld()
			w.refuse["DescribeImages"] = &fakeaws.Error{Code: c.code, Message: "The words of AWS.", Status: c.status}
			w.serveImages(nil)
			got, _ := failing(t, w.mux.Transport(), "eu-west-1")
			if got.Kind != c.want || got.Code != c.code || got.Op != "ec2:DescribeImages" || got.Scope != (model.Scope{Account: dev, Region: "eu-west-1"}) {
				t.Errorf("%+v", got)
			}
			if text := got.Err.Error(); text != c.code+": The words of AWS." {
				t.Errorf("text %q", text)
			}
			if _, ok := errors.AsType[smithy.APIError](error(got)); !ok {
				t.Error("the cause is lost")
			}
			if got.Hint() == "" {
				t.Error("no hint")
			}
		})
	}
}

func TestErrorHints(t *testing.T) {
	for _, c := range []struct {
		name   string
		e      fakeaws.Error
		region string
		kind   model.ErrorKind
		hint   string
	}{
		{"permission and principal", fakeaws.Error{Code: "UnauthorizedOperation", Message: "no", Status: 403}, "eu-west-1", model.Denied, "allow ec2:DescribeImages for arn:aws:iam::111122223333:user/eve"},
		{"service control policy", fakeaws.Error{Code: "UnauthorizedOperation", Message: "with an explicit deny in a service control policy", Status: 403}, "eu-west-1", model.Closed, "a service control policy denies ec2:DescribeImages here"},
		{"region not enabled", fakeaws.Error{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: 401}, "af-south-1", model.DisabledRegion, "enable the region"},
		{"keys refused", fakeaws.Error{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: 401}, "eu-west-1", model.Expired, "AWS refuses these credentials here"},
		{"session expired", fakeaws.Error{Code: "RequestExpired", Message: "Request has expired.", Status: 400}, "eu-west-1", model.Expired, "renew the credentials"},
		{"expired", fakeaws.Error{Code: "ExpiredToken", Message: "expired", Status: 400}, "eu-west-1", model.Expired, "renew the credentials of keys dev"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			w.refuse["DescribeImages"] = &c.e
			w.serveImages(nil)
			got, _ := failing(t, w.mux.Transport(), c.region)
			if got.Kind != c.kind || !strings.HasPrefix(got.Hint(), c.hint) {
				t.Errorf("%v: %s", got, got.Hint())
			}
		})
	}
}

func TestErrorOmitsTheEncodedMessage(t *testing.T) {
	w := newWorld()
	w.refuse["DescribeImages"] = &fakeaws.Error{
		Code: "UnauthorizedOperation", Status: 403,
		Message: "You are not authorized to perform this operation. Encoded authorization failure message: AQoDYXdzEJr" + strings.Repeat("x", 900),
	}
	w.serveImages(nil)
	got, _ := failing(t, w.mux.Transport(), "eu-west-1")
	want := dev + "/eu-west-1: ec2:DescribeImages: denied: UnauthorizedOperation: You are not authorized to perform this operation."
	if got.Error() != want {
		t.Errorf("%q", got.Error())
	}
}

// over answers DescribeImages by h and everything else by the world.
func over(w *world, h func(*http.Request) (*http.Response, error)) http.RoundTripper {
	rest := w.mux.Transport()
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(body), "Action=DescribeImages&") {
			return h(r)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		return rest.RoundTrip(r)
	})
}

func TestBrokenAnswers(t *testing.T) {
	give := func(status int, contentType, body string) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return answerOf(status, contentType, body), nil }
	}
	fail := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	const page = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>"
	for _, c := range []struct {
		name   string
		answer func(*http.Request) (*http.Response, error)
		want   model.ErrorKind
		tries  int32
	}{
		{"an emulator's page", give(500, "text/html; charset=utf-8", page), model.Unsupported, attempts},
		{"an emulator's page not found", give(404, "text/html", page), model.Unsupported, 1},
		{"a gateway's page", give(502, "text/html", page), model.Network, attempts},
		{"a portal's page", give(200, "text/html", page), model.Network, attempts},
		{"cut XML", give(200, "text/xml", "<DescribeImagesResponse><imagesSet><item><imageId>ami-1</ima"), model.Network, attempts},
		{"not XML", give(200, "text/xml", "\x00\x01"), model.Network, attempts},
		{"empty 503", give(503, "", ""), model.Network, attempts},
		{"connection reset", fail(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), model.Network, attempts},
		{"nothing listens", fail(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), model.Network, 1},
		{"no such host", fail(&net.DNSError{Err: "no such host", Name: "ec2.test", IsNotFound: true}), model.Network, 1},
		{"silence", fail(silence(firstByte)), model.Network, attempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tries atomic.Int32
			got, _ := failing(t, over(newWorld(), func(r *http.Request) (*http.Response, error) {
				tries.Add(1)
				return c.answer(r)
			}), "eu-west-1")
			if got.Kind != c.want || tries.Load() != c.tries {
				t.Errorf("%v after %d tries", got, tries.Load())
			}
			if strings.Contains(got.Error(), "operation error") {
				t.Errorf("the SDK's wrapping shows: %v", got)
			}
		})
	}
}

func TestContextErrorsStayContextErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := client(t, demo(over(newWorld(), func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})))
	discover(t, c)
	err := c.Read(ctx, model.Scope{Account: dev, Region: "eu-west-1"}, model.Images, func(model.Page) {})
	if op, is := errors.AsType[*model.OpError](err); is || !errors.Is(err, context.Canceled) {
		t.Errorf("%v %v", err, op)
	}
}

func TestReadOfAnAccountThatWasNotFound(t *testing.T) {
	_, err := read(t, client(t, demo(newWorld().mux.Transport())), "eu-west-1", model.Images)
	if op := asOpError(err); op == nil || op.Kind != model.Expired || op.Hint() == "" {
		t.Errorf("%v", err)
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{"corp-1": "corp-1", "my corp": "'my corp'", "a'b": `'a'\''b'`, "": "''", "$x": "'$x'"} {
		if got := quoted(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
