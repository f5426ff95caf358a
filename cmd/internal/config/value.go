package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// value writes what a place holds as TOML.
func value(place any) string {
	switch p := place.(type) {
	case *string:
		return quote(*p)
	case *time.Duration:
		return quote(p.String())
	case *bool:
		return strconv.FormatBool(*p)
	case *[]string:
		parts := make([]string, 0, len(*p))
		for _, s := range *p {
			parts = append(parts, quote(s))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return ""
}

// quote writes a TOML basic string. Control characters, of which TOML allows
// only the tab, are escaped.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
