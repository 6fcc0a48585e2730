package svg

import (
	"slices"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	screen, err := Parse("\x1b[1m\x1b[31m✘ a<b\x1b[0m  x\n\x1b[0;7m up\x1b[0m \n\x1b[2m╭─\n\x1b[m▌\n")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(Draw("a & b", screen), "\n")
	for _, want := range []string{
		`<title>a &amp; b</title>`,
		`<text x="14" y="27" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#f0716f" font-weight="bold">✘</text>`,
		`<text x="30.8" y="27" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#f0716f" font-weight="bold">a&lt;b</text>`,
		`<text x="72.8" y="27" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#d8dbe2">x</text>`,
		`<rect x="14" y="32" width="25.2" height="18" fill="#d8dbe2"/>`,
		`<text x="22.4" y="45" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#15181e">up</text>`,
		`<path d="M18.2 59h4.2M18.2 59v9M26.6 59h-4.2M26.6 59h4.2" stroke="#d8dbe2" stroke-opacity=".6"/>`,
		`<rect x="14" y="68" width="4.2" height="18" fill="#d8dbe2"/>`,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s\nis not in\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, wrong := range []string{"\x1b[38;5;7mx\n", "\x1b[1", "\x1b[2J\x1b[mx", "a\x0eb\n"} {
		if _, err := Parse(wrong); err == nil {
			t.Errorf("%q was drawn", wrong)
		}
	}
}
