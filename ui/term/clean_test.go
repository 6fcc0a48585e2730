package term

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"cinnabar":                          "cinnabar",
		"größe – 42 °C":                     "größe – 42 °C",
		"a\tb\nc\r\n":                       "a    b c ",
		"\x1b[31mred\x1b[0m":                "red",
		"\x1b]52;c;aGk=\x07x":               "x",
		"\u009b31mred":                      "red",
		"user\u202eexe.txt":                 "userexe.txt",
		"zero\u200bwidth\ufeff":             "zerowidth",
		"bad\xffbyte":                       "bad\ufffdbyte",
		"日本":                                "日本",
		"e\u0301":                           "e\u0301",
		"☀\ufe0f":                           "☀",
		"👍🏽":                                "👍",
		"👩\u200d👧":                          "👩👧",
		"🇩🇪":                                "DE",
		"\U000e0041\u0378":                  "\ufffd",
		"\ue0b0":                            "\ue0b0", // private use: the icons of patched fonts
		"தி กำ":                             "தி กำ",
		strings.Repeat("x", longest):        strings.Repeat("x", longest),
		strings.Repeat("x", longest+1):      strings.Repeat("x", longest-len(cutMark)) + cutMark,
		strings.Repeat("世", longest):        strings.Repeat("世", (longest-len(cutMark))/3) + cutMark,
		strings.Repeat("\t", longest):       strings.Repeat(" ", longest-len(cutMark)) + cutMark,
		"a" + strings.Repeat("\x00", 1<<16): "a" + cutMark,
	} {
		if got := Clean(in); got != want {
			t.Errorf("%.60q: got %.60q (%d bytes), want %.60q (%d)", in, got, len(got), want, len(want))
		}
	}
}

// TestColumnsAreTheLibrarys holds the fast path to what the library says.
func TestColumnsAreTheLibrarys(t *testing.T) {
	n := 0
	for r := range unicode.MaxRune {
		want := columns(r)
		if want == 0 {
			continue
		}
		n++
		s := string(r)
		if g, w := ansi.StringWidth(s), ansi.StringWidthWc(s); g != want || w != want {
			t.Errorf("%U is %d and %d columns wide, not %d", r, g, w, want)
		}
		if !unicode.IsGraphic(r) || unicode.IsMark(r) {
			t.Errorf("%U is not graphic, or a mark", r)
		}
		for _, pair := range []string{s + "a", "a" + s, s + s, "→" + s, s + "→", "世" + s, s + "한"} {
			first, _ := utf8.DecodeRuneInString(pair)
			if c, _ := ansi.FirstGraphemeCluster(pair, ansi.WcWidth); c != string(first) {
				t.Errorf("%q joins", pair)
			}
		}
	}
	if n < 30000 {
		t.Errorf("only %d characters are known", n)
	}
}

// TestEveryCharacter goes through all of Unicode, but for samples only of
// what is not assigned, private, or wide for the fast path, and of the planes
// above the second: alone, after a letter, and before a mark.
func TestEveryCharacter(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		many := columns(r) == 2 || r >= 0x20000 || !unicode.IsGraphic(r)
		if many && !forbidden(r) && r%97 != 0 {
			continue
		}
		check(t, string(r)+"a"+string(r)+"\u0301")
		if t.Failed() {
			return
		}
	}
}

// check holds what is true of any text.
func check(t *testing.T, in string) {
	t.Helper()
	s := Clean(in)
	if again := Clean(s); again != s {
		t.Errorf("%q: cleaned twice: %q, %q", in, s, again)
	}
	if !utf8.ValidString(s) || len(s) > longest {
		t.Errorf("%q: %d bytes, valid: %v", in, len(s), utf8.ValidString(s))
	}
	if i := strings.IndexFunc(s, forbidden); i >= 0 {
		t.Errorf("%q: %q has %q", in, s, s[i:min(i+4, len(s))])
	}
	if g, w := ansi.StringWidth(s), Width(s); g > w {
		t.Errorf("%q: %q is %d columns wide for terminals that look at whole characters, Width is %d", in, s, g, w)
	}
	if w := Width(s); w != ansi.StringWidthWc(s) {
		t.Errorf("%q: Width of %q is %d, by code points %d", in, s, w, ansi.StringWidthWc(s))
	}
}

