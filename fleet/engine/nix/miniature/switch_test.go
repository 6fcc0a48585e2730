package miniature_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// host is a directory that systems are switched to: no systemd, no root.
type host struct {
	*bench
	dir string
}

// newHost needs a mount namespace in which the bench's store is at its place.
func newHost(b *bench) *host {
	b.t.Helper()
	h := &host{bench: b, dir: b.t.TempDir()}
	if _, err := os.Stat("/nix"); err != nil {
		b.t.Skip("not run: there is no /nix to mount a store at")
	}
	if out, rc := h.at("true"); rc != 0 {
		b.t.Skip("not run: no mount namespaces here: " + strings.TrimSpace(out))
	}
	return h
}

// at runs a shell command where the store is at its place; output and status.
func (h *host) at(command string) (string, int) {
	h.t.Helper()
	store := h.inside("/nix")
	if err := os.MkdirAll(store, 0o755); err != nil {
		h.t.Fatal(err)
	}
	args := []string{"--mount", "sh", "-c", `mount --bind "$0" /nix && shift 0 && eval "$1"`, store, command}
	if os.Geteuid() != 0 {
		args = append([]string{"--user", "--map-root-user"}, args...)
	}
	cmd := exec.CommandContext(h.t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), "MINIATURE_ROOT="+h.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return err.Error(), -1
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// does expects a status of switch-to-configuration.
func (h *host) does(system, action string, want int) string {
	h.t.Helper()
	out, rc := h.at(system + "/bin/switch-to-configuration " + action)
	if rc != want {
		h.t.Fatalf("%s %s ends with %d, want %d\n%s", system, action, rc, want, out)
	}
	return out
}

func (h *host) link(name string) string {
	to, _ := os.Readlink(filepath.Join(h.dir, name))
	return to
}

func (h *host) has(name string) bool {
	_, err := os.Lstat(filepath.Join(h.dir, name))
	return err == nil
}

func TestSwitching(t *testing.T) {
	b := plain(t)
	h := newHost(b)
	with := func(k miniature.Knob) string {
		t.Helper()
		_, err := miniature.Turn(b.repo, "drill", k)
		check(t, err)
		b.track()
		return b.build("drill")["drill"]
	}
	first := b.build("drill")["drill"]
	second := with(`{ lib, ... }:
{
  environment.etc."workshop/new.txt".text = "new\n";
  environment.etc."workshop/secret.conf" = { text = "own"; mode = "0600"; };
  systemd.services.heartbeat.description = lib.mkForce "Says it otherwise";
}
`)
	kernel, systemd := with(miniature.NewKernel), with(miniature.NewInit)
	check(t, os.MkdirAll(filepath.Join(h.dir, "etc"), 0o755))
	check(t, os.WriteFile(filepath.Join(h.dir, "etc/motd"), []byte("from before\n"), 0o644))

	h.does(first, "nonsense", 1)
	if out := h.does(first, "dry-activate", 0); h.has("run") || !strings.Contains(out, "would start the following units: heartbeat.service") {
		t.Errorf("dry-activate: %s", out)
	}
	h.does(first, "switch", 0)
	if h.link("run/current-system") != first || h.link("etc/workshop/drill.conf") != "/etc/static/workshop/drill.conf" || h.link("etc/motd") == "" {
		t.Errorf("after the switch the host runs %s", h.link("run/current-system"))
	}
	if out := h.does(second, "dry-activate", 0); !strings.Contains(out, "would stop the following units: heartbeat.service") {
		t.Errorf("dry-activate: %s", out)
	}

	h.does(second, "test", 0)
	st, err := os.Lstat(filepath.Join(h.dir, "etc/workshop/secret.conf"))
	if err != nil || st.Mode() != 0o600 || !h.has("etc/workshop/new.txt") {
		t.Errorf("after test: %v %v", st, err)
	}
	entry, err := os.ReadFile(filepath.Join(h.dir, "boot/loader/loader.conf"))
	if err != nil || string(entry) != "default "+filepath.Base(first)+".conf\n" {
		t.Errorf("after test the boot loader has %q, %v", entry, err)
	}
	h.does(first, "test", 0)
	if h.has("etc/workshop/new.txt") || h.has("etc/workshop/secret.conf") {
		t.Error("files of the other system are still there")
	}

	if out := h.does(kernel, "switch", 1); !strings.Contains(out, "critical components") || h.link("run/current-system") != first {
		t.Errorf("another kernel: %s", out)
	}
	h.does(kernel, "boot", 0)
	if h.link("run/current-system") != first {
		t.Error("boot changed what runs")
	}
	if out, rc := h.at(kernel + "/init"); rc != 0 || h.link("run/booted-system") != kernel || h.link("run/current-system") != kernel {
		t.Errorf("booting: %d %s", rc, out)
	}
	h.does(first, "boot", 0)
	if out, rc := h.at(first + "/init"); rc != 0 {
		t.Errorf("booting: %d %s", rc, out)
	}
	h.does(systemd, "switch", 100)

	check(t, os.RemoveAll(filepath.Join(h.dir, "run")))
	if out, rc := h.at(`rm "$MINIATURE_ROOT/etc/motd" && ls "$MINIATURE_ROOT/etc"`); rc != 0 || !strings.Contains(out, "motd.before-nixos") {
		t.Errorf("the file from before is gone: %s", out)
	}
}

func TestActivatingTheLaptop(t *testing.T) {
	b := plain(t)
	h := newHost(b)
	system := b.build("lathe")["lathe"]
	for range 2 {
		if out, rc := h.at(system + "/sw/bin/darwin-rebuild activate"); rc != 0 || h.link("run/current-system") != system {
			t.Fatalf("activation: %d, runs %s\n%s", rc, h.link("run/current-system"), out)
		}
	}
	if h.link("etc/workshop/handbook.txt") == "" || !h.has("Library/LaunchDaemons/org.nixos.tidy.plist") {
		t.Error("files of the system are missing")
	}
}
