package term

import (
	"encoding/base64"
	"strings"
	"testing"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestClipboard(t *testing.T) {
	const set, end = "\x1b]52;c;Y2lubmFiYXI=\x07", "\x1b\\"
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"terminal":         {[]string{"TERM", "xterm-256color"}, set},
		"tmux":             {[]string{"TERM", "screen-256color", "TMUX", "/tmp/tmux,1,0"}, set + "\x1bPtmux;\x1b" + set + end},
		"tmux through SSH": {[]string{"TERM", "tmux-256color"}, set + "\x1bPtmux;\x1b" + set + end},
		"screen":           {[]string{"TERM", "screen"}, "\x1bP" + set + end},
		"screen by STY":    {[]string{"TERM", "xterm", "STY", "1.pts"}, "\x1bP" + set + end},
	} {
		got, err := Clipboard("cinnabar", env(c.env...))
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

func TestClipboardInScreenComesInPieces(t *testing.T) {
	text := strings.Repeat("0123456789", 100)
	got, err := Clipboard(text, env("TERM", "screen"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for piece := range strings.SplitSeq(got, "\x1b\\") {
		if len(piece) > 100 {
			t.Errorf("a piece of %d bytes", len(piece))
		}
		all.WriteString(strings.TrimPrefix(piece, "\x1bP"))
	}
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x07"; all.String() != want {
		t.Errorf("the pieces are %q", all.String())
	}
}

// TestClipboardLeavesOutWhatSteers: what was copied is pasted into a shell.
func TestClipboardLeavesOutWhatSteers(t *testing.T) {
	got, err := Clipboard("a\x1b]0;x\x07b\tc\nd\u202e\x03", env("TERM", "xterm"))
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("ab\tc\nd")) + "\x07"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestClipboardRefuses(t *testing.T) {
	if got, err := Clipboard(strings.Repeat("x", ClipboardMax), env("TERM", "xterm")); err != nil || len(got) > 100_000 {
		t.Errorf("the longest text: %d bytes, %v", len(got), err)
	}
	for _, c := range []struct{ text, term, want string }{
		{strings.Repeat("x", ClipboardMax+1), "xterm", "74995 bytes are too many to copy: terminals take 74994; hint: copy less of it"},
		{"", "xterm", "there is nothing to copy"},
		{"\x1b[0m", "xterm", "there is nothing to copy"},
		{"x", "dumb", `this terminal has no clipboard (TERM is "dumb"); hint: use assay in another one`},
		{"x", "", `this terminal has no clipboard (TERM is ""); hint: use assay in another one`},
	} {
		if got, err := Clipboard(c.text, env("TERM", c.term)); err == nil || err.Error() != c.want || got != "" {
			t.Errorf("%.20q on %q: %q, %v; want %s", c.text, c.term, got, err, c.want)
		}
	}
}
