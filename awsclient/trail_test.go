package awsclient

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/awsclient/scan"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
)

var (
	jo     = &fleet.Principal{Kind: "role", Name: "AWSReservedSSO_Admin_0123456789abcdef", Session: "jo@acme.example", Address: "203.0.113.24"}
	eve    = &fleet.Principal{Kind: "user", Name: "eve", Address: "198.51.100.9"}
	scaler = &fleet.Principal{Kind: "role", Name: "AWSServiceRoleForAutoScaling", Session: "AutoScaling", Address: "autoscaling.amazonaws.com"}
	root   = &fleet.Principal{Kind: "root", Address: "203.0.113.9"}
)

// traced is a world whose clock shows a moment of it.
func traced(t *testing.T, o fakeaws.Options, events func(s, other model.Scope) []fleet.Event) hand {
	t.Helper()
	o.Now = func() time.Time { return at(25).UTC() }
	return handMade(t, o, Options{}, func(w *fleet.Fleet, s, other model.Scope) { w.Events = events(s, other) })
}

// lookUp asks a trail, and gives all pieces and what they come to.
func (h hand) lookUp(t *testing.T, s model.Scope, q Question) (pieces []*trail.Lookup, all *trail.Lookup) {
	t.Helper()
	q.Image, q.Now = model.ImageKey{Region: h.scope.Region, ID: ami1}, at(25).UTC()
	if err := h.client.LookUp(t.Context(), s, q, func(l *trail.Lookup) { pieces = append(pieces, l) }); err != nil {
		t.Fatal(err)
	}
	for _, l := range pieces {
		all = l.After(all)
	}
	return pieces, all
}

// told is what happened, the newest first, as people read it.
func toldOf(l *trail.Lookup) []string {
	var out []string
	for _, e := range l.Events {
		out = append(out, fmt.Sprintf("%s %s by %s from %s", e.At.Format("02"), e.Text(func(id string) string { return id }), e.Who, e.Source))
	}
	return out
}

// TestLookUp reads a trail in many pages, and what each event did.
func TestLookUp(t *testing.T) {
	everybody := []fleet.Permission{{Group: "all"}}
	h := traced(t, fakeaws.Options{ShortEvery: 2, PageLimit: 3}, func(s, other model.Scope) []fleet.Event {
		event := func(day int, name string, by *fleet.Principal, e fleet.Event) fleet.Event {
			e.At, e.Owner, e.Region, e.Name, e.By = at(day), s.Account, s.Region, name, by
			if e.Image == 0 {
				e.Image = image1
			}
			return e
		}
		shares := []fleet.Permission{{Account: other.Account}, {Organization: "arn:o"}, {Unit: "arn:ou"}}
		return []fleet.Event{
			event(1, "CreateImage", eve, fleet.Event{Source: fleet.Source{Instance: 0x1}}),
			event(2, "ModifyImageAttribute", jo, fleet.Event{Added: append(shares, everybody...)}),
			event(3, "ModifyImageAttribute", root, fleet.Event{Removed: everybody, Added: shares[:1]}),
			event(4, "EnableImageDeprecation", jo, fleet.Event{Until: at(30)}),
			event(5, "CreateTags", eve, fleet.Event{Tags: []fleet.Tag{{Key: "Owner", Value: "x"}, {Key: "Name", Value: "y"}}}),
			event(6, "RunInstances", scaler, fleet.Event{Instances: []fleet.ID{0x11, 0x12}}),
			event(7, "CopyImage", jo, fleet.Event{Image: image2, Source: fleet.Source{Image: image1, Region: s.Region}}),
			event(8, "RunInstances", eve, fleet.Event{Error: "Client.UnauthorizedOperation"}),
			event(9, "RunInstances", eve, fleet.Event{Image: image2, Error: "Client.UnauthorizedOperation"}),
			event(10, "EnableImageDeregistrationProtection", jo, fleet.Event{}),
			event(11, "DisableImage", jo, fleet.Event{}),
			event(12, "AttachImageWatermark", jo, fleet.Event{}),
			event(13, "DeregisterImage", jo, fleet.Event{}),
			event(14, "DeregisterImage", jo, fleet.Event{Image: image3}),
			{At: at(15), Owner: other.Account, Region: s.Region, Name: "RunInstances", By: eve, Image: image1, Instances: []fleet.ID{0x13}},
		}
	})
	pieces, all := h.lookUp(t, h.scope, Question{})
	account := h.other.Account
	want := []string{
		"13 deregistered by SSO Admin/jo@acme.example from 203.0.113.24",
		"12 ec2:AttachImageWatermark by SSO Admin/jo@acme.example from 203.0.113.24",
		"11 disabled by SSO Admin/jo@acme.example from 203.0.113.24",
		"10 protected against deregistration by SSO Admin/jo@acme.example from 203.0.113.24",
		"08 failed: launch of 1 instance (Client.UnauthorizedOperation) by user eve from 198.51.100.9",
		"07 copied to " + h.scope.Region + " as " + ami2 + " by SSO Admin/jo@acme.example from 203.0.113.24",
		"06 launched 2 instances by autoscaling.amazonaws.com from autoscaling.amazonaws.com",
		"05 tagged: Owner, Name by user eve from 198.51.100.9",
		"04 deprecation set to 2026-04-30 10:11 by SSO Admin/jo@acme.example from 203.0.113.24",
		"03 shared with " + account + " by root from 203.0.113.9",
		"03 made public no more by root from 203.0.113.9",
		"02 shared with " + account + ", arn:o, arn:ou by SSO Admin/jo@acme.example from 203.0.113.24",
		"02 made public by SSO Admin/jo@acme.example from 203.0.113.24",
		"01 created from i-00000001 by user eve from 198.51.100.9",
	}
	if d := cmp.Diff(want, toldOf(all)); d != "" {
		t.Error(d)
	}
	window := trail.Spans{{From: at(25).UTC().Add(-trail.Kept), To: at(25).UTC()}}
	if len(pieces) < 8 || all.Err != nil || cmp.Diff(window, all.Seen) != "" || cmp.Diff(window, all.Tried) != "" {
		t.Errorf("%d pieces; seen %v, tried %v, %v", len(pieces), all.Seen, all.Tried, all.Err)
	}
	if e := all.Events[0]; e.Caller != h.scope.Account || e.Scope != h.scope || e.ID == "" || e.API != "ec2:DeregisterImage" {
		t.Errorf("%+v", e)
	}

	_, all = h.lookUp(t, h.other, Question{})
	if d := cmp.Diff([]string{"15 launched 1 instance: i-00000013 by user eve from 198.51.100.9"}, toldOf(all)); d != "" {
		t.Error(d)
	}
	_, all = h.lookUp(t, h.scope, Question{From: at(11).UTC()})
	if len(all.Events) != 3 || !all.Seen[0].From.Equal(at(11).UTC()) {
		t.Errorf("since the eleventh: %v, seen %v", toldOf(all), all.Seen)
	}
}

