package fakeaws

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// inTrail is the default fleet at its present, and a client of CloudTrail in the
// scope of an image.
func inTrail(t *testing.T, o Options, name string) (*Server, *fleet.Image, *cloudtrail.Client) {
	t.Helper()
	if o.Now == nil {
		o.Now = (&clock{fleet.Epoch}).Now
	}
	s := New(o)
	var found *fleet.Image
	s.Change(func(f *fleet.Fleet) {
		for i := range f.Images {
			if f.Images[i].Name == name {
				found = &f.Images[i]
			}
		}
	})
	if found == nil {
		t.Fatalf("no image is called %s", name)
	}
	key, _ := s.Credentials(found.Owner)
	cfg := testConfig(s.mux, key)
	cfg.Region = found.Region
	return s, found, cloudtrail.NewFromConfig(cfg)
}

// lookUp reads all events of an attribute, and in how many pages they came.
func lookUp(t *testing.T, api *cloudtrail.Client, in *cloudtrail.LookupEventsInput, key types.LookupAttributeKey, value string) (events []types.Event, pages int) {
	t.Helper()
	in.LookupAttributes = []types.LookupAttribute{{AttributeKey: key, AttributeValue: aws.String(value)}}
	for {
		out, err := api.LookupEvents(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		events, pages = append(events, out.Events...), pages+1
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return events, pages
		}
	}
}

func calledIn(events []types.Event) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = aws.ToString(e.EventName)
	}
	return out
}

// TestTheTrailOfAnImage: the newest first, and each in full; a launch that failed
// lists nothing.
func TestTheTrailOfAnImage(t *testing.T) {
	_, im, api := inTrail(t, Options{EmptyEvery: 2, ShortEvery: 3}, "launched-yesterday")
	events, pages := lookUp(t, api, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)}, types.LookupAttributeKeyResourceName, im.ID.Image())
	if pages <= len(events) {
		t.Errorf("%d events in %d pages, of which every second one is empty", len(events), pages)
	}
	told := slices.DeleteFunc(calledIn(events), func(n string) bool { return n == "RunInstances" })
	if d := cmp.Diff([]string{"ModifyImageAttribute", "ModifyImageAttribute", "CreateImage"}, told); d != "" {
		t.Error(d)
	}
	if !slices.IsSortedFunc(events, func(a, b types.Event) int { return b.EventTime.Compare(*a.EventTime) }) {
		t.Errorf("not the newest first: %v", events)
	}
	failed := 0
	launches, _ := lookUp(t, api, &cloudtrail.LookupEventsInput{}, types.LookupAttributeKeyEventName, "RunInstances")
	for _, e := range launches {
		var doc struct {
			ErrorCode         string
			ResponseElements  json.RawMessage
			RequestParameters struct {
				InstancesSet struct{ Items []struct{ ImageID string } }
			}
		}
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.ErrorCode == "" {
			continue
		}
		failed++
		if len(e.Resources) > 0 || string(doc.ResponseElements) != "null" || doc.RequestParameters.InstancesSet.Items[0].ImageID != im.ID.Image() {
			t.Errorf("a failed launch: %s", *e.CloudTrailEvent)
		}
	}
	if failed != 2 {
		t.Errorf("%d launches failed", failed)
	}
}

