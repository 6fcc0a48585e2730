package bed

import (
	"strings"
	"testing"
)

func TestHostsRunSystemd(t *testing.T) {
	for _, h := range Shared(t, 2) {
		if got := h.Root(t, "systemctl is-system-running --wait"); got != "running" {
			t.Errorf("%s is %s: %s", h.Name, got, h.Root(t, "systemctl --failed"))
		}
		if got, err := h.SSH(h.User, "hostname; id -un"); err != nil || got != h.Name+"\nroot" {
			t.Errorf("%s says %q, %v", h.Name, got, err)
		}
		if got, err := h.SSH("deploy", "id -un; sudo -n id -un"); err != nil || got != "deploy\nroot" {
			t.Errorf("%s says %q, %v", h.Name, got, err)
		}
	}
}

func TestRebootComesBack(t *testing.T) {
	h := Shared(t, 2)[0]
	machine := h.Root(t, "cat /etc/machine-id")
	h.Reboot(t)
	if got := h.Root(t, "cat /etc/machine-id"); got != machine || machine == "" {
		t.Errorf("machine id %q after the reboot, %q before", got, machine)
	}
	if got := h.Root(t, "journalctl --list-boots --no-pager -q"); strings.Count(got, "UTC") < 4 {
		t.Errorf("the journal does not have both boots:\n%s", got)
	}
}
