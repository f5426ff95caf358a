package awsclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Call makes a call that changes something, once. The account must have been found.
// Its input has AWS's own names, and no others. A token, where AWS takes one, makes
// two calls with it one. Dry asks only whether the call would be allowed, and then
// gives nil.
//
// Its error is a *model.OpError or ctx's. One of Kind Network, ctx's, and one of Kind
// Unknown that has no code leave open whether the call was made; so does NotFound of
// what takes something away or brings it back. All others mean that nothing was
// done. The answer has AWS's request id also with an error, where AWS gave one.
func (c *Client) Call(ctx context.Context, sc model.Scope, call plan.Call, token string, dry bool) (plan.Answer, error) {
	made := changes()[call.API]
	if made == nil {
		return plan.Answer{}, &model.OpError{
			Op: call.API, Scope: sc, Kind: model.Unsupported, Err: errors.New("no plan makes this call"), Help: "make the plan again, with this version",
		}
	}
	r, err := c.reading(ctx, sc, model.Images)
	if err != nil {
		return plan.Answer{}, err
	}
	t := &tries{}
	ctx = context.WithValue(AtOnce(ctx), triesKey{}, t)
	result, err := made(ctx, r.session.ec2(sc.Region), order{call.API, call.Input, token, dry})
	answer := plan.Answer{Request: t.request, Result: result}
	if dry {
		return answer, r.allowed(ctx, call.API, err)
	}
	return answer, r.made(ctx, call.API, t, err)
}

// allowed is what a dry run says: EC2 has an error for that it would have gone well.
func (r *reading) allowed(ctx context.Context, api string, err error) error {
	if err == nil {
		return &model.OpError{
			Op: api, Scope: r.scope, Kind: model.Unsupported, Err: errors.New("this endpoint has no dry runs: it may have made the call"),
			Help: "look at what it was about, and plan it anew",
		}
	}
	err = r.explain(ctx, api, err)
	if e, ok := errors.AsType[*model.OpError](err); ok && e.Code == dryRun {
		return nil
	}
	return err
}

// made is what became of a call. The answer of the last attempt says nothing of an
// earlier one whose answer was lost: that one may have been done, and be the cause
// that the last one was refused.
func (r *reading) made(ctx context.Context, api string, t *tries, err error) error {
	err = r.explain(ctx, api, err)
	e, ok := errors.AsType[*model.OpError](err)
	switch {
	case !ok: // ctx's, or none
	case t.lost != nil && e.Kind != model.Network:
		e.Err = fmt.Errorf("an answer was lost (%s), and the next one was: %w", sentence(t.lost), e.Err)
		e.Kind, e.Code, e.Help, e.Login = model.Network, "", "", model.Login{}
	case t.sent == 0 && e.Kind == model.Unknown && e.Code == "":
		e.Kind = model.Invalid // it never left
	}
	return err
}

// errNotDone is what AWS says where its answer to a call is false.
var errNotDone = errors.New("AWS answered that it was not done, and not why")

// tries is what became of the attempts of one call.
type tries struct {
	sent    int
	request string // the id of the last one that AWS answered
	lost    error  // why it is not known of one of them whether it was done
}

type triesKey struct{}

// noteTry takes in how an attempt ended that was sent.
func noteTry(ctx context.Context, request string, err error) {
	t, ok := ctx.Value(triesKey{}).(*tries)
	if !ok {
		return
	}
	t.sent++
	if request != "" {
		t.request = request
	}
	if err != nil && unsure(err) {
		t.lost = err
	}
}

// unsure reports whether what an attempt met leaves open whether it was done. What
// AWS refuses has a code, and that of an outage is none of a refusal.
func unsure(err error) bool {
	ae, named := errors.AsType[smithy.APIError](err)
	return !named || kindOf(call{}, ae.ErrorCode(), statusOf(err)) == model.Network
}
