package native_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// helloPatch changes a line of the miniature nixpkgs.
const helloPatch = `--- a/pkgs/versions.nix
+++ b/pkgs/versions.nix
@@ -25,3 +25,3 @@
   goaccess = "1.9.4";
-  hello = "2.12.2";
+  hello = "2.99";
   htop = "3.4.1";
`

// TestPatchedChannel builds a channel with a patch. Nix says the hash of its
// tree when that is wrong, as the hint for a missing one promises; with it the
// tree has one path for all systems, and only who looks into it builds it.
func TestPatchedChannel(t *testing.T) {
	probe := open(t)
	patch := filepath.Join(probe.dir, "hello.patch")
	check(t, os.WriteFile(patch, []byte(helloPatch), 0o644))
	hash := strings.TrimSpace(hashOf(t, probe, patch))
	const unknown = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	server := httptest.NewServer(http.FileServer(http.Dir(probe.dir)))
	t.Cleanup(server.Close)
	from := "[channels.patched]"
	to := "[channels.patched]\npatch = [{ url = \"" + server.URL + "/hello.patch\", hash = \"" + hash + "\" }]\nnar-hash = \"" + unknown + "\""
	f := prepare(t, from, to)
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	f.lock(w.Overrides())

	out, err := f.try("nix", "eval", ".#nixosConfigurations.cinnabar.pkgs.hello.version")
	if err != nil || !strings.Contains(out, `"2.12.1"`) && !strings.Contains(out, `"2.12.2"`) {
		t.Errorf("a package of another channel looks into the patched one: %v\n%s", err, out)
	}
	linux := ".#nixosConfigurations.cinnabar.pkgs.patched"
	out, err = f.try("nix", "eval", linux+".hello.version")
	got := regexp.MustCompile(`got: +(sha256-\S+)`).FindStringSubmatch(out)
	if err == nil || got == nil {
		t.Fatalf("a wrong hash: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(f.dir, "fleet/fleet.toml"))
	check(t, err)
	f.put(map[string][]byte{"fleet.toml": bytes.Replace(text, []byte(unknown), []byte(got[1]), 1)})

	if out := f.run("nix", "eval", linux+".hello.version"); !strings.Contains(out, `"2.99"`) {
		t.Errorf("the patched hello has version %s", out)
	}
	// A Nix that cannot build for the Mac.
	f.env = append(f.env, "NIX_CONFIG="+strings.Replace(setting(f, "NIX_CONFIG"), "extra-platforms = aarch64-darwin", "extra-platforms =", 1))
	apply := []string{"--raw", "--apply", "p: builtins.unsafeDiscardStringContext (toString p.path)"}
	onLinux := f.run("nix", append([]string{"eval", linux}, apply...)...)
	onMac := f.run("nix", append([]string{"eval", ".#darwinConfigurations.stibnite.pkgs.patched"}, apply...)...)
	if onLinux != onMac || !strings.Contains(onMac, "-nixpkgs-patched") {
		t.Errorf("the tree is %s on Linux, and %s on a Mac", onLinux, onMac)
	}
}

// TestFinishedPackages: a machine whose module brings a finished package set is
// refused: its overlays and the layers would be mixed.
func TestFinishedPackages(t *testing.T) {
	f := prepare(t)
	module := `{ inputs, ... }: { flake.modules.nixos.base = { nixpkgs.pkgs = import inputs.nixpkgs { system = "x86_64-linux"; }; }; }`
	f.put(map[string][]byte{"modules/aspects/finished.nix": []byte(module)})
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	f.lock(w.Overrides())
	out, err := f.try("nix", "eval", ".#nixosConfigurations.cinnabar.config.nixpkgs.overlays", "--apply", "builtins.length")
	if err == nil || !strings.Contains(out, "fleet.toml: machine cinnabar: a module sets nixpkgs.pkgs") {
		t.Errorf("%v\n%s", err, out)
	}
}

// try runs a program that may fail, and returns all that it says.
func (f *fixture) try(program string, args ...string) (string, error) {
	cmd := exec.CommandContext(f.t.Context(), program, args...)
	cmd.Dir, cmd.Env = filepath.Join(f.dir, "fleet"), f.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// setting is a variable of the fixture's environment.
func setting(f *fixture, name string) string {
	for i := len(f.env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(f.env[i], name+"="); ok {
			return v
		}
	}
	return ""
}

func hashOf(t *testing.T, f *fixture, file string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "nix", "hash", "file", "--sri", file)
	cmd.Env = f.env
	out, err := cmd.Output()
	check(t, err)
	return string(out)
}
