package fakeaws

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"

	"github.com/amiscope/amiscope/awsclient/fakeaws/wire"
)

// delivery is how an answer reaches its caller, or does not.
type delivery struct {
	wire.Response
	ending  ending
	sent    int       // bytes of the body that are sent, of an answer that is cut or stalls
	spoiled FaultKind // what befell it last; "" if nothing did
}

// ending is how a connection goes on after an answer.
type ending uint8

const (
	whole   ending = iota // all was sent
	cut                   // it is closed within the body
	stalled               // it stays open within the body
	reset                 // it is reset before the first byte
)

// deliver lets the network's faults befall an answer.
func (s *Server) deliver(call Call, resp wire.Response) delivery {
	d := delivery{Response: resp}
	for _, f := range s.befallen(call) {
		d.spoil(f, s.draw(call, drawPlace))
	}
	return d
}

// drawPlace sets the draw of a place in the body apart from those of faults.
const drawPlace = 1 << 32

// spoil lets a fault befall an answer; what is cut is cut at a place from 0 to
// 1 of its body.
func (d *delivery) spoil(f Fault, place float64) {
	at := int(place * float64(len(d.Body)))
	switch f.Kind {
	case FaultSkew:
		d.Header = d.Header.Clone()
		d.Header.Set("Date", f.clock().UTC().Format(http.TimeFormat))
		return
	case FaultReset:
		d.ending = reset
	case FaultCut:
		d.ending, d.sent = cut, at
	case FaultStall:
		d.ending, d.sent = stalled, at
	case FaultClip:
		d.Body = d.Body[:at]
	case FaultBlank:
		d.Body, d.ending, d.sent = nil, whole, 0
	case FaultHTML:
		d.page(http.StatusOK, loginPage)
	case FaultXHTML:
		d.page(http.StatusOK, xmlLoginPage)
	case FaultGateway:
		d.page(http.StatusBadGateway, gatewayPage)
	case FaultServer, FaultThrottle, FaultSCP, FaultDenied, FaultExpired, FaultLatency, FaultEmptyPage:
		return
	}
	d.spoiled = f.Kind
}

// page replaces the answer by one for people.
func (d *delivery) page(status int, text string) {
	d.Response = wire.Response{Status: status, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(text)}
	d.ending, d.sent = whole, 0
}

const (
	loginPage = "<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>Guest network</title><link rel=stylesheet href=/s.css>\n" +
		"<body><h1>Welcome</h1><p>Accept our terms to go on.<form method=post action=/login><input name=room><br><button>Go</button></form>\n"
	xmlLoginPage = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Guest network</title></head>` +
		`<body><h1>Welcome</h1><form method="post" action="/login"><p><input name="room"/></p></form></body></html>` + "\n"
	gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)

// write sends the answer. Where it must end a connection early it panics with
// http.ErrAbortHandler, as handlers do.
func (d delivery) write(w http.ResponseWriter, r *http.Request) {
	if in, ok := w.(*recorder); ok { // in process there is no connection
		in.spoilt = d
		d.send(w)
		return
	}
	switch d.ending {
	case whole:
		d.send(w)
	case cut:
		d.send(w)
		panic(http.ErrAbortHandler)
	case stalled:
		d.send(w)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case reset:
		hangUp(w)
	}
}

// send sends the header, with the length of the whole body, and as much of the
// body as is to be sent.
func (d delivery) send(w http.ResponseWriter) {
	for name, values := range d.Header {
		w.Header()[name] = values
	}
	body := d.Body
	if d.ending != whole {
		body = body[:d.sent]
		w.Header().Set("Content-Length", strconv.Itoa(len(d.Body)))
	}
	w.WriteHeader(d.Status)
	_, _ = w.Write(body) // the caller has gone: nobody is left to tell
	if d.ending != whole {
		_ = http.NewResponseController(w).Flush() // likewise
	}
}

// hangUp resets a connection. Where that cannot be done it is closed.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the close below is an end, not a reset: as bad for the caller
	}
	_ = conn.Close() // that is what was wanted
}

// errReset is what a client meets whose connection was reset.
func errReset() error {
	return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

// endingBody is a body that ends early, with an error, or when its reader
// gives up.
type endingBody struct {
	io.Reader
	ctx    context.Context // of the request; the body belongs to it
	ending ending
	closed chan struct{}
	once   sync.Once
}

func (b *endingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if n > 0 || err == nil {
		return n, nil
	}
	if b.ending == cut {
		return 0, io.ErrUnexpectedEOF
	}
	select {
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-b.closed:
		return 0, http.ErrBodyReadAfterClose
	}
}

func (b *endingBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}
