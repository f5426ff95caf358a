package iac

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// encode writes text as UTF-16 or UTF-32 (width 2, 4).
func encode(text string, width int, big bool) string {
	var units []uint32
	for _, r := range text {
		if width == 4 {
			units = append(units, uint32(r))
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			units = append(units, uint32(u))
		}
	}
	var out []byte
	for _, u := range units {
		for k := range width {
			if big {
				k = width - 1 - k
			}
			out = append(out, byte(u>>(8*k)))
		}
	}
	return string(out)
}

func TestIDsInWideText(t *testing.T) {
	// Ċ and ਅ hold the byte of a newline; 𝛼 is a pair in UTF-16.
	const mark, text = "\ufeff", "Ċ\r\n  𝛼 ਅ \"ami-12345678\"\r\nšami-0123456789abcdef0š miami-20240101\n$x=\"`nAMI-ABCDEF12\" snap-1234567890\n"
	want := []Found{
		{ID: "ami-12345678", Line: 2, Text: `𝛼 ਅ "ami-12345678"`},
		{ID: "ami-0123456789abcdef0", Line: 3, Text: "šami-0123456789abcdef0š miami-20240101"},
		{ID: "ami-abcdef12", Line: 4, Text: "$x=\"`nAMI-ABCDEF12\" snap-1234567890"},
	}
	ascii := func(s string) string {
		return strings.NewReplacer("Ċ", "C", "𝛼", "a", "ਅ", "A", "š", "'").Replace(s)
	}
	for _, width := range []int{2, 4} {
		for _, big := range []bool{false, true} {
			t.Run(fmt.Sprintf("width %d, big end first %v", width, big), func(t *testing.T) {
				got := find(t, new(search), encode(mark+text, width, big))
				if width == 2 {
					if d := cmp.Diff(want, got); d != "" {
						t.Error(d)
					}
				} else if d := cmp.Diff(places(want)[0].ID, places(got)[0].ID); d != "" { // lines are those of the bytes
					t.Error(d)
				}
				plain := find(t, new(search), encode(ascii(text), width, big))
				for i := range want {
					want := Found{ID: want[i].ID, Line: want[i].Line, Text: ascii(want[i].Text)}
					if i >= len(plain) || !cmp.Equal(want, plain[i]) {
						t.Errorf("without a mark: want %+v in %+v", want, plain)
					}
				}
				if len(plain) != len(want) {
					t.Errorf("without a mark: %+v", plain)
				}
			})
		}
	}
}

// TestIDsInMixedText: both ways of reading a file that starts like UTF-16 find
// something. The finds are told in order, and none is told twice.
func TestIDsInMixedText(t *testing.T) {
	wide := func(s string) string { return encode(s, 2, false) }
	text := wide("\ufeff") + "ami-00000002" + wide("\nami-00000002 \n") + "ami-00000003" + wide(" ami-00000003\nami-00000004") + " ami-00000002 "
	want := []at{{"ami-00000002", 1}, {"ami-00000002", 2}, {"ami-00000003", 3}, {"ami-00000004", 4}, {"ami-00000002", 4}}
	if d := cmp.Diff(want, places(find(t, new(search), text))); d != "" {
		t.Error(d)
	}
}

// TestIDsBehindAWrongMark: two bytes do not make UTF-16 of a binary file.
func TestIDsBehindAWrongMark(t *testing.T) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		for _, pad := range []string{"", "\x00", "\n\n"} {
			text := mark + pad + "ami-12345678\nami-12345678 x snap-12345678\n"
			first := 1 + strings.Count(pad, "\n")
			want := []at{{"ami-12345678", first}, {"ami-12345678", first + 1}, {"snap-12345678", first + 1}}
			if d := cmp.Diff(want, places(find(t, new(search), text))); d != "" {
				t.Errorf("%q: %s", text, d)
			}
		}
	}
}

func TestDecodeUTF16(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"letters", "a\x00b\x00", "ab"},
		{"a pair", "\x35\xd8\xfc\xde", "𝛼"},
		{"the second half alone", "\xfc\xdea\x00", "\ufffda"},
		{"the first half alone", "\x35\xd8a\x00", "\ufffda"},
		{"the first half at the end", "a\x00\x35\xd8", "a\ufffd"},
		{"half a letter at the end", "a\x00b", "a\ufffd"},
		{"half a pair and a byte at the end", "\x35\xd8\xfc", "\ufffd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{"whole": strings.NewReader(tt.in), "by bytes": iotest.OneByteReader(strings.NewReader(tt.in)), "end with data": iotest.DataErrReader(strings.NewReader(tt.in))} {
				got, err := io.ReadAll(&decoder{src: r, order: byteOrder([]byte("\xff\xfe"))})
				if err != nil || string(got) != tt.want {
					t.Errorf("%s: %q, %v; want %q", how, got, err, tt.want)
				}
			}
		})
	}
	long := strings.Repeat("xä𝛼\n", 10_000)
	got, err := io.ReadAll(&decoder{src: iotest.HalfReader(strings.NewReader(encode(long, 2, true))), order: byteOrder([]byte("\xfe\xff"))})
	if err != nil || string(got) != long {
		t.Errorf("a long text: %d bytes, %v", len(got), err)
	}
}
