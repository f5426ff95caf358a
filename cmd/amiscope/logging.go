package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
)

// openLog opens the file of --log, which only its owner may read: it names
// accounts and principals, but never holds keys, tokens or bodies.
func (a *app) openLog() (io.Closer, error) {
	if a.flags.logFile == "" {
		return io.NopCloser(nil), nil // closes nothing
	}
	f, err := os.OpenFile(a.flags.logFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	a.log = slog.New(slog.NewJSONHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return f, nil
}
