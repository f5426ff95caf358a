package main

import "syscall"

// markLarge asks for large pages where b lies, which Linux gives to whom asks by
// default (transparent_hugepage/enabled: madvise). It reports whether that is so.
func markLarge(b []byte) bool { return syscall.Madvise(b, syscall.MADV_HUGEPAGE) == nil }
