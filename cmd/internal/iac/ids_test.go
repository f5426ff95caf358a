package iac

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const smallest = 2*reach + 40 // a window whose borders come often

// at is a find without its text.
type at struct {
	ID   string
	Line int
}

func places(found []Found) []at {
	var out []at
	for _, f := range found {
		out = append(out, at{f.ID, f.Line})
	}
	return out
}

func find(t testing.TB, s *search, text string) []Found {
	t.Helper()
	found, err := s.file(context.Background(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestIDs(t *testing.T) {
	const old, id = "ami-12345678", "ami-0123456789abcdef0"
	tests := []struct {
		name, text string
		want       string // ids, joined
	}{
		{"alone", id, id},
		{"alone, old", old, old},
		{"a snapshot", "snap-0123456789abcdef0 snap-12345678", "snap-0123456789abcdef0 snap-12345678"},
		{"HCL", `  ami = "` + id + `"`, id},
		{"tfvars", `ami="` + id + `"`, id},
		{"YAML", "ImageId: " + id, id},
		{"a list in YAML", "- " + id + "\n-" + old, id + " " + old},
		{"JSON", `{"ImageId":"` + id + `"}`, id},
		{"a shell", "export AMI=" + id + ";", id},
		{"a shell's default", "${AMI:-" + id + "}", id},
		{"an ARN", "arn:aws:ec2:us-east-1::image/" + id, id},
		{"an ARN of a snapshot", "arn:aws:ec2:us-east-1::snapshot/snap-12345678", "snap-12345678"},
		{"Packer's artifact", "eu-west-1:" + id + ",us-east-1:" + old, id + " " + old},
		{"a URL", "https://x/#ImageDetails:imageId=" + id + "&y", id},
		{"an escaped URL", "image%2F" + id + "%3A" + old, id + " " + old},
		{"a URL escaped twice", "image%252F" + old, old},
		{"JSON within JSON", `\"` + old + `\"`, old},
		{"an escaped newline", `echo\n` + old + `\necho`, old},
		{"a newline escaped twice", `\\n` + old + `\\n`, old},
		{"an escaped sign of JSON", `AMI\u003d` + old + `\u003e`, old},
		{"an escaped sign of YAML", `\x3d` + old + ` \U0000003d` + id, old + " " + id},
		{"an escaped tab of PowerShell", "`t" + old + "`n", old},
		{"a word's border in a regular expression", `\b` + old + `\b`, old},
		{"colours of a terminal", "\x1b[32m" + old + "\x1b[0m \\u001b[1;31m" + id + "\\u001b[0m", old + " " + id},
		{"an entity", "&quot;" + old + "&quot;", old},
		{"after a hyphen", "my-" + old, old},
		{"after an underscore", "web_" + old, old},
		{"after a digit", "us-east-1" + old, old},
		{"before a hyphen", old + "-copy", old},
		{"before an underscore", old + "_root", old},
		{"before a dot", old + ".json", old},
		{"a file's name", "images/" + id + ".raw", id},
		{"not ASCII around it", "„" + id + "“ä" + old + "ä", id + " " + old},
		{"upper case", "AMI-0123456789ABCDEF0 Ami-ABCDEF12 SNAP-0123456789abcDEF0", id + " ami-abcdef12 snap-0123456789abcdef0"},
		{"twice on a line", old + " " + old + " " + id + " AMI-12345678", old + " " + id},
		{"one right behind the other", old + id, id},
		{"prefix twice", "ami-" + old, old},
		{"one prefix after the other", "snap-" + old + "-snap-12345678", old + " snap-12345678"},
		{"between NULs", "\x00" + old + "\x00\x00" + id + "\x00", old + " " + id},
		{"17 digits behind letters that may be an escape", "u003d" + id, id},

		{"seven digits", "ami-1234567", ""},
		{"nine to sixteen digits", "ami-123456789 ami-1234567890 ami-123456789012 ami-0123456789abcdef", ""},
		{"eighteen digits", "ami-0123456789abcdef01", ""},
		{"a letter behind", "ami-12345678x " + id + "Z", ""},
		{"no hex", "ami-1234567g ami-0123456789abcdeg0", ""},
		{"another word", "miami-20240101 tsunami-12345678 resnap-12345678", ""},
		{"another word after a backslash", `C:\miami-20240101`, ""},
		{"another word after a percent sign", `%Miami-20240101 %2Fmiami-20240101 %zzami-12345678`, ""},
		{"another word after brackets", `[miami-20240101] ;mami-12345678`, ""},
		{"no hyphen", "ami_12345678 ami12345678 ami–12345678", ""},
		{"a pattern", "ami-* ami-${id} ami-xxxxxxxx ami-0123...", ""},
		{"cut by a newline", "ami-\n12345678", ""},
		{"a volume", "vol-12345678 i-0123456789abcdef0", ""},
		{"the end", "ami-", ""},
		{"the beginning", "-12345678", ""},
		{"half a prefix", "mi-12345678 nap-12345678", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range find(t, new(search), tt.text) {
				got = append(got, f.ID)
			}
			if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestText(t *testing.T) {
	const id = "ami-12345678"
	x := func(n int) string { return strings.Repeat("x", n-1) + " " } // n bytes before an id
	y := func(n int) string { return " " + strings.Repeat("y", n-1) } // n bytes behind it
	ä := func(n int) string { return strings.Repeat("ä", n) + " " }
	tests := []struct{ name, text, want string }{
		{"the line, trimmed", "a\n\t ami = \"" + id + "\" \r\nb", `ami = "` + id + `"`},
		{"the first line, and a mark", "\ufeff" + id, id},
		{"cut behind", id + y(300), id + y(188)},
		{"200 bytes", x(188) + id + "\nx", x(188) + id},
		{"201 bytes", x(189) + id + "\nx", x(80) + id},
		{"far from both ends", "\n" + x(500) + id + y(500), x(80) + id + y(108)},
		{"far from the beginning of the file", x(500) + id, x(80) + id},
		{"much space before it", "\n" + strings.Repeat(" ", 190) + id + y(300), id + y(188)},
		{"more space than is looked at", "\n" + strings.Repeat(" ", 400) + id + y(300), id + y(108)},
		{"runes before it", "x" + ä(200) + id, ä(39) + id},
		{"runes behind it", id + " " + ä(200), id + " " + strings.Repeat("ä", 93)},
		{"runes behind it, cut within none", id + "  " + ä(200), id + "  " + strings.Repeat("ä", 93)},
		{"no UTF-8 behind it", id + strings.Repeat("\x80", 300), id + strings.Repeat("\x80", 188)},
		{"the second on a line", x(50) + "snap-12345678 " + id, x(50) + "snap-12345678 " + id},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{0, smallest} {
				found := find(t, &search{size: size}, tt.text)
				if len(found) == 0 {
					t.Fatal("nothing found")
				}
				got := found[len(found)-1].Text
				if want := strings.TrimSpace(tt.want); got != want || len(got) > maxText {
					t.Errorf("%d bytes: %q\nwant %d: %q", len(got), got, len(want), want)
				}
			}
		})
	}
}

// The surroundings of an id, taken apart differently from idAround.
var (
	prefix = regexp.MustCompile(`(?i)(?:ami|snap)-`)
	digits = regexp.MustCompile(`^[0-9a-fA-F]*`)
	longer = regexp.MustCompile(`^[a-zA-Z]`)
	opens  = regexp.MustCompile("(?:^|[^a-zA-Z]|`[a-zA-Z]|" +
		`\\[a-zA-Z]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|%(?:[0-9a-fA-F]{2}){1,5}|\[[0-9]{0,9}[a-zA-Z]|;[0-9]{1,9}[a-zA-Z])$`)
)

// naive finds ids the slow way: with regular expressions over a whole text.
func naive(text string) []at {
	var out []at
	for n, line := range strings.Split(text, "\n") {
		seen := map[string]bool{}
		for _, m := range prefix.FindAllStringIndex(line, -1) {
			hex := digits.FindString(line[m[1]:])
			if len(hex) != 8 && len(hex) != 17 || longer.MatchString(line[m[1]+len(hex):]) {
				continue
			}
			if len(hex) == 8 && !opens.MatchString(line[max(0, m[0]-12):m[0]]) {
				continue
			}
			id := strings.ToLower(line[m[0]:m[1]] + hex)
			if !seen[id] {
				out = append(out, at{id, n + 1})
			}
			seen[id] = true
		}
	}
	return out
}

// parts are what texts with and almost with ids are made of.
var parts = rapid.OneOf(
	rapid.SampledFrom([]string{
		"ami-", "snap-", "AMI-", "ami-12345678", "snap-0123456789abcdef0", "ami-0123456789ABCDEF0", "12345678", "0123456789abcdef0", "-", "a", "x", "Z", "0",
		"\n", " ", `\`, "n", `\u003`, "d", "%2F", "%", "`", "\x1b[", "[", ";", "1", "32m", "ä", "_", "\x00", "\xff", "ami-1234567", "mi-", "i-", "p-",
	}),
	rapid.Map(rapid.IntRange(0, 2*smallest), func(n int) string { return strings.Repeat("x", n) }),
	rapid.Map(rapid.IntRange(0, 50), func(n int) string { return strings.Repeat("-", n) }),
)

func TestSearchEqualsNaive(t *testing.T) {
	small := &search{size: smallest}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(parts, 0, 40).Draw(t, "parts"), "")
		found, err := small.run(context.Background(), strings.NewReader(text), false)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(naive(text), places(found), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("naive (-), search (+):\n%s", d)
		}
		whole, err := new(search).run(context.Background(), strings.NewReader(text), false)
		if d := cmp.Diff(whole, found); err != nil || d != "" {
			t.Errorf("in one window (-), in small ones (+): %v\n%s", err, d)
		}
		checkTexts(t, found)
	})
}

func checkTexts(t rapid.TB, found []Found) {
	t.Helper()
	for _, f := range found {
		if len(f.Text) > maxText || f.Text != strings.TrimSpace(f.Text) || strings.Contains(f.Text, "\n") || !strings.Contains(strings.ToLower(f.Text), f.ID) {
			t.Errorf("%s at %d has the text %q", f.ID, f.Line, f.Text)
		}
	}
}

// TestPlanted puts ids at random places of random bytes, by preference where
// windows meet.
func TestPlanted(t *testing.T) {
	small := &search{size: smallest}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")
		text = bytes.Repeat(append(text, '.'), rapid.IntRange(1, 8*smallest).Draw(t, "length")/(len(text)+1)+1)
		border := rapid.Custom(func(t *rapid.T) int {
			return smallest + rapid.IntRange(0, 7).Draw(t, "window")*(smallest-2*reach) + rapid.IntRange(-reach-60, 60).Draw(t, "beside")
		})
		id := rapid.StringMatching(`(ami|snap)-([0-9a-f]{8}|[0-9a-f]{17})`)
		want := map[at]bool{}
		end := 0
		for range rapid.IntRange(1, 8).Draw(t, "ids") {
			i := rapid.OneOf(border, rapid.IntRange(0, len(text))).Draw(t, "place")
			one := " " + id.Draw(t, "id") + " "
			if i < end || i+len(one) > len(text) {
				continue
			}
			end = i + copy(text[i:], one)
			want[at{strings.TrimSpace(one), 1 + bytes.Count(text[:i], []byte{'\n'})}] = true
		}
		found, err := small.run(context.Background(), bytes.NewReader(text), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range places(found) {
			delete(want, p)
		}
		if len(want) > 0 {
			t.Errorf("not found: %v in %v", want, places(found))
		}
	})
}

// TestBorders puts one text at every place of a file that is three windows long.
func TestBorders(t *testing.T) {
	const length = 3 * smallest
	small, whole := &search{size: smallest}, new(search)
	for _, tt := range []struct{ text, want string }{
		{" ami-12345678 ", "ami-12345678"},
		{`\u003dami-12345678"`, "ami-12345678"},
		{"xami-0123456789abcdef0-", "ami-0123456789abcdef0"},
		{"\x1b[1;32msnap-12345678\n", "snap-12345678"},
		{encode(" ami-0123456789abcdef0 ", 4, true), "ami-0123456789abcdef0"},
		{" miami-20240101", ""},
		{"ami-0123456789abcdef01", ""},
	} {
		for name, line := range map[string]string{"one line": ".", "short lines": strings.Repeat(".", 96) + "\n"} {
			fill := strings.Repeat(line, length/len(line))
			for i := range len(fill) - len(tt.text) {
				text := fill[:i] + tt.text + fill[i+len(tt.text):] + "\nsnap-99999999"
				found, err := small.run(context.Background(), strings.NewReader(text), true)
				want := []at{{"snap-99999999", 1 + strings.Count(text, "\n")}}
				if tt.want != "" {
					want = append([]at{{tt.want, 1 + strings.Count(text[:i], "\n")}}, want...)
				}
				if d := cmp.Diff(want, places(found)); err != nil || d != "" {
					t.Fatalf("%q at %d of %s: %v\n%s", tt.text, i, name, err, d)
				}
				if all, _ := whole.run(context.Background(), strings.NewReader(text), true); !cmp.Equal(all, found) {
					t.Fatalf("%q at %d of %s: in one window %+v, in small ones %+v", tt.text, i, name, all, found)
				}
			}
		}
	}
}

// TestLongLine: a line of 100 MB is searched in a window.
func TestLongLine(t *testing.T) {
	const megabyte = 1 << 20
	fill := func(x byte) io.Reader { return &io.LimitedReader{R: endless(x), N: 50 * megabyte} }
	text := io.MultiReader(strings.NewReader("\n"), fill('-'), strings.NewReader("ami-12345678"), fill('.'), strings.NewReader("snap-12345678\nami-12345678"))
	s := new(search)
	found, err := s.run(context.Background(), text, true)
	want := []at{{"ami-12345678", 2}, {"snap-12345678", 2}, {"ami-12345678", 3}}
	if d := cmp.Diff(want, places(found)); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if len(s.buf) != window {
		t.Errorf("the window has grown to %d", len(s.buf))
	}
}

// endless gives one byte for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// TestReadFault: what was read before a fault counts, and the fault is told.
func TestReadFault(t *testing.T) {
	broken := errors.New("broken")
	for name, mark := range map[string]string{"plain": "", "UTF-16": "\xff\xfe"} {
		text := "x ami-12345678"
		if mark != "" {
			text = encode(text, 2, false)
		}
		f := &faulty{Reader: strings.NewReader(mark + text + "\n\n"), err: broken}
		found, err := (&search{size: smallest}).file(context.Background(), f)
		if !errors.Is(err, broken) || !cmp.Equal(places(found), []at{{"ami-12345678", 1}}) {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}

// faulty is a file with a fault at its end.
type faulty struct {
	*strings.Reader
	err error
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil {
		err = f.err
	}
	return n, err
}

func FuzzIDs(f *testing.F) {
	for _, s := range []string{"ami-12345678", "x\n\\nami-12345678\"", "\xff\xfea\x00m\x00i\x00-\x00", "%2Fsnap-0123456789abcdef0", "\x1b[32mami-12345678", "a\x00m\x00i\x00-\x001\x002\x003\x004\x005\x006\x007\x008\x00", "ami-1234567890"} {
		f.Add([]byte(s), uint16(len(s)))
	}
	small, big := &search{size: smallest}, new(search)
	f.Fuzz(func(t *testing.T, text []byte, pad uint16) {
		// The same text behind padding lies elsewhere in the windows, and is as it was.
		whole := string(text)
		padded := strings.Repeat(".", int(pad)%(3*smallest)) + "\n" + whole
		first, err := small.run(context.Background(), strings.NewReader(padded), false)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(naive(padded), places(first), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("naive (-), search (+):\n%s", d)
		}
		checkTexts(t, first)
		// Every way of reading finds what is there as plain ASCII.
		all := map[at]bool{}
		for _, s := range []*search{small, big} {
			found, err := s.file(context.Background(), strings.NewReader(whole))
			if err != nil {
				t.Fatal(err)
			}
			clear(all)
			for _, p := range places(found) {
				if all[p] {
					t.Errorf("%v twice", p)
				}
				all[p] = true
			}
			for _, p := range naive(whole) {
				if !all[p] {
					t.Errorf("%v is not found in %q", p, whole)
				}
			}
		}
	})
}
