package ptytest

import (
	"io"
	"strings"
	"unicode/utf8"
)

// sequence returns what a terminal sends for a key with a name. The names are
// those that Bubble Tea gives to the same keys.
func sequence(key string) (string, bool) {
	switch key {
	case "enter":
		return "\r", true
	case "esc":
		return "\x1b", true
	case "tab":
		return "\t", true
	case "space":
		return " ", true
	case "backspace":
		return "\x7f", true
	case "delete":
		return "\x1b[3~", true
	case "insert":
		return "\x1b[2~", true
	case "pgup":
		return "\x1b[5~", true
	case "pgdown":
		return "\x1b[6~", true
	case "shift+tab":
		return "\x1b[Z", true
	}
	if seq, ok := modified(key); ok {
		return seq, true
	}
	return key, utf8.RuneCountInString(key) == 1
}

// modified returns the sequence of cursor keys, with or without one modifier,
// and of ctrl and alt with a character.
func modified(key string) (string, bool) {
	mod, name := "", key
	if i := strings.LastIndex(key, "+"); i > 0 && i < len(key)-1 {
		mod, name = key[:i], key[i+1:]
	}
	if final, ok := map[string]string{
		"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F",
	}[name]; ok {
		number, known := map[string]string{"": "", "shift": "1;2", "alt": "1;3", "ctrl": "1;5"}[mod]
		return "\x1b[" + number + final, known
	}
	switch {
	case mod == "alt" && utf8.RuneCountInString(name) == 1:
		return "\x1b" + name, true
	case mod == "ctrl" && len(name) == 1 && (name[0] >= 'a' && name[0] <= 'z' || strings.Contains(`@[\]^_`, name)):
		return string(rune(name[0] & 0x1f)), true
	}
	return "", false
}

// Press sends keys: a single character, or a name such as "enter", "esc",
// "space", "down", "shift+left", "ctrl+r" or "alt+x". Only press a key when the
// program is known to read them: wait for its first screen before.
func (t *Terminal) Press(keys ...string) {
	t.t.Helper()
	for _, key := range keys {
		seq, ok := sequence(key)
		if !ok {
			t.t.Fatalf("no key is named %q; use Type for text", key)
		}
		if key == "esc" && t.display.unambiguous() {
			seq = "\x1b[27u"
		}
		t.send(seq)
	}
}

// Type sends text as if typed, character by character.
func (t *Terminal) Type(text string) {
	t.t.Helper()
	t.send(text)
}

// Paste sends text as a terminal does for a paste, in brackets.
func (t *Terminal) Paste(text string) {
	t.t.Helper()
	t.send("\x1b[200~" + text + "\x1b[201~")
}

func (t *Terminal) send(s string) {
	t.t.Helper()
	if _, err := io.WriteString(t.pty.Master(), s); err != nil {
		t.t.Fatalf("send %q: %v\n%s", s, err, t.dump())
	}
}
