package awsclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ebs"
	ebstypes "github.com/aws/aws-sdk-go-v2/service/ebs/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// blocksPage is the most blocks in an answer of the EBS direct APIs (EBS API
// reference).
const blocksPage = 10_000

// ListBlocks gives a page of the blocks of the snapshot ask.To, from a block on
// or, where there is one, by the token of the page before, and the token of the
// page after it, "" at the end. A token is good for an hour. Each request is
// paid for: before every attempt, retries included, spend is asked, and its
// error ends the call and stays in the chain of the error. That is a
// *model.OpError, whose Code is the reason that EBS gives, or ctx's.
func (c *Client) ListBlocks(ctx context.Context, ask cost.Ask, at int32, token string, spend func() error) (cost.Holding, string, error) {
	page := cost.Holding{Snapshot: ask.To}
	in := ebs.ListSnapshotBlocksInput{SnapshotId: &ask.To, MaxResults: aws.Int32(blocksPage), NextToken: textOf(token), StartingBlockIndex: startOf(at, token)}
	next, err := c.direct(ctx, ask, "ebs:ListSnapshotBlocks", func(ctx context.Context, s *session) (*string, error) {
		out, err := s.ebs(ask.Scope.Region).ListSnapshotBlocks(ctx, &in, spending(spend))
		if err != nil {
			return nil, err
		}
		row := inOrder{at: at}
		for i := range out.Blocks {
			index := row.next(out.Blocks[i].BlockIndex)
			page.Blocks = page.Blocks.Add(index)
		}
		return out.NextToken, row.check(whole(out.Blocks, out.NextToken), out.BlockSize)
	})
	return page, next, err
}

// ChangedBlocks gives a page of the blocks that differ between the snapshots
// ask.From and ask.To, as ListBlocks does.
func (c *Client) ChangedBlocks(ctx context.Context, ask cost.Ask, at int32, token string, spend func() error) (cost.Change, string, error) {
	page := cost.Change{From: ask.From, To: ask.To}
	in := ebs.ListChangedBlocksInput{
		FirstSnapshotId: &ask.From, SecondSnapshotId: &ask.To, MaxResults: aws.Int32(blocksPage),
		NextToken: textOf(token), StartingBlockIndex: startOf(at, token),
	}
	next, err := c.direct(ctx, ask, "ebs:ListChangedBlocks", func(ctx context.Context, s *session) (*string, error) {
		out, err := s.ebs(ask.Scope.Region).ListChangedBlocks(ctx, &in, spending(spend))
		if err != nil {
			return nil, err
		}
		row := inOrder{at: at}
		for i := range out.ChangedBlocks {
			b := &out.ChangedBlocks[i]
			index := row.next(b.BlockIndex)
			switch {
			case b.SecondBlockToken != nil:
				page.Written = page.Written.Add(index)
			case b.FirstBlockToken != nil:
				page.Dropped = page.Dropped.Add(index)
			default:
				row.bad = true // in neither snapshot: no change
			}
		}
		return out.NextToken, row.check(whole(out.ChangedBlocks, out.NextToken), out.BlockSize)
	})
	return page, next, err
}

func textOf(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// startOf is where a list is to start; a token knows that itself.
func startOf(at int32, token string) *int32 {
	if token != "" || at == 0 {
		return nil
	}
	return &at
}

// inOrder sees to it that blocks come in order and from where they were asked
// for, as AWS lists them: what is read on later goes on from the last one.
type inOrder struct {
	at  int32 // the least that may come
	bad bool
}

func (o *inOrder) next(index *int32) int32 {
	if index == nil || *index < o.at {
		o.bad = true
		return o.at
	}
	o.at = *index + 1
	return *index
}

// check gives the error of an answer that is none of AWS's to the call, or tells
// of blocks of another size than all have.
func (o *inOrder) check(err error, size *int32) error {
	switch {
	case err != nil:
		return err
	case o.bad || size == nil:
		return errForeign
	case *size != cost.BlockSize:
		return fmt.Errorf("blocks of %d bytes: only such of %d can be counted", *size, cost.BlockSize)
	}
	return nil
}

// direct makes one call of the EBS direct APIs.
func (c *Client) direct(ctx context.Context, ask cost.Ask, api string, call func(context.Context, *session) (*string, error)) (string, error) {
	r, err := c.reading(ctx, ask.Scope, model.Snapshots)
	if err != nil {
		return "", err
	}
	next, err := call(withUrgency(ctx, permissions), r.session)
	if err == nil {
		return aws.ToString(next), nil
	}
	err = c.explain(ctx, r.session.call(api, ask.Scope.Region), err)
	if op, ok := errors.AsType[*model.OpError](err); ok {
		because(op)
	}
	return "", err
}

// because says what EBS gives for the reason of an error, and what to do about a
// denial: the blocks of encrypted snapshots are read with their key.
func because(op *model.OpError) {
	if e, ok := errors.AsType[*ebstypes.ValidationException](op.Err); ok && e.Reason != "" {
		op.Code = string(e.Reason)
	}
	if op.Kind != model.Denied {
		return
	}
	if e, ok := errors.AsType[*ebstypes.AccessDeniedException](op.Err); ok && e.Reason == ebstypes.AccessDeniedExceptionReasonDependencyAccessDenied {
		op.Help = "allow kms:Decrypt on the key of the snapshot"
		return
	}
	op.Help += "; of encrypted snapshots also kms:Decrypt on their key"
}

// spending has spend asked before every attempt of a call.
func spending(spend func() error) func(*ebs.Options) {
	pass := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if err := spend(); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		return next.HandleFinalize(ctx, in)
	}
	return func(o *ebs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Spend", pass), "Signing", middleware.Before)
		})
	}
}