// TestChangesAreRecorded, those that a handler did and no others.
func TestChangesAreRecorded(t *testing.T) {
	s, im, api := inTrail(t, Options{}, "no-owner-no-team")
	key, _ := s.Credentials(im.Owner)
	cfg := testConfig(s.mux, key)
	cfg.Region = im.Region
	client, id := ec2.NewFromConfig(cfg), im.ID.Image()
	tag := &ec2.CreateTagsInput{Resources: []string{id}, Tags: []ec2types.Tag{{Key: aws.String("Owner"), Value: aws.String("sre")}}}
	if _, err := client.CreateTags(t.Context(), tag); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteTags(t.Context(), &ec2.DeleteTagsInput{Resources: []string{id}, Tags: tag.Tags}); err != nil {
		t.Fatal(err)
	}
	tag.DryRun = aws.Bool(true)
	_, dry := client.CreateTags(t.Context(), tag)
	_, wrong := client.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{"ami-00000000000000000"}, Tags: tag.Tags})
	_, read := client.DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{ImageId: &id, Attribute: ec2types.ImageAttributeNameDescription})
	if dry == nil || wrong == nil || read != nil {
		t.Fatal(dry, wrong, read)
	}
	events, _ := lookUp(t, api, &cloudtrail.LookupEventsInput{StartTime: aws.Time(fleet.Epoch)}, types.LookupAttributeKeyResourceName, id)
	if d := cmp.Diff([]string{"DeleteTags", "CreateTags"}, calledIn(events)); d != "" {
		t.Fatal(d)
	}
	var doc struct {
		RequestParameters, UserIdentity map[string]any
		EventID                         string
	}
	if err := json.Unmarshal([]byte(*events[1].CloudTrailEvent), &doc); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"resourcesSet": map[string]any{"items": []any{map[string]any{"resourceId": id}}},
		"tagSet":       map[string]any{"items": []any{map[string]any{"key": "Owner", "value": "sre"}}},
	}
	if d := cmp.Diff(want, doc.RequestParameters); d != "" || doc.UserIdentity["userName"] != "demo" || doc.EventID != *events[1].EventId || *events[0].EventId == *events[1].EventId {
		t.Errorf("%s, %s", d, *events[1].CloudTrailEvent)
	}
}

// TestTheTrailForgets after 90 days, and is of one account and region.
func TestTheTrailForgets(t *testing.T) {
	at := &clock{fleet.Epoch}
	s, im, api := inTrail(t, Options{Now: at.Now}, "public-sample-app-1.0")
	ask := func() []types.Event {
		events, _ := lookUp(t, api, &cloudtrail.LookupEventsInput{}, types.LookupAttributeKeyResourceName, im.ID.Image())
		return slices.DeleteFunc(events, func(e types.Event) bool { return *e.EventName != "ModifyImageAttribute" })
	}
	if n := len(ask()); n != 1 {
		t.Errorf("%d changes", n)
	}
	at.now = at.now.Add(21 * 24 * time.Hour)
	if n := len(ask()); n != 0 {
		t.Errorf("%d changes after three weeks more", n)
	}
	at.now = fleet.Epoch
	for _, a := range s.Accounts() {
		if a.ID == im.Owner {
			continue
		}
		key, _ := s.Credentials(a.ID)
		cfg := testConfig(s.mux, key)
		cfg.Region = im.Region
		api = cloudtrail.NewFromConfig(cfg)
		if n := len(ask()); n != 0 {
			t.Errorf("%s is told %d changes of another", a.Name, n)
		}
	}
}

func TestLookupsThatAreWrong(t *testing.T) {
	_, im, api := inTrail(t, Options{}, "many-tags")
	one := types.LookupAttribute{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: aws.String(im.ID.Image())}
	for want, in := range map[string]cloudtrail.LookupEventsInput{
		"InvalidMaxResultsException":       {MaxResults: aws.Int32(51)},
		"InvalidNextTokenException":        {NextToken: aws.String("x")},
		"InvalidLookupAttributesException": {LookupAttributes: []types.LookupAttribute{one, one}},
		"InvalidTimeRangeException":        {StartTime: aws.Time(fleet.Epoch), EndTime: aws.Time(fleet.Epoch.Add(-1))},
	} {
		_, err := api.LookupEvents(t.Context(), &in)
		if ae, ok := errors.AsType[smithy.APIError](err); !ok || ae.ErrorCode() != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	out, err := api.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
	if err != nil || len(out.Events) != 1 || out.NextToken == nil {
		t.Errorf("without an attribute: %v, %v", out, err)
	}
}
