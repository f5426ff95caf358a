package model

import "strings"

// This file reads the forms that versions have in image names. Each reader
// gives the length of what it read at the start of the text, 0 for nothing,
// and looks at no byte more than a few times, however hostile the name.

// template is a placeholder that a build tool did not fill in: {{timestamp}}.
func template(s string) int {
	if !strings.HasPrefix(s, "{{") {
		return 0
	}
	const longest = 32
	if end := strings.Index(s[:min(len(s), longest)], "}}"); end > 0 {
		return end + 2
	}
	return 0
}

// identifier is a uuid or the id of an AWS resource. Ids of instances and of
// backup policies say whose image it is, so they are words.
func identifier(s string) (int, role) {
	if uuid(s) {
		return 36, strong
	}
	for _, id := range [...]struct {
		prefix string
		role   role
	}{{"ami-", strong}, {"snap-", strong}, {"i-", word}, {"policy-", word}} {
		if n := len(id.prefix); len(s) > n && s[:n] == id.prefix {
			end := n + hexRun(s[n:])
			old := end-n == 8 && date(s[n:]) == 0 && !uuid(s[n:]) // a word "ami" may stand before those
			if (old || end-n == 17) && ends(s, end) {
				return end, id.role
			}
		}
	}
	return 0, word
}

func uuid(s string) bool {
	if len(s) < 36 || !ends(s, 36) {
		return false
	}
	for i := range 36 {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// hash is 7 to 64 hexadecimal digits with a letter and a decimal digit among
// them: the short and the full commit and digest forms, but neither numbers
// nor words like "defaced".
func hash(s string) bool {
	if len(s) < 7 || len(s) > 64 || hexRun(s) != len(s) {
		return false
	}
	return strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdefABCDEF")
}

func hexRun(s string) int {
	n := 0
	for n < len(s) && isHex(s[n]) {
		n++
	}
	return n
}

func isHex(c byte) bool { return isDigit(c) || lower(c) >= 'a' && lower(c) <= 'f' }

func digitRun(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// date is a day in one of the usual forms, with the time where it follows by
// a T, or a Unix time in seconds or milliseconds.
func date(s string) int {
	n := digitRun(s)
	end := 0
	switch {
	case n == 4:
		end = brokenDate(s)
	case n == 2:
		end = europeanDate(s)
	case n == 8 && day(s):
		end = n + clock(s[n:])
	case (n == 12 || n == 14) && day(s) && s[8:10] < "24" && s[10:12] < "60":
		end = n + zulu(s[n:])
	case (n == 10 || n == 13) && s[0] == '1': // 2001 to 2033
		end = n
	}
	if end > 0 && ends(s, end) {
		return end
	}
	return 0
}

// brokenDate is 2026-10-14, 2026.10.14, 2026_10_14, or a month: 2026-10.
func brokenDate(s string) int {
	if len(s) < 7 || strings.IndexByte("-._/", s[4]) < 0 || !yearMonth(s[:4], s[5:]) {
		return 0
	}
	if len(s) >= 10 && s[7] == s[4] && digitRun(s[8:]) == 2 && between(s[8:10], "01", "31") {
		return 10 + clock(s[10:])
	}
	if s[4] != '.' && (len(s) == 7 || s[7] != s[4]) {
		return 7
	}
	return 0
}

// europeanDate is 14-10-2026 or 14.10.2026.
func europeanDate(s string) int {
	if len(s) < 10 || strings.IndexByte("-._/", s[2]) < 0 || s[5] != s[2] || digitRun(s[6:]) != 4 {
		return 0
	}
	if between(s[:2], "01", "31") && yearMonth(s[6:10], s[3:]) {
		return 10
	}
	return 0
}

// day is 20261014 at the start of a run of digits.
func day(s string) bool { return yearMonth(s[:4], s[4:6]) && between(s[6:8], "01", "31") }

func yearMonth(year, month string) bool {
	return between(year, "1990", "2099") && digitRun(month) == 2 && between(month[:2], "01", "12")
}

func between(s, low, high string) bool { return s >= low && s <= high }

// clock is a time of day after its date: T123000, T12-30-00Z, T12:30:00.123Z.
// Times that follow by another separator are numbers behind a version.
func clock(s string) int {
	if s == "" || lower(s[0]) != 't' || digitRun(s[1:]) == 0 {
		return zulu(s)
	}
	n := 1
	for n < len(s) {
		run := digitRun(s[n:])
		n += run
		if run == 0 || n+1 >= len(s) || strings.IndexByte(":-_.", s[n]) < 0 || !isDigit(s[n+1]) {
			break
		}
		n++
	}
	return n + zulu(s[n:])
}

func zulu(s string) int {
	if s != "" && lower(s[0]) == 'z' {
		return 1
	}
	return 0
}

// number is digits with or without dots: 17, 1.33, 1.2.3, 2023.6.20261101.0,
// 1.2.3rc1. Three segments, a date among them, or two behind a "v" make a sure
// version. Twelve digits are an account.
func number(s string, v bool) (n int, r role, dated bool) {
	segments := 0
	for {
		run := digitRun(s[n:])
		if run == 0 {
			break
		}
		dated = dated || run == 8 && day(s[n:])
		segments++
		n += run
		if n+1 >= len(s) || s[n] != '.' || !isDigit(s[n+1]) {
			break
		}
		n++
	}
	if segments > 1 {
		n += glued(s[n:])
	}
	switch {
	case segments == 0, !ends(s, n), segments == 1 && n == 12:
		return 0, word, false
	case segments > 2, dated, v && segments == 2:
		return n, strong, dated
	}
	return n, weak, false
}

// glued is a suffix written on to a number: rc1, b2, a.
func glued(s string) int {
	n := 0
	for n < len(s) && n < 10 && !separator(s[n]) && s[n] < 0x80 {
		n++
	}
	return n
}
