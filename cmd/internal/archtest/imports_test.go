package archtest

import (
	"slices"
	"strings"
	"testing"
)

const (
	sdk    = "github.com/aws/"
	bbolt  = "go.etcd.io/bbolt"
	anyone = "*"
)

// pure are the libraries that any package may import: they do no I/O.
var pure = []string{
	"golang.org/x/sync", "golang.org/x/time", "github.com/charmbracelet/x/ansi",
	"github.com/hashicorp/go-version", "github.com/dustin/go-humanize",
}

var charm = []string{"charm.land/", "github.com/charmbracelet/"}

// border is a row of the import table of ARCHITECTURE.md. It also holds for the
// folders below, unless they have a row of their own.
type border struct {
	dir     string
	own     []string // folders of ours: exactly those, or "x/*" for x and all below
	library []string // prefixes of import paths
}

var borders = []border{
	{"model", nil, nil},
	{"model/query", []string{"model/*"}, nil},
	{"model/plan", []string{"model/*"}, nil},
	{"awsclient", []string{"model", "model/cost", "model/plan", "model/trail"}, []string{sdk}},
	{"awsclient/scan", []string{"model", "model/plan"}, nil},
	{"awsclient/measure", []string{"model", "model/cost"}, nil},
	{"awsclient/apply", []string{"model", "model/plan"}, nil},
	{"awsclient/fakeaws", []string{"model"}, []string{sdk}},
	{"cache", []string{"model", "model/cost", "model/trail"}, []string{bbolt, "github.com/klauspost/compress"}},
	{"cache/journal", []string{"model", "model/cost", "model/plan"}, nil},
	{"tui/keys", nil, nil},
	{"tui/kit", []string{"model/*", "tui/keys"}, charm},
	{"tui/browse", []string{"model/*", "tui/keys", "tui/kit"}, charm},
	{"tui/change", []string{"model/*", "tui/keys", "tui/kit"}, charm},
	{"tui/history", []string{"model/*", "tui/keys", "tui/kit"}, charm},
	{"tui", []string{"model/*", "tui/*"}, charm},
	{"cmd", []string{anyone}, []string{anyone}},
}

// borderOf returns the row that holds for a folder: the one with the longest name.
func borderOf(dir string) (border, bool) {
	var found border
	for _, b := range borders {
		if below(dir, b.dir) && len(b.dir) > len(found.dir) {
			found = b
		}
	}
	return found, found.dir != ""
}

func below(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }

func (b border) allowsOwn(dir string) bool {
	if of, ok := borderOf(dir); ok && of.dir == b.dir {
		return true // parts of one room
	}
	return slices.ContainsFunc(b.own, func(o string) bool {
		top, all := strings.CutSuffix(o, "/*")
		return o == anyone || o == dir || all && below(dir, top)
	})
}

func (b border) allowsLibrary(p string) bool {
	has := func(prefix string) bool { return prefix == anyone || strings.HasPrefix(p, prefix) }
	return slices.ContainsFunc(b.library, has) || slices.ContainsFunc(pure, has)
}

// standard says whether an import path is of the standard library: its first
// part has no dot.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, s := range code(t) {
		b, ok := borderOf(s.dir)
		if !ok {
			t.Errorf("%s: no row of the import table holds for %s", s.path, s.dir)
			continue
		}
		for _, p := range s.imports() {
			if dir, own := strings.CutPrefix(p, module+"/"); own && !b.allowsOwn(dir) || !own && !standard(p) && !b.allowsLibrary(p) {
				t.Errorf("%s: %s must not import %s", s.path, b.dir, p)
			}
		}
	}
}

// TestLibrariesStayInTheirRoom goes beyond the table: cmd may import everything
// of ours, but not these.
func TestLibrariesStayInTheirRoom(t *testing.T) {
	for _, rule := range []struct{ library, room string }{
		{sdk, "awsclient"},
		{bbolt, "cache"},
		{"github.com/klauspost/compress", "cache"},
	} {
		for _, s := range code(t) {
			if below(s.dir, rule.room) {
				continue
			}
			for _, p := range s.imports() {
				if strings.HasPrefix(p, rule.library) {
					t.Errorf("%s imports %s, which stays under %s", s.path, p, rule.room)
				}
			}
		}
	}
}

// TestTheModelIsPure: no I/O, no clock, no context. (fmt and time are used for
// their pure parts; reading the clock is looked for in TestTheModelReadsNoClock.)
func TestTheModelIsPure(t *testing.T) {
	banned := []string{"context", "os", "os/", "net", "net/http", "net/url", "io/fs", "io/ioutil", "log", "log/", "syscall", "path/filepath", "math/rand", "math/rand/v2", "crypto/rand", "sync"}
	for _, s := range code(t) {
		if !below(s.dir, "model") {
			continue
		}
		for _, p := range s.imports() {
			if slices.ContainsFunc(banned, func(b string) bool { return p == b || strings.HasSuffix(b, "/") && strings.HasPrefix(p, b) }) {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}

// TestNothingKeepsDeadMethodsAlive: a program that links a template engine
// keeps every method of the SDK's clients, 33 MB of them.
func TestNothingKeepsDeadMethodsAlive(t *testing.T) {
	for _, s := range code(t) {
		for _, p := range s.imports() {
			if p == "text/template" || p == "html/template" {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}

// TestTestToolsStayInTests: what drives tests is imported by tests and by the
// packages that are for tests only, whose names end in "test".
func TestTestToolsStayInTests(t *testing.T) {
	tools := []string{
		"testing", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
		"github.com/charmbracelet/x/vt", "github.com/charmbracelet/x/xpty", "github.com/charmbracelet/x/exp",
	}
	for _, s := range code(t) {
		if strings.HasSuffix(s.ast.Name.Name, "test") {
			continue
		}
		for _, p := range s.imports() {
			own := strings.HasPrefix(p, module+"/") && strings.HasSuffix(p, "test")
			if own || slices.ContainsFunc(tools, func(tool string) bool { return below(p, tool) }) {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}
