package awsclient

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// profilesOf are the profiles of an AWS file, in its order.
func profilesOf(text string, profile func(string) (string, bool)) (names []string, err error) {
	sections, err := parseSections(strings.NewReader(text))
	for _, s := range sections {
		if name, ok := profile(s.name); ok {
			names = append(names, name)
		}
	}
	return names, err
}

func TestParseSections(t *testing.T) {
	got, err := parseSections(strings.NewReader("lost = 1\n[profile a]\nRegion = eu-west-1 # mine\ns3 =\n  max_retries = 3\n# x = 1\n;y = 1\nurl=a#b ;c\nno value\n"))
	want := map[string]string{"region": "eu-west-1", "s3": "", "url": "a#b"}
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if diff := cmp.Diff(want, got[0].values); diff != "" {
		t.Error(diff)
	}
}

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
			got, err := profilesOf(c.text, configProfile)
			if diff := cmp.Diff(c.config, got); diff != "" || err != nil {
				t.Errorf("config file: %v %s", err, diff)
			}
			got, err = profilesOf(c.text, credentialsProfile)
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
		names, err := profilesOf(text, configProfile)
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
