package awsclient

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseProfiles(t *testing.T) {
	for _, c := range []struct {
		name, text          string
		config, credentials []string
	}{
		{"empty", "", nil, nil},
		{"default and named", "[default]\nregion=eu-west-1\n[profile dev]\n", []string{"default", "dev"}, []string{"default"}},
		{"no prefix", "[dev]\n", nil, []string{"dev"}},
		{"spaces and a comment", "  [ profile   my dev ]  # mine\n", []string{"my dev"}, nil},
		{"other sections", "[sso-session corp]\n[services local]\n[preview]\n[profile a]\n", []string{"a"}, []string{"sso-session corp", "services local", "preview"}},
		{"profile default", "[profile default]\n", []string{"default"}, nil},
		{"commented out", "# [profile a]\n; [profile b]\n", nil, nil},
		{"a value in brackets", "[profile a]\nx = [profile b]\n", []string{"a"}, nil},
		{"not closed", "[profile a\n", nil, nil},
		{"nameless", "[]\n[profile ]\n", nil, []string{"profile"}},
		{"byte order mark and CRLF", "\ufeff[default]\r\n[profile a]\r\n", []string{"default", "a"}, []string{"default"}},
		{"twice", "[profile a]\n[profile a]\n", []string{"a", "a"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseProfiles(strings.NewReader(c.text), configProfile)
			if diff := cmp.Diff(c.config, got); diff != "" || err != nil {
				t.Errorf("config file: %v %s", err, diff)
			}
			got, err = parseProfiles(strings.NewReader(c.text), credentialsProfile)
			if diff := cmp.Diff(c.credentials, got); diff != "" || err != nil {
				t.Errorf("credentials file: %v %s", err, diff)
			}
		})
	}
}

func TestProfileNames(t *testing.T) {
	alone(t, "[profile dev]\n[default]\n", "[old]\n[dev]\n")
	got, err := ProfileNames()
	if diff := cmp.Diff([]string{"default", "dev", "old"}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	if got, err := ProfileNames(); len(got) > 0 || err != nil {
		t.Errorf("without files: %v %v", got, err)
	}
	t.Setenv("AWS_CONFIG_FILE", os.TempDir()) // a directory
	if _, err := ProfileNames(); err == nil {
		t.Error("an unreadable file is no error")
	}
}

func FuzzParseProfiles(f *testing.F) {
	f.Add("[default]\nx=1\n[profile a b]\n")
	f.Add("[[profile ]]]\n[\x00]")
	f.Fuzz(func(t *testing.T, text string) {
		names, err := parseProfiles(strings.NewReader(text), configProfile)
		if err != nil && len(text) < 1<<20 {
			t.Fatal(err)
		}
		for _, n := range names {
			if n == "" || strings.ContainsAny(n, "\n]") {
				t.Fatalf("no profile is called %q", n)
			}
		}
	})
}
