package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/google/renameio/v2"

	"assay/fleet/engine"
	"assay/fleet/engine/nix"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host/sim"
	"assay/fleet/repo"
	"assay/fleet/session"
)

// MostNixHosts bounds a demo with Nix: each host has a store of its own.
const MostNixHosts = 64

// NeedError is why this computer cannot have a demo with Nix.
type NeedError struct{ Reason string } // with what to do

func (e *NeedError) Error() string { return "the demo with Nix " + e.Reason }

// needs returns a *NeedError where something is missing that demos with Nix
// cannot do without.
func needs() error {
	if runtime.GOOS != "linux" {
		return &NeedError{"gives each host a file system of its own, which only Linux can; hint: assay demo, which needs nothing"}
	}
	var missing []string
	for _, program := range []string{"nix", "nix-store", "nix-daemon", "nix-env"} {
		if _, err := exec.LookPath(program); err != nil {
			return &NeedError{fmt.Sprintf("needs Nix, and there is no %s; hint: apt-get install nix-bin git busybox-static, or https://nixos.org/download", program)}
		}
	}
	for _, program := range []string{"git", "mount", "umount", "pivot_root"} {
		if _, err := exec.LookPath(program); err != nil && !inSbin(program) {
			missing = append(missing, program)
		}
	}
	if len(missing) > 0 {
		return &NeedError{fmt.Sprintf("needs %s; hint: apt-get install git util-linux mount", strings.Join(missing, ", "))}
	}
	return nil
}

// inSbin finds programs where the PATH of ordinary users does not.
func inSbin(program string) bool {
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if _, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return true
		}
	}
	return false
}

// nixKind is the demo with Nix: real evaluation and builds in a store of its
// own, against inputs that lie in the demo's directory, and hosts whose
// directories are all that their commands see, with a Nix store each.
type nixKind struct {
	world
	env   []string // of Nix
	run   *runner.Runner
	tried sync.Once
	files []exampleFile // of a fleet that is not sealed yet
}

// platforms are what Nix builds for here, whatever this computer is: what the
// demo's inputs build is made by a shell, and nothing of it is a machine's code.
const platforms = "x86_64-linux aarch64-linux aarch64-darwin"

func newNixKind(w world) (*nixKind, error) {
	if err := needs(); err != nil {
		return nil, err
	}
	env, err := miniature.Environment(filepath.Join(w.dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		return nil, &NeedError{"needs busybox, a shell for the sandbox; hint: apt-get install busybox-static"}
	}
	if err != nil {
		return nil, err
	}
	for i, v := range env {
		if strings.HasPrefix(v, "NIX_CONFIG=") {
			env[i] += "\nextra-platforms = " + platforms
		}
	}
	return &nixKind{world: w, env: env, run: runner.New(runner.Options{Env: env, Redact: w.Redactor.Clean})}, nil
}

// engineAt is Nix for a copy of the fleet's repository.
func (w *nixKind) engineAt(dir string, r *repo.Repository) engine.Engine {
	return nix.New(nix.Options{
		Dir: dir, Runner: w.run, Cache: filepath.Join(w.dir, "nix", "evaluated"), StoreRoot: filepath.Join(w.dir, "nix", "store"),
		Class: func(machine string) string {
			if m := r.Fleet.Machine(machine); m != nil {
				return string(m.Class)
			}
			return ""
		},
	})
}

func (w *nixKind) reach(r *repo.Repository) (session.Reach, error) {
	d, err := w.deployer()
	if err != nil {
		return session.Reach{}, err
	}
	return session.Reach{
		Engine: w.engineAt(w.fleetDir(), r), Deployer: d,
		At: func(dir string) engine.Engine { return w.engineAt(dir, r) },
	}, nil
}

func (w *nixKind) deployer() (*deploy.Deployer, error) {
	return deploy.New(deploy.Options{Runner: w.run, Operator: w.Operator})
}

// furnish sets the host apart and gives it Nix's settings.
func (w *nixKind) furnish(h *sim.Host) (err error) {
	h.Apart = true
	if err := sim.Furnish(h.Root); err != nil {
		return err
	}
	w.tried.Do(func() { err = sim.TryApart(h.Root) })
	if errors.Is(err, sim.ErrApart) {
		return &NeedError{"gives each host a file system of its own, which fails: " + err.Error() +
			"; hint: run it as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)"}
	}
	if err != nil {
		return err
	}
	return w.hostSettings(h.Root)
}

// hostSettings writes the host's nix.conf, once: what the operator's Nix has
// here, without what names files outside of the host.
func (w *nixKind) hostSettings(root string) error {
	file := filepath.Join(root, "etc", "nix", "nix.conf")
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	var text strings.Builder
	for _, v := range w.env {
		settings, ok := strings.CutPrefix(v, "NIX_CONFIG=")
		for line := range strings.SplitSeq(settings, "\n") {
			if ok && !strings.HasPrefix(line, "flake-registry") {
				text.WriteString(line + "\n")
			}
		}
	}
	return renameio.WriteFile(file, []byte(text.String()), 0o644, renameio.WithTempDir(filepath.Dir(file)))
}
