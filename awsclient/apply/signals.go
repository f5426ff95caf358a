package apply

import "sync"

// signals are what people want of a job that goes on. Giving one never waits.
type signals struct {
	*sync.Mutex
	wake    chan struct{} // holds one: there is something new
	stop    bool
	proceed bool
	renewed []string // accounts
}

func newSignals() signals { return signals{Mutex: new(sync.Mutex), wake: make(chan struct{}, 1)} }

func (s *signals) give(set func()) {
	s.Lock()
	defer s.Unlock()
	set()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take gives what is new.
func (s *signals) take() (stop, proceed bool, renewed []string) {
	s.Lock()
	defer s.Unlock()
	stop, proceed, renewed = s.stop, s.proceed, s.renewed
	s.renewed = nil
	return stop, proceed, renewed
}

// Stop ends the job between two steps: calls that have begun end, and their outcome
// is noted. Copies that AWS has taken on go on without being followed.
func (j *Job) Stop() { j.signals.give(func() { j.signals.stop = true }) }

// Proceed lets the targets behind the first ones be done.
func (j *Job) Proceed() { j.signals.give(func() { j.signals.proceed = true }) }

// Renewed says that the login of an account is good again.
func (j *Job) Renewed(account string) {
	j.signals.give(func() { j.signals.renewed = append(j.signals.renewed, account) })
}
