package awsclient

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"github.com/amiscope/amiscope/model"
)

// section is a part of an AWS file. The names of its values are in lower case.
type section struct {
	name   string
	values map[string]string
}

// parseSections reads an AWS file as the SDK does: properties start in the
// first column, and lines that are indented belong to the one above, which none
// of those read here has.
func parseSections(r io.Reader) ([]section, error) {
	var out []section
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // an inline certificate or a long credential_process
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "\ufeff")
		if head, ok := sectionName(line); ok {
			out = append(out, section{head, map[string]string{}})
			continue
		}
		if key, value, ok := property(line); ok && len(out) > 0 {
			out[len(out)-1].values[key] = value
		}
	}
	return out, lines.Err()
}

// sectionName gives the inside of a section line, its spaces folded.
func sectionName(line string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "[")
	if !ok {
		return "", false
	}
	inside, _, ok := strings.Cut(rest, "]")
	return strings.Join(strings.Fields(inside), " "), ok
}

// property reads "key = value # comment".
func property(line string) (key, value string, ok bool) {
	if line == "" || strings.ContainsAny(line[:1], " \t#;") {
		return "", "", false
	}
	key, value, ok = strings.Cut(line, "=")
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, mark)
	}
	return strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), ok
}

// tokenState tells how long a single sign-on lasts, by the token that the aws
// command left; key is the session's name or the start URL. An expired token
// that the SDK may refresh is neither valid nor expired: its session may have
// ended meanwhile.
func tokenState(key string, now time.Time) (model.LoginState, time.Time) {
	path, err := ssocreds.StandardCachedTokenFilepath(key)
	if err != nil {
		return model.LoginUnknown, time.Time{}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return model.LoginExpired, time.Time{}
	}
	var token struct {
		ExpiresAt    time.Time `json:"expiresAt"`
		RefreshToken string    `json:"refreshToken"`
		Registration time.Time `json:"registrationExpiresAt"`
	}
	if err := json.Unmarshal(data, &token); err != nil {
		return model.LoginUnknown, time.Time{}
	}
	switch {
	case now.Before(token.ExpiresAt):
		return model.LoginValid, token.ExpiresAt
	case token.RefreshToken != "" && now.Before(token.Registration):
		return model.LoginUnknown, time.Time{}
	}
	return model.LoginExpired, time.Time{}
}
