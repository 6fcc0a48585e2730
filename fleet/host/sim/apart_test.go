package sim

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// apart starts a host that is set apart, in a directory with an awkward name.
func apart(t *testing.T) (Host, *ssh.Client) {
	t.Helper()
	h := Host{Name: "galena", Class: "nixos", System: "x86_64-linux", Root: filepath.Join(t.TempDir(), "a b,c", "galena"), HostKey: key(t, "galena"), Apart: true}
	if err := errors.Join(Prepare(h.Root, h), Furnish(h.Root)); err != nil {
		t.Fatal(err)
	}
	if err := TryApart(h.Root); err != nil {
		t.Skip("not run: " + err.Error())
	}
	return h, client(t, start(t, h), "galena")
}

func TestApart(t *testing.T) {
	h, c := apart(t)
	out, err := session(t, c).CombinedOutput(`set -e
id -un; pwd; echo "${ASSAY_ROOT-none}"
echo galena >/etc/hostname; mkdir -p /run/x /nix/var; ln -s /nix/x /run/current-system
ls /var; ls -A /home /boot`)
	if err != nil || string(out) != "root\n/root\nnone\nlib\ntmp\n/boot:\n\n/home:\n" {
		t.Errorf("%v:\n%s", err, out)
	}
	for path, want := range map[string]bool{
		"etc/hostname": true, "run/x": true, "nix/var": true, "run/current-system": true, "usr/bin": false, "proc/self": false, machineEtc + "/passwd": false,
	} {
		if _, err := os.Lstat(filepath.Join(h.Root, path)); (err == nil) != want {
			t.Errorf("%s in the host's directory: %v", path, err)
		}
	}
	out, err = session(t, c).CombinedOutput("cat /etc/hostname; readlink /run/current-system; cat >/dev/null; exit 3")
	if e, ok := errors.AsType[*ssh.ExitError](err); !ok || e.ExitStatus() != 3 || string(out) != "galena\n/nix/x\n" {
		t.Errorf("the next command: %v:\n%s", err, out)
	}
	if text, err := os.ReadFile("/etc/hostname"); err == nil && string(text) == "galena\n" {
		t.Error("this computer's /etc/hostname was written")
	}
}

// TestFurnishKeeps looks whether what a host has is there after another start.
func TestFurnishKeeps(t *testing.T) {
	h := prepared(t, "galena")
	passwd := filepath.Join(h.Root, "etc", "passwd")
	if err := Furnish(h.Root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(passwd, []byte("root:x:0:0::/root:/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(Prepare(h.Root, h), Furnish(h.Root)); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(passwd); err != nil || len(text) != 26 {
		t.Errorf("%q, %v", text, err)
	}
}

// TestNotApart: what this computer refuses is said, and nothing runs.
func TestNotApart(t *testing.T) {
	h := prepared(t, "galena")
	if err := Furnish(h.Root); err != nil {
		t.Fatal(err)
	}
	line := "none " + fstab(filepath.Join(h.Root, "missing")) + " nosuchfs defaults 0 0\n"
	if err := os.WriteFile(filepath.Join(h.Root, mountsFile), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Apart = true
	if err := TryApart(h.Root); !errors.Is(err, ErrApart) || len(strings.TrimSpace(err.Error())) == len(ErrApart.Error()) {
		t.Errorf("tried: %v", err)
	}
	err := session(t, client(t, start(t, h), "galena")).Run("touch " + filepath.Join(h.Root, "ran"))
	if _, there := os.Lstat(filepath.Join(h.Root, "ran")); err == nil || there == nil {
		t.Errorf("a command ran: %v, %v", err, there)
	}
}
