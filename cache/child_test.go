//go:build unix

package cache_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// Some tests need a process that is killed, has no space left or no rights: they
// run this test binary again, with its part named here.
const envPart, envPath = "CACHE_TEST_PART", "CACHE_TEST_PATH"

func TestMain(m *testing.M) {
	parts := map[string]func(*cache.Store) error{"write": writeForever, "pieces": writePieces, "full": saveOnFullDisk, "first": saveFirstOnFullDisk, "stranger": useAsStranger}
	part, ok := parts[os.Getenv(envPart)]
	if !ok {
		goleak.VerifyTestMain(m)
		return
	}
	if err := part(cache.New(os.Getenv(envPath), cache.Key{Partition: "aws"})); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, part, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envPart+"="+part, envPath+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// written is what the n-th save of writeForever saves: the number is the name of
// every image, so that a mixture shows.
func written(n int) cache.Batch {
	f := newFleet(9, 400, 2, 2)
	for _, p := range f.pages {
		for _, im := range p.Images {
			im.Name = strconv.Itoa(n)
		}
	}
	return f.batch()
}

// writeForever saves, and says after each save that it returned.
func writeForever(s *cache.Store) error {
	for n := 1; ; n++ {
		if err := s.Save(written(n)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestKilledWhileWriting(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 2))
	s := newStore(t)
	for round := range 5 {
		saved := killAfter(t, "write", s.Path(), 1+rng.IntN(6), time.Duration(rng.IntN(8000))*time.Microsecond)
		inv := inventory(t, s, "all")
		if n := len(inv.Images()); n != 400 {
			t.Fatalf("seed %d, round %d: %d images, want 400", seed, round, n)
		}
		for _, sc := range inv.Scopes() {
			for _, im := range inv.ScopeImages(sc) {
				n, err := strconv.Atoi(im.Name)
				must(t, err)
				if im.Name != inv.ScopeImages(sc)[0].Name || n < saved {
					t.Fatalf("seed %d, round %d: image of save %d in a scope of save %s, of %d saves that returned", seed, round, n, inv.ScopeImages(sc)[0].Name, saved)
				}
			}
		}
		checkPages(t, s.Path())
	}
}

// writePieces saves the launch permissions of one image after the other, and
// with every third a pass over a source that names that many.
func writePieces(s *cache.Store) error {
	for n := 1; ; n++ {
		b := cache.Batch{Pieces: []model.Event{permissionsPage(scope1, permitted(fmt.Sprintf("ami-%06d", n), asOf))}}
		if n%3 == 0 {
			b.Passes = []model.Page{{Gen: model.Gen(n), Scope: scope1, Kind: model.Groups, At: asOf.Add(time.Duration(n) * time.Second), Last: true}}
			for i := range n {
				b.Passes[0].References = append(b.Passes[0].References, &model.Reference{Key: fmt.Sprintf("%06d", i), Image: strconv.Itoa(n)})
			}
		}
		if err := s.Save(b); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// What was read image by image and was saved is there after a kill, and a
// source is as one pass left it.
func TestKilledWhileWritingPieces(t *testing.T) {
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 3))
	for round := range 5 {
		s := newStore(t)
		saved := killAfter(t, "pieces", s.Path(), 1+rng.IntN(30), time.Duration(rng.IntN(8000))*time.Microsecond)
		inv := restored(t, s, f1)
		ps, refs := inv.ScopePermissions(scope1), inv.References(scope1, model.Groups)
		if len(ps) < saved || ps[saved-1].ID != fmt.Sprintf("ami-%06d", saved) {
			t.Fatalf("seed %d, round %d: launch permissions of %d images, of %d saves that returned", seed, round, len(ps), saved)
		}
		pass := int(inv.Status(scope1, model.Groups).AsOf.Sub(asOf) / time.Second)
		if saved >= 3 && (pass < saved/3*3 || len(refs) != pass || refs[0].Image != strconv.Itoa(pass)) {
			t.Fatalf("seed %d, round %d: %d references of pass %d, of %d saves that returned", seed, round, len(refs), pass, saved)
		}
		checkPages(t, s.Path())
	}
}

// killAfter kills a writer some time after its n-th save and returns the number
// of the last one that it said was done.
func killAfter(t *testing.T, part, path string, n int, later time.Duration) (saved int) {
	t.Helper()
	cmd := child(t, part, path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		saved, err = strconv.Atoi(lines.Text())
		must(t, err)
		if saved == n {
			time.AfterFunc(later, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return saved
}

func checkPages(t *testing.T, path string) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.View(func(tx *bolt.Tx) error {
		var errs []error
		for err := range tx.Check() {
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}))
	must(t, db.Close())
}

// saveOnFullDisk runs where no file may grow beyond its size.
func saveOnFullDisk(s *cache.Store) error {
	signal.Ignore(syscall.SIGXFSZ)
	info, err := s.Stat()
	if err != nil {
		return err
	}
	limit := syscall.Rlimit{Cur: uint64(info.Bytes), Max: uint64(info.Bytes)}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return trouble(s.Save(newFleet(2, 5000, 2, 2).batch()), cache.Full)
}

// saveFirstOnFullDisk makes the file where none may hold its first pages.
func saveFirstOnFullDisk(s *cache.Store) error {
	signal.Ignore(syscall.SIGXFSZ)
	pages := uint64(2 * os.Getpagesize())
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: pages, Max: pages}); err != nil {
		return err
	}
	return errors.Join(
		trouble(s.Save(written(1)), cache.Full),
		trouble(s.Save(written(2)), cache.Full),
	)
}

func TestFullDiskFromTheStart(t *testing.T) {
	s := newStore(t)
	must(t, child(t, "first", s.Path()).Run())
	left, err := os.ReadDir(filepath.Dir(s.Path()))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFullDisk(t *testing.T) {
	s := newStore(t)
	f := newFleet(1, 40, 2, 2)
	must(t, s.Save(f.batch()))
	must(t, child(t, "full", s.Path()).Run())
	if n := len(inventory(t, s, "all").Images()); n != 40 {
		t.Errorf("%d images afterwards, want 40", n)
	}
	checkPages(t, s.Path())
}

// useAsStranger reads and writes without the rights to write.
func useAsStranger(s *cache.Store) error {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			return err
		}
	}
	snap, err := s.Load("all")
	if err != nil || len(snap.Pages) != 4 {
		return fmt.Errorf("%d pages, %w", len(snap.Pages), err)
	}
	return errors.Join(
		trouble(s.Save(written(1)), cache.Unusable),
		trouble(cache.New(filepath.Join(filepath.Dir(s.Path()), "new.db"), cache.Key{}).Save(written(1)), cache.Unusable),
	)
}

func trouble(err error, want cache.Trouble) error {
	if e, ok := errors.AsType[*cache.Error](err); !ok || e.Trouble != want || strings.Contains(err.Error(), "\n") {
		return fmt.Errorf("got %w, want one line of trouble %d", err, want)
	}
	return nil
}

func TestReadOnlyDirectory(t *testing.T) {
	s := newStore(t)
	must(t, s.Save(written(1)))
	dir := filepath.Dir(s.Path())
	must(t, os.Chmod(s.Path(), 0o444))
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		must(t, os.Chmod(d, fs.FileMode(0o555)))
		defer func() { must(t, os.Chmod(d, 0o700)) }()
	}
	must(t, child(t, "stranger", s.Path()).Run())
}

func TestAFileWhereTheDirectoryShouldBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	s := cache.New(filepath.Join(file, "cache.db"), cache.Key{})
	_, err := s.Load("all")
	wantTrouble(t, err, cache.Unusable)
	wantTrouble(t, s.Save(written(1)), cache.Unusable)
}
