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
		return quote(durationText(*p))
	case *Depth:
		if *p < 0 {
			return quote(all)
		}
		return strconv.Itoa(int(*p))
	case *Prices:
		return p.text()
	case *Severities:
		return p.text()
	case *Pattern:
		return quote(string(*p))
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

// durationText gives several days as such, and not as the hours they have.
func durationText(d time.Duration) string {
	if d > day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
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
