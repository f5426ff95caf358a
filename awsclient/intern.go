package awsclient

import "sync"

// internLimit bounds what an interner keeps: far more strings repeat in no
// fleet, and a fleet in which they do not must not fill the memory.
const internLimit = 1 << 16

// interner gives one copy of strings that most records share, such as owners,
// device names and tags, so that 100,000 images stay small. Its zero value is
// ready, and safe for use by many goroutines.
type interner struct {
	mu   sync.Mutex
	seen map[string]string
}

func (in *interner) string(s string) string {
	if s == "" {
		return ""
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if one, ok := in.seen[s]; ok {
		return one
	}
	if in.seen == nil {
		in.seen = map[string]string{}
	}
	if len(in.seen) < internLimit {
		in.seen[s] = s
	}
	return s
}
