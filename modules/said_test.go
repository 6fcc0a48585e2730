package modules

import (
	"fmt"
	"testing"
)

// TestSaid finds where machines are and whose they are in every place that
// says so, and nothing where it is not sure.
func TestSaid(t *testing.T) {
	host := func(module string) string {
		return `{ outputs = { self, nixpkgs, ... }: { nixosConfigurations.anvil = nixpkgs.lib.nixosSystem { modules = [ (` + module + `) ]; }; }; }`
	}
	clans := func(module string) string {
		return `{ outputs = { self, clan-core, ... }: { nixosConfigurations = (clan-core.lib.clan { inherit self; machines.anvil = { imports = [ (` + module + `) ]; }; }).config.nixosConfigurations; }; }`
	}
	beside := func(output string) string {
		return `{ outputs = { self, nixpkgs, colmena, ... }: { nixosConfigurations.anvil = nixpkgs.lib.nixosSystem { modules = [ { } ]; }; ` + output + ` }; }`
	}
	for _, c := range []struct{ name, flake, want string }{
		{"nothing", host(`{ }`), ` user ""`},
		{"clan's option", host(`{ clan.core.networking.targetHost = "anvil.zt"; }`), `root@anvil.zt clan.core.networking.targetHost user ""`},
		{"a jump", host(`{ clan.core.networking.targetHost = "u@anvil.zt?ProxyJump=a"; }`), `u@anvil.zt [a] clan.core.networking.targetHost user ""`},
		{"null", host(`{ clan.core.networking.targetHost = null; }`), ` user ""`},
		{"a default is outdone", host(`{ lib, ... }: { imports = [ { deploy.targetHost = lib.mkDefault "no"; } ]; deploy.targetHost = "b"; }`), `b deploy.targetHost user ""`},
		{"a computed address", host(`{ config, ... }: { clan.core.networking.targetHost = "${config.networking.hostName}.x"; deploy.targetHost = "b"; }`), `? user ""`},
		{"an address of the host's name", host(`{ config, ... }: { networking.hostName = "amboss"; deploy.targetHost = "x@${config.networking.hostName}.lan"; }`), `x@amboss.lan deploy.targetHost user ""`},
		{"of a name that is not sure", host(`{ config, lib, ... }: { networking.hostName = lib.mkIf config.my.x "amboss"; deploy.targetHost = "${config.networking.hostName}.lan"; }`), `? user ""`},
		{"of the name that clan gives", clans(`{ config, lib, ... }: { clan.core.networking.targetHost = lib.mkOverride 999 "${config.networking.hostName}.zt"; }`), `root@anvil.zt clan.core.networking.targetHost user ""`},
		{"of another than clan gives", clans(`{ config, ... }: { networking.hostName = "amboss"; clan.core.networking.targetHost = "${config.networking.hostName}.zt"; }`), `root@amboss.zt clan.core.networking.targetHost user ""`},
		{"of another option", clans(`{ config, ... }: { clan.core.networking.targetHost = "${config.networking.domain}"; }`), `? user ""`},
		{"a condition", host(`{ config, lib, ... }: { deploy.targetHost = lib.mkIf config.my.x "b"; }`), `? user ""`},
		{"two", host(`{ imports = [ { deploy.targetHost = "a"; } ]; deploy.targetHost = "b"; }`), `? user ""`},
		{"colmena's options", host(`{ deployment = { targetHost = "a"; targetUser = "u"; targetPort = 23; }; }`), `u@a:23 deployment.targetHost user ""`},
		{"deploy-rs", beside(`deploy = { sshUser = "all"; nodes.anvil = { hostname = "a.example.org"; sshOpts = [ "-p" "22022" ]; profiles.system.sshUser = "one"; }; };`), `one@a.example.org:22022 deploy.nodes user ""`},
		{"deploy-rs of another", beside(`deploy.nodes.other.hostname = "a";`), ` user ""`},
		{"a hive", beside(`colmenaHive = colmena.lib.makeHive { meta = { }; anvil = { name, ... }: { deployment.targetHost = "${name}.lan"; }; };`), `anvil.lan colmena user ""`},
		{"the older hive", beside(`colmena.anvil = { deployment = { targetHost = "fd00::1"; targetPort = 1022; }; };`), `[fd00::1]:1022 colmena user ""`},
		{"a hive without an address", beside(`colmena.anvil = { deployment.tags = [ "x" ]; };`), ` user ""`},
		{"primary user", host(`{ system.primaryUser = "smith"; users.users.other.isNormalUser = true; }`), ` user "smith"`},
		{"one normal user", host(`{ users.users = { smith.isNormalUser = true; nginx.isSystemUser = true; root.shell = "x"; }; home-manager.users.smith = { }; }`), ` user "smith"`},
		{"two normal users", host(`{ users.users = { smith.isNormalUser = true; mate.isNormalUser = true; }; }`), ` user ""`},
		{"one that may be", host(`{ config, lib, ... }: { users.users.smith.isNormalUser = true; users.users.mate = lib.mkIf config.x { isNormalUser = true; }; }`), ` user ""`},
		{"a name that is not known", host(`{ config, ... }: { users.users.smith.isNormalUser = true; users.users.${config.my.name}.isNormalUser = true; }`), ` user ""`},
		{"a home", host(`{ home-manager.users.smith = { ... }: { }; }`), ` user "smith"`},
		{"another's home", host(`{ users.users.smith.isNormalUser = true; home-manager.users.mate = { }; }`), ` user ""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := ReadFlake(files("flake.nix", c.flake), nil)
			if err != nil || len(tree.Hosts) != 1 {
				t.Fatal(err)
			}
			h := tree.Hosts[0]
			a := h.Address.Target + " "
			switch {
			case h.Address.Why != "":
				a = "? "
			case h.Address.Target == "":
				a = " "
			default:
				if len(h.Address.Jump) > 0 {
					a += fmt.Sprint(h.Address.Jump) + " "
				}
				a += h.Address.From + " "
				if h.Address.At.File != "flake.nix" || h.Address.At.Line == 0 {
					t.Errorf("at %v", h.Address.At)
				}
			}
			if got := a + fmt.Sprintf("user %q", h.User.Name); got != c.want {
				t.Errorf("got  %s\nwant %s (%s)", got, c.want, h.Address.Why)
			}
		})
	}
}
