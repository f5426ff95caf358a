package cache_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A program that is killed while it makes the first file leaves the directory
// that it makes it in. A later one takes it away: not one that another copy may
// be using at this moment, nor what is not the cache's own.
func TestLeftoversOfAKilledStartGo(t *testing.T) {
	s := newStore(t)
	dir := filepath.Dir(s.Path())
	old, young := time.Now().Add(-2*time.Hour), time.Now().Add(-time.Minute)
	for name, at := range map[string]time.Time{
		".cache-1/cache.db": old, ".cache-2/cache.db": young, ".cache-mine/cache.db": old, "3/cache.db": old,
	} {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte("half"), 0o600))
		must(t, os.Chtimes(filepath.Dir(path), at, at))
	}
	must(t, os.MkdirAll(filepath.Join(dir, ".cache-4"), 0o700)) // killed before it made the file
	must(t, os.Chtimes(filepath.Join(dir, ".cache-4"), old, old))
	must(t, os.WriteFile(filepath.Join(dir, ".cache-5"), nil, 0o600))
	must(t, os.Chtimes(filepath.Join(dir, ".cache-5"), old, old))

	must(t, s.Save(newFleet(1, 1, 1, 1).batch()))
	equal(t, "left", names(t, dir), []string{".cache-2", ".cache-5", ".cache-mine", "3", "cache.db"})
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	slices.Sort(out)
	return out
}