// forbidden reports what a clean text must not have, by Unicode's own tables.
func forbidden(r rune) bool {
	return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || unicode.In(r, unicode.Cf, unicode.Bidi_Control,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

func checkCutting(t *testing.T, s string, w int, ellipsis string) {
	t.Helper()
	all := Width(s)
	cut := Cut(s, w, ellipsis)
	for _, part := range []string{cut, Skip(s, w)} {
		if g, n := ansi.StringWidth(part), Width(part); g > n {
			t.Errorf("Cut or Skip of %q at %d is %q, %d columns, or %d", s, w, part, n, g)
		}
	}
	if got := Width(cut); got > max(w, 0) {
		t.Errorf("Cut(%q, %d, %q) is %q, %d columns", s, w, ellipsis, cut, got)
	}
	if fits := all <= w; fits && w > 0 && cut != s {
		t.Errorf("Cut(%q, %d, %q) is %q though all of it fits", s, w, ellipsis, cut)
	} else if !fits && w > 0 && (!strings.HasSuffix(cut, ellipsis) && Width(ellipsis) <= w || Width(cut) < w-1) {
		t.Errorf("Cut(%q, %d, %q) is %q", s, w, ellipsis, cut)
	}
	rest := Skip(s, w)
	if got, want := Width(rest), max(all-max(w, 0), 0); got != want {
		t.Errorf("Skip(%q, %d) is %q, %d columns, want %d", s, w, rest, got, want)
	}
	if !strings.HasSuffix(s, strings.TrimLeft(rest, " ")) {
		t.Errorf("Skip(%q, %d) is %q, which is not its end", s, w, rest)
	}
	if head := Cut(s, w, ""); w > 0 && Width(head) == w && head+rest != s && all > w {
		// Marks without a column stay with what they stand on or come after.
		if strings.TrimLeftFunc(rest, unicode.IsMark) != rest || !strings.HasPrefix(s, head) {
			t.Errorf("Cut and Skip of %q at %d are %q and %q", s, w, head, rest)
		}
	}
}

func TestCutAndSkip(t *testing.T) {
	for _, s := range []string{"", "a", "cinnabar", "世界", "a世b界c", "e\u0301e\u0301e\u0301", "\u1112\u1161\u11ab", "தி กำ", "→█…", "\u0301\u0301x"} {
		for w := -1; w <= 12; w++ {
			for _, ellipsis := range []string{"", "…", "~", "..."} {
				checkCutting(t, s, w, ellipsis)
			}
		}
	}
	for _, c := range []struct{ got, want string }{
		{Cut("cinnabar", 4, "…"), "cin…"},
		{Cut("世界", 3, "…"), "世…"},
		{Cut("世界", 2, "…"), "…"},
		{Cut("世界", 1, ""), ""},
		{Cut("cinnabar", 2, "..."), "ci"},
		{Cut("e\u0301e\u0301", 1, ""), "e\u0301"},
		{Skip("cinnabar", 4), "abar"},
		{Skip("世界", 1), " 界"},
		{Skip("世界", 3), " "},
		{Skip("e\u0301x", 1), "x"},
		{Skip("x", -3), "x"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWidthOfPaintedText(t *testing.T) {
	if got := Width("a\x1b[1;31m世界\x1b[mb"); got != 6 {
		t.Errorf("%d columns", got)
	}
}

// FuzzClean: what is true of any text, and of any two one after the other.
func FuzzClean(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, in string, w int) {
		check(t, in)
		w %= 200
		s := Clean(in)
		for _, ellipsis := range []string{"…", "~", ""} {
			checkCutting(t, s, w, ellipsis)
		}
		half := Clean(in[:len(in)/2]) + Clean(in[len(in)/2:])
		if Width(half) != Width(Clean(in[:len(in)/2]))+Width(Clean(in[len(in)/2:])) {
			t.Errorf("two halves of %q are wider than each", in)
		}
		Width(in) // of anything: no panic
		Cut(in, w, "…")
		Skip(in, w)
	})
}

func seeds() []string {
	return slices.Concat([]string{
		"", "cinnabar", "größe → 42", "a\tb\r\n", "\x1b[31mred\x1b[0m", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\",
		"\x1bP+q\x1b\\", "\u009b1m", "\u202etxt.exe", "z\u200b\u2060\ufeff", "\xff\xc0\x80\xed\xa0\x80", "日本語", "☀\ufe0f⌚",
		"👩🏽\u200d👧🇩🇪🇩", "e\u0301\u0301\u20e3", "தி กำ क्षि", "\u1112\u1161\u11ab", "\U000e0001\U000e0041", "\u0378\ufffe\U0010ffff", "\u0cf3a\u0cf3",
	}, []string{strings.Repeat("\t", 2000), strings.Repeat("世", 1500), strings.Repeat("\u0301", 3000), strings.Repeat("x", 5000)})
}

func BenchmarkCleanASCII(b *testing.B)   { benchmarkClean(b, strings.Repeat("copying path ", 10)) }
func BenchmarkCleanUnicode(b *testing.B) { benchmarkClean(b, strings.Repeat("größe → ✔ ", 10)) }
func BenchmarkCleanWide(b *testing.B)    { benchmarkClean(b, strings.Repeat("日本語テキスト", 6)) }

func benchmarkClean(b *testing.B, s string) {
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Width(Clean(s))
	}
}

func BenchmarkCut(b *testing.B) {
	s := strings.Repeat("copying path ", 300)
	for b.Loop() {
		Cut(s, 80, "…")
	}
}
