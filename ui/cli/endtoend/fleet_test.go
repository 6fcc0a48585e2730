package endtoend

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// fleet is the plain flake in a directory, its operator's environment, and the
// hosts that some of its machines are.
type fleet struct {
	t     *testing.T
	dir   string
	state string // the operator's XDG_STATE_HOME
	world miniature.World
	env   []string
	nix   bed.Nix
	hosts map[string]bed.Host // by machine
	hear  func(call)          // what the program printed; may be nil
}

// workshop is what the fleets of all tests have in common: Nix's store, and
// the inputs of the flake.
var workshop struct {
	sync.Once
	dir   string
	env   []string
	world miniature.World
	err   error
}

// open makes the store, since two of Nix that begin with a new one may get in
// each other's way, and the inputs.
func open(nix bed.Nix) error {
	workshop.Do(func() {
		workshop.err = func() (err error) {
			if workshop.dir, err = os.MkdirTemp("", "assay-endtoend-"); err != nil {
				return err
			}
			if workshop.env, err = miniature.Environment(filepath.Join(workshop.dir, "nix")); err != nil {
				return err
			}
			init := exec.Command(filepath.Join(nix.Bin, "nix-store"), "--init")
			init.Env = append(os.Environ(), workshop.env...)
			if out, err := init.CombinedOutput(); err != nil {
				return fmt.Errorf("nix-store --init: %w: %s", err, out)
			}
			workshop.world, err = miniature.Write(filepath.Join(workshop.dir, "world"))
			return err
		}()
	})
	return workshop.err
}

// remove removes what open made.
func remove() error {
	if workshop.dir == "" {
		return nil
	}
	return miniature.Remove(workshop.dir)
}

// newFleet returns a committed plain flake whose machines have no address.
func newFleet(t *testing.T) *fleet {
	t.Helper()
	nix := bed.Nixes(t)[0]
	err := open(nix)
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	f := &fleet{
		t: t, nix: nix, world: workshop.world, hosts: map[string]bed.Host{},
		dir: filepath.Join(home, "workshop"), state: filepath.Join(home, "state"),
	}
	for _, inherited := range os.Environ() {
		name, _, _ := strings.Cut(inherited, "=")
		if !strings.HasPrefix(name, "NIX_") && !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "GIT_") && !strings.HasPrefix(name, "SSH_") {
			f.env = append(f.env, inherited)
		}
	}
	f.env = append(append(f.env, workshop.env...),
		"PATH="+nix.Bin+":"+os.Getenv("PATH"), "HOME="+home, "XDG_STATE_HOME="+f.state, "XDG_CONFIG_HOME="+home,
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=turner", "GIT_AUTHOR_EMAIL=turner@example.org",
		"GIT_COMMITTER_NAME=turner", "GIT_COMMITTER_EMAIL=turner@example.org",
	)
	if err := miniature.PlainFlake(f.dir, f.world); err != nil {
		t.Fatal(err)
	}
	f.sh("git", "init", "-q")
	f.sh("git", "add", "--all")
	f.sh("nix", "flake", "lock")
	f.commit("the workshop's machines")
	return f
}

// sh runs a program in the fleet's directory and environment and returns what
// it prints.
func (f *fleet) sh(name string, args ...string) string {
	f.t.Helper()
	if strings.HasPrefix(name, "nix") {
		name = filepath.Join(f.nix.Bin, name)
	}
	cmd := exec.CommandContext(f.t.Context(), name, args...)
	cmd.Dir, cmd.Env = f.dir, f.env
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		f.t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, &errs)
	}
	return strings.TrimSpace(string(out))
}

func (f *fleet) commit(subject string) {
	f.t.Helper()
	f.sh("git", "add", "--all")
	f.sh("git", "commit", "-q", "-m", subject)
}

// write writes a file of the flake; the next commit has it.
func (f *fleet) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) read(name string) string {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, name))
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

// turn changes one machine.
func (f *fleet) turn(machine string, k miniature.Knob) {
	f.t.Helper()
	if _, err := miniature.Turn(f.dir, machine, k); err != nil {
		f.t.Fatal(err)
	}
}

