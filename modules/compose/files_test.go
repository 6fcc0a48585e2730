package compose

import (
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// TestFiles composes machines of trees with files that Nix refuses.
func TestFiles(t *testing.T) {
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"m/a.nix": `{ flake.modules.nixos = {
			gone.imports = [ ./nope.nix ];
			maybe = { lib, config, ... }: { imports = lib.optional config.q ./nope.nix; };
			thrown.imports = [ (throw "no") ];
			endless.imports = let x = x; in x;
			below.imports = [ ./_below.nix ];
			fine = { };
			outside = { users.motd = builtins.readFile ../../secret; environment.etc.x.text = builtins.readFile "/etc/passwd"; };
		}; }`,
		"m/_below.nix": "{ ... }: { users.motd = lib.mkForce \"x\"; }",
		"m/b.nix":      `{ flake.modules.nixos.scope = { time.timeZone = zone; }; }`,
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	compose := func(aspect string) Composition {
		tree, err := modules.Read(fsys, "m")
		if err != nil {
			t.Fatal(err)
		}
		m := &fleet.Machine{Name: "x", System: "x86_64-linux", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: aspect}}}
		return Compose(tree, Request{Machine: m})
	}
	for aspect, want := range map[string]string{
		"gone":    "m/a.nix:2:21: aspect gone has an import that Nix refuses: cannot import m/nope.nix: file does not exist",
		"maybe":   "m/a.nix:3:68: warning: aspect maybe imports a module that is not known: cannot import m/nope.nix: file does not exist",
		"thrown":  "m/a.nix:4:23: aspect thrown has an import that Nix refuses: throws no",
		"endless": "m/a.nix:5:12: aspect endless has an import that Nix refuses: infinite recursion",
		"below":   "m/_below.nix:1:25: undefined variable 'lib'; hint: take it as an argument: { lib, ... }:",
		"scope":   "m/b.nix:1:49: undefined variable 'zone'",
		"fine":    "",
		"outside": "",
	} {
		var got []string
		for _, p := range compose(aspect).Problems {
			got = append(got, p.Error())
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%s\n got %s\nwant %s", aspect, strings.Join(got, "\n     "), want)
		}
	}
	outside := compose("outside")
	for path, want := range map[string]string{
		"users.motd":             "unknown m/a.nix:8: ../secret is outside of the fleet",
		"environment.etc.x.text": "unknown m/a.nix:8: /etc/passwd is outside of the fleet",
	} {
		if got := option(t, outside, path); got != want {
			t.Errorf("%s is %s", path, got)
		}
	}

	// With a file that hides definitions nothing can be said to be all.
	fsys["m/bad.nix"] = &fstest.MapFile{Data: []byte("{")}
	if got := compose("caddy").Problems; len(got) != 2 || !strings.HasPrefix(got[0].Error(), "m/bad.nix:1:") ||
		got[1].Error() != "the tree defines no aspect caddy of class nixos; hint: it may be defined in m/bad.nix, which could not be read" {
		t.Errorf("an aspect that may be hidden gives %v", got)
	}
	if got := compose("fine").Problems; len(got) != 1 {
		t.Errorf("a machine of a tree that is not read in full has the problems %v", got)
	}
}
