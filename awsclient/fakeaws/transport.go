package fakeaws

import (
	"bytes"
	"io"
	"net/http"

	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

// Transport returns a RoundTripper that calls m in this process, without a
// port. A call ends with its request's context, if the gates and handlers do.
// An answer is complete when it is returned, unless a fault befell it.
func (m *Mux) Transport() http.RoundTripper { return transport{m} }

type transport struct{ mux *Mux }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	inner := r.Clone(ctx)
	if r.Body == nil {
		inner.Body = http.NoBody
	}
	defer func() { _ = inner.Body.Close() }() // what was in it has been read, or is of no more use
	if !t.mux.reachable(&wire.Request{Header: r.Header, Query: r.URL.Query()}) {
		return nil, errNoHost(r)
	}
	w := &recorder{header: http.Header{}}
	t.mux.ServeHTTP(w, inner)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.spoilt.ending == reset {
		return nil, errReset()
	}
	return w.response(r), nil
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	spoilt delivery // how the body ends, if not as a whole
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

func (w *recorder) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK) // as net/http does when a handler writes nothing
	out := &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
	if d := w.spoilt; d.ending != whole {
		out.ContentLength = int64(len(d.Body))
		out.Body = &endingBody{Reader: &w.body, ctx: r.Context(), ending: d.ending, closed: make(chan struct{})}
	}
	return out
}
