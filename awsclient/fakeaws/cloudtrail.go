package fakeaws

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// trailKept is how long events can be looked up.
const trailKept = 90 * 24 * time.Hour

// trailPages are those of CloudTrail, whose largest is the usual one.
var trailPages = pages{
	usual: 50, most: 50, size: "maxResults", badSize: "InvalidMaxResultsException",
	badToken: &Error{Code: "InvalidNextTokenException", Message: "Invalid NextToken."},
}

// handleTrail registers what tells of calls.
func (s *Server) handleTrail() {
	s.mux.witness = s.record
	Handle(s.mux, "CloudTrail", "LookupEvents", s.lookupEvents)
}

// lookupEvents tells the management events of the caller's account in a region,
// the newest first.
func (s *Server) lookupEvents(_ context.Context, call Call, in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := trailPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	from := s.options.Now().Add(-trailKept)
	switch {
	case len(in.LookupAttributes) > 1:
		return nil, &Error{Code: "InvalidLookupAttributesException", Message: "You can only specify one lookup attribute."}
	case in.StartTime != nil && in.EndTime != nil && in.StartTime.After(*in.EndTime):
		return nil, &Error{Code: "InvalidTimeRangeException", Message: "End time must be after start time."}
	case in.StartTime != nil && in.StartTime.After(from):
		from = *in.StartTime
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	var found []trailed
	for _, e := range s.store().trail(here(call)) {
		if !e.at.Before(from) && (in.EndTime == nil || !e.at.After(*in.EndTime)) && (len(in.LookupAttributes) == 0 || e.has(in.LookupAttributes[0])) {
			found = append(found, e)
		}
	}
	page, next := listed(s.pages, found, c, size)
	out := &cloudtrail.LookupEventsOutput{NextToken: next, Events: make([]types.Event, len(page))}
	for i, e := range page {
		if out.Events[i], err = e.told(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// has reports whether an event is one that a lookup means.
func (e trailed) has(a types.LookupAttribute) bool {
	want := aws.ToString(a.AttributeValue)
	switch a.AttributeKey {
	case types.LookupAttributeKeyResourceName:
		return e.about(want)
	case types.LookupAttributeKeyResourceType:
		return slices.ContainsFunc(e.resources(), func(id string) bool { return resourceType(id) == want })
	case types.LookupAttributeKeyEventName:
		return e.name == want
	case types.LookupAttributeKeyEventId:
		return e.id() == want
	case types.LookupAttributeKeyUsername:
		return e.by.userName() == want
	case types.LookupAttributeKeyEventSource:
		return want == eventSource
	case types.LookupAttributeKeyReadOnly:
		return want == "false"
	case types.LookupAttributeKeyAccessKeyId:
		return e.key != "" && e.key == want
	}
	return false
}

// eventSource is the service whose calls are kept here.
const eventSource = "ec2.amazonaws.com"

// resourceType is what CloudTrail calls the kind of a thing; "" for those that it
// does not tell.
func resourceType(id string) string {
	for prefix, name := range map[string]string{imageResource.prefix: "AWS::EC2::Ami", snapshotResource.prefix: "AWS::EC2::Snapshot", instanceResource.prefix: "AWS::EC2::Instance"} {
		if strings.HasPrefix(id, prefix) {
			return name
		}
	}
	return ""
}
