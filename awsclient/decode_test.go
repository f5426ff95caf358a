package awsclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

const (
	imagesAnswer    = `<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId></item></imagesSet></DescribeImagesResponse>`
	snapshotsAnswer = `<DescribeSnapshotsResponse><snapshotSet><item><snapshotId>snap-1</snapshotId></item></snapshotSet></DescribeSnapshotsResponse>`
)

// manyRegions is longer than what is looked at of an answer.
var manyRegions = "<DescribeRegionsResponse>" + strings.Repeat("<item/>", headSize) + "</DescribeRegionsResponse>"

// leftToSDK stands for the SDK's deserializer: its result is the body it got.
type leftToSDK string

var errOfSDK = errors.New("the SDK's own")

// deserializing is a deserializer under test, with what the SDK saw of it.
type deserializing struct {
	*deserializer
	service, operation string
	landed             bool // the slot in flight was given back
	taken              int  // decoders in use while the SDK decoded
}

func newDeserializing(operation string) *deserializing {
	d := &deserializing{service: "EC2", operation: operation}
	sdk := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		d.taken = cap(d.slots) - len(d.slots)
		out, md, err := next.HandleDeserialize(ctx, in)
		if err != nil {
			return out, md, err
		}
		body, err := io.ReadAll(out.RawResponse.(*smithyhttp.Response).Body)
		out.Result = leftToSDK(body)
		return out, md, err
	}
	d.deserializer = &deserializer{slots: newDecoders(), sdk: middleware.DeserializeMiddlewareFunc("OperationDeserializer", sdk)}
	return d
}

func (d *deserializing) run(ctx context.Context, status int, body io.Reader) (any, middleware.Metadata, error) {
	ctx = middleware.WithOperationName(middleware.WithServiceID(ctx, d.service), d.operation)
	ctx = middleware.WithStackValue(ctx, landKey{}, func() { d.landed = true })
	var c came
	awsmiddleware.SetRequestIDMetadata(&c.md, "id-1")
	c.out.RawResponse = &smithyhttp.Response{Response: &http.Response{StatusCode: status, Body: io.NopCloser(body)}}
	if status == 0 {
		c.err = errOfSDK
	}
	out, md, err := d.HandleDeserialize(ctx, middleware.DeserializeInput{}, c)
	return out.Result, md, err
}

func TestWhoDecodes(t *testing.T) {
	whole := func(s string) io.Reader { return bytes.NewReader([]byte(s)) }
	for name, c := range map[string]struct {
		operation string
		status    int
		body      io.Reader
		left      string // to the SDK; "": nothing
	}{
		"images":             {"DescribeImages", 200, whole(imagesAnswer), ""},
		"snapshots":          {"DescribeSnapshots", 200, whole(snapshotsAnswer), ""},
		"more than the root": {"DescribeImages", 200, whole(imagesAnswer + "more"), ""},
		"other operation":    {"DescribeRegions", 200, whole("<DescribeRegionsResponse/>"), "<DescribeRegionsResponse/>"},
		"of many bytes":      {"DescribeRegions", 200, iotest.OneByteReader(strings.NewReader(manyRegions)), manyRegions},
		"error":              {"DescribeImages", 503, whole("<r/>"), "<r/>"},
		"other success":      {"DescribeImages", 202, whole("<r/>"), "<r/>"},
		"not understood":     {"DescribeImages", 200, whole("<DescribeImagesResponse>&nbsp;</r>"), "<DescribeImagesResponse>&nbsp;</r>"},
		"cut":                {"DescribeSnapshots", 200, whole(snapshotsAnswer[:60]), snapshotsAnswer[:60]},
		"in pieces":          {"DescribeImages", 200, iotest.OneByteReader(strings.NewReader(imagesAnswer)), imagesAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDeserializing(c.operation)
			got, md, err := d.run(t.Context(), c.status, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if id, ok := awsmiddleware.GetRequestIDMetadata(md); !ok || id != "id-1" {
				t.Errorf("request %q", id)
			}
			switch got := got.(type) {
			case *ec2.DescribeImagesOutput:
				if c.left != "" || len(got.Images) != 1 || *got.Images[0].ImageId != "ami-1" {
					t.Errorf("got %+v", got)
				}
			case *ec2.DescribeSnapshotsOutput:
				if c.left != "" || len(got.Snapshots) != 1 || *got.Snapshots[0].SnapshotId != "snap-1" {
					t.Errorf("got %+v", got)
				}
			case leftToSDK:
				if string(got) != c.left || d.taken != 1 {
					t.Errorf("%d decoders were taken for %q", d.taken, got)
				}
			default:
				t.Errorf("got %T", got)
			}
			if !d.landed || len(d.slots) != cap(d.slots) {
				t.Errorf("landed %t; %d of %d slots are free", d.landed, len(d.slots), cap(d.slots))
			}
		})
	}
}

// The SDK takes any document for an empty list, and a pass over an empty list
// sweeps everything: what is no answer to the call is an error.
func TestAnotherDocumentIsNoEmptyList(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":         "",
		"another answer":  "<DescribeRegionsResponse/>",
		"a proxy's error": `<?xml version="1.0"?><error><code>403</code></error>`,
		"JSON":            "{}",
	} {
		for _, operation := range []string{"DescribeImages", "DescribeInstances"} { // that we decode, and that the SDK does
			t.Run(name+" for "+operation, func(t *testing.T) {
				d := newDeserializing(operation)
				out, _, err := d.run(t.Context(), 200, strings.NewReader(body))
				if !errors.Is(err, errForeign) {
					t.Fatalf("%v, %v", out, err)
				}
				if len(d.slots) != cap(d.slots) {
					t.Error("a slot is not given back")
				}
			})
		}
	}
}

