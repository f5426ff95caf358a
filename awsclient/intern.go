package awsclient

import (
	"sync"

	"github.com/amiscope/amiscope/model"
)

// What an interner keeps at most: far more strings, sets of traits and disks repeat in
// no fleet, and a fleet in which they do not must not fill the memory.
const (
	internLimit = 1 << 16
	sharedLimit = 1 << 12
)

// interner gives one copy of strings that most records share, such as owners,
// device names and tags, of traits and of disks, so that 100,000 images stay small. Its zero value is
// ready, and safe for use by many goroutines.
type interner struct {
	mu    sync.Mutex
	seen  map[string]string
	sets  map[model.Traits]model.Shared[model.Traits]
	disks map[model.Disk]model.Shared[model.Disk]
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
	return sole(&in.sets, t)
}

func (in *interner) disk(d model.Disk) model.Shared[model.Disk] {
	in.mu.Lock()
	defer in.mu.Unlock()
	return sole(&in.disks, d)
}

func sole[T comparable](seen *map[T]model.Shared[T], v T) model.Shared[T] {
	if one, ok := (*seen)[v]; ok {
		return one
	}
	if *seen == nil {
		*seen = map[T]model.Shared[T]{}
	}
	one := model.Share(v)
	if len(*seen) < sharedLimit {
		(*seen)[v] = one
	}
	return one
}
