package awsclient

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

// What is read of a trail at most: CloudTrail gives fifty events a call, and takes
// two calls a second of an account and region, whoever makes them.
const (
	trailPage     = 50
	trailPages    = 200 // of events about the image
	attemptsPages = 10  // of launches, to find those that failed
)

// Question is what is asked of a trail.
type Question struct {
	Image model.ImageKey
	From  time.Time // events since then; zero: all that CloudTrail keeps
	Now   time.Time // what is told is dated by it
}

// LookUp tells what the trail of a scope holds of an image, piece by piece: the
// newest events first, then launches that failed, which CloudTrail does not list
// under the image. Each piece says of which time it tells, so that what was broken
// off is a whole reading of a shorter time. The account must have been found by
// Discover. Why not all was read stands in the Err of the last piece; the error is
// ctx's.
func (c *Client) LookUp(ctx context.Context, sc model.Scope, q Question, told func(*trail.Lookup)) error {
	r, err := c.reading(ctx, sc, model.Permissions)
	if err == nil {
		t := tracing{reading: r, question: q, told: told, from: q.From}
		if t.from.IsZero() {
			t.from = q.Now.Add(-trail.Kept)
		}
		if err = t.events(ctx); err == nil {
			err = t.attempts(ctx)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		told(&trail.Lookup{Scope: sc, Image: q.Image, At: q.Now, Err: asOpError(err)})
	}
	return nil
}

// tracing is one question to a trail.
type tracing struct {
	*reading
	question Question
	told     func(*trail.Lookup)
	from     time.Time
}

// events tells all that is listed under the image.
func (t *tracing) events(ctx context.Context) error {
	return t.pages(ctx, trailtypes.LookupAttributeKeyResourceName, t.question.Image.ID, trailPages, func(page []trailtypes.Event, seen trail.Span) error {
		l := t.piece()
		l.Seen = trail.Spans{seen}
		for i := range page {
			some, err := t.read(&page[i])
			if err != nil {
				return err
			}
			l.Events = append(l.Events, some...)
		}
		t.told(l)
		return nil
	})
}

// attempts tells launches that failed. They list nothing, so that all launches are
// gone through, as far back as that goes.
func (t *tracing) attempts(ctx context.Context) error {
	return t.pages(ctx, trailtypes.LookupAttributeKeyEventName, "RunInstances", attemptsPages, func(page []trailtypes.Event, seen trail.Span) error {
		l := t.piece()
		l.Tried = trail.Spans{seen}
		for i := range page {
			if !strings.Contains(aws.ToString(page[i].CloudTrailEvent), t.question.Image.ID) {
				continue
			}
			some, err := t.read(&page[i])
			if err != nil {
				return err
			}
			l.Events = append(l.Events, some...)
		}
		t.told(l)
		return nil
	})
}

func (t *tracing) piece() *trail.Lookup {
	return &trail.Lookup{Scope: t.scope, Image: t.question.Image, At: t.question.Now}
}

// pages hands over the events of an attribute page by page, each with the time
// that was told until its end, until there are no more or enough were read.
func (t *tracing) pages(ctx context.Context, key trailtypes.LookupAttributeKey, value string, most int, page func([]trailtypes.Event, trail.Span) error) error {
	in := cloudtrail.LookupEventsInput{
		LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}, MaxResults: aws.Int32(trailPage),
	}
	if !t.question.From.IsZero() {
		in.StartTime = &t.from
	}
	seen, n := trail.Span{From: t.question.Now, To: t.question.Now}, 0
	return t.list(ctx, "cloudtrail:LookupEvents", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := t.session.cloudtrail(t.scope.Region).LookupEvents(ctx, &in)
		if err == nil {
			err = whole(out.Events, out.NextToken)
		}
		if err != nil {
			return nil, err
		}
		seen = until(seen, out.Events)
		if aws.ToString(out.NextToken) == "" {
			seen.From = t.from
		}
		if err := page(out.Events, seen); err != nil {
			return nil, err
		}
		if n++; n == most {
			return nil, nil
		}
		return out.NextToken, nil
	})
}

// until is the time that was told when some more events are: of the second of the
// oldest there may be others.
func until(seen trail.Span, events []trailtypes.Event) trail.Span {
	for i := range events {
		at := aws.ToTime(events[i].EventTime).UTC()
		if at.After(seen.To) { // the clocks are not the same
			seen.To = at
		}
		if after := at.Add(time.Second); after.Before(seen.From) {
			seen.From = after
		}
	}
	return seen
}

// read makes events of one of CloudTrail's. One that says nothing of the image is
// no answer to what was asked; one that only reads is of no interest.
func (t *tracing) read(in *trailtypes.Event) ([]*trail.Event, error) {
	if aws.ToString(in.ReadOnly) == "true" {
		return nil, nil
	}
	id := t.question.Image.ID
	named := strings.Contains(aws.ToString(in.CloudTrailEvent), id)
	for _, r := range in.Resources {
		named = named || aws.ToString(r.ResourceName) == id
	}
	if !named || aws.ToString(in.EventId) == "" || in.EventTime == nil {
		return nil, errForeign
	}
	record, err := readRecord(aws.ToString(in.CloudTrailEvent))
	if err != nil {
		return nil, errors.Join(errForeign, err)
	}
	text := t.client.strings.string
	base := trail.Event{
		ID: *in.EventId, At: in.EventTime.UTC(), Scope: t.scope, API: text(record.api()), Who: text(record.UserIdentity.who()),
		Caller: text(record.UserIdentity.AccountID), Source: text(record.SourceIPAddress), Error: text(record.ErrorCode),
	}
	return record.events(base, id), nil
}
