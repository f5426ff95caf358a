package model

import "strings"

// Family splits an image name into what it is (the family) and which issue of
// it this is (the version). Versions, dates, times, build numbers, hashes,
// uuids and ids of other images are the version, wherever they stand in the
// name. What tells product lines apart stays in the family: the release of an
// operating system, a minor version before a date ("1.33-v20261014"),
// architectures, and ids of the instances that backups are of.
//
// Version parts that stand apart are joined by "-". A name that holds no
// version, or nothing else, is its own family with version "".
func Family(name string) (family, version string) {
	var room [64]part // an image name has 128 characters at most
	parts := splitName(room[:0], name)
	if !settle(parts) {
		return name, ""
	}
	family = familyOf(name, parts)
	if family == "" {
		return name, ""
	}
	return family, versionOf(name, parts)
}

// part is a piece of a name between separators; a date or a dotted number is
// one piece although it holds some.
type part struct {
	from, to int
	role     role
	dated    bool // a number that holds a date
}

type role uint8

const (
	word    role = iota // part of the family
	tail                // a word that may follow the version: architecture, storage
	product             // a word whose number names a product line: ubuntu 24.04
	label               // announces a version: build 45
	suffix              // belongs to the version directly before it: rc1
	weak                // a number that is the version only where nothing better is
	strong              // a version
)

// wordRoles is what the words mean that matter, in lower case.
var wordRoles = map[string]role{
	"x86": tail, "x64": tail, "x86_64": tail, "x86-64": tail, "amd64": tail, "arm64": tail, "aarch64": tail, "i386": tail,
	"gp2": tail, "gp3": tail, "ebs": tail, "hvm": tail, "encrypted": tail,
	"ubuntu": product, "debian": product, "rhel": product, "centos": product, "stream": product, "rocky": product,
	"almalinux": product, "alma": product, "suse": product, "sles": product, "fedora": product, "oracle": product,
	"ol": product, "amzn": product, "al": product, "linux": product, "freebsd": product, "macos": product,
	"windows": product, "win": product, "server": product, "sql": product, "kernel": product, "eks": product,
	"ecs": product, "k8s": product, "kubernetes": product, "noble": product, "jammy": product, "focal": product,
	"bionic": product, "xenial": product, "bookworm": product, "bullseye": product, "trixie": product, "cuda": product,
	"python": product, "pytorch": product, "tensorflow": product, "java": product, "jdk": product, "node": product,
	"postgres": product, "postgresql": product, "mysql": product,
	"build": label, "bld": label, "version": label, "ver": label, "v": label,
	"rc": suffix, "alpha": suffix, "beta": suffix, "pre": suffix, "preview": suffix, "snapshot": suffix,
}

func splitName(parts []part, name string) []part {
	for i := 0; i < len(name); {
		if separator(name[i]) && !strings.HasPrefix(name[i:], "{{") {
			i++
			continue
		}
		p := nextPart(name, i)
		parts = append(parts, p)
		i = p.to
	}
	return parts
}

// nextPart reads the piece that begins at i, the longest forms first.
func nextPart(name string, i int) part {
	s := name[i:]
	if n := template(s); n > 0 {
		return part{i, i + n, strong, false}
	}
	if n, r := identifier(s); n > 0 {
		return part{i, i + n, r, false}
	}
	digit := i
	if (s[0] == 'v' || s[0] == 'V') && len(s) > 1 && isDigit(s[1]) {
		digit++
	}
	if n := date(name[digit:]); n > 0 {
		return part{i, digit + n, strong, true}
	}
	if n, r, dated := number(name[digit:], digit > i); n > 0 {
		return part{i, digit + n, r, dated}
	}
	return wordPart(name, i)
}

// wordPart reads up to the next separator, or up to a date or version glued to
// a word. A short number with a dot belongs to its word: ubuntu22.04.
func wordPart(name string, i int) part {
	s := name[i:]
	for _, arch := range [...]string{"x86_64", "x86-64"} {
		if len(s) >= len(arch) && strings.EqualFold(s[:len(arch)], arch) && ends(s, len(arch)) {
			return part{i, i + len(arch), tail, false}
		}
	}
	n := 1
	for ; n < len(s) && !separator(s[n]); n++ {
		if !isDigit(s[n]) || isDigit(s[n-1]) {
			continue
		}
		size, r, _ := number(s[n:], false)
		if r == strong || date(s[n:]) > 0 {
			return part{i, i + n, word, false}
		}
		if size > digitRun(s[n:]) {
			return part{i, i + n + size, word, false}
		}
	}
	return part{i, i + n, roleOf(s[:n]), false}
}

