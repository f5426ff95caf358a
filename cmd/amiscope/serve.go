package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
)

// serve offers the demo's AWS on a port of this machine until ctx ends.
func (a *app) serve(ctx context.Context) (err error) {
	d := a.flags.demo
	if err := a.refuseReach(); err != nil {
		return err
	}
	s, err := d.server(d.clock)
	if err != nil {
		return usageError{err}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ln, err := fakeaws.Listen(ctx, d.listen, s)
	if err != nil {
		return listenError(err)
	}
	dir, err := writeAWSFiles(s)
	if err == nil {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		err = a.announce(exports(s, ln.URL, dir), ln.URL)
	}
	if err != nil {
		cancel()
	}
	return errors.Join(err, ln.Wait())
}

// listenError tells an address that is refused, which is wrong use, from one
// that the system does not give.
func listenError(err error) error {
	if _, system := errors.AsType[*net.OpError](err); system {
		return err
	}
	return usageError{err}
}

func (a *app) announce(lines, url string) error {
	if f := a.flags.demo.envFile; f != "" {
		if err := replaceFile(f, []byte(lines)); err != nil {
			return fmt.Errorf("write the environment: %w", err)
		}
	}
	if _, err := io.WriteString(a.out, lines); err != nil {
		return err
	}
	a.say("the demo's AWS listens on %s; ctrl-c ends it", url)
	return nil
}

// writeAWSFiles writes the AWS files that the exported variables name: a
// config with a profile an account, and an empty credentials file, so that the
// user's own profiles are not mixed in.
func writeAWSFiles(s *fakeaws.Server) (dir string, err error) {
	dir, err = os.MkdirTemp("", "amiscope-demo-") // 0700
	if err != nil {
		return "", err
	}
	var conf strings.Builder
	err = s.WriteConfig(&conf)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config"), []byte(conf.String()), 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "credentials"), nil, 0o600)
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// exports are the shell lines that point an AWS client to the demo, and away
// from whatever the shell pointed it to before.
func exports(s *fakeaws.Server, url, dir string) string {
	vars := append(s.Env(url),
		"AWS_CONFIG_FILE="+filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
	)
	var b strings.Builder
	b.WriteString("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN\n")
	for _, v := range vars {
		name, value, _ := strings.Cut(v, "=")
		fmt.Fprintf(&b, "export %s=%s\n", name, quoted(value))
	}
	return b.String()
}

// quoted is a shell word; plain ones stay as they are.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:+@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
