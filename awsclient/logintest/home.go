// Package logintest makes the home of somebody with forty profiles, for tests:
// keys, roles assumed by chains of profiles, a command that prints credentials,
// and three sso-sessions that have expired. The single sign-on behind them is a
// handler to put before an AWS, and an aws command that stands in for the real
// one logs in to it.
package logintest

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Accounts is how many accounts the profiles lead to.
const Accounts = 39

// Sessions are the sso-sessions, and how many profiles each has.
func Sessions() map[string]int { return map[string]int{"corp": 3, "labs": 2, "legal": 1} }

// Home is a home directory.
type Home struct {
	dir      string
	accounts []string
	config   strings.Builder
	keys     strings.Builder
}

// New writes a home for accounts, whose users have the access keys AKIADEMO and
// the account's id.
func New(t testing.TB, accounts []string) *Home {
	t.Helper()
	if len(accounts) < Accounts {
		t.Fatalf("%d accounts instead of %d", len(accounts), Accounts)
	}
	h := &Home{dir: t.TempDir(), accounts: accounts}
	for i := range 30 {
		h.key(fmt.Sprintf("team-%02d", i), accounts[i])
	}
	h.key("team-00-again", accounts[0])
	h.profile("chain-1", "role_arn = arn:aws:iam::"+accounts[30]+":role/reader", "source_profile = team-00")
	h.profile("chain-2", "role_arn = arn:aws:iam::"+accounts[31]+":role/path/reader", "source_profile = chain-1")
	h.profile("process", "credential_process = "+filepath.Join(h.dir, "bin", "credentials"))
	next := 33
	for _, session := range []string{"corp", "labs", "legal"} {
		fmt.Fprintf(&h.config, "[sso-session %s]\nsso_start_url = https://%s.example/start\nsso_region = us-east-1\n\n", session, session)
		for i := range Sessions()[session] {
			h.profile(fmt.Sprintf("%s-%d", session, i+1), "sso_session = "+session, "sso_account_id = "+accounts[next], "sso_role_name = reader")
			next++
		}
		h.token(t, session, "stale", "2020-01-01T00:00:00Z")
	}
	h.write(t, "config", h.config.String(), 0o600)
	h.write(t, "credentials", h.keys.String(), 0o600)
	h.write(t, "bin/credentials", "#!/bin/sh\necho '"+`{"Version": 1, "AccessKeyId": "AKIADEMO`+accounts[32]+`", "SecretAccessKey": "printed"}`+"'\n", 0o700)
	h.write(t, "bin/aws", h.standIn(), 0o700)
	return h
}

func (h *Home) key(profile, account string) {
	h.profile(profile)
	fmt.Fprintf(&h.keys, "[%s]\naws_access_key_id = AKIADEMO%s\naws_secret_access_key = kept\n\n", profile, account)
}

func (h *Home) profile(name string, properties ...string) {
	fmt.Fprintf(&h.config, "[profile %s]\nregion = us-east-1\n%s\n\n", name, strings.Join(properties, "\n"))
}

// standIn is the aws command: it asks for a key as the terminal's owner, and
// leaves a token that the portal takes.
func (h *Home) standIn() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n[ \"$1 $2 $3\" = 'sso login --sso-session' ] || exit 64\ncase $4 in\n")
	for session := range Sessions() {
		fmt.Fprintf(&b, "%s) token=%s ;;\n", session, h.tokenFile(session))
	}
	b.WriteString("*) echo \"no session $4\" >&2; exit 65 ;;\nesac\n")
	b.WriteString("printf 'Press enter when the browser has let you in to %s: ' \"$4\"\nread -r answer || exit 66\n")
	b.WriteString("[ \"$answer\" = no ] && exit 1\n")
	b.WriteString("printf '%s' '" + tokenText(fresh, "2999-01-01T00:00:00Z") + "' >\"$token\"\n")
	return b.String()
}

// Env are the variables, NAME=value, of somebody who lives here and whose AWS is
// behind a URL. The SDK asks for roles and single sign-on only where their own
// variables send it.
func (h *Home) Env(url string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_ENDPOINT_URL_STS=" + url,
		"AWS_ENDPOINT_URL_SSO=" + url,
		"HOME=" + h.dir,
		"PATH=" + filepath.Join(h.dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
		"AWS_CONFIG_FILE=" + filepath.Join(h.dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(h.dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// LogIn does what the aws command would.
func (h *Home) LogIn(t testing.TB, session string) {
	t.Helper()
	h.token(t, session, fresh, "2999-01-01T00:00:00Z")
}

// AccountsOf are the accounts of a session's profiles.
func (h *Home) AccountsOf(session string) []string {
	at := map[string]int{"corp": 33, "labs": 36, "legal": 38}[session]
	return h.accounts[at : at+Sessions()[session]]
}

// fresh is the token that the portal takes.
const fresh = "fresh"

func (h *Home) token(t testing.TB, session, token, expires string) {
	t.Helper()
	h.write(t, strings.TrimPrefix(h.tokenFile(session), h.dir), tokenText(token, expires), 0o600)
}

func (h *Home) tokenFile(session string) string {
	sum := sha1.Sum([]byte(session))
	return filepath.Join(h.dir, ".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json")
}

func tokenText(token, expires string) string {
	return `{"accessToken": "` + token + `", "expiresAt": "` + expires + `"}`
}

func (h *Home) write(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// Portal answers what the single sign-on is asked, and leaves the rest to an
// AWS: it gives the keys of an account's user for a fresh token.
func (h *Home) Portal(aws http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/federation/credentials" {
			aws.ServeHTTP(w, r)
			return
		}
		account := r.URL.Query().Get("account_id")
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("X-Amz-Sso_bearer_token") != fresh || !slices.Contains(h.accounts, account) {
			w.Header().Set("X-Amzn-ErrorType", "UnauthorizedException")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"message": "Session token not found or invalid"}`)) // the client sees an end
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"roleCredentials": map[string]any{ // likewise
			"accessKeyId": "AKIADEMO" + account, "secretAccessKey": "given", "sessionToken": "t",
			"expiration": time.Now().Add(time.Hour).UnixMilli(),
		}})
	})
}