// roleOf tells what a single word is: one of the words that matter, with or
// without a number behind it, a hash, or a word like any other.
func roleOf(s string) role {
	if hash(s) {
		return strong
	}
	letters := strings.TrimRight(s, "0123456789")
	r := lookup(letters)
	switch {
	case letters == s:
		return r
	case r == suffix, len(letters) > 1 && r == label:
		return max(r, suffix)
	case letters == "b" || letters == "B":
		return weak
	case (letters == "g" || s[0] == 'g') && hash(s[1:]):
		return suffix
	case letters != "":
		return lookup(s)
	}
	return word
}

func lookup(s string) role {
	var low [12]byte
	if len(s) > len(low) {
		return word
	}
	for i := range len(s) {
		low[i] = lower(s[i])
	}
	return wordRoles[string(low[:len(s)])]
}

// settle decides what is the version, marks it strong and everything else
// word, and reports whether there is one.
func settle(parts []part) bool {
	strongs := 0
	for _, p := range parts {
		if p.role == strong {
			strongs++
		}
	}
	for i := range parts {
		strongs += settleOne(parts, i, strongs)
	}
	if strongs == 0 {
		return settleTrailing(parts)
	}
	for i := range parts {
		if parts[i].role != strong && parts[i].role != label {
			parts[i].role = word
		}
	}
	return true
}

// settleOne looks at the part before one, and gives by how much the number of
// strong parts changed.
func settleOne(parts []part, i, strongs int) int {
	if i == 0 {
		return 0
	}
	p, before := &parts[i], parts[i-1].role
	switch {
	case before == product && p.role == weak:
		p.role = word // ubuntu-24.04
	case before == product && p.role == strong && !p.dated && strongs > 1:
		p.role = word // RHEL-9.4.0_HVM-20241114
		return -1
	case p.role == weak && (before == strong || before == label), p.role == suffix && before == strong:
		p.role = strong
		return 1
	case p.role == label && before == strong && i+1 < len(parts) && parts[i+1].role >= weak:
		p.role = strong // 1.2.3+build.45
		return 1
	}
	return 0
}

// settleTrailing is for names without a sure version: the numbers at the end
// are it, architecture and storage words aside.
func settleTrailing(parts []part) bool {
	i := len(parts) - 1
	for ; i > 0 && parts[i].role == tail; i-- {
	}
	end := i
	for ; i > 0 && (parts[i].role == weak || parts[i].role == suffix && parts[i-1].role == weak); i-- {
		parts[i].role = strong
	}
	return i < end
}

// familyOf is the name without its versions and the separators before them.
func familyOf(name string, parts []part) string {
	var b strings.Builder
	b.Grow(len(name))
	from := 0
	for i, p := range parts {
		if p.role != strong && !announces(parts, i) {
			continue
		}
		b.WriteString(strings.TrimRightFunc(name[from:max(from, p.from)], trimmed))
		from = p.to
		for from < len(name) && strings.IndexByte(")]}", name[from]) >= 0 {
			from++
		}
	}
	b.WriteString(name[from:])
	return strings.TrimFunc(b.String(), trimmed)
}

// announces reports whether a part is a label whose number is the version.
func announces(parts []part, i int) bool {
	return parts[i].role == label && i+1 < len(parts) && parts[i+1].role == strong
}

// versionOf is the versions as the name has them.
func versionOf(name string, parts []part) string {
	version := ""
	for i := 0; i < len(parts); i++ {
		if parts[i].role != strong {
			continue
		}
		from := parts[i].from
		for i+1 < len(parts) && parts[i+1].role == strong {
			i++
		}
		if version == "" {
			version = name[from:parts[i].to]
		} else {
			version += "-" + name[from:parts[i].to]
		}
	}
	return version
}

func trimmed(r rune) bool { return r < 0x80 && separator(byte(r)) }

func separator(c byte) bool {
	switch c {
	case '-', '_', '/', ' ', '.', ':', '+', '@', '(', ')', '[', ']', '{', '}', ',', '=', '#', '~':
		return true
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// ends reports whether a piece that is n long ends there.
func ends(s string, n int) bool { return n == len(s) || separator(s[n]) }