func TestOtherServicesAreLeftToTheSDK(t *testing.T) {
	d := newDeserializing("DescribeImages")
	d.service = "ECR"
	if got, _, err := d.run(t.Context(), 200, strings.NewReader(imagesAnswer)); got != leftToSDK(imagesAnswer) || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnErrorTakesNoSlot(t *testing.T) {
	d := newDeserializing("DescribeImages")
	if _, _, err := d.run(t.Context(), 0, http.NoBody); !errors.Is(err, errOfSDK) || d.taken != 0 || d.landed {
		t.Errorf("%v, %d taken, landed %t", err, d.taken, d.landed)
	}
}

func TestABodyThatCannotBeReadIsAnError(t *testing.T) {
	d := newDeserializing("DescribeImages")
	if _, _, err := d.run(t.Context(), 200, iotest.ErrReader(errOfSDK)); !errors.Is(err, errOfSDK) {
		t.Error(err)
	}
}

// With all decoders taken an answer waits, keeps its slot in flight, and goes
// when its context ends.
func TestWaitingForADecoderEndsWithTheContext(t *testing.T) {
	d := newDeserializing("DescribeImages")
	for range cap(d.slots) {
		<-d.slots
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.run(ctx, 200, strings.NewReader(imagesAnswer)); !errors.Is(err, context.Canceled) || d.landed {
		t.Errorf("%v, landed %t", err, d.landed)
	}
}

// instead puts f in the place of the SDK's own deserializer, behind ours.
func instead(f func(sdk middleware.DeserializeMiddleware) middleware.DeserializeMiddleware) func(*ec2.Options) {
	return ec2.WithAPIOptions(func(stack *middleware.Stack) error {
		own, _ := stack.Deserialize.Get("OperationDeserializer")
		d, ok := own.(*deserializer)
		if !ok {
			return errors.New("the SDK's deserializer is in its place")
		}
		d.sdk = f(d.sdk)
		return nil
	})
}

// reader is an EC2 client as reading uses it, and the whole client behind it.
func reader(t *testing.T, w *world) (*ec2.Client, *Client) {
	t.Helper()
	o := demo(w.mux.Transport())
	o.InFlight = 1
	c := client(t, o)
	discover(t, c)
	s, _ := c.session(dev)
	return s.ec2("eu-west-1"), c
}

// A client of one slot in flight has it back while an answer is decoded.
func TestDecodingIsNotInFlight(t *testing.T) {
	api, c := reader(t, newWorld())
	free := false
	probe := func(sdk middleware.DeserializeMiddleware) middleware.DeserializeMiddleware {
		return middleware.DeserializeMiddlewareFunc(sdk.ID(), func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			free = c.gate.slots.free == 1
			return sdk.HandleDeserialize(ctx, in, next)
		})
	}
	if _, err := api.DescribeRegions(t.Context(), nil, instead(probe)); err != nil || !free {
		t.Errorf("%v; the slot was free: %t", err, free)
	}
	if c.gate.slots.free != 1 {
		t.Error("a slot is still held")
	}
}

// Pages are not decoded by the SDK, and come with what its metadata say.
func TestPagesAreDecodedHere(t *testing.T) {
	w := newWorld()
	w.serveImages(func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return &ec2.DescribeImagesOutput{NextToken: aws.String("t")}, nil
	})
	fakeaws.Handle(w.mux, "EC2", "DescribeSnapshots", func(context.Context, fakeaws.Call, *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
		return &ec2.DescribeSnapshotsOutput{NextToken: aws.String("t")}, nil
	})
	api, _ := reader(t, w)
	never := func(sdk middleware.DeserializeMiddleware) middleware.DeserializeMiddleware {
		return middleware.DeserializeMiddlewareFunc(sdk.ID(), func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (out middleware.DeserializeOutput, md middleware.Metadata, err error) {
			return out, md, errOfSDK
		})
	}
	images, err := api.DescribeImages(t.Context(), nil, instead(never))
	if err != nil || *images.NextToken != "t" {
		t.Fatalf("%+v, %v", images, err)
	}
	if id, ok := awsmiddleware.GetRequestIDMetadata(images.ResultMetadata); !ok || !strings.HasPrefix(id, "00000000-") {
		t.Errorf("request %q", id)
	}
	if snapshots, err := api.DescribeSnapshots(t.Context(), nil, instead(never)); err != nil || *snapshots.NextToken != "t" {
		t.Errorf("%+v, %v", snapshots, err)
	}
}

// The errors of broken answers are the SDK's, and tried again.
func TestABrokenPageIsTheSDKsError(t *testing.T) {
	w := newWorld()
	calls := 0
	rest := w.mux.Transport()
	o := demo(roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := rest.RoundTrip(r)
		if w.called("EC2 DescribeImages") > calls {
			calls++
			resp.Body = io.NopCloser(strings.NewReader(imagesAnswer[:30]))
		}
		return resp, err
	}))
	w.serveImages(func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return &ec2.DescribeImagesOutput{}, nil
	})
	c := client(t, o)
	discover(t, c)
	_, err := read(t, c, "eu-west-1", model.Images)
	if _, ok := errors.AsType[*smithy.DeserializationError](err); !ok || calls != attempts || asOpError(err).Kind != model.Network {
		t.Errorf("%v after %d calls", err, calls)
	}
}
