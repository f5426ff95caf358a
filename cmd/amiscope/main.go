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
	h := thisHost()
	os.Exit(run(untilSignal(context.Background(), h.handed), h, os.Args[1:]))
}

// untilSignal gives a context that a signal ends; a second one ends the process
// at once. An interrupt while the terminal is handed over is meant for who has
// it.
func untilSignal(ctx context.Context, handed *handover) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for s := range signals {
			if s == os.Interrupt && handed.holds() {
				continue
			}
			signal.Stop(signals)
			cancel()
			return
		}
	}()
	return ctx
}

func thisHost() host {
	return host{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, now: time.Now, handed: new(handover),
		dirs: dirs{config: xdg.ConfigHome, cache: xdg.CacheHome, state: xdg.StateHome},
	}
}
