package modules

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

const partsFlake = `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`

// TestHostile ends with flakes that are made to take for ever, says that
// something is missing, and keeps what can be read.
func TestHostile(t *testing.T) {
	many := func(n int, f func(i int) string) fstest.MapFS {
		fsys := files("flake.nix", partsFlake, "m/good.nix", `{ flake.modules.nixos.good = { }; }`)
		for i := range n {
			fsys[fmt.Sprintf("m/x%d.nix", i)] = &fstest.MapFile{Data: []byte(f(i))}
		}
		return fsys
	}
	for _, c := range []struct {
		name string
		fsys fstest.MapFS
		want string
	}{
		{"much work in every file", many(20, func(int) string {
			return `let f = n: if n == 0 then 0 else f (n - 1) + f (n - 1); in { imports = if f 60 == 1 then [ ] else [ ./x.nix ]; }`
		}), "the flake takes too much work to read all of it"},
		{"imports itself", many(1, func(int) string { return `let m = { imports = [ m m ]; }; in m` }), ""},
		{"type of itself", many(1, func(int) string {
			return `{ lib, ... }: let t = lib.types.submodule { options = { a = o; b = o; c = o; }; }; o = lib.mkOption { type = t; }; in { options.x = o; config.x.a.b.c = { }; }`
		}), ""},
		{"options of each other", many(40, func(i int) string {
			return fmt.Sprintf(`{ config, ... }: { o%d = config.o%d // config.o%d; flake.nixosModules = config.o%d; }`, i, (i+1)%40, (i+7)%40, i)
		}), ""},
		{"deep merge", many(1, func(int) string {
			return `{ lib, ... }: let m = n: if n == 0 then { } else lib.mkMerge [ (m (n - 1)) (m (n - 1)) ]; in { flake.modules = m 40; }`
		}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := ReadFlake(c.fsys, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(texts(tree.Problems), c.want) {
				t.Errorf("nothing says %q:\n%s", c.want, texts(tree.Problems))
			}
			if c.want == "" && tree.Aspect("nixos", "good") == nil {
				t.Errorf("the good module is lost:\n%s", texts(tree.Problems))
			}
		})
	}
}

// TestLarge reads a flake of many modules completely.
func TestLarge(t *testing.T) {
	const n = 2000
	fsys := files("flake.nix", partsFlake, "m/hosts.nix", `{ lib, config, ... }: {
		options.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.module = lib.mkOption { type = lib.types.deferredModule; }; }); };
		config.flake.nixosConfigurations = lib.mapAttrs (n: h: lib.nixosSystem { system = "x86_64-linux"; modules = [ h.module ]; }) config.hosts;
	}`)
	for i := range n {
		fsys[fmt.Sprintf("m/%d/%d.nix", i%20, i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			`{ config, ... }: { flake.modules.nixos.a%d.imports = [ config.flake.modules.nixos.a%d ]; hosts.h%d.module.imports = [ config.flake.modules.nixos.a0 ]; }`, i, (i+1)%n, i%10)}
	}
	tree, err := ReadFlake(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Aspects) != n+10 || len(tree.Hosts) != 10 || len(tree.Files) != n+2 || len(tree.Problems) > 0 {
		t.Errorf("%d aspects, %d hosts, %d files, %v", len(tree.Aspects), len(tree.Hosts), len(tree.Files), tree.Problems)
	}
	if a := tree.Member([]string{"hosts", "h3", "module"}); len(a.Contributors) != n/10 || len(tree.UsedBy(tree.Aspect("nixos", "a0"))) != n+1 {
		t.Errorf("a host has %d contributors, and a0 is used %d times", len(a.Contributors), len(tree.UsedBy(tree.Aspect("nixos", "a0"))))
	}
}
