package query

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

// Kind is what a key's values are.
type Kind uint8

// The kinds of keys.
const (
	Text     Kind = iota
	Enum          // text from a known list
	Set           // several texts, any of which may match
	Version       // text ordered as versions are
	Bool          // yes or no
	Number        // a count
	Size          // bytes, written 100GiB
	Money         // US dollars, written 5 or 0.25
	Grade         // a severity, written high
	Duration      // time that has passed, written 180d
	Date          // a day, month, year or instant
)

var kindNames = [...]string{
	Text: "text", Enum: "a word of a list", Set: "text", Version: "a version", Bool: "a yes or no",
	Number: "a number", Size: "a size", Money: "an amount of dollars", Grade: "a severity", Duration: "a duration", Date: "a date",
}

// String is the kind with its article, as docs and errors put it.
func (k Kind) String() string { return kindNames[k] }

func (k Kind) textual() bool { return k <= Version }

func (k Kind) ordered() bool { return k >= Version && k != Bool }

// bound is one end of a range. For amounts, values from at on and before next
// equal it, and values from after on are more than it: a month lasts until the
// next, while more than 180 days is any instant longer. Open ends have none.
type bound struct {
	open            bool
	at, next, after int64
	version         string
}

var yes, no = value{form: point, text: "true"}, value{form: point, text: "false"}

// value makes a value of an item, as the key's kind wants it.
func (p *parser) value(r ref, o op, it item) (value, error) {
	switch {
	case o == regex:
		if _, err := regexp.Compile("(?i)" + it.text); err != nil {
			return value{}, p.fail(it.from, it.to, "not a regular expression: "+regexProblem(err), "see https://go.dev/s/re2syntax")
		}
		return value{form: literal, text: it.text}, nil
	case o == equal && !it.quoted && r.key.Unsure && strings.EqualFold(it.text, "unknown"):
		return value{form: unknown, text: "unknown"}, nil
	case o == equal && !it.quoted && r.key.never && strings.EqualFold(it.text, "never"):
		return value{form: never, text: "never"}, nil
	}
	switch k := r.key.Kind; {
	case k == Enum:
		return p.enum(r, it)
	case k == Bool:
		return p.flag(r, it)
	case k == Version:
		return p.version(o, it), nil
	case k.ordered():
		return p.amount(r, o, it)
	}
	return textValue(it), nil
}

