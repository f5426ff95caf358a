// Package awstest starts the tools of others that the contract tests hold us
// against: moto_server, an AWS that we did not write, and the aws command line,
// a client that we did not write. A missing tool fails the test; it is never
// skipped, so that a green run means that the comparison took place.
package awstest

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit = time.Minute
	stopLimit  = 10 * time.Second
)

// Server is a running moto_server.
type Server struct {
	URL string // such as http://127.0.0.1:41233
}

// Moto starts a moto_server of its own on a free loopback port and stops it when
// the test ends. It holds no images until some are registered, and knows which
// images exist. Starting takes a second or two: share one among subtests and
// call Reset between them.
func Moto(t testing.TB) *Server {
	t.Helper()
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Fatalf("the contract tests need moto_server (pip install 'moto[server,ec2,ssm,sts,organizations,autoscaling,iam,kms]'): %v", err)
	}
	// The shell ends the server when its standard input closes, so the server
	// dies with the test even if the test is killed and cleans nothing up.
	cmd := exec.Command("sh", "-c", `"$@" & cat >/dev/null; kill -TERM -$$`, "sh", path, "-H", "127.0.0.1", "-p", "0") //nolint:noctx // ended with its process group
	cmd.Env = append(os.Environ(), "MOTO_EC2_LOAD_DEFAULT_AMIS=false", "MOTO_ENABLE_AMI_VALIDATION=true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	leash, err := cmd.StdinPipe()
	if err != nil {
		t.Fatalf("start moto_server: %v", err)
	}
	logs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatalf("start moto_server: %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start moto_server: %v", err)
	}
	url, ended := watch(logs)
	t.Cleanup(func() { stop(t, cmd, leash, ended) })
	return &Server{URL: await(t, url, ended)}
}

// watch reads the server's log to its end. It sends the address on the first
// channel when the server names it, and on the second, at the end, the log's
// first lines.
func watch(logs io.Reader) (url, ended <-chan string) {
	found, end := make(chan string, 1), make(chan string, 1)
	running := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
	go func() {
		var head strings.Builder
		sc := bufio.NewScanner(logs)
		for sc.Scan() {
			if m := running.FindStringSubmatch(sc.Text()); m != nil {
				found <- m[1]
				break
			}
			fmt.Fprintln(&head, sc.Text())
		}
		_, _ = io.Copy(io.Discard, logs) // a full pipe would stop the server
		end <- head.String()
	}()
	return found, end
}

func await(t testing.TB, url, ended <-chan string) string {
	t.Helper()
	select {
	case u := <-url:
		return u
	case log := <-ended:
		t.Fatalf("moto_server ended before it listened:\n%s", log)
	case <-time.After(startLimit):
		t.Fatalf("moto_server does not listen after %v", startLimit)
	}
	return ""
}

func stop(t testing.TB, cmd *exec.Cmd, leash io.Closer, ended <-chan string) {
	_ = leash.Close()
	select {
	case <-ended:
	case <-time.After(stopLimit):
		t.Errorf("moto_server does not end on SIGTERM; killed")
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	_ = cmd.Wait() // says "signal: terminated", which is what we asked for
}

// Reset empties the server: every account and region, and the ids given out.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	s.post(t, "/moto-api/reset")
}

// Seed makes the ids given out from now on the same in every run, if it directly
// follows Reset: a region draws ids of its own when it is first used.
func (s *Server) Seed(t testing.TB, n int) {
	t.Helper()
	s.post(t, fmt.Sprintf("/moto-api/seed?a=%d", n))
}

func (s *Server) post(t testing.TB, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, http.NoBody)
	if err != nil {
		t.Fatalf("moto %s: %v", path, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("moto %s: %v", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		t.Fatalf("moto %s: %s: %s", path, resp.Status, body)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
}
