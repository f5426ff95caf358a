package awsclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/amiscope/amiscope/awsclient/ec2xml"
)

// decoders are the slots in which answers are decoded, one a core: more would
// only take the cores from the screen, and memory for their garbage. Whoever
// decodes holds a slot, with our own decoder in it, be it used or not.
type decoders chan *ec2xml.Decoder

func newDecoders() decoders {
	d := make(decoders, runtime.GOMAXPROCS(0))
	for range cap(d) {
		d <- ec2xml.NewDecoder()
	}
	return d
}

// install takes the place of an operation's deserializer.
func (d decoders) install(stack *middleware.Stack) error {
	own := &deserializer{slots: d}
	sdk, err := stack.Deserialize.Swap(own.ID(), own)
	own.sdk = sdk
	return err
}

// deserializer waits for a slot, then decodes the pages that an inventory is
// made of itself, and leaves all else to the SDK: other operations, answers
// that are not a plain success, and documents that our decoder does not
// understand, so that all errors are the SDK's.
type deserializer struct {
	sdk   middleware.DeserializeMiddleware
	slots decoders
}

// ID is the name that other middleware of the SDK finds the deserializer by.
func (*deserializer) ID() string { return "OperationDeserializer" }

func (d *deserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, md middleware.Metadata, err error) {
	out, md, err = next.HandleDeserialize(ctx, in)
	if err != nil {
		return d.rest(ctx, in, came{out, md, err})
	}
	select {
	case decoder := <-d.slots:
		defer func() { d.slots <- decoder }()
		land(ctx)
		return d.decode(ctx, in, came{out, md, nil}, decoder)
	case <-ctx.Done():
		return out, md, ctx.Err()
	}
}

func (d *deserializer) decode(ctx context.Context, in middleware.DeserializeInput, c came, with *ec2xml.Decoder) (out middleware.DeserializeOutput, md middleware.Metadata, err error) {
	decode := forOperation(ctx, with)
	resp, ok := c.out.RawResponse.(*smithyhttp.Response)
	switch {
	case !ok || resp.StatusCode != http.StatusOK:
		return d.rest(ctx, in, c)
	case decode == nil:
		return d.check(ctx, in, c, resp)
	}
	answer := sink{decode: decode}
	if _, err := io.Copy(&answer, resp.Body); err != nil {
		return c.out, c.md, fmt.Errorf("reading the answer: %w", err)
	}
	if err := resp.Body.Close(); err != nil {
		return c.out, c.md, fmt.Errorf("reading the answer: %w", err)
	}
	if !isAnswer(ctx, answer.head) {
		return c.out, c.md, &smithy.DeserializationError{Err: errForeign}
	}
	if answer.result == nil {
		resp.Body = io.NopCloser(&answer.rest)
		return d.rest(ctx, in, c)
	}
	c.out.Result = answer.result
	return c.out, c.md, nil
}

// check has the SDK deserialize what came, if it is an answer to the call.
func (d *deserializer) check(ctx context.Context, in middleware.DeserializeInput, c came, resp *smithyhttp.Response) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if !slices.Contains(listsInXML(), middleware.GetServiceID(ctx)) {
		return d.rest(ctx, in, c)
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(resp.Body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return c.out, c.md, fmt.Errorf("reading the answer: %w", err)
	}
	if !isAnswer(ctx, head[:n]) {
		return c.out, c.md, &smithy.DeserializationError{Err: errForeign}
	}
	resp.Body = readCloser{io.MultiReader(bytes.NewReader(head[:n]), resp.Body), resp.Body}
	return d.rest(ctx, in, c)
}

// readCloser reads from one and closes the other.
type readCloser struct {
	io.Reader
	io.Closer
}

// listsInXML are the services whose lists come as XML. What comes in JSON is
// looked at when it is decoded: see whole.
func listsInXML() []string { return []string{"EC2", "Auto Scaling"} }

// isAnswer reports whether a document is the answer to a call, by its root. The
// SDK takes any other for an empty list, and a pass over that would sweep
// everything.
func isAnswer(ctx context.Context, head []byte) bool {
	return bytes.Contains(head, []byte("<"+middleware.GetOperationName(ctx)+"Response"))
}

// rest has the SDK deserialize what came.
func (d *deserializer) rest(ctx context.Context, in middleware.DeserializeInput, c came) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return d.sdk.HandleDeserialize(ctx, in, c)
}

// forOperation is how the answer to an operation is decoded; nil: as the SDK
// does. What it gives is nil if the document is not understood.
func forOperation(ctx context.Context, d *ec2xml.Decoder) func([]byte) any {
	if middleware.GetServiceID(ctx) != "EC2" {
		return nil
	}
	switch middleware.GetOperationName(ctx) {
	case "DescribeImages":
		return func(body []byte) any { return understood(d.Images(body)) }
	case "DescribeSnapshots":
		return func(body []byte) any { return understood(d.Snapshots(body)) }
	}
	return nil
}

func understood(out any, ok bool) any {
	if !ok {
		return nil
	}
	return out
}

// sink decodes the first piece of a body that is copied to it, which of a body
// in memory is all of it (bytes.Reader.WriteTo): so it is decoded where it lies.
// If that piece is not understood, the body is kept for the SDK; if it is, what
// follows does not matter, not to the SDK either.
type sink struct {
	decode func([]byte) any
	head   []byte // the beginning, in which the root element is named
	result any    // nil: not understood
	rest   bytes.Buffer
}

// headSize is more than stands before and in the root element of EC2's answers.
const headSize = 512

func (s *sink) Write(p []byte) (int, error) {
	if len(s.head) == 0 {
		s.result = s.decode(p)
	}
	s.head = append(s.head, p[:min(len(p), headSize-len(s.head))]...)
	if s.result == nil {
		return s.rest.Write(p)
	}
	return len(p), nil
}

// came is an answer, in the shape of the handler that it came from.
type came struct {
	out middleware.DeserializeOutput
	md  middleware.Metadata
	err error
}

func (c came) HandleDeserialize(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return c.out, c.md, c.err
}
