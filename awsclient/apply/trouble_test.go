package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient/apply"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// once answers the first n calls about something with an error.
func once(n int, about string, kind model.ErrorKind, code string) func(model.Scope, plan.Call) error {
	return func(s model.Scope, c plan.Call) error {
		if !isDry(c) && n > 0 && strings.Contains(subject(c), about) {
			n--
			return opErr(s, c, kind, code)
		}
		return nil
	}
}

// A step that fails fails alone, with AWS's reason and what to do.
func TestErrorsAreOfTheirStep(t *testing.T) {
	for _, kind := range []model.ErrorKind{model.Denied, model.Protected, model.DisabledRegion, model.Closed, model.Unsupported, model.Invalid, model.InUse} {
		t.Run(kind.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.disable(here, "ami-a")
				w.removeWhole(here, "ami-b")
				w.aws.before = once(9, "ami-a", kind, "SomeCode")
				must(t, w.start(t.Context()))
				w.wantStates(plan.Failed, plan.Done)
				o := w.outcome(1)
				if o.Kind != kind.String() || o.Why != "SomeCode" || o.Hint == "" {
					t.Errorf("%+v", o)
				}
				equal(t, "calls", w.aws.seen["DisableImage ami-a"], 1)
				w.agree()
			})
		})
	}
}

// An image that is gone when it is called: of what takes it away that may be our
// own doing, of all else not.
func TestNotFound(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.disable(here, "ami-a")
		w.removeWhole(here, "ami-b")
		w.removeWhole(here, "ami-c")
		w.aws.before = func(s model.Scope, c plan.Call) error {
			switch subject(c) {
			case "DisableImage ami-a", "DeregisterImage ami-c":
				if !isDry(c) {
					return opErr(s, c, model.NotFound, "InvalidAMIID.NotFound")
				}
			case "DeregisterImage ami-b": // a first attempt, whose answer was lost
				if !isDry(c) {
					w.aws.image(here, "ami-b").gone = time.Now()
					w.aws.did[subject(c)]++
				}
			}
			return nil
		}
		must(t, w.start(t.Context()))
		w.wantStates(plan.Failed, plan.Done, plan.Failed)
		equal(t, "calls of c", w.aws.seen["DeregisterImage ami-c"], 2)
		w.agree()
	})
}

func TestThrottled(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.removeWhole(here, "ami-a")
		w.removeWhole(here, "ami-b")
		w.aws.before = once(3, "ami-a", model.Throttled, "RequestLimitExceeded")
		must(t, w.start(t.Context()))
		w.wantStates(plan.Done, plan.Done)
		equal(t, "journal", slices.DeleteFunc(slices.Clone(w.notes.lines), func(l string) bool { return !strings.HasPrefix(l, "1 ") }), []string{
			"1 intended", "1 not run", "1 intended", "1 not run", "1 intended", "1 not run", "1 intended", "1 done",
		})
		w.agree()
	})
}

func TestThrottledForEver(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.remove(here, "ami-a", "snap-a")
		w.aws.before = once(1000, "ami-a", model.Throttled, "RequestLimitExceeded")
		start := time.Now()
		must(t, w.start(t.Context()))
		w.wantStates(plan.Failed, plan.NotRun)
		if took := time.Since(start); took < time.Minute || took > 15*time.Minute {
			t.Errorf("it took %s", took)
		}
		w.agree()
	})
}

// A snapshot that AWS still takes for used, as its image has gone just now.
func TestASnapshotThatIsFreedLate(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.remove(here, "ami-a", "snap-a")
		w.aws.before = once(3, "snap-a", model.InUse, "InvalidSnapshot.InUse")
		must(t, w.start(t.Context()))
		w.wantStates(plan.Done, plan.Done)
		w.agree()
	})
}

// A call without an answer is held against AWS, which tells late: one that was made
// is not made again, one that was not is.
func TestLostAnswers(t *testing.T) {
	for name, made := range map[string]bool{"made": true, "not made": false} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				everything(w)
				w.aws.lag = 20 * time.Second
				lost := map[string]bool{}
				lose := func(s model.Scope, c plan.Call) error {
					if isDry(c) || lost[subject(c)] {
						return nil
					}
					lost[subject(c)] = true
					return opErr(s, c, model.Network, "InternalError")
				}
				want := 2
				if made {
					w.aws.after, want = lose, 1
				} else {
					w.aws.before = lose
				}
				must(t, w.start(t.Context()))
				w.wantStates(all(kinds, plan.Done)...)
				for what := range lost {
					equal(t, "calls of "+what, w.aws.seen[what], want)
				}
				w.agree()
			})
		})
	}
}

