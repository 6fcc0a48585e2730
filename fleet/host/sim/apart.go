package sim

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// ErrApart is why this computer cannot set hosts apart.
var ErrApart = errors.New("commands cannot be given a file system of their own here")

// apartSh makes the host's root the root of this process and its children and
// runs the command $3 there: $1 is the list of mounts, $2 the root.
//
//go:embed apart.sh
var apartSh string

// The files of a host that is set apart, below its root.
const (
	mountsFile = ".mounts" // what is mounted for each command, as fstab(5)
	machineEtc = "machine/etc"
)

// lent are the directories of this computer that hosts have as well, and
// owned those that each has for itself.
var (
	lent  = []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "dev", "proc"}
	owned = []string{"boot", "etc", "home", "nix/store", "nix/.work", "run", "tmp", "var/lib", "var/tmp", machineEtc}
)

// settings are the parts of this computer's /etc without which its programs do
// not run. Hosts have links to them.
var settings = []string{"alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld-musl-x86_64.path", "ld-musl-aarch64.path"}

// accounts are the users of a host.
var accounts = map[string]string{
	"etc/passwd":        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
	"etc/group":         "root:x:0:\nnogroup:x:65534:\n",
	"etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
	"etc/hosts":         "127.0.0.1 localhost\n",
}

// Furnish gives a root that Prepare has made what it needs to be the whole
// file system of a host that is set apart: directories of its own, and of this
// computer's programs and devices. What the host has already stays.
func Furnish(root string) error {
	if err := furnish(root); err != nil {
		return fmt.Errorf("file system of %s: %w", root, err)
	}
	return nil
}

func furnish(root string) error {
	for _, dir := range owned {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	mounts, err := mountsOf(root)
	if err != nil {
		return err
	}
	for _, name := range settings {
		if _, err := os.Lstat(filepath.Join("/etc", name)); err != nil {
			continue
		}
		if err := linked(filepath.Join("/", machineEtc, name), filepath.Join(root, "etc", name)); err != nil {
			return err
		}
	}
	for name, text := range accounts {
		path := filepath.Join(root, name)
		if _, err := os.Lstat(path); err == nil {
			continue // the host's systems may have changed it
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	file := filepath.Join(root, mountsFile)
	if is, err := os.ReadFile(file); err == nil && string(is) == mounts {
		return nil
	}
	return renameio.WriteFile(file, []byte(mounts), 0o600, renameio.WithTempDir(root))
}

// mountsOf lists what is mounted for a command, the host's root itself first,
// and makes the directories for it. What is a link at the top of this
// computer's file system is one on the host.
func mountsOf(root string) (string, error) {
	var b strings.Builder
	bind := func(from, to, options string) {
		fmt.Fprintf(&b, "%s %s none %s 0 0\n", fstab(from), fstab(to), options)
	}
	readOnly := "rbind"
	if os.Geteuid() == 0 {
		readOnly = "rbind,ro"
	}
	bind(root, root, "rbind")
	for _, name := range lent {
		at, on := filepath.Join("/", name), filepath.Join(root, name)
		what, err := os.Lstat(at)
		if err != nil {
			continue // not on this computer
		}
		if what.Mode()&os.ModeSymlink != 0 {
			target, err := os.Readlink(at)
			if err != nil {
				return "", err
			}
			if err := linked(target, on); err != nil {
				return "", err
			}
			continue
		}
		if err := os.MkdirAll(on, 0o755); err != nil {
			return "", err
		}
		if name == "dev" || name == "proc" {
			bind(at, on, "rbind")
		} else {
			bind(at, on, readOnly)
		}
	}
	bind("/etc", filepath.Join(root, machineEtc), readOnly)
	if inStore() {
		store := filepath.Join(root, "nix", "store")
		options := "lowerdir=/nix/store,upperdir=" + fstab(store) + ",workdir=" + fstab(filepath.Join(root, "nix", ".work"))
		if os.Geteuid() != 0 {
			options += ",userxattr"
		}
		fmt.Fprintf(&b, "overlay %s overlay %s 0 0\n", fstab(store), options)
	}
	return b.String(), nil
}

// inStore reports whether programs of this computer that hosts need lie in its
// own Nix store: the shell, as on NixOS, or Nix itself.
func inStore() bool {
	for _, program := range []string{"sh", "nix"} {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		if path, err = filepath.EvalSymlinks(path); err == nil && strings.HasPrefix(path, "/nix/store/") {
			return true
		}
	}
	return false
}

// linked makes a symbolic link unless it is there.
func linked(target, path string) error {
	if was, err := os.Readlink(path); err == nil && was == target {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(target, path)
}

// fstab writes a path as a field of fstab(5).
func fstab(path string) string {
	return strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, ",", `\054`).Replace(path)
}

// apartPath is where commands of a host that is set apart look for programs:
// also where this computer has its own, which Nix may have brought.
func apartPath() string {
	dirs := path
	if real, err := filepath.EvalSymlinks("/run/current-system/sw/bin"); err == nil {
		dirs += ":" + real
	}
	if nix, err := exec.LookPath("nix-store"); err == nil {
		if real, err := filepath.EvalSymlinks(filepath.Dir(nix)); err == nil {
			dirs += ":" + real
		}
	}
	return dirs
}

// apartCommand is a command of a host that is set apart. It fails with
// status 125 when its file system cannot be made.
func apartCommand(root, command string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", apartSh, "sh", filepath.Join(root, mountsFile), root, command)
	cmd.Dir = root
	cmd.Env = []string{"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "PATH=" + apartPath()}
	cmd.SysProcAttr = apartAttributes()
	return cmd
}

// TryApart runs a command that does nothing on a host that is set apart. Its
// error wraps ErrApart and says what this computer refuses.
func TryApart(root string) error {
	if !canApart {
		return fmt.Errorf("%w: only Linux can", ErrApart)
	}
	out, err := apartCommand(root, ":").CombinedOutput()
	if err == nil {
		return nil
	}
	said := strings.Join(strings.Fields(string(out)), " ")
	if said == "" {
		said = err.Error()
	}
	return fmt.Errorf("%w: %s", ErrApart, said)
}
