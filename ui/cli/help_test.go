package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHelp: of what there is none, help is a mistake with the nearest there is.
func TestHelp(t *testing.T) {
	s := newShell(t)
	for _, topic := range []string{"status", "selectors", "fleet.toml", "config.toml", "demo", "help"} {
		if c := s.run("help", topic); c.code != exitDone || c.stdout != s.run(topic, "--help").stdout {
			t.Errorf("help %s: exit %d and another text than --help", topic, c.code)
		}
	}
	for words, hint := range map[string]string{
		"stauts": "assay help status", "selector": "assay help selectors", "run": "assay help runs",
		"nosuch": "assay help lists them", "status nosuch": "assay help lists them",
	} {
		s.run(append([]string{"help"}, strings.Fields(words)...)...).want(t, exitUsage, `called "`+words+`"; hint: `+hint+"\n")
	}
}

// TestBrokenDemo: a demo's fleet that somebody broke is a configuration that
// cannot be read, and its file is named so that it can be found.
func TestBrokenDemo(t *testing.T) {
	s := newShell(t)
	s.demo("machines").want(t, exitDone)
	file := filepath.Join(s.state, "assay", "demo", "8-hosts", "fleet", "fleet.toml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append([]byte("x = = 3\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	s.demo("machines").want(t, exitUsage, file+":1:", "assay demo --reset")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.demo("machines").want(t, exitUsage, filepath.Dir(file), "assay demo --reset")
	s.run("demo", "--reset", "--", "machines").want(t, exitDone)
}

// TestStatesInSelectors: the words of the column STATE select.
func TestStatesInSelectors(t *testing.T) {
	s := newShell(t)
	s.demo("status", "state:current").want(t, exitNothing)
	s.demo("update", "state:behind and cinnabar", "--yes").want(t, exitDone, "cinnabar")
	s.demo("status", "state:current").want(t, exitDone, "cinnabar", "1 machine: 1 current")
	if c := s.demo("status", "state:behind"); c.code != exitDone || strings.Contains(c.stdout, "cinnabar") {
		t.Errorf("exit %d:\n%s", c.code, c.stdout)
	}
}
