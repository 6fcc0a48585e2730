package cli

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/host"
)

// TestSSHConfig asks the real ssh what it makes of the configuration, for
// machines whose names mean to be more than that.
func TestSSHConfig(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("not run: no ssh; hint: install openssh-client")
	}
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKu7aQ9l5YzzHvkUzyPN0rW5XkH9o1eqgYdlyJ8R0K6m"
	for machine, alias := range map[string]string{
		"web":                              "web",
		"web.example":                      "web.example",
		"web\n  ProxyCommand touch /tmp/x": "assay-host-1",
		"*":                                "assay-host-1",
		"a b":                              "assay-host-1",
		"":                                 "assay-host-1",
	} {
		dir := t.TempDir()
		name, err := writeSSHConfig(dir, host.Target{Machine: machine, Addresses: []string{"deploy@10.0.0.1:2222"}, HostKeys: []string{key},
			Jump: []host.Target{{Machine: "gate", Addresses: []string{"gate.example"}, HostKeys: []string{key}}}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ssh", "-G", "-F", filepath.Join(dir, "config"), "--", name).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v: %s", machine, err, out)
		}
		said := "\n" + string(out)
		for _, want := range []string{"user deploy", "port 2222", "hostname 10.0.0.1", "hostkeyalias " + alias, "proxyjump gate.example",
			"stricthostkeychecking true", "controlmaster false", "verifyhostkeydns false", "userknownhostsfile " + filepath.Join(dir, "known_hosts-1")} {
			if !strings.Contains(said, "\n"+want+"\n") {
				t.Errorf("%q: no %q in what ssh makes of it", machine, want)
			}
		}
		for _, not := range []string{"\nproxycommand ", "\ncontrolpath ", "\nknownhostscommand /"} {
			if strings.Contains(said, not) {
				t.Errorf("%q: %q in what ssh makes of it", machine, not)
			}
		}
	}
}
