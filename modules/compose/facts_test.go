package compose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// factsFlake composes the only machine of a flake with these outputs.
func factsFlake(t *testing.T, module, beside string) (Composition, *modules.Host) {
	t.Helper()
	tree, err := modules.ReadFlake(fstest.MapFS{"flake.nix": {Data: []byte(`{ outputs = { self, nixpkgs, colmena, ... }: {
nixosConfigurations.anvil = nixpkgs.lib.nixosSystem { modules = [ ./machine/disko.nix ]; };
` + beside + `}; }`)}, "machine/disko.nix": {Data: []byte("{ config, lib, pkgs, ... }:\n" + module)}}, nil)
	if err != nil || len(tree.Hosts) != 1 {
		t.Fatal(err)
	}
	h := tree.Hosts[0]
	return Compose(tree, Request{Machine: &fleet.Machine{Name: h.Name, Class: h.Class, System: h.System, At: h.At}}), h
}

// TestFacts reads every form of every fact, and says why where it cannot.
func TestFacts(t *testing.T) {
	for _, c := range []struct{ name, module, beside, want string }{
		{"nothing", `{ }`, "", ""},
		{"targets", `{ clan.core.networking.targetHost = "anvil.zt?ProxyJump=a,b"; deployment = { targetHost = "anvil.zt"; targetUser = "root"; targetPort = 22; }; }`,
			`deploy.nodes.anvil = { hostname = "anvil.zt"; };`,
			"target: root@anvil.zt through a, b  clan.core.networking.targetHost\ntarget: anvil.zt  deploy.nodes\ntarget: root@anvil.zt:22  deployment.targetHost"},
		{"a target that is computed", `{ deploy.targetHost = config.my.name; }`, "", "target: unknown  deploy.targetHost (reads the option my.name)"},
		{"two hosts", `{ imports = [ { deploy.targetHost = "a"; } ]; deploy.targetHost = "b"; }`, "",
			"target: unknown  deploy.targetHost (it is a here, and b at machine/disko.nix:2)"},
		{"machine", `{ networking.hostName = "other"; system.stateVersion = "25.05"; nixpkgs.hostPlatform.system = "x86_64-linux"; boot.loader.systemd-boot.enable = lib.mkForce false; boot.lanzaboote.enable = true; }`, "",
			"system: x86_64-linux\nhost name: other\nstate version: 25.05\nboot loader: lanzaboote"},
		{"users", `{ users.users = { smith.isNormalUser = true; svc.isSystemUser = true; mate = lib.mkIf config.x { isNormalUser = true; }; }; }`, "",
			"login: mate, a normal user (only if config.x)\nlogin: smith, a normal user"},
		{"one user", `{ users.users.smith.isNormalUser = true; home-manager.users.smith = { }; }`, "",
			"user: smith\nlogin: smith, a normal user with a home"},
		{"a user that may have company", `{ users.users.smith.isNormalUser = true; users.users.${config.my.name}.isNormalUser = true; }`, "",
			"user: smith (machine/disko.nix:2 may set it too: the attribute's name is not known: reads the option my.name)\n" +
				"login: smith, a normal user (machine/disko.nix:2 may set it too: the attribute's name is not known: reads the option my.name)"},
		{"known hosts", `{ programs.ssh.knownHosts = { a = { hostNames = [ "a" "b" ]; publicKey = "ssh-ed25519 AAAAa"; }; c = { extraHostNames = [ "d" ]; publicKeyFile = ./c.pub; certAuthority = true; }; e.publicKey = config.my.key; }; }`, "",
			"known host: a b ssh-ed25519 AAAAa\nknown host: c d authority machine/c.pub\nknown host: e a key that is not known (reads the option my.key)"},
		{"disks", `{ disko.devices = {
	disk.main = { type = "disk"; device = "/dev/vda"; content = { type = "gpt"; partitions = {
		ESP = { size = "1G"; type = "EF00"; content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; }; };
		root = { size = "100%"; content = { type = "luks"; name = "crypt"; content = { type = "btrfs"; subvolumes."/home".mountpoint = "/home"; }; }; };
	}; }; };
	disk.two = { device = config.my.disk; content = { type = "zfs"; pool = "tank"; }; };
	zpool.tank = { type = "zpool"; mode = "mirror"; datasets.data = { type = "zfs_fs"; mountpoint = "/data"; }; };
}; fileSystems."/old" = { device = "/dev/sdb1"; fsType = "ext4"; }; }`, "", `disk: disk main /dev/vda gpt
disk:   ESP 1G EF00 vfat /boot
disk:   root 100% luks crypt
disk:     in it btrfs
disk:       /home /home
disk: disk two in zpool tank (reads the option my.disk)
disk: zpool tank mirror
disk:   data /data
disk: mount /old /dev/sdb1 ext4`},
	} {
		t.Run(c.name, func(t *testing.T) {
			composed, _ := factsFlake(t, c.module, c.beside)
			var got []string
			for _, l := range FactLines(FactsOf(composed)) {
				if l.Label == "file" && l.Text == "machine/disko.nix" {
					continue
				}
				line := l.Label + ": " + strings.Repeat("  ", l.Depth) + l.Text
				if l.Why != "" {
					line += " (" + l.Why + ")"
				}
				if l.At.File == "" || l.At.Line == 0 {
					t.Errorf("%s has no place", line)
				}
				got = append(got, line)
			}
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

// TestFactFiles names the files that describe a machine.
func TestFactFiles(t *testing.T) {
	c, _ := factsFlake(t, `{ hardware.facter.reportPath = ./report.json; }`, "")
	var got []string
	for _, at := range FactsOf(c).Files {
		got = append(got, at.File)
	}
	if want := []string{"machine/disko.nix", "machine/report.json"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDisagreement names both places that say where a machine is.
func TestDisagreement(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"root@a", "a", ""}, {"root@a", "root@a:22", ""}, {"a:22", "a:23", "differ"}, {"root@a", "me@a", "differ"}, {"a", "b", "differ"}, {"[::1]", "root@[::1]:22", ""},
	} {
		composed, _ := factsFlake(t, fmt.Sprintf("{ deploy.targetHost = %q; deployment.targetHost = %q; }", c.a, c.b), "")
		found := ""
		for _, p := range composed.Problems {
			if strings.Contains(p.Text, "for deploy.targetHost (machine/disko.nix:2), and at "+c.b+" for deployment.targetHost (machine/disko.nix:2)") {
				found = "differ"
			}
		}
		if found != c.want {
			t.Errorf("%s and %s: got %q of %v", c.a, c.b, found, composed.Problems)
		}
	}
}
