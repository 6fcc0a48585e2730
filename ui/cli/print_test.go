package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestFold: free text is broken between words, never beyond the width where
// its words allow that, and no word is lost.
func TestFold(t *testing.T) {
	const text = "  refused: the host has moved since the plan was made: it runs /nix/store/00000000000000000000000000000000-a"
	for _, width := range []int{30, 40, 60, 80, 200} {
		var out bytes.Buffer
		p := &printer{out: &out, width: width}
		p.clean("%s", text)
		if strings.Join(strings.Fields(out.String()), " ") != strings.TrimSpace(text) {
			t.Errorf("width %d: words were lost:\n%s", width, &out)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(line) - 1; n > width && !strings.HasPrefix(strings.TrimSpace(line), "/nix") {
				t.Errorf("width %d: a line of %d: %q", width, n, line)
			}
		}
	}
	var out bytes.Buffer
	(&printer{out: &out}).clean("%s", text)
	if out.String() != text+"\n" {
		t.Errorf("away from a terminal: %q", &out)
	}
}

// TestCellsKeepTheirRow: a text with newlines cannot look like another row.
func TestCellsKeepTheirRow(t *testing.T) {
	var out bytes.Buffer
	(&printer{out: &out}).rows("", [][]cell{{c("a\nb\tc"), cr(bad, "d\x1b[31m\r\ne")}})
	if out.String() != "a b c  d e\n" {
		t.Errorf("%q", &out)
	}
}

// TestHelpFits: the help of every command fits 80 columns.
func TestHelpFits(t *testing.T) {
	a := &app{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Long + "\n" + cmd.UsageString()) {
			if n := utf8.RuneCountInString(line) - 1; n > helpWidth {
				t.Errorf("%s --help: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(a.root())
}
