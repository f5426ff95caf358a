// Package apply does what a plan says, and nothing else.
//
// Of each step: the image is read again, and where what the plan rests on has
// changed the step is refused; the intent is journalled, and only when it is on the
// disk the call is made; the outcome is journalled. What cannot be journalled is
// not done. A run that is stopped ends between two steps. One that was killed is
// found in the journal, held against AWS, and can go on or be dropped.
package apply

import (
	"context"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// Cloud is AWS as a run needs it. Errors are *model.OpError or the context's.
type Cloud interface {
	// Call makes a call once; what it may try again it tries again itself, under the
	// limits of the API. Where AWS takes a client token, the same token makes it the
	// same call. Dry asks only whether the call would be allowed, and then returns nil;
	// of an API that cannot be asked so the error is Unsupported.
	//
	// An error of Kind Network, or the context's, leaves open whether the call was
	// made. NotFound does too: a first attempt whose answer was lost may have taken
	// away what a second one did not find. All others mean that nothing was done.
	Call(ctx context.Context, s model.Scope, c plan.Call, token string, dry bool) (plan.Answer, error)
	// Reread reads images as they are now. Its error means that nothing could be read.
	Reread(ctx context.Context, l model.Look) (model.Reread, error)
}

// Journal keeps what is done. A nil error means that it is on the disk.
type Journal interface {
	// Hold makes the run ours alone until it is released. It is not ok where another
	// copy of the program has it.
	Hold(run string) (release func() error, ok bool, err error)
	// Begin notes a run, with its whole plan.
	Begin(r *plan.Run) error
	// Note notes how a step stands.
	Note(run string, step int, o plan.Outcome) error
	// End notes that a run has ended.
	End(run string, at time.Time) error
	// Run gives a run as it was noted.
	Run(id string) (plan.Run, error)
}
