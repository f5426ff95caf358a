package iac

import "strings"

// bytesSet is the bytes that a place in a pattern may be.
type bytesSet [4]uint64

func (s *bytesSet) has(x byte) bool { return s[x>>6]&(1<<(x&63)) != 0 }

func (s *bytesSet) add(from, to byte) {
	for x := int(from); x <= int(to); x++ {
		s[x>>6] |= 1 << (x & 63)
	}
}

// parseSet reads the brackets at the start of s, and how long they are: [abc],
// [a-z], [!a] or [^a], [[:alpha:]], with backslashes, and with ] as the first.
func parseSet(s string) (set *bytesSet, n int, ok bool) {
	set, i := new(bytesSet), 1
	negated := i < len(s) && (s[i] == '!' || s[i] == '^')
	if negated {
		i++
	}
	last := -1 // what a range may begin with: the byte before the hyphen, if it was a single one
	for first := true; first || i >= len(s) || s[i] != ']'; first = false {
		if i >= len(s) {
			return nil, 0, false
		}
		switch {
		case strings.HasPrefix(s[i:], "[:"):
			size, class := parseClass(s[i:])
			if size == 0 {
				return nil, 0, false
			}
			if class == "" { // a bracket and a colon like others
				set.add('[', '[')
				last, i = '[', i+1
				break
			}
			if !set.addClass(class) {
				return nil, 0, false
			}
			last, i = -1, i+size
		case s[i] == '-' && last >= 0 && i+1 < len(s) && s[i+1] != ']':
			to, size := single(s[i+1:])
			if size == 0 {
				return nil, 0, false
			}
			set.add(byte(last), to)
			last, i = -1, i+1+size
		default:
			x, size := single(s[i:])
			if size == 0 {
				return nil, 0, false
			}
			set.add(x, x)
			last, i = int(x), i+size
		}
	}
	if negated {
		for k := range set {
			set[k] = ^set[k]
		}
	}
	set['/'>>6] &^= 1 << ('/' & 63) // only a slash that is written as such meets one
	return set, i + 1, true
}

// single reads a byte, or one behind a backslash. Size 0: there is none.
func single(s string) (x byte, size int) {
	if s[0] != '\\' {
		return s[0], 1
	}
	if len(s) == 1 {
		return 0, 0
	}
	return s[1], 2
}

// parseClass reads [:name:]. Size 0: the brackets are never closed. No name: this
// is no class.
func parseClass(s string) (size int, name string) {
	end := strings.IndexByte(s[2:], ']')
	if end < 0 {
		return 0, ""
	}
	name, ok := strings.CutSuffix(s[2:2+end], ":")
	if !ok {
		return 1, ""
	}
	if name == "" {
		return 3 + end, "none" // [::], which git takes for an unknown class
	}
	return 3 + end, name
}

// addClass adds a class of POSIX, of ASCII only. False: there is no such class.
func (s *bytesSet) addClass(name string) bool {
	var ranges string // pairs of from and to
	switch name {
	case "alnum":
		ranges = "09AZaz"
	case "alpha":
		ranges = "AZaz"
	case "blank":
		ranges = "\t\t  "
	case "cntrl":
		ranges = "\x00\x1f\x7f\x7f"
	case "digit":
		ranges = "09"
	case "graph":
		ranges = "!~"
	case "lower":
		ranges = "az"
	case "print":
		ranges = " ~"
	case "punct":
		ranges = "!/:@[`{~"
	case "space":
		ranges = "\t\n\r\r  " // git's own isspace
	case "upper":
		ranges = "AZ"
	case "xdigit":
		ranges = "09AFaf"
	default:
		return false
	}
	for i := 0; i < len(ranges); i += 2 {
		s.add(ranges[i], ranges[i+1])
	}
	return true
}
