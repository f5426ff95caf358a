package fakeaws

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// trailed is an event of CloudTrail. Of those that a fleet starts with, what was
// sent and answered is made when it is told.
type trailed struct {
	where  place
	n      int // which one it is of those
	at     time.Time
	name   string // of the operation
	by     caller
	key    string // access key; "" for what a fleet starts with
	seeded *fleet.Event
	made   *recorded
}

func (e trailed) id() string {
	kind := "seeded"
	if e.made != nil {
		kind = "recorded"
	}
	return uuidOf(kind, e.where.account, e.where.region, e.name, strconv.Itoa(e.n))
}

// recorded is what was sent and answered.
type recorded struct{ request, response map[string]any }

// trails are the events of each account and region, the newest first.
type trails map[place][]trailed

// history is all that CloudTrail keeps.
type history struct {
	seeded   trails // what the fleet started with
	recorded trails // what callers did since
}

// trailsOf takes in what a fleet starts with.
func trailsOf(f *fleet.Fleet) trails {
	out := trails{}
	for i := range f.Events {
		e := &f.Events[i]
		at := place{e.Owner, e.Region}
		out[at] = append(out[at], trailed{where: at, n: i, at: e.At.UTC().Truncate(time.Second), name: e.Name, by: callerOf(e), seeded: e})
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b trailed) int { return cmp.Compare(b.seeded.At, a.seeded.At) })
	}
	return out
}

// trail lists the events of an account in a region, the newest first: what was
// recorded, then what the fleet started with.
func (s history) trail(at place) []trailed {
	return slices.Concat(s.recorded[at], s.seeded[at])
}

func (e trailed) call() recorded {
	if e.made != nil {
		return *e.made
	}
	return seededCall(e.seeded)
}

// about reports whether an event lists a thing. Of images that is told without
// the whole call: a large fleet has many events.
func (e trailed) about(id string) bool {
	image, ok := fleet.ParseID(fleet.ImagePrefix, id)
	if e.seeded == nil || !ok {
		return slices.Contains(e.resources(), id)
	}
	return e.seeded.Error == "" && image != 0 && (image == e.seeded.Image || image == e.seeded.Source.Image)
}

// resources lists what an event is about, as CloudTrail lists it: nothing, where
// the call failed.
func (e trailed) resources() []string {
	if e.seeded != nil && e.seeded.Error != "" {
		return nil
	}
	c := e.call()
	var out []string
	collect(c.request, &out)
	collect(c.response, &out)
	slices.Sort(out)
	return slices.Compact(out)
}

// collect adds the ids of things that a part of an event names.
func collect(part any, out *[]string) {
	switch part := part.(type) {
	case string:
		if resourceType(part) != "" {
			*out = append(*out, part)
		}
	case map[string]any:
		for _, v := range part {
			collect(v, out)
		}
	case []any:
		for _, v := range part {
			collect(v, out)
		}
	}
}

// told is the event as LookupEvents gives it.
func (e trailed) told() (types.Event, error) {
	body, err := json.Marshal(e.document())
	if err != nil {
		return types.Event{}, err
	}
	out := types.Event{
		EventId: aws.String(e.id()), EventName: aws.String(e.name), EventSource: aws.String(eventSource), EventTime: aws.Time(e.at),
		ReadOnly: aws.String("false"), Username: text(e.by.userName()), AccessKeyId: text(e.key), CloudTrailEvent: aws.String(string(body)),
		Resources: []types.Resource{},
	}
	for _, id := range e.resources() {
		out.Resources = append(out.Resources, types.Resource{ResourceName: aws.String(id), ResourceType: aws.String(resourceType(id))})
	}
	return out, nil
}

// document is the event in full, in the form of CloudTrail's record contents.
func (e trailed) document() map[string]any {
	c := e.call()
	out := map[string]any{
		"eventVersion": "1.11", "userIdentity": e.by.identity(e.where.account), "eventTime": e.at.UTC().Format(time.RFC3339),
		"eventSource": eventSource, "eventName": e.name, "awsRegion": e.where.region, "sourceIPAddress": e.by.address, "userAgent": "aws-cli/2.31.0",
		"requestParameters": c.request, "responseElements": c.response, "requestID": e.id(), "eventID": e.id(), "readOnly": false,
		"eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": e.where.account, "eventCategory": "Management",
	}
	if c.response == nil {
		out["responseElements"] = nil
	}
	if e.seeded != nil && e.seeded.Error != "" {
		out["errorCode"], out["errorMessage"] = e.seeded.Error, "The call failed."
	}
	return out
}
