package compose

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// sealedText is what a machine's modules say of sops-nix's secrets, a line for
// each.
func sealedText(c Composition) string {
	var out []string
	uses := SealedUsesOf(c)
	for _, u := range uses.Uses {
		line := fmt.Sprintf("%s %s: %s", u.User, u.Name, orElse(u.File.Value, "unknown"))
		if u.File.Why != "" {
			line += " (" + u.File.Why + ")"
		}
		if u.Condition != "" {
			line += ", " + u.Condition
		}
		out = append(out, strings.TrimSpace(line))
	}
	for _, o := range uses.Open {
		out = append(out, fmt.Sprintf("open %s at %s: %s", o.What, o.At, o.Why))
	}
	return strings.Join(out, "\n")
}

// sealedFlake composes the only machine of a flake as an audit wants it.
func sealedFlake(t *testing.T, module string) Composition {
	t.Helper()
	tree, err := modules.ReadFlake(fstest.MapFS{"flake.nix": {Data: []byte(`{ outputs = { self, nixpkgs, ... }@inputs: {
nixosConfigurations.anvil = nixpkgs.lib.nixosSystem { specialArgs = { inherit self inputs; }; modules = [ ./machine/disko.nix ]; };
}; }`)}, "machine/disko.nix": {Data: []byte("{ config, lib, pkgs, self, inputs, ... }:\n" + module)}}, nil)
	if err != nil || len(tree.Hosts) != 1 {
		t.Fatal(err)
	}
	h := tree.Hosts[0]
	return Compose(tree, Request{Secrets: true, Machine: &fleet.Machine{Name: h.Name, Class: h.Class, System: h.System, At: h.At}})
}

// TestSealedUses reads every form in which a file is named, and says why where
// it cannot.
func TestSealedUses(t *testing.T) {
	const at = "machine/disko.nix:2"
	for _, c := range []struct{ name, module, want string }{
		{"nothing", `{ }`, ""},
		{"its own file, and the default one", `{ sops = { defaultSopsFile = ../secrets/all.yaml; secrets = { a = { }; b.sopsFile = ./b.yaml; "c/d" = { mode = "0400"; }; }; }; }`,
			"a: secrets/all.yaml\nb: machine/b.yaml\nc/d: secrets/all.yaml"},
		{"no file", `{ sops.secrets.a = { }; }`, "a: unknown (neither its sopsFile nor sops.defaultSopsFile is set in the tree)"},
		{"forced", `{ imports = [ { sops.defaultSopsFile = lib.mkForce ./b.yaml; } ]; sops.defaultSopsFile = ./a.yaml; sops.secrets.a = { }; }`, "a: machine/b.yaml"},
		{"two files", `{ imports = [ { sops.defaultSopsFile = ./b.yaml; } ]; sops.defaultSopsFile = ./a.yaml; sops.secrets.a = { }; }`,
			"a: unknown (it is machine/b.yaml here, and machine/a.yaml at " + at + ")"},
		{"below the flake", `{ sops.secrets = { a.sopsFile = "${self}/s/a.yaml"; b.sopsFile = inputs.self + "/s/b.yaml"; c.sopsFile = self.outPath + "/s/c.yaml"; d.sopsFile = "${inputs.secrets}/d.yaml"; }; }`,
			"a: s/a.yaml\nb: s/b.yaml\nc: s/c.yaml\nd: unknown (inputs.secrets comes from outside of the tree)"},
		{"outside", `{ sops.secrets = { a.sopsFile = "/etc/a.yaml"; b.sopsFile = "b.yaml"; }; }`,
			"a: /etc/a.yaml\nb: unknown (it is a text, and no path)"},
		{"conditions", `{ sops.secrets = lib.mkIf config.x.on { a.sopsFile = ./a.yaml; }; }`,
			"a: machine/a.yaml (only if config.x.on), only if config.x.on"},
		{"computed", `{ sops.secrets = lib.genAttrs [ "a" "b" ] (n: { sopsFile = ./. + "/${n}.yaml"; }); }`, "a: machine/a.yaml\nb: machine/b.yaml"},
		{"a name that is not known", `{ sops.secrets.${config.my.name}.sopsFile = ./a.yaml; sops.secrets.b.sopsFile = ./b.yaml; }`,
			"b: machine/b.yaml (" + at + " may set it too: the attribute's name is not known: reads the option my.name)\n" +
				"open sops.secrets at " + at + ": the attribute's name is not known: reads the option my.name"},
		{"not known", `{ sops.secrets = config.my.secrets; }`, "open sops.secrets at " + at + ": reads the option my.secrets"},
		{"homes", `{ sops.defaultSopsFile = ./m.yaml; home-manager.users.smith = { sops = { defaultSopsFile = ./h.yaml; secrets.a = { }; secrets.b.sopsFile = ./b.yaml; }; }; home-manager.users.mate.sops.secrets.c = { }; }`,
			"mate c: unknown (neither its sopsFile nor sops.defaultSopsFile is set in the tree)\nsmith a: machine/h.yaml\nsmith b: machine/b.yaml"},
		{"homes with arguments", `{ home-manager.extraSpecialArgs = { flake = self // { inherit inputs; }; top = self; other = inputs.x; };
home-manager.users.smith = { flake, top, other, ... }: { sops.secrets = { a.sopsFile = flake.inputs.self + "/a.yaml"; b.sopsFile = "${top}/b.yaml"; c.sopsFile = other + "/c.yaml"; }; }; }`,
			"smith a: a.yaml\nsmith b: b.yaml\nsmith c: unknown (the argument other comes from outside of the tree)"},
		{"homes that are not known", `{ home-manager.users = lib.mapAttrs (n: v: { }) config.my.homes; }`,
			"open home-manager.users at " + at + ": the arguments of mapAttrs are not all known"},
		{"a module from outside", `{ imports = [ inputs.x.nixosModules.y ]; sops.secrets.a.sopsFile = ./a.yaml; }`,
			"a: machine/a.yaml\nopen inputs.x.nixosModules.y at " + at + ": it comes from outside of the tree"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sealedText(sealedFlake(t, c.module)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestGroupsOf: the groups that settings name, with their place.
func TestGroupsOf(t *testing.T) {
	d := GeneratorsOf(sealedFlake(t, `{ clan.core.sops.defaultGroups = [ "admins" "ops" ]; }`))
	if strings.Join(d.Groups, " ") != "admins ops" || d.GroupsAt.String() != "machine/disko.nix:2" || d.GroupsWhy != "" {
		t.Errorf("%+v", d)
	}
	d = GeneratorsOf(sealedFlake(t, `{ clan.core.sops.defaultGroups = lib.mkIf config.x [ "admins" ]; }`))
	if strings.Join(d.Groups, " ") != "admins" || d.GroupsWhy != "only if config.x" {
		t.Errorf("%+v", d)
	}
}
