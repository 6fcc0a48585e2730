package host

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSanitize(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain", "copying 3 objects\n\tdone", "copying 3 objects\n\tdone"},
		{"colour", "\x1b[1;31merror:\x1b[0m no", "error: no"},
		{"cursor", "a\x1b[2J\x1b[Hb", "ab"},
		{"title", "a\x1b]0;owned\x07b", "ab"},
		{"title by ST", "a\x1b]0;owned\x1b\\b", "ab"},
		{"clipboard", "\x1b]52;c;cm0gLXJm\x07x", "x"},
		{"hyperlink", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"dcs", "a\x1bPq#0;2\x1b\\b", "ab"},
		{"unterminated hides nothing", "a\x1b]0;the rest\nb", "a]0;the rest\nb"},
		{"many introducers", strings.Repeat("\x1b]", 1<<16), strings.Repeat("]", 1<<16)},
		{"many titles", strings.Repeat("\x1b]t\x07", 1<<18), ""},
		{"terminator on the next line", "\x1b]a\nb\x07c", "]a\nbc"},
		{"8-bit csi", "a\u009b31mb", "ab"},
		{"8-bit osc", "a\u009d0;t\u009cb", "ab"},
		{"raw 8-bit csi is no UTF-8", "a\x9b31mb", "a\uFFFD31mb"},
		{"charset", "a\x1b(Bb", "ab"},
		{"reset", "a\x1bcb", "ab"},
		{"lone escape", "a\x1b", "a"},
		{"escape before a control", "a\x1b\x00b", "ab"},
		{"half a csi", "a\x1b[12", "a"},
		{"c0", "a\x00\x07\x08\x0b\x7fb\r", "ab"},
		{"bidi", "user\u202etxt.exe\u2066x\u200f", "usertxt.exex"},
		{"zero width", "pass\u200bword\ufeff\u2060", "password"},
		{"soft hyphen, fillers, tags", "a\u00ad\u115f\u3164\U000E0041\U000E0100b", "ab"},
		{"separators", "a\u2028b\u2029c", "abc"},
		{"not UTF-8", "a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"text of the world", "Grüße 漢字 🜍 é", "Grüße 漢字 🜍 é"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Sanitize(test.in); got != test.want {
				t.Errorf("Sanitize(%.60q) = %.60q, want %.60q", test.in, got, test.want)
			}
		})
	}
}

// lines writes in in pieces of step bytes and returns what comes out.
func lines(in string, limit, step int) []string {
	var got []string
	w := NewLineWriter(limit, func(line string) { got = append(got, line) })
	for chunk := range slices.Chunk([]byte(in), step) {
		w.Write(chunk)
	}
	w.Flush()
	return got
}

func TestLineWriter(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"lines", "a\nb\n", []string{"a", "b"}},
		{"no last newline", "a\nb", []string{"a", "b"}},
		{"empty lines", "\n\na\n", []string{"", "", "a"}},
		{"crlf", "a\r\nb\r\n", []string{"a", "b"}},
		{"progress", "10%\r50%\r100%\ndone\n", []string{"100%", "done"}},
		{"progress without end", "10%\r50%\r", []string{"50%"}},
		{"limit", "12345678901\n", []string{"1234567890…"}},
		{"limit exact", "1234567890\n", []string{"1234567890"}},
		{"limit inside a rune", "123456789ü\nx", []string{"123456789…", "x"}},
		{"colours take no room", "\x1b[31m1234567890\x1b[0m\n", []string{"1234567890"}},
		{"overwritten long line", strings.Repeat("x", 999) + "\rshort\n", []string{"short"}},
		{"escape across lines", "a\x1b]0;b\nc\x07d\n", []string{"a]0;b", "cd"}},
		{"nothing", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			for step := 1; step <= len(test.in)+1; step++ {
				if got := lines(test.in, 10, step); !slices.Equal(got, test.want) {
					t.Fatalf("pieces of %d: %q, want %q", step, got, test.want)
				}
			}
		})
	}
}

func FuzzSanitize(f *testing.F) {
	for _, seed := range []string{"", "plain\n", "\x1b[31mred\x1b[0m", "\x1b]0;t\x07", "\u009d0;t\u009c", "\x1b\x1b]", "\xc2", "\u202e", "\x1b(B", "a\rb\r\n"} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, in string, step int) {
		out := Sanitize(in)
		harmless(t, out)
		if again := Sanitize(out); again != out {
			t.Errorf("not stable: %q, then %q", out, again)
		}
		const limit = 16
		whole := lines(in, limit, len(in)+1)
		if pieces := lines(in, limit, max(1, step%64)); !slices.Equal(whole, pieces) {
			t.Errorf("pieces change lines: %q, whole %q", pieces, whole)
		}
		for _, line := range whole {
			harmless(t, line)
			if strings.Contains(line, "\n") || len(line) > limit+len(ellipsis) {
				t.Errorf("line %q", line)
			}
		}
	})
}

func harmless(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not UTF-8", s)
	}
	for _, r := range s {
		if dangerous(r) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func BenchmarkSanitize(b *testing.B) {
	for name, line := range map[string]string{
		"plain":    strings.Repeat("copying path to the host ", 40),
		"coloured": strings.Repeat("\x1b[1;32mcopying\x1b[0m path Grüße ", 40),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				Sanitize(line)
			}
		})
	}
}
