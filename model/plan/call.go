package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/amiscope/amiscope/model"
)

// input is what a call of AWS is made with. Its JSON has AWS's names, in AWS's order.
type input interface {
	// api is the call as IAM spells it, deed what is done by it, for what accounts deny.
	api() string
	deed() Deed
	// image is what it is about; "" where it is about a snapshot.
	image() string
	// back is how it is taken back, from how the image was before.
	back(before *Facts, s *Setting) way
	// settled tells from how the image was before and is now whether it was done.
	settled(before, now *Facts) State
}

// way is a way back.
type way struct {
	calls []input
	lost  []Note     // what they do not bring back, and why
	until *time.Time // after that there is no way; nil: there always is
}

// onImage and onSnapshot name what a call is about.
type onImage struct {
	ID string `json:"ImageId"`
}

func (o onImage) image() string { return o.ID }

type onSnapshot struct {
	ID string `json:"SnapshotId"`
}

func (onSnapshot) image() string { return "" }

// read gives the input of a call back.
func read(c Call) (input, error) {
	in := inputOf(c.API)
	if in == nil {
		return nil, fmt.Errorf("no step of a plan calls %q", c.API)
	}
	d := json.NewDecoder(bytes.NewReader(c.Input))
	d.DisallowUnknownFields() // what is not understood here would be sent all the same
	if err := d.Decode(in); err != nil {
		return nil, fmt.Errorf("the input of %s: %w", c.API, err)
	}
	return in, nil
}

// inputOf is an empty input of a call; nil for one that no plan makes.
func inputOf(api string) input {
	for _, in := range []input{
		&modifyImage{}, &modifySnapshot{}, &enableDeprecation{}, &disableDeprecation{}, &disableImage{}, &enableImage{},
		&enableProtection{}, &disableProtection{}, &createTags{}, &deleteTags{}, &deregister{}, &deleteSnapshot{},
		&restoreSnapshot{}, &restoreImage{}, &copyImage{},
	} {
		if in.api() == api {
			return in
		}
	}
	return nil
}

// callOf is the call that an input makes.
func callOf(in input) Call {
	text, err := json.Marshal(in)
	if err != nil {
		panic(err) // texts, numbers and times between the years 0 and 9999
	}
	return Call{API: in.api(), Input: text}
}

// told is whether a fact that a call makes so is so: the one that was there before
// tells that nothing was done.
func told(done, before bool) State {
	switch {
	case done:
		return Done
	case before:
		return NotRun
	}
	return Unclear
}

// there reports whether an image can be listed.
func (f *Facts) there() bool {
	return f.State != "" && f.State != Gone && f.State != Binned && f.State != "deregistered"
}

// snapshot finds one of the image's.
func (f *Facts) snapshot(id string) *Snapshot {
	for i := range f.Snapshots {
		if f.Snapshots[i].ID == id {
			return &f.Snapshots[i]
		}
	}
	return nil
}

// own reports whether a tag is one that people may set.
func own(t model.Tag) bool { return len(t.Key) < 4 || t.Key[:4] != "aws:" }
