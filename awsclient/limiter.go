package awsclient

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Limiter is asked before every attempt, retries included. The API is named as
// IAM does ("ec2:DescribeImages"); of services with one endpoint a partition the
// region is the partition's main one. While an account is not known yet, its
// way in stands for it.
type Limiter interface {
	Wait(ctx context.Context, account, region, api string) error
	// WaitSpare is for calls that nobody waits for: it leaves most of a burst to
	// those of Wait.
	WaitSpare(ctx context.Context, account, region, api string) error
}

// gate is what every attempt passes: first the rate of its API, then one of the
// slots that bound what is in flight, then the decoders, then the log. A slot is
// held until a decoder takes the answer, so that not more answers than slots
// wait in memory, and those being decoded keep nobody from calling.
type gate struct {
	limiter  Limiter
	slots    *slots
	decoders decoders
	log      *slog.Logger
}

// install puts the gate right before the signing: credentials are at hand by
// then, so that no attempt holds a slot while another one fetches them, and the
// signature is not made before the wait.
func (g gate) install(account func() string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		for _, m := range []middleware.InitializeMiddleware{onlyListed, countAttempts} {
			if err := stack.Initialize.Add(m, middleware.After); err != nil {
				return err
			}
		}
		if err := g.decoders.install(stack); err != nil {
			return err
		}
		pass := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			return g.pass(ctx, account(), in, next)
		}
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Gate", pass), "Signing", middleware.Before)
	}
}

func (g gate) pass(ctx context.Context, account string, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, md middleware.Metadata, err error) {
	service := awsmiddleware.GetServiceID(ctx)
	region, api := endpointRegion(service, awsmiddleware.GetRegion(ctx)), apiName(service, awsmiddleware.GetOperationName(ctx))
	if err := g.wait(ctx, account, region, api); err != nil {
		return out, md, err
	}
	if err := g.slots.acquire(ctx, urgencyOf(ctx)); err != nil {
		return out, md, err
	}
	release := sync.OnceFunc(g.slots.release)
	defer release()
	start := time.Now()
	out, md, err = next.HandleFinalize(middleware.WithStackValue(ctx, landKey{}, release), in)
	id, _ := awsmiddleware.GetRequestIDMetadata(md)
	noteTry(ctx, id, err)
	g.note(ctx, md, slog.String("api", api), slog.String("account", account), slog.String("region", region), slog.Duration("took", time.Since(start)))
	return out, md, err
}

// wait takes a token for an attempt.
func (g gate) wait(ctx context.Context, account, region, api string) error {
	switch {
	case g.limiter == nil:
		return nil
	case urgencyOf(ctx) == permissions:
		return g.limiter.WaitSpare(ctx, account, region, api)
	}
	return g.limiter.Wait(ctx, account, region, api)
}

type landKey struct{}

// land gives the slot of an attempt back, as its answer is there.
func land(ctx context.Context) {
	if release, ok := middleware.GetStackValue(ctx, landKey{}).(func()); ok {
		release()
	}
}

// note logs an attempt by its outcome, never by what was sent or came.
func (g gate) note(ctx context.Context, md middleware.Metadata, attrs ...slog.Attr) {
	if !g.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	if n, ok := middleware.GetStackValue(ctx, attemptKey{}).(*int); ok {
		*n++
		attrs = append(attrs, slog.Int("attempt", *n))
	}
	if resp, ok := awsmiddleware.GetRawResponse(md).(*smithyhttp.Response); ok {
		attrs = append(attrs, slog.Int("status", resp.StatusCode))
	}
	if id, ok := awsmiddleware.GetRequestIDMetadata(md); ok {
		attrs = append(attrs, slog.String("request", id))
	}
	g.log.LogAttrs(ctx, slog.LevelDebug, "aws", attrs...)
}

type attemptKey struct{}

// countAttempts gives an operation the counter that its attempts share.
var countAttempts = middleware.InitializeMiddlewareFunc("CountAttempts",
	func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(middleware.WithStackValue(ctx, attemptKey{}, new(int)), in)
	})

// sdkLog takes what the SDK has to say to the log: its own way is standard
// error, in the middle of the screen.
func (c *Client) sdkLog() logging.Logger {
	return logging.LoggerFunc(func(kind logging.Classification, format string, v ...any) {
		c.gate.log.Debug("aws sdk", slog.String("kind", string(kind)), slog.String("text", fmt.Sprintf(format, v...)))
	})
}

// endpointRegion is the region that serves a service for callers in a region.
func endpointRegion(service, region string) string {
	switch service {
	case "IAM", "Organizations", "Account", "Cost Explorer":
		return mainRegion(region)
	}
	return region
}

// apiName spells an operation as IAM policies do.
func apiName(service, operation string) string {
	switch service {
	case "SSO OIDC":
		return "sso-oauth:" + operation
	case "Auto Scaling":
		return "autoscaling:" + operation
	case "Cost Explorer":
		return "ce:" + operation
	}
	return strings.ToLower(strings.ReplaceAll(service, " ", "-")) + ":" + operation
}
