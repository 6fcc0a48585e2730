package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUsageErrors: what is wrong, with which word, and what to do; no words of
// the libraries that found it.
func TestUsageErrors(t *testing.T) {
	s := newShell(t)
	none := filepath.Join(t.TempDir(), "none")
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("root:x:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"status --foo":                 "there is no flag --foo; hint: see assay status --help; a selector that begins with - goes after --",
		"status -x":                    "there is no flag -x; hint: see assay status --help",
		"check --foo":                  "there is no flag --foo; hint: see assay check --help\n",
		"demo update --yes":            "there is no flag --yes; hint: put -- before a command and its flags",
		"plan --goal":                  "--goal needs a value; hint: see assay plan --help\n",
		"update --parallel x":          `--parallel "x": expected a whole number; hint: see assay update --help`,
		"update --guard x":             `--guard "x": expected a time such as 90s or 2m`,
		"status --json=x":              `--json "x": expected true or false`,
		"bump a --keep --discard":      "--discard and --keep exclude each other; hint: see assay bump --help",
		"update --plan a --goal boot":  "--goal and --plan exclude each other",
		"update --plan " + none:        "read the plan: open " + none + ": no such file or directory",
		"update --plan " + text:        text + ": it is no plan; hint: assay plan --out FILE saves one",
		"compose":                      "MACHINE is missing",
		"plan cinnabar --goal nowhere": `"nowhere" is no goal`,
		"machines --color sometimes":   `--color "sometimes": expected auto, always or never`,
		"runs nosuch":                  "no such run",
		"keys pin nosuch":              `no machine "nosuch"`,
		"help nosuch":                  `no command or topic is called "nosuch"; hint: assay help lists them`,
		"-C " + none + " status":       none + ": no such file or directory",
		"-C " + text + " status":       text + ": not a directory",
		"status (cinnabar":             `expected ")"`,
		"layers --system vax":          "is no system",
	} {
		c := s.run(append([]string{"-C", s.dir}, strings.Split(line, " ")...)...)
		if c.code == exitDone || !strings.Contains(c.stderr, want) {
			t.Errorf("assay %s: exit %d without %q:\n%s", line, c.code, want, c.stderr)
		}
		for _, library := range []string{"strconv", "shorthand", "invalid argument", "flags in the group", "invalid character"} {
			if strings.Contains(c.stderr, library) {
				t.Errorf("assay %s: %s", line, c.stderr)
			}
		}
	}
	if c := s.demo("plan", "cinnabar", "--out", filepath.Join(none, "x")); c.code == exitDone || !strings.Contains(c.stderr, "save the plan in "+filepath.Join(none, "x")+": no such file or directory\n") {
		t.Errorf("exit %d: %s", c.code, c.stderr)
	}
}