func TestACallThatIsNeverMade(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.disable(here, "ami-a")
		w.aws.before = once(100, "ami-a", model.Network, "ServiceUnavailable")
		must(t, w.start(t.Context()))
		w.wantStates(plan.Failed)
		equal(t, "kind", w.outcome(1).Kind, "network")
		equal(t, "calls", w.aws.seen["DisableImage ami-a"], 2)
		w.agree()
	})
}

// Where nothing tells whether a step was done, that is said, and the run stays open.
func TestWhatNobodyCanTell(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.remove(here, "ami-a", "snap-a")
		w.aws.after = once(1, "ami-a", model.Network, "InternalError")
		w.aws.unread = func(l model.Look) error {
			if l.Bin { // asked to find out
				return &model.OpError{Op: "ec2:DescribeImages", Scope: l.Scope, Kind: model.Denied, Err: errors.New("no")}
			}
			return nil
		}
		if err := w.start(t.Context()); err == nil || !strings.Contains(err.Error(), "whether 1 steps were done could not be found out") {
			t.Fatalf("got %v", err)
		}
		w.wantStates(plan.Unclear, plan.NotRun)
		w.aws.unread = nil
		must(t, w.resume(t.Context()))
		w.wantStates(plan.Done, plan.Done)
		w.agree()
		equal(t, "twice", w.aws.twice(), []string(nil))
	})
}

// A login that expires keeps its account's steps, whatever they were at, and no
// others; when it is renewed they go on.
func TestAnExpiredLogin(t *testing.T) {
	for _, at := range []string{"dry run", "reading", "call", "reading the users of a snapshot", "following", "finding out"} {
		t.Run(at, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.remove(here, "ami-a", "snap-a")
				w.remove(there, "ami-b", "snap-b")
				w.duplicate(here, there, "ami-c")
				expired := true
				isOut := func(s model.Scope) error {
					if s.Account != there.Account || !expired {
						return nil
					}
					return &model.OpError{Scope: s, Kind: model.Expired, Err: errors.New("the token has expired")}
				}
				w.aws.unread = func(l model.Look) error {
					if at == "reading" || at == "reading the users of a snapshot" && len(l.Besides) == 1 && l.Snapshots && !l.Bin || at == "following" && slices.Contains(l.Images, "ami-copy1") || at == "finding out" && l.Bin {
						return isOut(l.Scope)
					}
					return nil
				}
				w.aws.before = func(s model.Scope, c plan.Call) error {
					if at == "dry run" && isDry(c) || at == "call" && !isDry(c) {
						return isOut(s)
					}
					return nil
				}
				if at == "finding out" {
					w.aws.after = once(1, "ami-b", model.Network, "InternalError")
				}
				var paused []string
				w.react = func(j *apply.Job, e plan.Event) {
					if e.Account == "" {
						return
					}
					if paused = append(paused, e.Account+" "+e.Paused); e.Paused != "" {
						time.AfterFunc(time.Hour, func() {
							equal(t, "the other account", []plan.State{w.outcome(1).State, w.outcome(2).State}, all(2, plan.Done))
							expired = false
							j.Renewed(e.Account)
						})
					}
				}
				must(t, w.start(t.Context()))
				w.wantStates(all(6, plan.Done)...)
				equal(t, "paused", paused, []string{there.Account + " log in again, then refresh", there.Account + " "})
				w.agree()
			})
		})
	}
}

