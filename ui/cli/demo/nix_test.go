package demo

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/fleetfile"
)

// nixDemo runs the program's demo with Nix on four hosts, one of them silent.
type nixDemo struct {
	t             *testing.T
	binary, state string
}

// run runs a command in the demo and returns what it says and its exit code.
func (d nixDemo) run(args ...string) (string, int) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), d.binary, append([]string{"demo", "--engine", "nix", "--hosts", "4", "--"}, args...)...)
	cmd.Env = []string{"XDG_STATE_HOME=" + d.state, "HOME=" + d.state, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// expect runs a command that ends well and says each of the words.
func (d nixDemo) expect(args []string, words ...string) string {
	d.t.Helper()
	out, code := d.run(args...)
	if code != 0 {
		d.t.Fatalf("%v: exit code %d\n%s", args, code, out)
	}
	for _, word := range words {
		if !strings.Contains(out, word) {
			d.t.Errorf("%v does not say %q:\n%s", args, word, out)
		}
	}
	return out
}

func (d nixDemo) dir(elem ...string) string {
	return filepath.Join(append([]string{d.state, "assay", "demo", "4-hosts-nix"}, elem...)...)
}

// link reads a link of a host.
func (d nixDemo) link(machine, path string) string {
	d.t.Helper()
	target, err := os.Readlink(d.dir("hosts", machine, path))
	if err != nil {
		d.t.Fatal(err)
	}
	return target
}

// boots is the system that the host's profile leads to.
func (d nixDemo) boots(machine string) string {
	d.t.Helper()
	return d.link(machine, filepath.Join("nix/var/nix/profiles", d.link(machine, "nix/var/nix/profiles/system")))
}

func TestNix(t *testing.T) {
	if err := needs(); err != nil {
		t.Skip("not run: nix is not installed: " + err.Error())
	}
	d := nixDemo{t: t, binary: filepath.Join(t.TempDir(), "assay"), state: t.TempDir()}
	t.Cleanup(func() {
		if err := miniature.Remove(d.dir()); err != nil {
			t.Error(err)
		}
	})
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", d.binary, "assay").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if out, code := d.run("status", "not scheelite"); code == 2 && strings.Contains(out, "the demo with Nix") {
		t.Skip("not run: " + strings.TrimSpace(out))
	} else if code != 0 || strings.Count(out, "behind  ") != 3 {
		t.Fatalf("the first start: exit code %d\n%s", code, out)
	}
	first := map[string]string{}
	for _, m := range []string{"cinnabar", "galena", "stibnite"} {
		first[m] = d.boots(m)
	}
	if was := d.link("galena", "nix/var/nix/profiles/system-1-link"); was == first["galena"] {
		t.Error("galena has no older generation")
	}
	d.expect([]string{"plan", "not scheelite"}, "3 machines to switch", "caddy", `cask "utm"`)
	d.expect([]string{"update", "not scheelite", "--yes"}, "3 updated")
	for m, was := range first {
		d.checkNix(m, was)
	}
	updated := d.boots("cinnabar")
	d.expect([]string{"update", "not scheelite", "--yes"}, "nothing to do")
	d.expect([]string{"rollback", "cinnabar", "--yes"}, "1 restored")
	if d.boots("cinnabar") != first["cinnabar"] || d.link("cinnabar", "run/current-system") != first["cinnabar"] {
		t.Error("cinnabar has not gone back")
	}
	d.expect([]string{"status", "cinnabar"}, "behind")

	d.expect([]string{"update", "cinnabar", "--yes"}, "1 updated")
	if d.boots("cinnabar") != updated {
		t.Error("the same fleet is another system the second time")
	}
	d.expect([]string{"runs"}, "1 restored", "3 updated")
	if out, code := d.run("status", "scheelite"); code != 1 || !strings.Contains(out, "unreachable") {
		t.Errorf("the silent host: exit code %d\n%s", code, out)
	}
}

// checkNix holds a host that was updated against its own Nix store: it runs
// and boots one system, another than it was, whose closure is valid and whole.
func (d nixDemo) checkNix(machine, was string) {
	d.t.Helper()
	system := d.boots(machine)
	if running := d.link(machine, "run/current-system"); running != system || system == was {
		d.t.Errorf("%s runs %s and boots %s, after %s", machine, running, system, was)
	}
	verify := exec.CommandContext(d.t.Context(), "nix", "--extra-experimental-features", "nix-command",
		"store", "verify", "--store", d.dir("hosts", machine), "--no-trust", "--recursive", system)
	verify.Env = append(os.Environ(), "NIX_CONFIG=substituters =\nbuild-users-group =", "NIX_USER_CONF_FILES=/dev/null")
	if out, err := verify.CombinedOutput(); err != nil {
		d.t.Errorf("%s: nix store verify: %v\n%s", machine, err, out)
	}
	if state, err := os.ReadFile(d.dir("hosts", machine, "run/assay/current")); err != nil || !bytes.Contains(state, []byte("\nstate done\n")) {
		d.t.Errorf("%s was not guarded, or not confirmed: %v\n%s", machine, err, state)
	}
}

// TestNeeds: what is missing is said with what to do.
func TestNeeds(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Open(t.Context(), Options{Dir: t.TempDir(), Engine: Nix, Example: exampleText(t)})
	if _, ok := errors.AsType[*NeedError](err); !ok || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("without Nix: %v", err)
	}
	if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Engine: "lix", Example: exampleText(t)}); err == nil {
		t.Error("an engine that is not there is accepted")
	}
}

// TestExampleFlake: the demo's flake is the example's.
func TestExampleFlake(t *testing.T) {
	text, err := os.ReadFile("../../../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, exampleFlake) {
		t.Error("flake.nix is not the example's; hint: cp flake.nix ui/cli/demo/flake.nix")
	}
}

func TestOnlyBase(t *testing.T) {
	for _, n := range []int{LeastHosts, DefaultHosts, 3 * DefaultHosts} {
		text, err := registry(exampleText(t), n)
		if err != nil {
			t.Fatal(err)
		}
		if text, err = onlyBase(text, map[string][]string{older: {"gcp"}}); err != nil {
			t.Fatal(err)
		}
		file, err := fleetfile.Parse(fleetfile.Name, text)
		if err != nil || len(file.Fleet.Machines) != n {
			t.Fatalf("%d machines of %d, %v", len(file.Fleet.Machines), n, err)
		}
		for _, m := range file.Fleet.Machines {
			want := 1
			if m.Name == older {
				want = 2
			}
			if len(m.Aspects) != want || len(m.Home) > 0 {
				t.Errorf("%s has %v and %v", m.Name, m.Aspects, m.Home)
			}
		}
	}
	several := []byte("[fleet]\nname = \"x\"\n[sources]\nmodules = \"m\"\n[machines.galena]\nsystem = \"x86_64-linux\"\naspects = [\n\"base\", \"more\"]\n")
	if text, err := onlyBase(several, nil); err == nil {
		t.Errorf("a list on several lines came to %s", text)
	}
}