func regexProblem(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

func textValue(it item) value {
	if it.quoted {
		return value{form: literal, text: it.text}
	}
	return value{form: glob, text: it.text}
}

// enum takes words of the list and globs.
func (p *parser) enum(r ref, it item) (value, error) {
	low := strings.ToLower(it.text)
	if strings.ContainsAny(low, "*?") && !it.quoted || slices.Contains(r.key.Values, low) {
		return value{form: glob, text: low}, nil
	}
	return value{}, p.notOneOf(r, it, r.key.Values)
}

func (p *parser) notOneOf(r ref, it item, values []string) error {
	hint := "one of " + strings.Join(values, ", ")
	if near := nearest(it.text, values); near != "" {
		hint = "did you mean " + near + "?"
	}
	return p.fail(it.from, it.to, r.String()+" is never "+strconv.Quote(it.text), hint)
}

func (p *parser) flag(r ref, it item) (value, error) {
	switch strings.ToLower(it.text) {
	case "true", "yes":
		return yes, nil
	case "false", "no":
		return no, nil
	}
	return value{}, p.notOneOf(r, it, r.key.words())
}

// version takes a range as well as text; a plain one may hold globs.
func (p *parser) version(o op, it item) value {
	low, high, ok := strings.Cut(it.text, "..")
	if !ok || it.quoted || o != equal || low+high == "" {
		v := textValue(it)
		v.low.version = it.text
		return v
	}
	return value{
		form: between, text: low + ".." + high,
		low: bound{open: low == "", version: low}, high: bound{open: high == "", version: high},
	}
}

// amount reads what is compared as a number: one value or a range.
func (p *parser) amount(r ref, o op, it item) (value, error) {
	lowText, highText, ok := strings.Cut(it.text, "..")
	if !ok || o != equal {
		b, err := p.bound(r, it, it.text)
		return value{form: point, text: b.version, low: b}.plain(), err
	}
	low, high := bound{open: true, at: math.MinInt64}, bound{open: true, after: math.MaxInt64}
	var err error
	if lowText != "" {
		if low, err = p.bound(r, it, lowText); err != nil {
			return value{}, err
		}
	}
	if highText != "" {
		if high, err = p.bound(r, it, highText); err != nil {
			return value{}, err
		}
	}
	switch {
	case low.open && high.open:
		return value{}, p.fail(it.from, it.to, "a range needs an end", "write "+r.key.Example)
	case low.at >= high.after:
		return value{}, p.fail(it.from, it.to, "the range ends before it begins", "write "+highText+".."+lowText)
	}
	return value{form: between, text: low.version + ".." + high.version, low: low, high: high}.plain(), nil
}

// plain drops the texts that reading the bounds left behind.
func (v value) plain() value {
	v.low.version, v.high.version = "", ""
	return v
}

// bound reads one amount; its canonical text is left in version.
func (p *parser) bound(r ref, it item, text string) (bound, error) {
	read := map[Kind]func(string) (bound, bool){Number: readNumber, Size: readSize, Money: readMoney, Grade: readGrade, Duration: readDuration, Date: readDate}
	if b, ok := read[r.key.Kind](strings.ToLower(text)); ok {
		return b, nil
	}
	return bound{}, p.fail(it.from, it.to, strconv.Quote(text)+" is not "+r.key.Kind.String(), r.key.rightForm(text))
}

// rightForm tells what to write in place of a value of the wrong kind.
func (k *Key) rightForm(text string) string {
	_, isDuration := readDuration(strings.ToLower(text))
	_, isDate := readDate(strings.ToLower(text))
	_, isNumber := readNumber(text)
	switch {
	case k.Kind == Date && isDuration && k.other != "":
		return "durations belong to " + k.other + ": write " + k.other + ">" + text
	case k.Kind == Duration && isDate && len(text) > 4:
		return "dates belong to " + k.other + ": write " + k.other + "<" + text
	case k.Kind == Duration && isNumber:
		return "a duration needs a unit: write " + k.Name + ">" + text + "d"
	case k.Kind == Date:
		return "a date is written 2026-10-14, 2026-10, 2026 or 2026-10-14T12:30:00Z"
	}
	return "write " + k.Example
}

func readNumber(s string) (bound, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n == math.MaxInt64 {
		return bound{}, false
	}
	return bound{at: n, next: n + 1, after: n + 1, version: strconv.FormatInt(n, 10)}, true
}

// sizeUnits are binary, as EBS's are, whether written with the i or not.
var sizeUnits = []struct {
	name  string
	bytes int64
}{{"PiB", 1 << 50}, {"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// readSize reads 100GiB, 1.5T and 100, which is in GiB.
func readSize(s string) (bound, bool) {
	number := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	unit := sizeUnit(s[len(number):])
	f, err := strconv.ParseFloat(number, 64)
	bytes := f * float64(unit)
	if err != nil || unit == 0 || f < 0 || strings.ContainsAny(number, "+-ex_") || bytes > 1<<61 || bytes != math.Trunc(bytes) {
		return bound{}, false
	}
	n := int64(bytes)
	return bound{at: n, next: n + 1, after: n + 1, version: sizeText(n)}, true
}

func sizeUnit(s string) int64 {
	if s == "" {
		return 1 << 30
	}
	for _, u := range sizeUnits {
		low := strings.ToLower(u.name)
		if s == low || s == low[:1] || len(low) == 3 && s == low[:1]+"b" {
			return u.bytes
		}
	}
	return 0
}

func sizeText(n int64) string {
	for _, u := range sizeUnits {
		if n%u.bytes == 0 && n > 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0B"
}

// readMoney reads 5, $5 and 0.25, in dollars. An amount equals all that round to
// its last digit's cent.
func readMoney(s string) (bound, bool) {
	number := strings.TrimPrefix(s, "$")
	u, err := cost.ParseUSD(number)
	if err != nil || u < 0 || strings.ContainsAny(number, "+-exinfa_") || u > math.MaxInt64/4 {
		return bound{}, false
	}
	const cent = cost.Dollar / 100
	return bound{at: int64(u), next: int64(u + cent), after: int64(u) + 1, version: strconv.FormatFloat(u.Dollars(), 'f', -1, 64)}, true
}

// readGrade reads a severity.
func readGrade(s string) (bound, bool) {
	grade, ok := model.ParseSeverity(s)
	n := int64(grade)
	return bound{at: n, next: n + 1, after: n + 1, version: s}, ok
}

const dayLong = 24 * time.Hour

// durationUnits: months have 30 days and years 365, so that an age is a
// number of days whatever the season.
var durationUnits = []struct {
	name string
	long time.Duration
}{{"y", 365 * dayLong}, {"mo", 30 * dayLong}, {"w", 7 * dayLong}, {"d", dayLong}, {"h", time.Hour}, {"m", time.Minute}}

// readDuration reads 180d, 2w, 1y6mo. A duration equals all up to one more of
// its last unit.
func readDuration(s string) (bound, bool) {
	var total, unit time.Duration
	for rest := s; rest != ""; {
		n, u, tail, ok := durationPart(rest)
		if !ok || n > int64((math.MaxInt64/4-total)/u) {
			return bound{}, false
		}
		total, unit, rest = total+time.Duration(n)*u, u, tail
	}
	if unit == 0 {
		return bound{}, false
	}
	return bound{at: int64(total), next: int64(total + unit), after: int64(total) + 1, version: s}, true
}

func durationPart(s string) (n int64, unit time.Duration, tail string, ok bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	letters := strings.TrimLeft(s[digits:], "abcdefghijklmnopqrstuvwxyz")
	name := s[digits : len(s)-len(letters)]
	for _, u := range durationUnits {
		if u.name == name {
			return n, u.long, letters, err == nil
		}
	}
	return 0, 0, "", false
}

// readDate reads a year, month, day or instant (RFC 3339), in UTC and in whole
// seconds.
func readDate(s string) (bound, bool) {
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return dateBound(t, t.Add(time.Second), strings.ToUpper(s)), true
	}
	for _, f := range []struct {
		layout        string
		years, months int
		days          int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {"2006-01-02", 0, 0, 1}} {
		if t, err := time.Parse(f.layout, s); err == nil && len(s) == len(f.layout) {
			return dateBound(t, t.AddDate(f.years, f.months, f.days), s), true
		}
	}
	return bound{}, false
}

func dateBound(from, to time.Time, text string) bound {
	return bound{at: from.Unix(), next: to.Unix(), after: to.Unix(), version: text}
}
