package awsclient

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// ProfileNames lists the profiles of the user's AWS config and credentials
// files, sorted. Files that do not exist hold none.
func ProfileNames() ([]string, error) {
	var names []string
	for _, f := range []struct {
		path    string
		section func(string) (string, bool)
	}{
		{cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()), configProfile},
		{cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()), credentialsProfile},
	} {
		found, err := profilesIn(f.path, f.section)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func profilesIn(path string, section func(string) (string, bool)) (names []string, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	names, err = parseProfiles(f, section)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return names, nil
}

// parseProfiles gives the profiles of an AWS file, in its order. section tells
// which profile a section's name means.
func parseProfiles(r io.Reader, section func(string) (string, bool)) ([]string, error) {
	var names []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // an inline certificate or a long credential_process
	for lines.Scan() {
		head, ok := sectionName(lines.Text())
		if !ok {
			continue
		}
		if name, ok := section(head); ok {
			names = append(names, name)
		}
	}
	return names, lines.Err()
}

// sectionName gives the inside of a section line, its spaces folded.
func sectionName(line string) (string, bool) {
	line = strings.TrimPrefix(line, "\ufeff")
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "[")
	if !ok {
		return "", false
	}
	inside, _, ok := strings.Cut(rest, "]")
	return strings.Join(strings.Fields(inside), " "), ok
}

// configProfile reads a section of the config file, where a profile other than
// the default needs its prefix; sso-session, services and the like hold none.
func configProfile(section string) (string, bool) {
	if strings.EqualFold(section, "default") {
		return "default", true
	}
	name, ok := strings.CutPrefix(section, "profile ")
	return name, ok && name != ""
}

// credentialsProfile reads a section of the credentials file, which knows no
// prefix: the SDK ignores a section that has one.
func credentialsProfile(section string) (string, bool) {
	return section, section != "" && !strings.HasPrefix(section, "profile ")
}
