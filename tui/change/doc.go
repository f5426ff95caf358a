// Package change holds the screens with which one changes AWS: forms that ask for
// what a deed needs, the review of a plan, and the run of one that was confirmed.
//
// No screen here changes anything. A review returns the effect kit.Apply with the
// very plan that it shows, and only where the plan is new, everything was read
// again, and somebody pressed y or typed the exact phrase.
package change
