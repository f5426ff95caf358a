package main

import (
	"math"
	"sync/atomic"
	"time"
)

// handover says whether the terminal is in another program's hands. An
// interrupt from the keyboard reaches both programs; it is meant for the one
// that has the terminal.
type handover struct{ until atomic.Int64 } // Unix nanoseconds

// echo is for how long after the terminal came back an interrupt still counts
// as the other program's: ours may see it late. The screen has the keyboard in
// raw mode, so none of its own comes from there.
const echo = time.Second

func (h *handover) give() { h.until.Store(math.MaxInt64) }

func (h *handover) back() { h.until.Store(time.Now().Add(echo).UnixNano()) }

// holds reports whether an interrupt now is meant for the other program.
func (h *handover) holds() bool { return time.Now().UnixNano() < h.until.Load() }
