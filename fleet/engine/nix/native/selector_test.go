package native_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/fleetfile"
)

// selectors are rules of [tags], in the whole grammar.
var selectors = []string{
	"@web", "@all", "@nixos", "@darwin", "not @web", "-@web", "@web and @big", "@web @big", "@web or @db", "@web, @db",
	"@web and not @big or @db", "@db or @web and -@big", "(@db or @web) and -@big", "not (@db or @web)", "not not @web",
	"web1", "web*", "*1", "web?", "w[aeiou]b1", "w[!aeiou]b1", "web[1-2]", "web[01-02]", "web[1,3]", "web[0-10/2]", "m[08-12]", "m[8-12]",
	"web1, db1", "(web1)", "((web1 or db*))", "class:nixos", "class:darwin or @db", "system:*-linux", "system:aarch64-*",
	"user:ada", "user:g*", "user:ada -web1", "@t00 and @t10", "@w*", "not class:darwin, mac",
	"- web1", "-(web1 , db1)", "not @web @big", "user:linus", "user:l* or mac",
}

const selectorMachines = `[fleet]
name = "selectors"
domain = "example"
[sources]
modules = "modules"
[channels.unstable]
input = "nixpkgs"
default = true
`

func selectorFleet() string {
	var b strings.Builder
	b.WriteString(selectorMachines)
	machine := func(name, system, user string, tags ...string) {
		fmt.Fprintf(&b, "[machines.%s]\nsystem = %q\nuser = %q\ntags = [", name, system, user)
		for _, t := range tags {
			fmt.Fprintf(&b, "%q, ", t)
		}
		b.WriteString("]\n")
		if system == "aarch64-darwin" {
			fmt.Fprintf(&b, "[machines.%s.deploy]\ntargets = [\"x@%[1]s.example\"]\n", name)
		}
	}
	machine("web1", "x86_64-linux", "ada", "web")
	machine("web2", "x86_64-linux", "grace", "web", "big")
	machine("web3", "aarch64-linux", "ada", "web")
	machine("web10", "x86_64-linux", "ada", "web", "big")
	machine("wob1", "x86_64-linux", "grace")
	machine("wxb1", "x86_64-linux", "grace")
	machine("db1", "x86_64-linux", "ada", "db")
	machine("m8", "x86_64-linux", "ada")
	machine("m08", "x86_64-linux", "ada", "big")
	machine("m12", "x86_64-linux", "grace")
	b.WriteString("[machines.m12.home]\nlinus = [\"empty\"]\n")
	machine("mac", "aarch64-darwin", "grace", "web")
	b.WriteString("[tags]\n")
	for i, s := range selectors {
		fmt.Fprintf(&b, "t%02d = %q\n", i, s)
	}
	b.WriteString("[services.s]\n")
	for i := range selectors {
		fmt.Fprintf(&b, "[services.s.roles.r%02d]\ntags = [\"t%02[1]d\"]\n", i)
	}
	return b.String()
}

// selectorRoles is a tree that has all the roles, each of which leaves a mark.
const selectorRoles = `{ inputs, lib, ... }:
let
  role = number: lib.nameValuePair "services/s/r${lib.optionalString (number < 10) "0"}${toString number}" (
    { instance, settings, roles, machine }: { environment.etc."role-${toString number}".text = instance; }
  );
in
{
  flake.modules.nixos = lib.listToAttrs (map role (lib.range 0 99)) // {
    "machines/nixos/m12".imports = [ inputs.home-manager.nixosModules.home-manager ];
  };
  flake.modules.homeManager.empty = { };
  flake.modules.darwin = lib.listToAttrs (map role (lib.range 0 99));
  flake.answers = { };
}
`

// TestSelectorsAgree gives every rule a role, and compares the machines that
// have the role in Nix with the role's members here.
func TestSelectorsAgree(t *testing.T) {
	text := selectorFleet()
	parsed, err := fleetfile.Parse(fleetfile.Name, []byte(text))
	check(t, err)
	want := map[string][]string{}
	for _, m := range parsed.Fleet.Machines {
		want[m.Name] = []string{}
	}
	for i := range selectors {
		for _, member := range parsed.Fleet.Services[0].Roles[i].Members {
			want[member.Machine] = append(want[member.Machine], fmt.Sprint("role-", i))
		}
	}

	f := open(t)
	flake, err := os.ReadFile(filepath.Join(root, "flake.nix"))
	check(t, err)
	module, err := os.ReadFile(filepath.Join(root, "assay.nix"))
	check(t, err)
	f.put(map[string][]byte{
		"flake.nix":         bytes.Replace(flake, []byte("./modules/aspects"), []byte("./modules"), 1),
		"assay.nix":         module,
		"fleet.toml":        []byte(text),
		"modules/roles.nix": []byte(selectorRoles),
	})
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	f.lock(w.Overrides())
	got := map[string][]string{}
	for _, class := range []string{"nixosConfigurations", "darwinConfigurations"} {
		out := f.run("nix", "eval", "--json", ".#"+class, "--apply",
			`builtins.mapAttrs (_: m: builtins.filter (n: builtins.substring 0 5 n == "role-") (builtins.attrNames m.config.environment.etc))`)
		var part map[string][]string
		check(t, json.Unmarshal([]byte(out), &part))
		maps.Copy(got, part)
	}
	if len(got) != len(want) {
		t.Errorf("Nix has %d machines, want %d", len(got), len(want))
	}
	for machine, roles := range want {
		for i, s := range selectors {
			role := fmt.Sprint("role-", i)
			if here, nix := slices.Contains(roles, role), slices.Contains(got[machine], role); here != nix {
				t.Errorf("%q selects %s: %v here, %v in Nix", s, machine, here, nix)
			}
		}
	}
}
