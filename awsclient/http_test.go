package awsclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func farAway() time.Time { return time.Now().Add(time.Hour) }

func answerOf(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func get(t *testing.T, s *slurper, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Do(req)
}

func TestSlurperReadsTheBodyBeforeItReturns(t *testing.T) {
	var read bool
	body := io.MultiReader(strings.NewReader("one "), readFunc(func() { read = true }), strings.NewReader("two"))
	s := newSlurper(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(body), ContentLength: -1}, nil
	})})
	resp, err := get(t, s, "http://aws.test/")
	if err != nil || !read {
		t.Fatalf("%v, read %v", err, read)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if text, err := io.ReadAll(resp.Body); string(text) != "one two" || err != nil {
		t.Errorf("%q %v", text, err)
	}
}

type readFunc func()

func (f readFunc) Read([]byte) (int, error) { f(); return 0, io.EOF }

func TestSlurperFailsOnABodyCutShort(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	}))
	defer server.Close()
	resp, err := get(t, newSlurper(server.Client()), server.URL)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v %v", resp, err)
	}
}

func TestSlurperEndsASilentServer(t *testing.T) {
	for name, say := range map[string]string{"before the first byte": "", "in the body": "half"} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if say != "" {
					_, _ = io.WriteString(w, say)
					_ = http.NewResponseController(w).Flush()
				}
				<-r.Context().Done()
			}))
			defer server.Close()
			s := newSlurper(server.Client())
			s.first, s.next = 30*time.Millisecond, 30*time.Millisecond
			_, err := get(t, s, server.URL)
			var quiet silence
			if !errors.As(err, &quiet) || errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}
