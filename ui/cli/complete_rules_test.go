package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestCompletion asks as a shell does: what is offered for each command that
// takes a name, and that no command offers files where it takes none.
func TestCompletion(t *testing.T) {
	s := newShell(t)
	s.demo("update", "cinnabar", "--yes").want(t, exitDone)
	offered := func(line ...string) []string {
		out := s.run(append([]string{"__complete", "-C", s.dir}, line...)...).want(t, exitDone).stdout
		return strings.Split(strings.TrimSpace(out), "\n")
	}
	for line, want := range map[string]string{
		"": "cinnabar", "machines ": "@nixos", "status c": "cinnabar", "status @ni": "@nixos", "status not ": "not", "status galena,@n": "galena,@nixos",
		"build ": "galena", "plan ": "@all", "update ": "@darwin", "rollback cinnabar ": "galena", "exec ": "@nixos", "ssh ": "stibnite", "log ": "stibnite",
		"aspects ": "base", "compose ": "cinnabar", "compose cinnabar --option services.openssh": "services.openssh.enable",
		"which ": "micromamba", "which fish --on ": "stibnite", "which fish --system ": "aarch64-darwin", "layers --system ": "x86_64-linux",
		"plan --goal ": "dry-activate", "update --goal ": "boot", "runs ": "last", "logs ": "last", "logs last ": "cinnabar", "keys ": "pin", "keys pin ": "cinnabar",
		"bump x ": "@nixos", "help ": "fleet.toml", "demo --engine ": "nix", "demo -- ": "status", "demo -- up": "update", "demo -- status ": "@nixos",
		"demo -- logs ": "last", "completion ": "fish", "--color ": "never",
	} {
		if line == "status not " {
			if got := s.run("__complete", "-C", s.dir, "status", "not "); !strings.Contains(got.stdout, "not cinnabar\n") {
				t.Errorf("behind not: %s", got.stdout)
			}
			continue
		}
		got := offered(strings.Split(line, " ")...)
		if !slices.ContainsFunc(got, func(word string) bool { name, _, _ := strings.Cut(word, "\t"); return name == want }) || got[len(got)-1] != ":4" {
			t.Errorf("assay %s<tab> does not offer %s, or offers files: %q", line, want, got)
		}
	}
	for _, line := range []string{"compose cinnabar ", "ssh cinnabar ", "log cinnabar ", "aspects base ", "exec cinnabar ", "check ", "services ", "init ", "version ", "runs last ", "logs last cinnabar ", "keys pin cinnabar ", "build --push "} {
		if got := offered(strings.Split(line, " ")...); !slices.Equal(got, []string{":4"}) {
			t.Errorf("assay %s<tab> offers %q", line, got)
		}
	}
}

// TestEveryCommandCompletes: a command that names a thing in its usage has a
// list for that place.
func TestEveryCommandCompletes(t *testing.T) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		n := 0
		for _, word := range strings.Fields(cmd.Use)[1:] {
			switch name := strings.Trim(word, "[]"); name {
			case "MACHINE", "SELECTOR", "RUN", "ASPECT", "PACKAGE", "INPUT":
				if cmd.Name() != "help" && at(placesOf(cmd), n) == nil {
					t.Errorf("%s: nothing completes %s", cmd.CommandPath(), name)
				}
				n++
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&app{}).root())
}
