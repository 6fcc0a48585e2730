package clan

import (
	"fmt"
	"strings"
	"testing"

	"assay/fleet"
	"assay/modules/symbolic"
)

// TestProblems are mistakes and what is said of each, with its place.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"two definitions of settings", `{ lib, ... }: { inventory.instances.i.roles.r = lib.mkMerge [ { settings.a = 1; }
 { settings.b = 2; } ]; }`, "a.nix:1:65: role i/r: settings are given here and at a.nix:2, and clan takes them once"},
		{"imports in settings", `{ inventory.instances.i.roles.r.settings.imports = [ ]; }`, "role i/r: settings may not have imports"},
		{"settings that are no set", `{ inventory.instances.i.roles.r.settings = 1; }`, "role i/r: settings are not a set"},
		{"settings without the word", `{ inventory.machines.a = { }; inventory.instances.i.roles.r.machines.a.port = 1; }`, "role i/r, machine a: clan has no option port here, only settings"},
		{"an option of machines", `{ inventory.machines.a.tag = [ ]; }`, "machine a: clan has no option tag for machines; hint: did you mean tags?"},
		{"a class", `{ inventory.machines.a.machineClass = "linux"; }`, `machine a: clan has no class "linux"`},
		{"two targets", "{ lib, ... }: { inventory.machines.a = lib.mkMerge [ { deploy.targetHost = \"x\"; }\n{ deploy.targetHost = \"y\"; } ]; }",
			`a.nix:1:63: machine a: deploy.targetHost is "x" here and "y" at a.nix:2`},
		{"a name", `{ meta.name = "my clan"; }`, `the clan's name "my clan" has other characters than clan allows`},
		{"a domain", `{ meta.domain = "Clan"; }`, `the clan's domain "Clan" is not one that clan allows`},
		{"services of old", `{ inventory.services.x = { }; }`, "clan has removed inventory.services; it is not read"},
		{"a misspelt tag", `{ inventory.machines.a.tags = [ "server" ]; inventory.instances.i.roles.r.tags.sever = { }; }`, "no machine has the tag sever, so it gives nobody the role; hint: did you mean server?"},
	} {
		v := readText(t, Sources{}, c.text)
		if got := shownInventory(v); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestStrength is what the order of definitions and their priorities decide.
func TestStrength(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"mkForce wins", `{ lib, ... }: { inventory.machines.a = lib.mkMerge [ { deploy.targetHost = "x"; } { deploy.targetHost = lib.mkForce "y"; } ]; }`, "target y"},
		{"mkDefault loses", `{ lib, ... }: { inventory.machines.a = lib.mkMerge [ { deploy.targetHost = lib.mkDefault "x"; } { deploy.targetHost = "y"; } ]; }`, "target y"},
		{"mkForce that may not apply", `{ lib, config, ... }: { inventory.machines.a = lib.mkMerge [ { deploy.targetHost = "x"; } { deploy.targetHost = lib.mkIf config.c (lib.mkForce "y"); } ]; }`, "target?it depends on"},
		{"mkIf false", `{ lib, ... }: { inventory.machines.a = { deploy.targetHost = lib.mkIf false "x"; }; inventory.machines.b = lib.mkIf false { }; }`, "machine a nixos tags [all nixos]\n"},
		{"a function", `{ inventory = { lib, ... }: { imports = [ { machines.b = { }; } ]; config.machines.a = { }; }; }`, "machine a nixos tags [all nixos]\nmachine b"},
		{"lib.clan", `{ inputs, ... }: inputs.clan-core.lib.clan { inventory.machines.a = { }; }`, "machine a nixos tags [all nixos]\n"},
		{"imports itself", `{ inventory = { imports = [ ./a.nix ]; machines.a = { }; }; }`, "machine a nixos"},
		{"an overridden tag", `{ inventory.machines.a = { }; inventory.tags.all = [ ]; }`, "machine a nixos tags [nixos]"},
	} {
		v := readText(t, Sources{}, c.text)
		if got := shownInventory(v); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestServices maps to the values of fleet: who may not be a member is none.
func TestServices(t *testing.T) {
	v := readText(t, Sources{}, `{ lib, config, ... }: {
  inventory.machines.a.tags = [ "t" ];
  inventory.machines.b = lib.mkIf config.b { tags = [ "t" ]; };
  inventory.instances = {
    own = { module.input = "self"; module.name = "m"; roles.r.tags.t = { }; roles.r.settings.port = 1; };
    clans.roles.r.machines.gone = { };
    far = { module.input = "x"; roles.r.machines.a = { }; };
  };
}`)
	got := fmt.Sprintf("%+v", v.Services())
	want := `[{Name:clans Module:clans Input:clan-core Roles:[{Name:r Machines:[] Tags:[] Settings:map[] Members:[] At:a.nix:6}] At:a.nix:6} ` +
		`{Name:far Module:far Input:x Roles:[{Name:r Machines:[{Name:a At:a.nix:7}] Tags:[] Settings:map[] Members:[{Machine:a Via:machine At:a.nix:7}] At:a.nix:7}] At:a.nix:7} ` +
		`{Name:own Module:m Input: Roles:[{Name:r Machines:[] Tags:[{Name:t At:a.nix:5}] Settings:map[port:1] Members:[{Machine:a Via:tag t At:a.nix:5}] At:a.nix:5}] At:a.nix:5}]`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestJSON gives the places of inventory.json, and refuses what is none.
func TestJSON(t *testing.T) {
	json := "{\n \"machines\": {\n  \"ä\": { \"tags\": [\n   \"x\"] },\n  \"b\": { \"deploy\": { \"targetHost\": \"root@b\" } } } }"
	v := readText(t, Sources{JSON: []byte(json), JSONName: "inventory.json"}, `{ }`)
	m := v.Machine("ä")
	if m == nil || m.At != (fleet.Pos{File: "inventory.json", Line: 3, Column: 3}) || m.Origins[0].From != FromJSON || m.Tags[0].At.Line != 4 {
		t.Errorf("machine %+v", m)
	}
	if a := v.Addresses(); len(a) != 1 || a[0].Machine != "b" || a[0].Text.Text != "root@b" || a[0].At.String() != "inventory.json:5" {
		t.Errorf("addresses %+v", a)
	}
	for _, c := range []struct{ json, want string }{
		{"{\n,", "cannot read line 2 of inventory.json"},
		{"{} {}", "something follows the value"},
		{strings.Repeat("[", 1000), "nested too deeply"},
	} {
		v := readText(t, Sources{JSON: []byte(c.json), JSONName: "inventory.json"}, `{ inventory.machines.a = { }; }`)
		if got := shownInventory(v); !strings.Contains(got, c.want) || len(v.Machines) != 1 {
			t.Errorf("%q: got\n%s\nwant %s", c.json, got, c.want)
		}
	}
}

// TestHostile ends although the input has no end.
func TestHostile(t *testing.T) {
	for _, text := range []string{
		`{ inventory.tags = { config, ... }: builtins.listToAttrs (map (n: { name = "t${toString n}"; value = config."t${toString (n + 1)}" or [ ]; }) (builtins.genList (x: x) 300)); }`,
		`let f = n: { machines = f (n + 1); inventory = f n; imports = [ (f n) ]; }; in f 0`,
		`let s = n: { a = s (n + 1); b = s (n + 2); }; in { inventory.machines.a = { }; inventory.instances.i.roles.r.machines.a.settings = s 0; }`,
		`let m = { imports = [ m m ]; }; in { inventory = m; }`,
		`{ lib, ... }: { modules.m.roles.r.interface = let t = lib.types.submodule { options.x = lib.mkOption { type = t; }; }; in { options.x = lib.mkOption { type = t; }; }; inventory.instances.m = { module.input = "self"; roles.r = { }; }; }`,
	} {
		readText(t, Sources{}, text)
	}
	if v := readText(t, Sources{Foreign: map[string]symbolic.Value{"": &symbolic.Unknown{Why: "nobody"}}}, `1`); v.More == "" {
		t.Error("definitions that are a number hide nothing")
	}
}
