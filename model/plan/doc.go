// Package plan says what a change of AWS will do before it is done.
//
// A Request is what somebody asks for. Gather takes from an inventory the Facts of
// each image that it names, and Decide makes of these, and of nothing else, a Plan:
// the exact calls in their order, what will not be done and why, what cannot be
// taken back, what is freed or costs, and what must be typed to confirm it.
//
// What is confirmed is what runs. Facts are read again when a plan is looked at,
// and again right before each step; Decide makes the plan anew of them, and
// Differences says what has changed. What was done is a Run, and Undo makes the
// plan that takes it back of that alone.
package plan
