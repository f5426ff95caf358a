package ptytest

import (
	"regexp"
	"testing"
	"time"
)

func TestWrittenTellsWhen(t *testing.T) {
	term := start(t, "polite")
	term.WaitFor("keys <>")
	before := time.Since(term.started)
	term.Type("ab")
	term.WaitFor("<a b>")
	first, ok := term.Written(regexp.MustCompile("keys <"))
	later, also := term.Written(regexp.MustCompile("a b"))
	if !ok || !also || first <= 0 || first > before || later <= before || later > time.Since(term.started) {
		t.Errorf("at first %v, later %v, pressed after %v", first, later, before)
	}
	if _, ok := term.Written(regexp.MustCompile("never")); ok {
		t.Error("what was not written was written")
	}
	term.TakeRaw()
	if _, ok := term.Written(regexp.MustCompile("keys <")); ok {
		t.Error("what was taken is still there")
	}
}
