package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// listed is what the go command says of a package: Deps are all the packages it
// needs, however far away, ours and those of others.
type listed struct {
	ImportPath string
	Deps       []string
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Deps", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestNothingIsReachedInARoundaboutWay looks at all that a package needs, so
// that no library and no package between brings in what the table forbids.
func TestNothingIsReachedInARoundaboutWay(t *testing.T) {
	never := []struct {
		from string
		to   []string
	}{
		{"model", []string{sdk, bbolt, "charm.land/", "net/http", module + "/awsclient", module + "/cache", module + "/tui", module + "/cmd"}},
		{"tui", []string{sdk, bbolt, module + "/awsclient", module + "/cache", module + "/cmd"}},
		{"cache", []string{sdk, "charm.land/", module + "/awsclient", module + "/tui", module + "/cmd"}},
		{"awsclient", []string{bbolt, "charm.land/", module + "/cache", module + "/tui", module + "/cmd"}},
		{"awsclient/scan", []string{sdk}},
		{"awsclient/apply", []string{sdk}},
		{"cache/journal", []string{bbolt}},
	}
	packages := list(t)
	if len(packages) == 0 {
		t.Fatal("go list names no package")
	}
	for _, p := range packages {
		for _, rule := range never {
			if !below(p.ImportPath, module+"/"+rule.from) {
				continue
			}
			for _, dep := range p.Deps {
				for _, to := range rule.to {
					if strings.HasPrefix(dep, to) {
						t.Errorf("%s needs %s", p.ImportPath, dep)
					}
				}
			}
		}
	}
}
