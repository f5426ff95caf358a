//go:build !linux

package main

// inLargePages does nothing: only Linux gives large pages to whom asks for them.
func inLargePages(int) {}
