package output

import (
	"bufio"
	"io"
)

// printer writes on and on and keeps the first error for done.
type printer struct{ buf *bufio.Writer }

func newPrinter(w io.Writer) printer { return printer{bufio.NewWriter(w)} }

func (p printer) text(s string) { _, _ = p.buf.WriteString(s) } // the buffer keeps the error

func (p printer) raw(b []byte) { _, _ = p.buf.Write(b) } // likewise

// done writes what is left and gives the first error.
func (p printer) done() error { return p.buf.Flush() }
