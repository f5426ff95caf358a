package fakeaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listener serves on a port of this machine.
type Listener struct {
	Addr string // host:port, the port as chosen when 0 was asked for
	URL  string
	done chan struct{} // closed when serving has ended
	err  error         // why; set before
}

const (
	headerTimeout = 10 * time.Second
	closeTimeout  = time.Second // for calls under way when the context ends
)

// Listen serves h on addr until ctx ends. Only addresses of this machine
// (127.0.0.0/8, ::1, localhost) are allowed: anyone who reaches the port can
// call.
func Listen(ctx context.Context, addr string, h http.Handler) (*Listener, error) {
	local, err := loopback(addr)
	if err != nil {
		return nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", local)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	l := &Listener{Addr: ln.Addr().String(), URL: "http://" + ln.Addr().String(), done: make(chan struct{})}
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() {
		defer close(l.done)
		l.err = serve(ctx, srv, ln)
	}()
	return l, nil
}

// Wait waits until serving has ended; nil if that is because the context did.
func (l *Listener) Wait() error {
	<-l.done
	return l.err
}

func serve(ctx context.Context, srv *http.Server, ln net.Listener) error {
	closed := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { closed <- shutDown(ctx, srv) })
	err := srv.Serve(ln)
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
	}
	return <-closed
}

// shutDown lets the calls under way end, whose contexts have ended, and then
// closes what is left.
func shutDown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

// loopback returns addr if it is one of this machine. The name localhost is
// not looked up: it may be anything.
func loopback(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("listen on %q: want host:port: %w", addr, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("listen on %q: only addresses of this machine are allowed (127.0.0.1, ::1, localhost)", addr)
	}
	return net.JoinHostPort(host, port), nil
}
