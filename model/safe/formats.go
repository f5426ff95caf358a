package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON escapes inside a JSON document what encoding/json leaves raw: DEL, C1,
// bidi and other characters that Cell would not show, and bytes that are not
// UTF-8. The document decodes to the same value as before. It needs no parser:
// in valid JSON such characters stand in strings only.
func JSON(doc []byte) []byte {
	var out []byte
	from := 0
	for i := 0; i < len(doc); {
		r, n := utf8.DecodeRune(doc[i:])
		if jsonHarmful(r, n) {
			out = appendUnits(append(out, doc[from:i]...), r)
			from = i + n
		}
		i += n
	}
	if from == 0 {
		return doc
	}
	return append(out, doc[from:]...)
}

// jsonHarmful leaves the white space that JSON may have between its tokens.
func jsonHarmful(r rune, n int) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case utf8.RuneError:
		return n == 1
	}
	return harmful(r)
}

func appendUnits(out []byte, r rune) []byte {
	if hi, lo := utf16.EncodeRune(r); hi != unicode.ReplacementChar {
		return fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}

// CSV makes a cell that no spreadsheet runs as a formula: a cell that would
// start one gets a leading apostrophe, which spreadsheets take as "this is
// text". So does the part after a semicolon, where spreadsheets of many
// locales start the next cell whatever the file's own delimiter is. Quoting
// is left to the CSV writer. Numbers of our own do not go through it.
func CSV(s string) string {
	parts := strings.Split(s, ";")
	for i, p := range parts {
		parts[i] = Cell(p)
		if formula(p) {
			parts[i] = "'" + parts[i]
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts, ";")
}

// formula reports whether a spreadsheet might run the text. White space and
// quotes before the sign do not stop all of them, nor does a wide form of it;
// a tab or line break at the start makes some skip to what follows.
func formula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return r == '"' || unicode.IsSpace(r) && !strings.ContainsRune("\t\r\n", r)
	})
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && strings.ContainsRune("\t\r\n=+-@＝＋－＠﹦﹢﹣﹫−", r)
}

// markup is what Markdown or HTML may take for more than a letter. Character
// references work in every dialect, also inside a table, where a backslash
// before a bar does not.
var markup = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", `\`, "&#92;",
	"*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;", "~", "&#126;", "$", "&#36;",
)

// Markdown makes text for a cell of a Markdown table: one line, shown by the
// reader's browser letter by letter as Cell gives it, without markup or HTML.
func Markdown(s string) string { return markup.Replace(Cell(s)) }
