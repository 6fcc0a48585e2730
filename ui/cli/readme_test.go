package cli

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	readmeCommand = regexp.MustCompile(`(?m)^    \./assay ([^#\n]*[^#\s])\s*(?:# .*?(?:exit (\d+))?)?$`)
	readmeHosts   = regexp.MustCompile(`--hosts \d+`)
)

// TestReadme runs the README's tour in its order, with fewer hosts where it
// asks for many. A command ends with the code that its comment names, else 0.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	commands := readmeCommand.FindAllStringSubmatch(string(text), -1)
	if len(commands) < 10 {
		t.Fatalf("found %d commands in README.md only", len(commands))
	}
	for _, m := range commands {
		line := readmeHosts.ReplaceAllString(m[1], "--hosts 12")
		want, _ := strconv.Atoi(m[2])
		args := strings.Fields(line)
		c := s.run(args...)
		if args[0] != "demo" {
			c = s.here(args...)
		}
		if c.code != want {
			t.Errorf("README: assay %s: exit %d, want %d\n%s%s", line, c.code, want, c.stdout, c.stderr)
		}
	}
}
