package fakeaws

import "fmt"

// Error is an error that a caller gets to see, in the form of the protocol it
// called with.
type Error struct {
	Code, Message string // as AWS spells them: "InvalidAMIID.NotFound"
	Status        int    // of HTTP; 0 means 400
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }
