package nix

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/host/bed"
)

const registryFlake = `{
  outputs = { self }: let
    machine = config: { inherit config; };
    system = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  in {
    nixosConfigurations = {
      web = machine {
        nixpkgs.hostPlatform = "aarch64-linux";
        clan.core.networking.targetHost = "web.example.org:2222?StrictHostKeyChecking=no";
        programs.ssh.knownHosts.web = { hostNames = [ "web" "web.example.org" ]; publicKey = "ssh-ed25519 AAAAweb"; };
        programs.ssh.knownHosts.ca = { hostNames = [ "*.example.org" ]; publicKey = "ssh-ed25519 AAAAca"; certAuthority = true; };
      };
      db = machine {
        nixpkgs.hostPlatform.system = "x86_64-linux";
        clan.core.networking.targetHost = null;
        deploy.targetHost = "admin@10.0.0.2";
        programs.ssh.knownHosts.ca = { hostNames = [ "*.example.org" ]; publicKey = "ssh-ed25519 AAAAca"; certAuthority = true; };
      };
      rs = machine { system.build.toplevel = system "rs"; };
      hive = machine { nixpkgs.hostPlatform = throw "not said"; nixpkgs.system = "i686-linux"; };
      inventory = machine { nixpkgs.system = "x86_64-linux"; clan.core.networking.targetHost = "root@ignored"; };
      nobody = machine { nixpkgs.system = "x86_64-linux"; };
      thrown = throw "no such machine type";
      broken = machine { nixpkgs = { }.nope; };
    };
    darwinConfigurations.mac = machine { nixpkgs.hostPlatform.system = "aarch64-darwin"; system.primaryUser = "robin"; };
    clanInternals.inventoryClass.inventorySerialization = {
      meta.name = "works";
      machines.inventory = { deploy.targetHost = "ssh://op@[2001:db8::1]:22"; tags = [ "prod" "web" ]; };
    };
    deploy = { sshUser = "deploy"; nodes.rs = { hostname = "2001:db8::2"; sshOpts = [ "-p" "2200" ]; profiles.system.path = throw "not needed"; }; };
    packages.x86_64-linux.deploy = throw "a package, no output";
    legacyPackages.x86_64-linux = {
      colmena = system "colmena";
      nixosConfigurations.packaged = throw "a package, no machine";
    };
    colmena = {
      meta.nixpkgs = throw "not needed";
      defaults = throw "not needed";
      hive = { name, pkgs, ... }: { deployment = { targetHost = "${name}.internal"; targetPort = 22022; targetUser = "root"; tags = [ "prod" ]; }; };
    };
  };
}
`

// TestRegistry asks for it however the flake lies there, with as few processes.
func TestRegistry(t *testing.T) {
	for _, nix := range bed.Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			t.Parallel()
			one := Options{Processes: 1} // a process that fails at a machine begins anew with the others
			b := newBenchOf(t, nix, map[string]string{"flake.nix": registryFlake}, one)
			b.registry(t)
			committed := b.runs("eval")

			b = newBenchOf(t, nix, map[string]string{"flake.nix": registryFlake}, one)
			write(t, filepath.Join(b.dir, "flake.nix"), registryFlake+"# changed\n")
			b.registry(t)
			if n := b.runs("eval"); n != committed {
				t.Errorf("nix eval ran %d times for what is committed, %d for what is not", committed, n)
			}

			b = newBenchOf(t, nix, map[string]string{"a flake/flake.nix": registryFlake, "README": "a fleet\n"}, one)
			write(t, filepath.Join(b.dir, "README"), "since then\n")
			b.commit(t)
			for name, depth := range map[string]string{"my fleet": "--no-local", "shallow": "--depth=1"} {
				clone, before := filepath.Join(filepath.Dir(b.dir), name), b.runs("eval")
				b.git(t, "clone", "--quiet", depth, "file://"+b.dir, clone)
				b.opts.Dir = filepath.Join(clone, "a flake")
				b.use(b.env)
				b.registry(t)
				if n := b.runs("eval") - before; n != committed {
					t.Errorf("nix eval ran %d times in %s, %d times otherwise", n, name, committed)
				}
			}
		})
	}
}

// TestRegistryIsOfWhatIsEvaluated: git may say of a file that is not as it was
// committed that it has not changed, and versions of Nix differ in which they take.
func TestRegistryIsOfWhatIsEvaluated(t *testing.T) {
	flake := func(names ...string) string {
		text := "{ outputs = { self }: { nixosConfigurations = {\n"
		for _, name := range names {
			text += name + ".config = { nixpkgs.system = \"x86_64-linux\"; system.build.toplevel = derivation { name = \"nixos-system\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; }; };\n"
		}
		return text + "}; }; }\n"
	}
	for _, nix := range bed.Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			t.Parallel()
			b := newBenchOf(t, nix, map[string]string{"flake.nix": flake("was")}, Options{})
			b.git(t, "update-index", "--assume-unchanged", "flake.nix")
			write(t, filepath.Join(b.dir, "flake.nix"), flake("is"))
			r, err := b.engine.Registry(t.Context(), nil)
			if err != nil || len(r.Machines) != 1 || r.Machines[0].Problem != "" {
				t.Fatalf("got %+v, %v", r, err)
			}
			if a := b.evaluate(t.Context(), "was", "is"); len(a.systems) != 1 || a.systems[r.Machines[0].Name].Path == "" {
				t.Errorf("the registry has %s, evaluated are %v", r.Machines[0].Name, a.systems)
			}
		})
	}
}