// house gives machines their hosts, addresses and a first generation, as
// installing them would have, by Nix's own commands.
func (f *fleet) house(users map[string]string, hosts map[string]bed.Host) {
	f.t.Helper()
	targets := map[string]string{}
	for machine, h := range hosts {
		targets[machine] = cmp.Or(users[machine], "root") + "@" + h.Address
		f.hosts[machine] = h
	}
	f.agent()
	if err := miniature.Addresses(f.dir, targets); err != nil {
		f.t.Fatal(err)
	}
	f.commit("where the machines are")
	systems := f.systems(slices.Sorted(maps.Keys(hosts))...)
	var installing sync.WaitGroup
	for machine, h := range hosts {
		installing.Go(func() { f.install(machine, h, systems[machine]) })
	}
	installing.Wait()
}

// systems builds machines with Nix alone and returns their store paths.
func (f *fleet) systems(machines ...string) map[string]string {
	f.t.Helper()
	args := []string{"build", "--no-link", "--json"}
	for _, m := range machines {
		if m == "lathe" {
			args = append(args, ".#darwinConfigurations."+m+".system")
		} else {
			args = append(args, ".#nixosConfigurations."+m+".config.system.build.toplevel")
		}
	}
	var built []struct{ Outputs map[string]string }
	if err := json.Unmarshal([]byte(f.sh("nix", args...)), &built); err != nil || len(built) != len(machines) {
		f.t.Fatalf("nix build: %v, %v", built, err)
	}
	paths := map[string]string{}
	for _, m := range machines {
		for _, b := range built { // in no particular order
			if out := b.Outputs["out"]; strings.Contains(out, "-nixos-system-"+m+"-") || m == "lathe" && strings.Contains(out, "-darwin-system-") {
				paths[m] = out
			}
		}
	}
	if len(paths) != len(machines) {
		f.t.Fatalf("nix build: %v of %v", paths, machines)
	}
	return paths
}

// install makes a system the first generation of a host, which runs it.
func (f *fleet) install(machine string, h bed.Host, system string) {
	cmd := exec.CommandContext(f.t.Context(), filepath.Join(f.nix.Bin, "nix"), "copy", "--no-check-sigs", "--to", "ssh-ng://root@"+h.Name, system)
	cmd.Env = append(slices.Clip(f.env), h.NixSSH())
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Errorf("nix copy to %s: %v\n%s", machine, err, out)
		return
	}
	activate := system + "/bin/switch-to-configuration switch"
	if machine == "lathe" {
		activate = system + "/activate"
	}
	h.Root(f.t, "set -e; nix-env -p /nix/var/nix/profiles/system --set "+system+"; "+activate+"; ln -sfn "+system+" /run/booted-system")
}

// agent starts an ssh-agent that has the key of the hosts.
func (f *fleet) agent() {
	f.t.Helper()
	socket := filepath.Join(f.t.TempDir(), "agent")
	ctx, end := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "ssh-agent", "-D", "-a", socket)
	out, err := cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { end(); cmd.Wait() })
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // said when it listens
		f.t.Fatal(err)
	}
	f.env = append(f.env, "SSH_AUTH_SOCK="+socket)
	for _, h := range f.hosts {
		f.sh("ssh-add", "-q", h.KeyFile)
		break
	}
}

// fingerprint is the host's key as its own console prints it.
func (f *fleet) fingerprint(machine string) string {
	f.t.Helper()
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(f.hosts[machine].HostKey))
	if err != nil {
		f.t.Fatal(err)
	}
	return ssh.FingerprintSHA256(key)
}

// truth is what a host says itself.
type truth struct {
	running, profile string
	failed           string // units
}

// ask asks a host what it runs, past assay and its network.
func (f *fleet) ask(machine string) truth {
	f.t.Helper()
	said := strings.Split(f.hosts[machine].Root(f.t, `readlink -f /run/current-system; readlink -f /nix/var/nix/profiles/system
		if [ -d /run/systemd/system ]; then systemctl list-units --state=failed --plain --no-legend | cut -d' ' -f1 | tr '\n' ' '; fi`), "\n")
	if len(said) < 2 {
		f.t.Fatalf("%s says %q", machine, said)
	}
	return truth{said[0], said[1], strings.TrimSpace(strings.Join(said[2:], " "))}
}

// runs fails the test unless the host runs the system and boots it.
func (f *fleet) runs(machine, system string) {
	f.t.Helper()
	if got := f.ask(machine); got != (truth{running: system, profile: system}) {
		f.t.Errorf("%s runs and boots %+v, want %s", machine, got, system)
	}
}
