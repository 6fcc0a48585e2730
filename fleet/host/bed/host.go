package bed

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Host is one host that is up. It says who it is and how to get in; what it
// runs is found out by asking it.
type Host struct {
	Name      string `json:"name"`
	Tier      string `json:"tier"`
	Address   string `json:"address"`    // host:port
	User      string `json:"user"`       // root, on hosts of A and B there is deploy too; with C the caller
	HostKey   string `json:"host_key"`   // the public key that sshd proves, in authorized_keys form
	KeyFile   string `json:"key_file"`   // a client key that every user accepts, without passphrase
	State     string `json:"state"`      // what the bed keeps of it; its file console says what went wrong
	SSHConfig string `json:"ssh_config"` // for ssh -F and NIX_SSHOPTS: every host of the set by name
	Dir       string `json:"-"`          // the set's directory
}

// Link takes the host's network away, or gives it back.
func (h Host) Link(t testing.TB, up bool) {
	t.Helper()
	if up {
		h.script(t, "link", h.Name, "up")
		return
	}
	h.script(t, "link", h.Name, "down")
}

// Slow limits the host's network to a rate in tc's form ("10mbit"); "off"
// lifts it.
func (h Host) Slow(t testing.TB, rate string) {
	t.Helper()
	h.script(t, "slow", h.Name, rate)
}

// Fill leaves free bytes (in mount's form, a number) on the host's /nix;
// "off" makes it as large as it was.
func (h Host) Fill(t testing.TB, free string) {
	t.Helper()
	h.script(t, "fill", h.Name, free)
}

// Sudo changes how deploy gets root: "nopasswd", "password" or "none".
func (h Host) Sudo(t testing.TB, mode string) {
	t.Helper()
	h.script(t, "sudo", h.Name, mode)
}

// Power cuts the host's power in the middle of whatever it does, or switches
// it on again. What it has written stays. Tier A only.
func (h Host) Power(t testing.TB, on bool) {
	t.Helper()
	if on {
		h.script(t, "power", h.Name, "on")
		return
	}
	h.script(t, "power", h.Name, "off")
}

// Root runs a shell command as root on the host, not over its network, and
// returns what it printed. It fails the test where the command does.
func (h Host) Root(t testing.TB, command string) string {
	t.Helper()
	return h.script(t, "exec", h.Name, "/bin/sh", "-c", command)
}

// SSH runs a shell command over ssh as a user of the host and returns what it
// printed; the error has what ssh and the command said.
func (h Host) SSH(user, command string) (string, error) {
	cmd := exec.Command("ssh", "-F", h.SSHConfig, "-l", user, h.Name, command)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = &commandError{err, stderr.String()}
	}
	return strings.TrimSpace(string(out)), err
}

// BootID is the kernel's name for the current boot; another one after a
// reboot. Tier A only: the others share the kernel's.
func (h Host) BootID() (string, error) {
	return h.SSH(h.User, "cat /proc/sys/kernel/random/boot_id")
}

// Reboot reboots the host and waits until it is back. Tier A only.
func (h Host) Reboot(t testing.TB) {
	t.Helper()
	before, err := h.BootID()
	if err != nil {
		t.Fatal(err)
	}
	h.Root(t, "systemctl reboot")
	h.AwaitBoot(t, before)
}

// AwaitBoot waits until the host answers with a boot other than before.
func (h Host) AwaitBoot(t testing.TB, before string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		now, err := h.BootID()
		if err == nil && now != before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come back in a minute: %v; see %s/console", h.Name, err, h.State)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (h Host) script(t testing.TB, args ...string) string {
	t.Helper()
	script, err := scriptPath("hosts")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(script, args...)
	cmd.Env = append(cmd.Environ(), "BED="+h.Dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("script/hosts %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

// commandError is a command that failed, with what it said.
type commandError struct {
	err    error
	stderr string
}

func (e *commandError) Error() string { return e.err.Error() + ": " + strings.TrimSpace(e.stderr) }
func (e *commandError) Unwrap() error { return e.err }
