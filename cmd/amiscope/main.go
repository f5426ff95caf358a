// Command amiscope is a terminal explorer for Amazon Machine Images: a table of
// the images of every account and region, and verbs that print the same.
//
// This package wires the rooms together: it reads flags and settings, makes the
// AWS client and the cache, streams one into the other, and hands both to the
// screen or to a verb.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/adrg/xdg"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, thisHost(), os.Args[1:]))
}

func thisHost() host {
	return host{
		out: os.Stdout, err: os.Stderr, env: os.Getenv, now: time.Now,
		dirs: dirs{config: xdg.ConfigHome, cache: xdg.CacheHome, state: xdg.StateHome},
	}
}