// TestRegistryLocksNothing: what a flake without its lock would be is decided by
// the operator.
func TestRegistryLocksNothing(t *testing.T) {
	for _, nix := range bed.Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			t.Parallel()
			b := newBenchOf(t, nix, map[string]string{
				"flake.nix":   "{ inputs.b.url = \"path:./b\"; outputs = { self, b }: b; }\n",
				"b/flake.nix": "{ outputs = { self }: { nixosConfigurations.a.config.nixpkgs.system = \"x86_64-linux\"; }; }\n",
			}, Options{})
			if r, err := b.engine.Registry(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "lock file") {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

// registry checks what is said of registryFlake.
func (b *bench) registry(t *testing.T) {
	t.Helper()
	r, err := b.engine.Registry(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range r.Machines {
		lines = append(lines, strings.Join([]string{m.Name, m.Class, m.System, m.User, strings.Join(m.Tags, ","), strings.Join(m.Targets, ","), m.From}, "|"))
	}
	want := []string{
		"broken|nixos|||||",
		"db|nixos|x86_64-linux|||admin@10.0.0.2|deploy.targetHost",
		"hive|nixos|i686-linux||prod|root@hive.internal:22022|deployment.targetHost",
		"inventory|nixos|x86_64-linux||prod,web|op@[2001:db8::1]:22|clan inventory deploy.targetHost",
		"mac|darwin|aarch64-darwin|robin|||",
		"nobody|nixos|x86_64-linux||||",
		"rs|nixos|x86_64-linux|||deploy@[2001:db8::2]:2200|deploy.nodes",
		"thrown|nixos|||||",
		"web|nixos|aarch64-linux|||root@web.example.org:2222|clan.core.networking.targetHost",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	for _, m := range r.Machines {
		if failed := m.Name == "broken" || m.Name == "thrown"; (m.Problem != "") != failed {
			t.Errorf("%s: problem %q", m.Name, m.Problem)
		}
	}
	hosts, _ := json.Marshal(r.KnownHosts)
	if want := `[{"names":["*.example.org"],"key":"ssh-ed25519 AAAAca","authority":true,"machines":["db","web"]},` +
		`{"names":["web","web.example.org"],"key":"ssh-ed25519 AAAAweb","authority":false,"machines":["web"]}]`; string(hosts) != want {
		t.Errorf("known hosts: %s", hosts)
	}
	if r.Name != "works" || len(r.Notes) != 0 {
		t.Errorf("name %q, notes %q", r.Name, r.Notes)
	}
}

func TestRegistryIsRemembered(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": "{ outputs = { self }: { nixosConfigurations.a.config.nixpkgs.system = \"x86_64-linux\"; }; }\n"}, Options{})
	first, err := b.engine.Registry(t.Context(), nil)
	if err != nil || len(first.Machines) != 1 {
		t.Fatal(first, err)
	}
	n := b.runs("eval")
	if again, err := b.engine.Registry(t.Context(), nil); err != nil || len(again.Machines) != 1 || b.runs("eval") != n {
		t.Errorf("asked again: %v, %v", again, err)
	}
}

func TestHiveOfColmena(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": `{
  outputs = { self }: {
    colmenaHive.nodes.a.config = {
      nixpkgs.system = "x86_64-linux";
      deployment = { targetHost = "a.internal"; targetUser = "root"; targetPort = null; tags = [ "x" ]; };
      system.build.toplevel = derivation { name = "nixos-system-a"; system = "x86_64-linux"; builder = "/bin/sh"; };
    };
    colmena = { meta = { }; a.deployment.targetHost = "a.internal"; other = { }; };
  };
}
`}, Options{Class: func(string) string { return "nixos" }})
	r, err := b.engine.Registry(t.Context(), nil)
	if err != nil || len(r.Machines) != 1 || !slices.Equal(r.Machines[0].Targets, []string{"a.internal"}) || !slices.Equal(r.Machines[0].Tags, []string{"x"}) {
		t.Fatalf("got %+v, %v", r, err)
	}
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "only colmena can evaluate other; hint: ") {
		t.Errorf("notes are %q", r.Notes)
	}
	b.evaluate(t.Context(), "a").all(t, 1)
}

func TestFlakeWithoutMachines(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": "{ outputs = { self }: { }; }\n"}, Options{})
	if _, err := b.engine.Registry(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "defines no machines") {
		t.Errorf("got %v", err)
	}
}

func TestNamesOfFlakesAreNoPaths(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": `{
  outputs = { self }: {
    nixosConfigurations = builtins.listToAttrs (map (name: { inherit name; value.config.nixpkgs.system = "x86_64-linux"; })
      [ "a.example.org" "b\"c\${d}" "ü" "" "../up" "-x" "two\nlines" ]);
    clanInternals.inventory.meta.name = "../../../My Clan/";
  };
}
`}, Options{})
	r, err := b.engine.Registry(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range r.Machines {
		if names = append(names, m.Name); m.System != "x86_64-linux" {
			t.Errorf("%s: %+v", m.Name, m)
		}
	}
	if want := []string{"a.example.org", "b\"c${d}", "ü"}; !slices.Equal(names, want) || len(r.Notes) != 4 {
		t.Errorf("machines %q, want %q; notes %q", names, want, r.Notes)
	}
	if r.Name != "My-Clan" {
		t.Errorf("the fleet is called %q", r.Name)
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{target("", "", 22), ""},
		{target("", "a", 0), "a"},
		{target("root", "a", 0), "root@a"},
		{target("root", "op@a", 0), "op@a"},
		{target("", "2001:db8::1", 0), "[2001:db8::1]"},
		{target("", "[2001:db8::1]", 22), "[2001:db8::1]:22"},
		{clanTarget("a"), "root@a"},
		{clanTarget("ssh://op@a:22?X=y"), "op@a:22"},
		{clanTarget(""), ""},
		{deployNode{Host: "a", Options: []string{"-A", "-p2200"}}.target(), "a:2200"},
		{deployNode{Host: "a", Options: []string{"-p"}}.target(), "a"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
