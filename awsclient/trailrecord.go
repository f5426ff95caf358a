package awsclient

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model/trail"
)

// trailRecord is what is read of an event in full (CloudTrail user guide, record
// contents). Names of members are the same in capitals and small letters.
type trailRecord struct {
	EventSource       string
	EventName         string
	AWSRegion         string
	SourceIPAddress   string
	ErrorCode         string
	UserIdentity      trailIdentity
	RequestParameters json.RawMessage
	ResponseElements  json.RawMessage

	request  trailRequest
	response trailResponse
}

// trailRequest is what calls that are about images say, each some of it.
type trailRequest struct {
	ImageID          string
	SourceImageID    string
	SourceRegion     string
	InstanceID       string
	DeprecateAt      string
	Attribute        string
	Description      json.RawMessage // a text, or one in value
	ImdsSupport      json.RawMessage
	LaunchPermission struct{ Add, Remove trailGrants }
	TagSet           struct{ Items []struct{ Key string } }
	InstancesSet     struct{ Items []trailInstance }
}

type trailResponse struct {
	ImageID      string
	InstancesSet struct{ Items []trailInstance }
}

type trailInstance struct {
	ImageID    string
	InstanceID string
	MinCount   int
	MaxCount   int
}

type trailGrants struct {
	Items []struct{ UserID, Group, OrganizationArn, OrganizationalUnitArn string }
}

// with lists accounts, organizations and units.
func (g trailGrants) with() []string {
	var out []string
	for _, x := range g.Items {
		if id := cmp.Or(x.UserID, x.OrganizationArn, x.OrganizationalUnitArn); id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (g trailGrants) everybody() bool {
	return slices.ContainsFunc(g.Items, func(x struct{ UserID, Group, OrganizationArn, OrganizationalUnitArn string }) bool {
		return x.Group == "all"
	})
}

func readRecord(text string) (*trailRecord, error) {
	var r trailRecord
	for _, part := range []struct {
		raw  func() json.RawMessage
		into any
	}{
		{func() json.RawMessage { return json.RawMessage(text) }, &r},
		{func() json.RawMessage { return unwrapped(r.RequestParameters, "Request") }, &r.request},
		{func() json.RawMessage { return unwrapped(r.ResponseElements, "Response") }, &r.response},
	} {
		raw := part.raw()
		if len(raw) == 0 {
			continue
		}
		// A member of another form than usual is one that is not told.
		if err := json.Unmarshal(raw, part.into); err != nil {
			if _, form := errors.AsType[*json.UnmarshalTypeError](err); !form {
				return nil, err
			}
		}
	}
	return &r, nil
}

// unwrapped is what a call of the later years has put into a member that is named
// for it.
func unwrapped(raw json.RawMessage, suffix string) json.RawMessage {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || len(members) != 1 {
		return raw
	}
	for name, inner := range members {
		if strings.HasSuffix(name, suffix) && len(inner) > 0 && inner[0] == '{' {
			return inner
		}
	}
	return raw
}

// api is the call as IAM spells it.
func (r *trailRecord) api() string {
	return strings.TrimSuffix(r.EventSource, ".amazonaws.com") + ":" + r.EventName
}

// events are what the call did to an image, as far as it says.
func (r *trailRecord) events(base trail.Event, image string) []*trail.Event {
	switch r.EventName {
	case "CopyImage":
		return one(r.copied(base, image))
	case "CreateImage":
		base.Act, base.Thing = trail.Created, r.request.InstanceID
	case "RunInstances":
		return one(r.launched(base, image))
	case "ModifyImageAttribute":
		return r.modified(base)
	case "ResetImageAttribute":
		base.Act = trail.Reset
		if r.request.Attribute != "" && r.request.Attribute != "launchPermission" {
			base.Act = trail.Other
		}
	case "EnableImageDeprecation":
		base.Act, base.Value = trail.Deprecated, minute(r.request.DeprecateAt)
	case "CreateTags", "DeleteTags":
		base.Act = switches()[r.EventName]
		for _, t := range r.request.TagSet.Items {
			base.With = append(base.With, t.Key)
		}
	default:
		base.Act = switches()[r.EventName] // those that are none of them are others
	}
	return one(base)
}

func one(e trail.Event) []*trail.Event { return []*trail.Event{&e} }

// switches are the calls that say no more than their name.
func switches() map[string]trail.Act {
	return map[string]trail.Act{
		"RegisterImage": trail.Registered, "RestoreImageFromRecycleBin": trail.Restored, "DeregisterImage": trail.Deregistered,
		"CancelImageLaunchPermission": trail.Left, "DisableImageDeprecation": trail.Undeprecated,
		"DisableImage": trail.Disabled, "EnableImage": trail.Enabled,
		"EnableImageDeregistrationProtection": trail.Protected, "DisableImageDeregistrationProtection": trail.Unprotected,
		"CreateTags": trail.Tagged, "DeleteTags": trail.Untagged,
	}
}

// copied tells which end of a copy the image is.
func (r *trailRecord) copied(e trail.Event, image string) trail.Event {
	e.Act, e.Thing, e.Region = trail.CopiedOn, r.response.ImageID, r.AWSRegion
	if r.response.ImageID == image {
		e.Act, e.Thing, e.Region = trail.Copied, r.request.SourceImageID, r.request.SourceRegion
	}
	return e
}

// launched counts the instances of the image: those that there are now, else those
// that there were to be.
func (r *trailRecord) launched(e trail.Event, image string) trail.Event {
	e.Act = trail.Launched
	for _, in := range r.response.InstancesSet.Items {
		if in.InstanceID != "" && (in.ImageID == image || in.ImageID == "") {
			e.With = append(e.With, in.InstanceID)
		}
	}
	e.Count = len(e.With)
	if e.Count == 0 {
		for _, in := range r.request.InstancesSet.Items {
			e.Count = max(e.Count, in.MinCount, in.MaxCount)
		}
	}
	return e
}

// modified tells each of the things that ModifyImageAttribute can do at once.
func (r *trailRecord) modified(base trail.Event) []*trail.Event {
	var out []*trail.Event
	add := func(did bool, a trail.Act, change func(*trail.Event)) {
		if did {
			e := base
			e.Act = a
			change(&e)
			out = append(out, &e)
		}
	}
	added, removed := r.request.LaunchPermission.Add, r.request.LaunchPermission.Remove
	asItIs := func(*trail.Event) {}
	add(added.everybody(), trail.MadePublic, asItIs)
	add(removed.everybody(), trail.MadePrivate, asItIs)
	add(len(added.with()) > 0, trail.Shared, func(e *trail.Event) { e.With = added.with() })
	add(len(removed.with()) > 0, trail.Unshared, func(e *trail.Event) { e.With = removed.with() })
	add(given(r.request.Description), trail.Described, func(e *trail.Event) { e.Value = valueOf(r.request.Description) })
	add(given(r.request.ImdsSupport), trail.Hardened, asItIs)
	if len(out) == 0 {
		return one(base)
	}
	return out
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// valueOf is a text, or the one in an attribute's value.
func valueOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var attribute struct{ Value string }
	if json.Unmarshal(raw, &attribute) == nil {
		return attribute.Value
	}
	return ""
}

// minute is a time to the minute, as far as it can be read.
func minute(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.UTC().Format("2006-01-02 15:04")
}
