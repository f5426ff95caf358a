package awsclient

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/amiscope/amiscope/model"
)

// loginFor gives the login that a configuration was loaded with; none where
// keys are fixed, or the machine gives them.
func loginFor(cfg aws.Config, profile string) model.Login {
	var shared *config.SharedConfig
	for _, source := range cfg.ConfigSources {
		switch sc := source.(type) {
		case config.EnvConfig:
			if profile == "" && sc.Credentials.HasKeys() {
				return model.Login{} // keys in variables go before every profile
			}
		case config.SharedConfig:
			shared = &sc
		}
	}
	return loginOf(shared)
}

// loginOf follows source profiles to the one that logs in. Profiles that log in
// to the same place share its name: one login mends them all.
func loginOf(sc *config.SharedConfig) model.Login {
	for ; sc != nil; sc = sc.Source {
		switch {
		case sc.SSOSessionName != "":
			return model.Login{Name: "sso-session " + sc.SSOSessionName, Command: []string{"aws", "sso", "login", "--sso-session", sc.SSOSessionName}}
		case sc.SSOStartURL != "":
			return model.Login{Name: "sso " + sc.SSOStartURL, Command: []string{"aws", "sso", "login", "--profile", sc.Profile}}
		case sc.LoginSession != "":
			return model.Login{Name: "profile " + sc.Profile, Command: []string{"aws", "login", "--profile", sc.Profile}}
		}
	}
	return model.Login{}
}

// mending is the login that mends an error: none where AWS means the clock, a
// key or a region, which no login changes.
func mending(k call, e *model.OpError) model.Login {
	if e.Kind != model.Expired || isMFA(e.Err) {
		return model.Login{}
	}
	switch e.Code {
	case "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException",
		"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId":
		return model.Login{}
	}
	return k.login
}

// commandLine is a command as one types it in a POSIX shell.
func commandLine(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = quoted(w)
	}
	return strings.Join(words, " ")
}

// quoted makes a name one word for a POSIX shell.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./@:+", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// errNoMFA is the error of a login that needs a code nobody can be asked for.
var errNoMFA = errors.New("the login asks for an MFA code")

// ErrNoCode is the error of a question for an MFA code that the user did not
// answer.
var ErrNoCode = errors.New("no MFA code was given")

// isMFA tells the errors of a code that was not given, for whatever reason.
func isMFA(err error) bool { return errors.Is(err, errNoMFA) || errors.Is(err, ErrNoCode) }

// askMFA gives the SDK a way to ask for the code of a device, one question at
// a time. A session that asked is kept while it lasts.
func (c *Client) askMFA(ctx context.Context, s *session, serial string) func() (string, error) {
	return func() (string, error) {
		if c.o.MFA == nil {
			return "", errNoMFA
		}
		c.mfa.Lock()
		defer c.mfa.Unlock()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		s.asked.Store(true)
		return c.o.MFA(ctx, serial)
	}
}

// kept is a login that cost the user a code.
type kept struct {
	provider aws.CredentialsProvider
	until    aws.Credentials // what it gave, with its end
}

// keepLogin remembers the credentials of a session that a code was asked for,
// so that a refresh, which opens every way anew, does not ask again.
func (c *Client) keepLogin(ctx context.Context, s *session) {
	if !s.asked.Load() {
		return
	}
	creds, err := s.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return // it just worked: ctx has ended
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[s.way.source] = kept{s.cfg.Credentials, creds}
}

// keptLogin gives the credentials of a way that were kept, unless they ended.
func (c *Client) keptLogin(w way) (aws.CredentialsProvider, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[w.source]
	return k.provider, ok && !k.until.Expired()
}

// forgetLogins makes ways log in anew.
func (c *Client) forgetLogins(sources map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s := range sources {
		delete(c.kept, s)
	}
}
