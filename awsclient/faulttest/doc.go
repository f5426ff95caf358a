// Package faulttest holds the client and the scan against an AWS that fails:
// each way of failing in each call that an inventory needs, and all of them
// together over a large company. Whatever fails, no image may be lost, come
// twice, or be swept by a pass that did not see the whole list.
//
// It holds tests only. They run on the clock of testing/synctest: a body that
// stalls for a quarter of a minute, eight times, takes them no time.
package faulttest
