package awsclient

import (
	"sync"

	"github.com/amiscope/amiscope/model"
)

// What an interner keeps at most: far more strings, and sets of traits, repeat in
// no fleet, and a fleet in which they do not must not fill the memory.
const (
	internLimit = 1 << 16
	traitsLimit = 1 << 12
)

// interner gives one copy of strings that most records share, such as owners,
// device names and tags, and of traits, so that 100,000 images stay small. Its zero value is
// ready, and safe for use by many goroutines.
type interner struct {
	mu   sync.Mutex
	seen map[string]string
	sets map[model.Traits]model.Shared[model.Traits]
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

func (in *interner) traits(t model.Traits) model.Shared[model.Traits] {
	in.mu.Lock()
	defer in.mu.Unlock()
	if one, ok := in.sets[t]; ok {
		return one
	}
	if in.sets == nil {
		in.sets = map[model.Traits]model.Shared[model.Traits]{}
	}
	one := model.Share(t)
	if len(in.sets) < traitsLimit {
		in.sets[t] = one
	}
	return one
}
