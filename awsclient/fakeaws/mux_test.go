package fakeaws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// failure is an error as the SDK's callers see it.
type failure struct {
	Code, Message string
	Status        int
}

func failureOf(t *testing.T, err error) failure {
	t.Helper()
	var api smithy.APIError
	var resp *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &resp) {
		t.Fatalf("got %v, want an error of the API", err)
	}
	return failure{api.ErrorCode(), api.ErrorMessage(), resp.HTTPStatusCode()}
}

// protocols calls one operation of each protocol.
var protocols = []struct {
	name, service, operation string
	call                     func(ctx context.Context, cfg aws.Config) error
}{
	{"EC2 query", "EC2", "DescribeRegions", func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
		return err
	}},
	{"AWS query, STS", "STS", "GetCallerIdentity", func(ctx context.Context, cfg aws.Config) error {
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err
	}},
	{"AWS query, IAM", "IAM", "ListAccountAliases", func(ctx context.Context, cfg aws.Config) error {
		_, err := iam.NewFromConfig(cfg).ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
		return err
	}},
	{"awsJson", "Organizations", "ListAccounts", func(ctx context.Context, cfg aws.Config) error {
		_, err := organizations.NewFromConfig(cfg).ListAccounts(ctx, &organizations.ListAccountsInput{})
		return err
	}},
	{"REST-JSON", "Account", "ListRegions", func(ctx context.Context, cfg aws.Config) error {
		_, err := account.NewFromConfig(cfg).ListRegions(ctx, &account.ListRegionsInput{})
		return err
	}},
}

// serveNothing registers the operations of protocols, each answering err or,
// without one, an empty output.
func serveNothing(m *Mux, err error) {
	handle(m, "EC2", "DescribeRegions", &ec2.DescribeRegionsInput{}, &ec2.DescribeRegionsOutput{}, err)
	handle(m, "STS", "GetCallerIdentity", &sts.GetCallerIdentityInput{}, &sts.GetCallerIdentityOutput{}, err)
	handle(m, "IAM", "ListAccountAliases", &iam.ListAccountAliasesInput{}, &iam.ListAccountAliasesOutput{}, err)
	handle(m, "Organizations", "ListAccounts", &organizations.ListAccountsInput{}, &organizations.ListAccountsOutput{}, err)
	handle(m, "Account", "ListRegions", &account.ListRegionsInput{}, &account.ListRegionsOutput{}, err)
}

func handle[I, O any](m *Mux, service, op string, _ *I, out *O, err error) {
	Handle(m, service, op, func(context.Context, Call, *I) (*O, error) {
		if err != nil {
			return nil, err
		}
		return out, nil
	})
}

