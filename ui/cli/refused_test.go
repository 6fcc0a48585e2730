package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRefusedOptions: what Nix would refuse is an error of check and of the
// machine's plan, and no update deploys it.
func TestRefusedOptions(t *testing.T) {
	s := newShell(t)
	s.demo("check").want(t, exitDone, " 0 errors,")
	aspect := filepath.Join(s.state, "assay", "demo", "8-hosts", "fleet", "modules", "aspects", "refused.nix")
	write := func(text string) {
		if err := os.WriteFile(aspect, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("{ flake.modules.nixos.disk-alert.services.openssh.enable = false; }\n")
	const conflict = "services.openssh.enable is defined in conflict: "
	s.demo("check").want(t, exitFailed, conflict, "machines cinnabar, electrum: ", " 1 error,")
	s.demo("compose", "cinnabar", "--option", "services.openssh.enable").want(t, exitFailed, "conflict: false at ", conflict)
	s.demo("plan", "cinnabar").want(t, exitFailed, "error cinnabar: modules/aspects/", conflict, "1 error;")
	s.demo("update", "cinnabar", "--yes").want(t, exitFailed, conflict)
	s.demo("status", "cinnabar").want(t, exitFailed, "cinnabar")

	write("{ flake.modules.nixos.disk-alert.services.openssh.enable = lib.mkForce false; }\n")
	s.demo("check").want(t, exitFailed, "refused.nix:1:60: undefined variable 'lib'", " 1 error,")

	write("{\n")
	s.demo("plan", "galena").want(t, exitFailed, "error galena: modules/aspects/refused.nix:2:1: ")

	write("{ lib, ... }: { flake.modules.nixos.disk-alert.services.openssh.enable = lib.mkForce false; }\n")
	s.demo("check").want(t, exitDone, " 0 errors,")
}
