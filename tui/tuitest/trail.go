package tuitest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/trail"
	"github.com/amiscope/amiscope/tui"
)

// The images of the fleet whose trails tell most.
const (
	TracedImage = StaleImage  // all kinds of things
	DeniedImage = UnreadImage // two trails are denied, and one goes back a part of the way only
)

// Told is what the trails tell of the fleet's images; of all but those two, nothing.
func Told(k model.ImageKey) []tui.Traced {
	far := model.Scope{Account: Prod.Account, Region: "us-east-1"}
	out := []tui.Traced{{Scopes: []model.Scope{Prod, Dev, far}}}
	for i, s := range out[0].Scopes {
		l := &trail.Lookup{Scope: s, Image: k, Seen: trail.Spans{{From: Now.Add(-trail.Kept), To: Now}}, At: Now}
		switch {
		case k.ID == TracedImage && s == Prod:
			l.Events = deedsOf(s)
		case k.ID == TracedImage && s == Dev:
			l.Events = []*trail.Event{{ID: "dev", At: Now.Add(-3 * day), Scope: s, Act: trail.Launched, Who: "user ann", Caller: s.Account, Source: "198.51.100.9", With: []string{"i-0123456789abcdef0"}, Count: 1}}
		case k.ID == DeniedImage && s == Prod:
			l.Seen = trail.Spans{{From: Now.Add(-20 * day), To: Now}}
		case k.ID == DeniedImage:
			l.Seen, l.Err = nil, &model.OpError{Op: "cloudtrail:LookupEvents", Scope: s, Kind: model.Denied, Err: errors.New("no identity-based policy allows the action"), Help: "allow cloudtrail:LookupEvents for role audit"}
		}
		out = append(out, tui.Traced{Lookups: []*trail.Lookup{l}, Done: i + 1})
	}
	return out
}

func deedsOf(s model.Scope) []*trail.Event {
	const jo, scaler = "SSO PlatformAdmin/jo@acme.example", "autoscaling.amazonaws.com"
	n := 0
	event := func(ago time.Duration, a trail.Act, who, source string, change func(*trail.Event)) *trail.Event {
		n++
		e := &trail.Event{ID: fmt.Sprint(n), At: Now.Add(-ago), Scope: s, Act: a, Who: who, Caller: s.Account, Source: source, API: "ec2:X"}
		if change != nil {
			change(e)
		}
		return e
	}
	out := []*trail.Event{
		event(2*time.Hour, trail.Tagged, "role deploy/\x1b[31mbuild\u202e", "203.0.113.7", func(e *trail.Event) { e.With = []string{"Owner", "a\nb"} }),
		event(day, trail.Shared, jo, "203.0.113.24", func(e *trail.Event) { e.With = []string{Dev.Account, "998877665544"} }),
	}
	for i := range 40 {
		out = append(out, event(2*day+time.Duration(i)*time.Hour, trail.Launched, scaler, scaler, func(e *trail.Event) { e.Count = 1 + i%3 }))
	}
	return append(out,
		event(5*day, trail.Launched, "user ann", "198.51.100.9", func(e *trail.Event) { e.Count, e.Error = 2, "Client.UnauthorizedOperation" }),
		event(6*day, trail.MadePrivate, jo, "203.0.113.24", nil),
		event(8*day, trail.MadePublic, "root", "203.0.113.99", nil),
		event(9*day, trail.Created, "role packer/GitHubActions", "140.82.112.7", func(e *trail.Event) { e.Thing = "i-0aaaaaaaaaaaaaaa1" }),
	)
}

// TracedOptions are those of a program that looks at the used fleet and its trails.
func TracedOptions() tui.Options {
	o := UsedOptions()
	o.Services.Trail = func(_ context.Context, t tui.Tracing) <-chan tui.Traced {
		told := Told(t.Image)
		out := make(chan tui.Traced, len(told))
		for _, m := range told {
			out <- m
		}
		close(out)
		return out
	}
	return o
}
