package bed

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// small is a derivation with no inputs that has to be built.
func small(name, system string) string {
	return fmt.Sprintf(`derivation { name = "bed-%s"; system = %s; builder = "/bin/sh"; args = [ "-c" "echo %[1]s > $out" ]; }`, name, system)
}

// build builds the expression here and returns the path.
func build(t *testing.T, nix Nix, expr string) string {
	t.Helper()
	cmd := nix.Command(t, "nix", "build", "--impure", "--no-link", "--json", "--expr", expr)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr(err))
	}
	var built []struct{ Outputs map[string]string }
	if err := json.Unmarshal(out, &built); err != nil || len(built) != 1 {
		t.Fatalf("nix build said %s: %v", out, err)
	}
	return built[0].Outputs["out"]
}

func stderr(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}

// TestSignaturesAreWanted: root may copy what is not signed where it says so,
// nobody else may.
func TestSignaturesAreWanted(t *testing.T) {
	host := Shared(t, 2)[1]
	for _, nix := range Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			path := build(t, nix, small("copy-"+nix.Version, "builtins.currentSystem"))
			copyTo := func(user string) (string, error) {
				cmd := nix.Command(t, "nix", "copy", "--no-check-sigs", "--to", "ssh-ng://"+user+"@"+host.Name, path)
				cmd.Env = append(cmd.Env, host.NixSSH())
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if said, err := copyTo("deploy"); err == nil || !strings.Contains(said, "signature") {
				t.Errorf("deploy copied an unsigned path: %v\n%s", err, said)
			}
			if out, err := host.SSH("root", "ls -d "+path); err == nil {
				t.Errorf("the refused path is there: %s", out)
			}
			if said, err := copyTo("root"); err != nil {
				t.Errorf("root could not copy: %v\n%s", err, said)
			}
			if got, err := host.SSH("deploy", "cat "+path); err != nil || got != "copy-"+nix.Version {
				t.Errorf("the host has %q, %v", got, err)
			}
		})
	}
}

// TestHostsBuild: an ordinary user builds through the host's daemon, in the
// sandbox, which has nothing of the host.
func TestHostsBuild(t *testing.T) {
	host := Shared(t, 2)[1]
	expr := strings.ReplaceAll(small("on-host", "builtins.currentSystem"), "echo ", "[ ! -e /home ] && echo ")
	path, err := host.SSH("deploy", "nix-build --no-out-link --expr '"+expr+"'")
	if err != nil || !strings.HasSuffix(path, "-bed-on-host") {
		t.Fatalf("built %q, %v", path, err)
	}
}

// TestNixIsItsVersion: each Nix is the version it is said to be, and keeps
// out of the user's home.
func TestNixIsItsVersion(t *testing.T) {
	for _, nix := range Nixes(t) {
		out, err := nix.Command(t, "nix-store", "--version").Output()
		if err != nil || strings.TrimSpace(string(out)) != "nix-store (Nix) "+nix.Version {
			t.Errorf("nix-store of %s says %q, %v", nix.Version, out, err)
		}
		if path := build(t, nix, small("local", "builtins.currentSystem")); path == "" {
			t.Errorf("%s built nothing", nix.Version)
		}
		for _, set := range nix.Env(t) {
			if home, ok := strings.CutPrefix(set, "HOME="); ok && home == os.Getenv("HOME") {
				t.Errorf("%s has the user's home", nix.Version)
			}
		}
	}
}