// TestALookupThatBreaksOff: what was told until then is a whole reading of a
// shorter time.
func TestALookupThatBreaksOff(t *testing.T) {
	events := func(s, _ model.Scope) []fleet.Event {
		var out []fleet.Event
		for day := 1; day <= 20; day++ {
			out = append(out, fleet.Event{At: at(day), Owner: s.Account, Region: s.Region, Name: "DeregisterImage", By: eve, Image: image1})
		}
		return out
	}
	h := traced(t, fakeaws.Options{PageLimit: 5}, events)
	pages := 0
	err := h.client.LookUp(t.Context(), h.scope, Question{Image: model.ImageKey{ID: ami1}, Now: at(25).UTC()}, func(*trail.Lookup) { pages++ })
	if err != nil || pages < 4 {
		t.Fatal(pages, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all *trail.Lookup
	err = h.client.LookUp(ctx, h.scope, Question{Image: model.ImageKey{ID: ami1}, Now: at(25).UTC()}, func(l *trail.Lookup) {
		all = l.After(all)
		if len(all.Events) > 6 {
			cancel()
		}
	})
	if err == nil || ctx.Err() == nil || all.Err != nil {
		t.Fatal(err, all.Err)
	}
	for _, e := range all.Events {
		if e.At.After(all.Seen[0].From) != (e != all.Events[len(all.Events)-1]) {
			t.Errorf("seen since %v, and there is one of %v", all.Seen[0].From, e.At)
		}
	}
}

// TestLookupsThatFail tell why, with what helps.
func TestLookupsThatFail(t *testing.T) {
	for _, c := range []struct {
		fault fakeaws.FaultKind
		kind  model.ErrorKind
		hint  string
	}{
		{fakeaws.FaultDenied, model.Denied, "allow cloudtrail:LookupEvents for "},
		{fakeaws.FaultThrottle, model.Throttled, "throttling"},
		{fakeaws.FaultBlank, model.Network, ""},
		{fakeaws.FaultExpired, model.Expired, "renew"},
	} {
		h := traced(t, fakeaws.Options{Faults: []fakeaws.Fault{{Kind: c.fault, Share: 1, Rule: fakeaws.Rule{Operation: "LookupEvents"}}}}, func(_, _ model.Scope) []fleet.Event { return nil })
		_, all := h.lookUp(t, h.scope, Question{})
		if all.Err == nil || all.Err.Kind != c.kind || all.Err.Op != "cloudtrail:LookupEvents" || all.Err.Scope != h.scope || !strings.Contains(all.Err.Hint(), c.hint) || len(all.Seen) > 0 {
			t.Errorf("%s: %+v, hint %q", c.fault, all.Err, all.Err.Hint())
		}
	}
	h := traced(t, fakeaws.Options{}, func(_, _ model.Scope) []fleet.Event { return nil })
	_, all := h.lookUp(t, model.Scope{Account: "999999999999", Region: h.scope.Region}, Question{})
	if all.Err == nil || all.Err.Kind != model.Expired || all.Scope.Account != "999999999999" {
		t.Errorf("an account that nobody reaches: %+v", all)
	}
}

// TestEventsThatAreNoAnswer: an event that does not name the image, or cannot be
// read, is no answer to the question.
func TestEventsThatAreNoAnswer(t *testing.T) {
	sound := trailtypes.Event{
		EventId: aws.String("1"), EventTime: aws.Time(at(3).UTC()), CloudTrailEvent: aws.String(`{"eventName":"DeregisterImage","requestParameters":{"imageId":"` + ami1 + `"}}`),
	}
	for name, change := range map[string]func(*trailtypes.Event){
		"":               func(*trailtypes.Event) {},
		"of another":     func(e *trailtypes.Event) { e.CloudTrailEvent = aws.String(`{}`) },
		"without an id":  func(e *trailtypes.Event) { e.EventId = nil },
		"without a time": func(e *trailtypes.Event) { e.EventTime = nil },
		"garbled":        func(e *trailtypes.Event) { e.CloudTrailEvent = aws.String(ami1 + `{"eventName"`) },
		"that only read": func(e *trailtypes.Event) { e.ReadOnly = aws.String("true"); e.EventId = nil },
	} {
		w := newWorld()
		e := sound
		change(&e)
		fakeaws.Handle(w.mux, "CloudTrail", "LookupEvents", func(context.Context, fakeaws.Call, *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
			return &cloudtrail.LookupEventsOutput{Events: []trailtypes.Event{e}}, nil
		})
		c := client(t, demo(w.mux.Transport()))
		discover(t, c)
		h := hand{client: c, scope: model.Scope{Account: dev, Region: "eu-west-1"}}
		_, all := h.lookUp(t, h.scope, Question{})
		if fine := name == "" || name == "that only read"; (all.Err == nil) != fine {
			t.Errorf("an event %s: %v", name, all.Err)
		}
	}
}

// TestLookupsKeepToTheirRate: CloudTrail's two calls a second of an account and
// region are never gone beyond, also where the newest launches are many.
func TestLookupsKeepToTheirRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := handMade(t, fakeaws.Options{Throttle: true, Now: time.Now, PageLimit: 50}, Options{Limiter: scan.NewBuckets()}, func(w *fleet.Fleet, s, _ model.Scope) {
			for i := range 700 {
				w.Events = append(w.Events, fleet.Event{
					At: fleet.Time(time.Now().Add(-time.Duration(i) * time.Hour).UnixMilli()), Owner: s.Account, Region: s.Region, Name: "RunInstances", By: scaler, Image: image1, Instances: []fleet.ID{fleet.ID(i + 1)},
				})
			}
		})
		var all *trail.Lookup
		begun := time.Now()
		q := Question{Image: model.ImageKey{Region: h.scope.Region, ID: ami1}, Now: begun}
		if err := h.client.LookUp(t.Context(), h.scope, q, func(l *trail.Lookup) { all = l.After(all) }); err != nil {
			t.Fatal(err)
		}
		calls := 0
		for _, s := range h.server.Stats() {
			if s.API == "cloudtrail:LookupEvents" {
				calls += s.Calls
				if s.Throttled() > 0 {
					t.Errorf("%d calls were throttled", s.Throttled())
				}
			}
		}
		// The empty pages of the hand-made world count as well.
		if took := time.Since(begun).Seconds(); all.Err != nil || len(all.Events) != 700 || took < float64(calls-2)/2 || took > float64(calls)*0.6 {
			t.Errorf("%d events by %d calls in %.1f s: %v", len(all.Events), calls, took, all.Err)
		}
		if n := len(all.Tried); n != 1 || !all.Tried[0].From.After(all.Seen[0].From) {
			t.Errorf("of 700 launches not all were gone through for failed ones: %v", all.Tried)
		}
	})
}
