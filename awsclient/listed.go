package awsclient

import (
	"context"
	"errors"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/amiscope/amiscope/awsclient/calls"
)

// ErrUnlisted is in the error of a call that is not in the table of calls.
var ErrUnlisted = errors.New("the table of calls does not have it, so it was not sent")

// onlyListed refuses what the table of calls does not have: a call that the IAM
// policy and doctor know nothing of. What the SDK itself calls to get credentials,
// before there is a session, does not come by here.
var onlyListed = middleware.InitializeMiddlewareFunc("OnlyListed",
	func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		api := apiName(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
		if _, ok := calls.Find(api); !ok {
			return middleware.InitializeOutput{}, middleware.Metadata{}, fmt.Errorf("%s: %w", api, ErrUnlisted)
		}
		return next.HandleInitialize(ctx, in)
	})
