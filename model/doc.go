// Package model is the domain of amiscope: scopes, images, snapshots and the
// immutable inventory they form, with the pure rules over them.
//
// It does no I/O, reads no clock, and knows neither AWS's SDK nor the screen;
// everything else in the program depends on it and it depends on nothing.
package model
