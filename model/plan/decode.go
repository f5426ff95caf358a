package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrNewer is why a plan of a newer program is refused.
var ErrNewer = errors.New("it was made by a newer amiscope: use that one, or a newer one")

// UnmarshalJSON reads a plan as its JSON was written, also as part of a run. A plan of
// a newer format is refused with ErrNewer: what it says besides might matter. So is one
// whose steps do not belong together.
func (p *Plan) UnmarshalJSON(text []byte) error {
	var head struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("a plan: %w", err)
	}
	switch {
	case head.Format == nil || *head.Format < 1:
		return errors.New("it is no plan: make one with amiscope plan")
	case *head.Format > Format:
		return fmt.Errorf("a plan of format %d, of which %d are known: %w", *head.Format, Format, ErrNewer)
	}
	type plain Plan
	var read plain
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("a plan: %w", err)
	}
	*p = Plan(read)
	return p.check()
}

// check refuses a plan whose steps do not belong together: it would be done otherwise
// than it reads.
func (p *Plan) check() error {
	for n, s := range p.Steps {
		switch {
		case s.ID != n+1:
			return fmt.Errorf("step %d of the plan has the number %d: make the plan anew", n+1, s.ID)
		case s.Target < 0 || s.Target >= len(p.Targets):
			return fmt.Errorf("step %d of the plan is for no image of it: make the plan anew", s.ID)
		case !p.Targets[s.Target].Runs():
			return fmt.Errorf("step %d of the plan is for an image to which nothing is to be done: make the plan anew", s.ID)
		}
		if s.Why == "" {
			return fmt.Errorf("step %d of the plan does not say what it is for: make the plan anew", s.ID)
		}
		for _, a := range s.After {
			if a < 1 || a >= s.ID {
				return fmt.Errorf("step %d of the plan comes after step %d: make the plan anew", s.ID, a)
			}
		}
		in, err := read(s.Call)
		if err != nil {
			return fmt.Errorf("step %d of the plan: %w: make the plan anew", s.ID, err)
		}
		if !p.owns(&s, in) {
			return fmt.Errorf("step %d of the plan is about something else than its image: make the plan anew", s.ID)
		}
	}
	return nil
}

// owns reports whether a step is about the image of its target, a snapshot of that, or
// a copy that a step before it makes.
func (p *Plan) owns(s *Step, in input) bool {
	t := &p.Targets[s.Target]
	if s.Scope.Account != t.Account {
		return false
	}
	switch in := in.(type) {
	case *copyImage:
		return in.ID == t.Image.ID && in.Region == t.Image.Region
	case *modifySnapshot:
		return s.Scope.Region == t.Image.Region && t.Before.snapshot(in.ID) != nil
	case *deleteSnapshot:
		return s.Scope.Region == t.Image.Region && t.Before.snapshot(in.ID) != nil
	case *restoreSnapshot:
		return s.Scope.Region == t.Image.Region && t.Before.snapshot(in.ID) != nil
	case tagging:
		return s.Scope.Region == t.Image.Region && slices.Equal(in.resources(), []string{t.Image.ID})
	}
	if s.Scope.Region == t.Image.Region && in.image() == t.Image.ID {
		return true
	}
	return slices.ContainsFunc(s.After, func(n int) bool {
		o := &p.Steps[n-1]
		return o.Call.API == (*copyImage)(nil).api() && o.Target == s.Target && o.Scope == s.Scope && in.image() == resultOf(n)
	})
}

// UnmarshalJSON reads a call. Its input has one form, however it was indented.
func (c *Call) UnmarshalJSON(text []byte) error {
	type plain Call
	var call plain
	if err := json.Unmarshal(text, &call); err != nil {
		return err
	}
	var b bytes.Buffer
	if len(call.Input) > 0 {
		if err := json.Compact(&b, call.Input); err != nil {
			return err
		}
		call.Input = b.Bytes()
	}
	*c = Call(call)
	return nil
}
