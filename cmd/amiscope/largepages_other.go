//go:build !linux

package main

// markLarge does nothing: only Linux is asked for large pages.
func markLarge([]byte) bool { return false }