func TestErrorsSurvive(t *testing.T) {
	given := map[string]struct {
		err  error
		want failure
	}{
		"plain":     {&Error{Code: "Some.Code", Message: "what <happened> & \"why\""}, failure{"Some.Code", "what <happened> & \"why\"", 400}},
		"status":    {&Error{Code: "UnauthorizedOperation", Message: "no", Status: 403}, failure{"UnauthorizedOperation", "no", 403}},
		"throttled": {&Error{Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: 503}, failure{"RequestLimitExceeded", "Request limit exceeded.", 503}},
		"wrapped":   {errors.Join(errors.New("why"), &Error{Code: "A", Message: "b"}), failure{"A", "b", 400}},
	}
	for _, p := range protocols {
		for name, g := range given {
			t.Run(p.name+", "+name, func(t *testing.T) {
				m := NewMux()
				serveNothing(m, g.err)
				got := failureOf(t, p.call(t.Context(), testConfig(m, testKey)))
				if diff := cmp.Diff(g.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestTypedError(t *testing.T) {
	m := NewMux()
	serveNothing(m, &Error{Code: "AWSOrganizationsNotInUseException", Message: "Your account is not a member of an organization."})
	_, err := organizations.NewFromConfig(testConfig(m, testKey)).ListAccounts(t.Context(), &organizations.ListAccountsInput{})
	var typed *orgtypes.AWSOrganizationsNotInUseException
	if !errors.As(err, &typed) || typed.ErrorMessage() != "Your account is not a member of an organization." {
		t.Errorf("got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		key  string
		mux  func() *Mux
		want map[string]failure // by protocol; "" is all that are not named
	}{
		"no such operation": {testKey, NewMux, map[string]failure{
			"EC2 query": {Code: "InvalidAction", Status: 400}, "AWS query, STS": {Code: "InvalidAction", Status: 400},
			"AWS query, IAM": {Code: "InvalidAction", Status: 400}, "": {Code: "UnknownOperationException", Status: 400},
		}},
		"unknown key": {"AKIASOMEBODYELSE", servingMux, map[string]failure{
			"EC2 query": {Code: "AuthFailure", Status: 401}, "AWS query, STS": {Code: "InvalidClientTokenId", Status: 403},
			"AWS query, IAM": {Code: "InvalidClientTokenId", Status: 403}, "": {Code: "UnrecognizedClientException", Status: 403},
		}},
		"short account": {"AKIADEMO123", servingMux, map[string]failure{
			"EC2 query": {Code: "AuthFailure", Status: 401}, "AWS query, STS": {Code: "InvalidClientTokenId", Status: 403},
			"AWS query, IAM": {Code: "InvalidClientTokenId", Status: 403}, "": {Code: "UnrecognizedClientException", Status: 403},
		}},
		"expired": {testKey, expiredMux, map[string]failure{"": {Code: "ExpiredToken", Status: 400}}},
		"our own fault": {testKey, brokenMux, map[string]failure{
			"EC2 query": {Code: "InternalError", Status: 500}, "": {Code: "InternalFailure", Status: 500},
		}},
	} {
		for _, p := range protocols {
			t.Run(name+", "+p.name, func(t *testing.T) {
				got := failureOf(t, p.call(t.Context(), testConfig(c.mux(), c.key)))
				want, ok := c.want[p.name]
				if !ok {
					want = c.want[""]
				}
				if got.Code != want.Code || got.Status != want.Status || got.Message == "" {
					t.Errorf("got %+v, want %+v", got, want)
				}
			})
		}
	}
}

func servingMux() *Mux {
	m := NewMux()
	serveNothing(m, nil)
	return m
}

func brokenMux() *Mux {
	m := NewMux()
	serveNothing(m, errors.New("the store is gone"))
	return m
}

func expiredMux() *Mux {
	m := servingMux()
	m.Account(func(string) (string, error) {
		return "", &Error{Code: "ExpiredToken", Message: "The security token included in the request is expired"}
	})
	return m
}

func TestUnsigned(t *testing.T) {
	_, err := sts.NewFromConfig(testConfig(servingMux(), testKey)).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/any"), RoleSessionName: aws.String("any"), WebIdentityToken: aws.String("any"),
	})
	want := failure{"MissingAuthenticationToken", "Request is missing Authentication Token", 403}
	if diff := cmp.Diff(want, failureOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestDryRun(t *testing.T) {
	m := NewMux()
	handle(m, "EC2", "DeregisterImage", &ec2.DeregisterImageInput{}, &ec2.DeregisterImageOutput{}, errors.New("it ran"))
	var denied error
	m.Before(func(context.Context, Call, *http.Request) error { return denied })
	client := ec2.NewFromConfig(testConfig(m, testKey))
	in := &ec2.DeregisterImageInput{ImageId: aws.String("ami-1"), DryRun: aws.Bool(true)}

	_, err := client.DeregisterImage(t.Context(), in)
	want := failure{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412}
	if diff := cmp.Diff(want, failureOf(t, err)); diff != "" {
		t.Error(diff)
	}

	denied = &Error{Code: "UnauthorizedOperation", Message: "no", Status: 403}
	_, err = client.DeregisterImage(t.Context(), in)
	if got := failureOf(t, err).Code; got != "UnauthorizedOperation" {
		t.Errorf("a gate's denial comes first, got %s", got)
	}

	denied, in.DryRun = nil, aws.Bool(false)
	_, err = client.DeregisterImage(t.Context(), in)
	if got := failureOf(t, err).Code; got != "InternalError" {
		t.Errorf("without a dry run the handler runs, got %s", got)
	}
}

func TestGates(t *testing.T) {
	m := servingMux()
	var seen []string
	var calls []Call
	for _, name := range []string{"first", "second"} {
		m.Before(func(_ context.Context, call Call, r *http.Request) error {
			body, err := io.ReadAll(r.Body)
			seen = append(seen, name+": "+string(body))
			calls = append(calls, call)
			return err
		})
	}
	if err := protocols[0].call(t.Context(), testConfig(m, testKey)); err != nil {
		t.Fatal(err)
	}
	body := "Action=DescribeRegions&Version=2016-11-15"
	if diff := cmp.Diff([]string{"first: " + body, "second: " + body}, seen); diff != "" {
		t.Error(diff)
	}
	call := Call{Service: "EC2", Operation: "DescribeRegions", Account: testAccount, Region: testRegion, AccessKey: testKey, Serial: 1}
	if diff := cmp.Diff([]Call{call, call}, calls); diff != "" {
		t.Error(diff)
	}
}

func TestCancelledInGate(t *testing.T) {
	m := servingMux()
	entered := make(chan struct{})
	m.Before(func(ctx context.Context, _ Call, _ *http.Request) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- protocols[0].call(ctx, testConfig(m, testKey)) }()
	<-entered
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestRegistrationMistakes(t *testing.T) {
	for name, register := range map[string]func(*Mux){
		"two handlers": func(m *Mux) { serveNothing(m, nil) },
		"no protocol":  func(m *Mux) { handle(m, "S3", "ListBuckets", &struct{}{}, &struct{}{}, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			register(servingMux())
		})
	}
}

func TestNeitherOutputNorError(t *testing.T) {
	m := NewMux()
	Handle(m, "EC2", "DescribeRegions", func(context.Context, Call, *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
		return nil, nil // the mistake under test
	})
	got := failureOf(t, protocols[0].call(t.Context(), testConfig(m, testKey)))
	if got.Status != 500 || !strings.Contains(got.Message, "EC2 DescribeRegions") {
		t.Errorf("got %+v", got)
	}
}

// signed is an Authorization header as clients send it.
func signed(service string) string {
	return "AWS4-HMAC-SHA256 Credential=" + testKey + "/20261123/" + testRegion + "/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
}

// post calls m without the SDK.
func post(t *testing.T, m *Mux, service string, header http.Header, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://aws.test/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header.Clone()
	r.Header.Set("Authorization", signed(service))
	resp, err := m.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("X-Amzn-Requestid") == "" {
		t.Error("no request id")
	}
	return resp.StatusCode, string(answer)
}

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}

func TestBadParameters(t *testing.T) {
	m := NewMux()
	handle(m, "EC2", "DescribeImages", &ec2.DescribeImagesInput{}, &ec2.DescribeImagesOutput{}, nil)
	for name, c := range map[string]struct{ form, code, message string }{
		"unknown":        {"Nonsense=1", "UnknownParameter", "The parameter Nonsense is not recognized"},
		"unknown deeper": {"Filter.1.Nonsense=1", "UnknownParameter", "The parameter Filter.1.Nonsense is not recognized"},
		"no index":       {"Filter.Name=a", "UnknownParameter", "The parameter Filter.Name is not recognized"},
		"not a number":   {"MaxResults=many", "InvalidParameterValue", "Invalid value &#39;many&#39; for MaxResults"},
		"too big":        {"MaxResults=2147483648", "InvalidParameterValue", "Invalid value &#39;2147483648&#39; for MaxResults"},
		"not a truth":    {"IncludeDisabled=maybe", "InvalidParameterValue", "Invalid value &#39;maybe&#39; for IncludeDisabled"},
		"no list":        {"Owner=self", "InvalidParameterValue", "Invalid value &#39;self&#39; for Owner"},
		"no structure":   {"Filter.1=name", "InvalidParameterValue", "Invalid value &#39;name&#39; for Filter.1"},
		"no scalar":      {"NextToken.1=a", "InvalidParameterValue", "Invalid value &#39;&#39; for NextToken"},
		"no form":        {"%zz", "InvalidAction", "The action  is not valid for this web service."},
	} {
		t.Run(name, func(t *testing.T) {
			status, got := post(t, m, "ec2", formHeader, "Action=DescribeImages&Version=2016-11-15&"+c.form)
			want := "<Error><Code>" + c.code + "</Code><Message>" + c.message + "</Message></Error>"
			if status != 400 || !strings.Contains(got, want) {
				t.Errorf("got %d %s, want %s", status, got, want)
			}
		})
	}
}

// The Auto Scaling, SSM, Pricing and KMS modules are not in go.mod: their
// wire forms are shown with documents of the same make.
type (
	group struct {
		AutoScalingGroupName *string
		AvailabilityZones    []string
	}
	describeGroupsInput struct {
		AutoScalingGroupNames []string
		IncludeInstances      *bool
	}
	describeGroupsOutput struct{ AutoScalingGroups []group }
	getParameterInput    struct{ Name *string }
	parameter            struct {
		Value   *string
		Version int64
	}
	getParameterOutput struct{ Parameter *parameter }
)

func TestAutoScalingForm(t *testing.T) {
	m := NewMux()
	Handle(m, "Auto Scaling", "DescribeAutoScalingGroups", func(_ context.Context, _ Call, in *describeGroupsInput) (*describeGroupsOutput, error) {
		return &describeGroupsOutput{AutoScalingGroups: []group{{&in.AutoScalingGroupNames[1], []string{"a", "b"}}}}, nil
	})
	_, got := post(t, m, "autoscaling", formHeader, "Action=DescribeAutoScalingGroups&Version=2011-01-01"+
		"&AutoScalingGroupNames.member.1=one&AutoScalingGroupNames.member.2=two&IncludeInstances=true")
	want := `<?xml version="1.0" encoding="UTF-8"?>
<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingGroupsResult>` +
		`<AutoScalingGroups><member><AutoScalingGroupName>two</AutoScalingGroupName>` +
		`<AvailabilityZones><member>a</member><member>b</member></AvailabilityZones></member></AutoScalingGroups>` +
		`</DescribeAutoScalingGroupsResult><ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000001</RequestId></ResponseMetadata>` +
		`</DescribeAutoScalingGroupsResponse>`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSSMForm(t *testing.T) {
	m := NewMux()
	Handle(m, "SSM", "GetParameter", func(_ context.Context, _ Call, in *getParameterInput) (*getParameterOutput, error) {
		return &getParameterOutput{&parameter{in.Name, 3}}, nil
	})
	_, got := post(t, m, "ssm", http.Header{"X-Amz-Target": {"AmazonSSM.GetParameter"}}, `{"Name": "/a"}`)
	if want := `{"Parameter":{"Value":"/a","Version":3}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, body := range map[string]string{"no JSON": `{`, "two values": `{}{}`, "a list": `[]`, "a number for a text": `{"Name":1}`} {
		if status, got := post(t, m, "ssm", http.Header{"X-Amz-Target": {"AmazonSSM.GetParameter"}}, body); status != 400 || !strings.Contains(got, `"SerializationException"`) {
			t.Errorf("%s: got %d %s", name, status, got)
		}
	}
}

// A service that cannot be spoken never reaches another one's operations.
func TestForeignService(t *testing.T) {
	m := servingMux()
	status, got := post(t, m, "cloudtrail", http.Header{"X-Amz-Target": {"CloudTrail.ListAccounts"}}, "{}")
	if status != 400 || !strings.Contains(got, "UnknownOperationException") {
		t.Errorf("got %d %s", status, got)
	}
}

func TestPresignedURL(t *testing.T) {
	m := servingMux()
	var got Call
	m.Before(func(_ context.Context, call Call, _ *http.Request) error { got = call; return nil })
	req, err := sts.NewPresignClient(sts.NewFromConfig(testConfig(m, testKey))).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := m.Transport().RoundTrip((&http.Request{Method: req.Method, URL: u, Header: http.Header{}}).WithContext(t.Context()))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	if diff := cmp.Diff(Call{"STS", "GetCallerIdentity", testAccount, testRegion, testKey, 1}, got); diff != "" {
		t.Error(diff)
	}
}
