package ec2xml

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
)

// sdk decodes documents as the SDK's client does.
type sdk struct {
	client *ec2.Client
	body   []byte // of the next answer
}

func newSDK() *sdk {
	s := &sdk{}
	s.client = ec2.New(ec2.Options{
		Region: "eu-west-1", Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIADEMO111122223333", SecretAccessKey: "b"}, nil
		}),
		HTTPClient: answer(func() []byte { return s.body }),
	})
	return s
}

// answer is an HTTP client that always succeeds.
type answer func() []byte

func (a answer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a()))}, nil
}

func (s *sdk) images(ctx context.Context, body []byte) (*ec2.DescribeImagesOutput, error) {
	s.body = body
	out, err := s.client.DescribeImages(ctx, &ec2.DescribeImagesInput{})
	if out != nil {
		out.ResultMetadata = middleware.Metadata{}
	}
	return out, err
}

func (s *sdk) snapshots(ctx context.Context, body []byte) (*ec2.DescribeSnapshotsOutput, error) {
	s.body = body
	out, err := s.client.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{})
	if out != nil {
		out.ResultMetadata = middleware.Metadata{}
	}
	return out, err
}

// outcome is what became of a document.
type outcome int

const (
	declined outcome = iota
	understood
)

// check is a *testing.T or a *rapid.T.
type check interface {
	Context() context.Context
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
}

// compare decodes a document as both operations' answer, fails the test where
// the result is not the SDK's, and tells what became of it.
func compare(t check, d *Decoder, s *sdk, body []byte) (images, snapshots outcome) {
	t.Helper()
	before := bytes.Clone(body)
	if got, ok := d.Images(body); ok {
		want, err := s.images(t.Context(), body)
		same(t, want, got, err)
		images = understood
	}
	if got, ok := d.Snapshots(body); ok {
		want, err := s.snapshots(t.Context(), body)
		same(t, want, got, err)
		snapshots = understood
	}
	if !bytes.Equal(before, body) {
		t.Error("the document was changed")
	}
	if d.body != nil {
		t.Error("the document is kept")
	}
	return images, snapshots
}

func same(t check, want, got any, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("understood what the SDK does not: %v", err)
	} else if !reflect.DeepEqual(want, got) {
		t.Errorf("differs from the SDK's (-want +got):\n%s", cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })))
	}
}
