// Package cost says what snapshots and images cost a month, and what deleting
// some would free. It is pure.
//
// Every figure is a band between what is billed at least and at most, with the
// basis it rests on: AWS bills the blocks that a snapshot adds to those before
// it, and tells only how many it holds. Sums are exact, in billionths of a
// dollar, and a snapshot is counted once however many images use it.
package cost