// Stopped at any moment: what had begun ends, nothing else begins, and resuming does
// the rest.
func TestStopped(t *testing.T) {
	for _, by := range []string{"stop", "context"} {
		for lines := 1; ; lines++ {
			finished := false
			t.Run(fmt.Sprintf("by %s after %d lines", by, lines), func(t *testing.T) {
				in(t, func(t *testing.T, w *world) {
					everything(w)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var stopped time.Time
					stop := func(j *apply.Job) {
						if stopped = time.Now(); by == "stop" {
							j.Stop()
						} else {
							cancel()
						}
					}
					w.react = func(j *apply.Job, e plan.Event) {
						if w.notes.written() > lines && stopped.IsZero() {
							stop(j)
						}
					}
					err := w.start(ctx)
					if err == nil {
						finished = len(w.notes.lines) <= lines+1
						w.wantStates(all(kinds, plan.Done)...)
						return
					}
					if !errors.Is(err, plan.ErrStopped) && !errors.Is(err, context.Canceled) {
						t.Fatalf("got %v", err)
					}
					if took := time.Since(stopped); took > time.Second {
						t.Errorf("it took %s to stop", took)
					}
					if slices.Contains(w.states(), plan.Intended) {
						t.Errorf("states %q", w.states())
					}
					w.agree()
					w.react = nil
					must(t, w.resume(t.Context()))
					w.wantStates(all(kinds, plan.Done)...)
					equal(t, "twice", w.aws.twice(), []string(nil))
				})
			})
			if finished || t.Failed() {
				break
			}
		}
	}
}

// A journal that cannot be written at any one of its lines: nothing is done that it
// does not tell of, the run ends with its reason, and resuming does the rest.
func TestAJournalThatFails(t *testing.T) {
	full := errors.New("there is no space left for the journal")
	for at := 0; ; at++ {
		finished := false
		t.Run(fmt.Sprintf("at line %d", at), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				everything(w)
				n := 0
				w.notes.fail = func(string) error {
					if n++; n > at {
						return full
					}
					return nil
				}
				err := w.start(t.Context())
				if err == nil {
					finished = true
					return
				}
				if !errors.Is(err, full) {
					t.Fatalf("got %v", err)
				}
				if at == 0 {
					equal(t, "calls", len(w.aws.seen)+len(w.aws.dry), 0)
					return
				}
				told := w.states()
				for i, s := range w.run.Plan.Steps {
					if told[i] == "" && w.aws.did[subject(s.Call)] > 0 {
						t.Errorf("step %d was done, and the journal does not tell of it", s.ID)
					}
				}
				w.notes.fail = nil
				must(t, w.resume(t.Context()))
				w.wantStates(all(kinds, plan.Done)...)
				equal(t, "twice", w.aws.twice(), []string(nil))
				w.events = nil
			})
		})
		if finished || t.Failed() {
			break
		}
	}
}

// What was done and could not be noted is told with the reason.
func TestAnOutcomeThatCannotBeNoted(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.removeWhole(here, "ami-a")
		full := errors.New("full")
		w.notes.fail = func(line string) error {
			if line == "1 done" {
				return full
			}
			return nil
		}
		if err := w.start(t.Context()); !errors.Is(err, full) {
			t.Fatalf("got %v", err)
		}
		last := w.events[len(w.events)-2]
		if last.Step != 1 || last.Outcome.State != plan.Done || !errors.Is(last.Err, full) {
			t.Errorf("told %+v", last)
		}
		w.wantStates(plan.Intended)
	})
}

// A clock that is set while a run goes on changes what is written and nothing else.
func TestAClockThatIsSet(t *testing.T) {
	for _, jump := range []time.Duration{-20 * time.Minute, 20 * time.Minute} {
		in(t, func(t *testing.T, w *world) {
			everything(w)
			w.aws.lag = 20 * time.Second
			w.aws.after = once(1, "ami-b", model.Network, "InternalError")
			var n atomic.Int32
			w.order.Now = func() time.Time {
				if n.Add(1) > 5 {
					return time.Now().Add(jump)
				}
				return time.Now()
			}
			must(t, w.start(t.Context()))
			w.wantStates(all(kinds, plan.Done)...)
			equal(t, "calls that deleted", w.aws.seen["DeregisterImage ami-b"], 1)
			w.agree()
		})
	}
}

func TestRereadingsThatFail(t *testing.T) {
	for name, tc := range map[string]struct {
		times int
		kind  model.ErrorKind
		want  plan.State
	}{
		"for a while":          {3, model.Network, plan.Done},
		"throttled a while":    {3, model.Throttled, plan.Done},
		"for ever":             {1000, model.Network, plan.Failed},
		"as it is not allowed": {1, model.Denied, plan.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.removeWhole(here, "ami-a")
				n := 0
				w.aws.unread = func(l model.Look) error {
					if n++; n > tc.times {
						return nil
					}
					return &model.OpError{Op: "ec2:DescribeImages", Scope: l.Scope, Kind: tc.kind, Err: errors.New("no")}
				}
				must(t, w.start(t.Context()))
				w.wantStates(tc.want)
				w.agree()
			})
		})
	}
}
