package modules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/modules/symbolic"
)

func readFlake(t *testing.T, pairs ...string) *Tree {
	t.Helper()
	tree, err := ReadFlake(files(pairs...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// members are the paths of the tree's aspects with the number of contributors.
func members(tree *Tree) string {
	var out []string
	for _, a := range tree.Aspects {
		out = append(out, fmt.Sprintf("%s:%d", pathText(a.Path), len(a.Contributors)))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// hostList are the tree's hosts with their modules.
func hostList(tree *Tree) string {
	var out []string
	for _, h := range tree.Hosts {
		s := string(h.Class) + " " + h.Name
		if h.System != "" {
			s += " (" + h.System + ")"
		}
		tree.Alone(func() {
			for _, i := range tree.OpenHost(h).Imports {
				s += " " + importText(i)
			}
		})
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func importText(i Import) string {
	s := "module"
	switch {
	case i.Path != nil:
		s = pathText(i.Path)
	case i.Foreign != "":
		s = i.Foreign
	case i.Why != "":
		s = "unknown: " + i.Why
	case i.Module.Key != "":
		s = i.Module.Key
	}
	if i.Condition != "" {
		s += " if " + i.Condition
	}
	return s
}

// TestEntry reads every way in which a flake's outputs lead to its modules.
func TestEntry(t *testing.T) {
	const m = `{ flake.modules.nixos.web = { }; }`
	for _, c := range []struct{ name, flake, want, loaders string }{
		{"flake-parts", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ./m/a.nix ./m/sub ]; }; }`,
			"flake.modules.nixos.sub:1 flake.modules.nixos.web:1", "flake-parts"},
		{"a file", `{ outputs = { flake-parts, ... }@inputs: flake-parts.lib.mkFlake { inherit inputs; } ./m/a.nix; }`, "flake.modules.nixos.web:1", "flake-parts"},
		{"import-tree", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`,
			"flake.modules.nixos.sub:1 flake.modules.nixos.web:1", "flake-parts import-tree"},
		{"another file", `{ outputs = inputs: import ./outputs.nix inputs; }`, "flake.modules.nixos.web:1", "flake-parts import-tree"},
		{"with", `{ outputs = inputs: with inputs; flake-parts.lib.mkFlake { inherit inputs; } { imports = [ (import-tree [ ./m/a.nix ]) ]; }; }`,
			"flake.modules.nixos.web:1", "flake-parts import-tree"},
		{"let", `{ outputs = inputs: let make = inputs.flake-parts.lib.mkFlake { inherit inputs; }; in make ./m/a.nix; }`, "flake.modules.nixos.web:1", "flake-parts"},
		{"evalModules", `{ outputs = inputs: (inputs.nixpkgs.lib.evalModules { modules = [ ./m/a.nix ]; specialArgs = { inherit inputs; }; }).config.flake; }`,
			"flake.modules.nixos.web:1", "lib.evalModules"},
		{"merged", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ./m/a.nix // { nixosModules.x = { }; }; }`,
			"flake.modules.nixos.web:1 flake.nixosModules.x:1", "flake-parts outputs"},
		{"plain", `{ outputs = { self, ... }: { nixosModules = { x = ./m/a.nix; y = { }; }; homeModules.z = { }; }; }`,
			"flake.homeModules.z:1 flake.nixosModules.x:1 flake.nixosModules.y:1", "outputs"},
		{"rec", `{ outputs = { self, nixpkgs }: rec { nixosModules.a = { }; darwinModules = nixosModules; }; }`,
			"flake.darwinModules.a:1 flake.nixosModules.a:1", "outputs"},
		{"directory", `{ outputs = { self, nixpkgs }: { nixosModules = builtins.mapAttrs (n: _: import (./m + "/${n}")) (builtins.readDir ./m); }; }`,
			`flake.nixosModules."a.nix":1 flake.nixosModules.sub:1`, "outputs"},
		{"fileset", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } { imports = with inputs.nixpkgs.lib.fileset; toList (fileFilter (f: f.hasExt "nix") ./m); }; }`,
			"flake.modules.nixos.sub:1 flake.modules.nixos.web:1", "flake-parts"},
		{"all files", `{ outputs = { flake-parts, nixpkgs, ... }: let inherit (nixpkgs) lib; in flake-parts.lib.mkFlake { } { imports = builtins.filter (lib.hasSuffix ".nix") (lib.filesystem.listFilesRecursive ./m); }; }`,
			"flake.modules.nixos.sub:1 flake.modules.nixos.web:1", "flake-parts"},
		{"readDir", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } { imports = map (n: ./m/${n}) (builtins.attrNames (builtins.readDir ./m)); }; }`,
			"flake.modules.nixos.sub:1 flake.modules.nixos.web:1", "flake-parts"},
		{"importApply", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } ({ flake-parts-lib, ... }: { imports = [ (flake-parts-lib.importApply ./apply.nix { name = "q"; }) ]; }); }`,
			"flake.modules.nixos.q:1", "flake-parts"},
		{"special arguments", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; specialArgs.mine = { name = "q"; }; } ({ mine, ... }: { flake.modules.nixos.${mine.name} = { }; }); }`,
			"flake.modules.nixos.q:1", "flake-parts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := readFlake(t, "flake.nix", c.flake, "m/a.nix", m, "m/sub/default.nix", `{ flake.modules.nixos.sub = { }; }`,
				"apply.nix", `{ name }: { ... }: { flake.modules.nixos.${name} = { }; }`,
				"outputs.nix", `inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ((import inputs.import-tree).match ".*/a[.]nix" ./m) ]; }`)
			var loaders []string
			for _, l := range tree.Loaders {
				if !slices.Contains(loaders, l.Name) {
					loaders = append(loaders, l.Name)
				}
			}
			if got := members(tree); got != c.want || len(tree.Problems) > 0 || strings.Join(loaders, " ") != c.loaders {
				t.Errorf("got %s by %q, %v\nwant %s by %s", got, loaders, tree.Problems, c.want, c.loaders)
			}
		})
	}
}

// TestUnknownEntry says what is not known instead of guessing.
func TestUnknownEntry(t *testing.T) {
	for _, c := range []struct{ flake, want string }{
		{`{ outputs = inputs: inputs.x.lib.make { }; }`, "flake.nix:1:21: warning: what the flake's outputs are is not known: the function inputs.x.lib.make comes from outside of the tree\n"},
		{`{ outputs = inputs: { nixosModules.${inputs.x} = { }; nixosModules.y = { }; }; }`, "flake.nix:1:36: warning: a member of flake.nixosModules has a name that is not known"},
		{`{ outputs = inputs: { nixosConfigurations = inputs.x.y; }; }`, "flake.nix:1:45: warning: hosts of flake.nixosConfigurations are not known: inputs.x.y comes from outside of the tree\n"},
		{`{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } { imports = [ (inputs.x.lib.load ./m) ./gone.nix ]; }; }`, "flake.nix:1:94: Nix refuses a flake module: cannot import gone.nix: file does not exist\n"},
		{`{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } (inputs.import-tree.someday ./m); }`, "flake.nix:1:57: warning: a flake module is not known: import-tree's someday is not followed\n"},
		{`{ }`, "flake.nix:1:1: warning: what the flake's outputs are is not known: flake.nix has no outputs\n"},
		{`{ outputs = self: let x = x; in x; }`, "infinite recursion"},
	} {
		if got := texts(readFlake(t, "flake.nix", c.flake).Problems); !strings.HasPrefix(got, c.want) && !strings.Contains(got, ": "+c.want) {
			t.Errorf("%s\n got %swant %s", c.flake, got, c.want)
		}
	}
	if _, err := ReadFlake(files("x.nix", "{ }"), nil); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("no flake.nix gives %v", err)
	}
	if _, err := ReadFlake(files("flake.nix", "{"), nil); err == nil || !strings.Contains(err.Error(), "flake.nix:1:") {
		t.Errorf("a broken flake.nix gives %v", err)
	}
}

// TestTypedRegistries finds registries by the types of options.
func TestTypedRegistries(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"attrsOf", `{ lib, ... }: { options.nixos.modules = lib.mkOption { type = lib.types.attrsOf lib.types.deferredModule; }; config.nixos.modules.a = { }; }`, "nixos.modules.a:1"},
		{"two levels", `{ lib, ... }: { options.reg = lib.mkOption { type = with lib.types; lazyAttrsOf (attrsOf deferredModule); }; config.reg.nixos.a = { }; }`, "reg.nixos.a:1"},
		{"one option", `{ lib, ... }: { options.home.base = lib.mkOption { type = lib.types.deferredModule; }; config.home.base = { }; }`, "home.base:1"},
		{"submodule", `{ lib, ... }: { options.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.module = lib.mkOption { type = lib.types.deferredModule; }; }); };
			config.hosts.a.module = { }; config.hosts.b.module = lib.mkMerge [ { } { } ]; }`, "hosts.a.module:1 hosts.b.module:2"},
		{"submodule function", `{ lib, ... }: { options.users = lib.mkOption { type = with lib.types; attrsOf (submodule ({ name, config, ... }: { imports = [ ./_more.nix ]; options.nixos.pc = lib.mkOption { type = nullOr deferredModule; default = null; }; })); };
			config.users.u = { nixos.pc = { }; more = { }; }; }`, "users.u.more:1 users.u.nixos.pc:1"},
		{"own function", `{ lib, mk, ... }: { _module.args.mk = key: lib.mkOption { type = lib.types.deferredModuleWith { staticModules = [ { } ]; }; default = { }; apply = m: { inherit key; imports = [ m ]; }; };
			}`, ""},
		{"declared elsewhere", `{ mk, ... }: { imports = [ ./_mk.nix ]; options.nixos.base = mk "k"; config.nixos.base = { }; }`, "nixos.base:2"},
		{"declared twice", `{ lib, ... }: { imports = [ { options.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.x = lib.mkOption { type = lib.types.deferredModule; }; }); }; } ];
			options.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.y = lib.mkOption { type = lib.types.deferredModule; }; }); }; config.hosts.a = { x = { }; y = { }; }; }`, "hosts.a.x:1 hosts.a.y:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := readFlake(t, "flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`, "m/a.nix", c.source,
				"m/_more.nix", `{ lib, ... }: { options.more = lib.mkOption { type = lib.types.deferredModule; }; }`,
				"m/_mk.nix", `{ lib, ... }: { _module.args.mk = key: lib.mkOption { type = lib.types.deferredModuleWith { staticModules = [ { } ]; }; default = { }; apply = m: { inherit key; imports = [ m ]; }; }; }`)
			if got := members(tree); got != c.want || len(tree.Problems) > 0 {
				t.Errorf("got %s, %v\nwant %s", got, tree.Problems, c.want)
			}
			if c.name == "declared elsewhere" && tree.Member([]string{"nixos", "base"}).Key != "k" {
				t.Error("the member's key is lost")
			}
		})
	}
}

// TestIdentity keeps members of registries as references wherever they are
// looked at.
func TestIdentity(t *testing.T) {
	const head = `{ config, self, inputs, lib, mine, ... }: { flake.modules.nixos.b = { }; flake.nixosModules.c = { }; flake.lib.pick = n: config.flake.modules.nixos.${n}; _module.args.mine = n: { imports = [ self.nixosModules.${n} ]; };
		flake.modules.nixos.a = { imports = `
	for _, c := range []struct{ imports, want string }{
		{`[ self.nixosModules.c config.flake.modules.nixos.b ]`, "flake.nixosModules.c flake.modules.nixos.b"},
		{`lib.attrValues self.nixosModules`, "flake.nixosModules.c"},
		{`with inputs.self.nixosModules; [ c ]`, "flake.nixosModules.c"},
		{`lib.attrValues (lib.filterAttrs (n: _: n != "a") config.flake.modules.nixos)`, "flake.modules.nixos.b"},
		{`lib.attrValues (self.nixosModules // { d = config.flake.modules.nixos.b; })`, "flake.nixosModules.c flake.modules.nixos.b"},
		{`[ (self.lib.pick "b") ]`, "flake.modules.nixos.b"},
		{`[ (mine "c") ]`, "flake.nixosModules.c"},
		{`[ ./_d ]`, ""},
		{`[ (inputs.import-tree ./_d) ]`, ""},
		{`[ "${self}/m/_d/default.nix" ]`, ""},
	} {
		tree := readFlake(t, "flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`,
			"m/a.nix", head+c.imports+`; }; }`, "m/_d/default.nix", `{ }`)
		var got []string
		for _, i := range tree.Member([]string{"flake", "modules", "nixos", "a"}).Imports {
			got = append(got, importText(i))
		}
		if strings.Join(got, " ") != c.want || len(tree.Problems) > 0 {
			t.Errorf("%s\n got %q, %v\nwant %s", c.imports, got, tree.Problems, c.want)
		}
	}
}

// TestHosts reads the ways in which flakes make hosts.
func TestHosts(t *testing.T) {
	const lib = `{ lib, inputs, self, config, ... }: { flake.nixosModules = { a = { }; p = { lib, ... }: { nixpkgs.hostPlatform = lib.mkDefault "aarch64-linux"; }; }; } // `
	for _, c := range []struct{ name, source, want string }{
		{"nixosSystem", `{ flake.nixosConfigurations.h = inputs.nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ self.nixosModules.a inputs.x.y ./_f.nix ]; }; }`,
			"nixos h (x86_64-linux) flake.nixosModules.a inputs.x.y m/_f.nix"},
		{"platform of a module", `{ flake.nixosConfigurations.h = lib.nixosSystem { modules = [ self.nixosModules.p ]; }; }`, "nixos h (aarch64-linux) flake.nixosModules.p"},
		{"darwinSystem", `{ flake.darwinConfigurations.m = inputs.nix-darwin.lib.darwinSystem { modules = [ { nixpkgs.hostPlatform = "aarch64-darwin"; } ]; }; }`, "darwin m (aarch64-darwin) module"},
		{"home", `{ flake.homeConfigurations."u@h" = inputs.home-manager.lib.homeManagerConfiguration { pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux; modules = [ self.nixosModules.a ]; }; }`,
			"homeManager u@h (x86_64-linux) flake.nixosModules.a"},
		{"own function", `{ flake.lib.mk = system: name: { ${name} = inputs.nixpkgs.lib.nixosSystem { inherit system; modules = [ self.nixosModules.${name} ]; }; }; flake.nixosConfigurations = self.lib.mk "x86_64-linux" "a"; }`,
			"nixos a (x86_64-linux) flake.nixosModules.a"},
		{"table", `{ options.hosts = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options = { arch = lib.mkOption { type = lib.types.str; default = "x86_64"; }; module = lib.mkOption { type = lib.types.deferredModule; }; }; }); };
			config.hosts = { one.module = { }; two = { arch = "aarch64"; module = { }; }; };
			config.flake.nixosConfigurations = lib.mapAttrs (n: h: lib.nixosSystem { system = "${h.arch}-linux"; modules = [ h.module ]; }) config.hosts; }`,
			"nixos one (x86_64-linux) hosts.one.module; nixos two (aarch64-linux) hosts.two.module"},
		{"configurations", `{ options.configurations.nixos = lib.mkOption { type = lib.types.lazyAttrsOf (lib.types.submodule { options.module = lib.mkOption { type = lib.types.deferredModule; }; }); };
			config.configurations.nixos.h.module.imports = [ self.nixosModules.a ]; config.flake.nixosConfigurations = inputs.x.lib.make config.configurations; }`,
			"nixos h configurations.nixos.h.module"},
		{"optional", `{ flake.nixosConfigurations.h = lib.nixosSystem { system = "x86_64-linux"; modules = [ ] ++ lib.optional (inputs ? x) self.nixosModules.a ++ inputs.y; }; }`,
			"nixos h (x86_64-linux) flake.nixosModules.a if inputs ? x unknown: its modules are not known: inputs.y comes from outside of the tree"},
		{"rows", `{ options.rows = lib.mkOption { type = lib.types.listOf (lib.types.submodule { options.system = lib.mkOption { default = "x86_64-linux"; }; }); };
			config.rows = [ { name = "r"; } ]; config.flake.nixosConfigurations = lib.listToAttrs (map (r: lib.nameValuePair r.name (lib.nixosSystem { inherit (r) system; modules = [ ]; })) config.rows); }`, "nixos r"},
		{"foreign", `{ flake.nixosConfigurations.h = inputs.x.lib.mkHost "h"; }`, "nixos h unknown: its modules are not known: the function inputs.x.lib.mkHost comes from outside of the tree"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := "{ lib, inputs, self, config, ... }: { imports = [ ./_p.nix ]; } // " + c.source
			tree := readFlake(t, "flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`,
				"m/a.nix", source, "m/_p.nix", strings.TrimSuffix(lib, " // "), "m/_f.nix", "{ }")
			if got := hostList(tree); got != c.want {
				t.Errorf("got %s\nwant %s\n%v", got, c.want, tree.Problems)
			}
		})
	}
}

// TestTracked shows only what Nix would see.
func TestTracked(t *testing.T) {
	fsys := files("flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ (inputs.import-tree ./m) ./new/x.nix ]; }; }`,
		"m/a.nix", `{ flake.modules.nixos.a.imports = [ ./_more.nix ]; }`, "m/b.nix", `{ flake.modules.nixos.b = { }; }`, "m/_more.nix", "{ }", "new/x.nix", "{ }", "m/_other.nix", "{ }")
	tree, err := ReadFlake(fsys, []string{"flake.nix", "m/a.nix"})
	if err != nil {
		t.Fatal(err)
	}
	if got := members(tree); got != "flake.modules.nixos.a:1" {
		t.Errorf("members are %s", got)
	}
	got := texts(tree.Problems)
	for _, name := range []string{"m/b.nix", "m/_more.nix", "new/x.nix"} {
		if !strings.Contains(got, "Nix does not see "+name+", because git does not track it; hint: git add "+name+"\n") {
			t.Errorf("nothing is said of %s:\n%s", name, got)
		}
	}
	if strings.Contains(got, "_other") {
		t.Errorf("a file that nobody loads is among\n%s", got)
	}
}

// TestDefinitions asks for options as readers of inventories do.
func TestDefinitions(t *testing.T) {
	tree := readFlake(t, "flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`,
		"m/a.nix", `{ clan.inventory.machines.one.tags = [ "a" ]; clan.meta.name = "c"; }`,
		"m/b.nix", `{ lib, config, ... }: { clan.inventory.machines = { one.tags = lib.mkBefore [ "b" ]; two = lib.mkIf config.never { }; }; clan.meta.name = lib.mkForce "d"; }`)
	tree.Alone(func() {
		names, why := tree.Below("clan", "inventory", "machines")
		if !slices.Equal(names, []string{"one", "two"}) || why != "" {
			t.Errorf("machines are %q, %s", names, why)
		}
		if defs := tree.Definitions("clan", "inventory", "machines", "two"); len(defs) != 1 || defs[0].Condition != "config.never" || defs[0].At.Line != 1 {
			t.Errorf("the second is %+v", defs)
		}
		var tags []string
		if l, ok := tree.Value("clan", "inventory", "machines", "one", "tags").(*symbolic.List); ok {
			for _, item := range l.Items {
				tags = append(tags, plainText(item.V.Force()))
			}
		}
		if !slices.Equal(tags, []string{"b", "a"}) {
			t.Errorf("tags are %q", tags)
		}
		if got := plainText(tree.Value("clan", "meta", "name")); got != "d" {
			t.Errorf("the name is %q", got)
		}
		if at := tree.DefinedAt("clan", "meta"); at.File != "m/a.nix" {
			t.Errorf("meta is at %v", at)
		}
	})
}

func plainText(v symbolic.Value) string {
	if s, ok := v.(*symbolic.String); ok {
		text, _ := s.Text()
		return text
	}
	return symbolic.Why(v)
}

// TestRules reads flakes whose loaders only a user's rule explains.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, flake string
		rule        Rule
		want        string
	}{
		{"directory", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } { imports = inputs.x.lib.getModules ./m; }; }`,
			Rule{Function: "x.lib.getModules", Loads: RuleDirectory}, "flake.modules.nixos.a:1 flake.modules.nixos.sub:1"},
		{"tree", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } (inputs.x.lib.load { dir = ./m; }); }`,
			Rule{Function: "lib.load", Loads: RuleImportTree, Argument: "dir"}, "flake.modules.nixos.a:1 flake.modules.nixos.deep:1 flake.modules.nixos.sub:1"},
		{"modules", `{ outputs = inputs: inputs.x.lib.mkOutputs { inherit inputs; modules = [ ./m/a.nix ]; }; }`,
			Rule{Function: "mkOutputs", Loads: RuleArgument}, "flake.modules.nixos.a:1"},
		{"no function", `{ outputs = inputs: inputs.x.lib.mkOutputs { }; }`, Rule{Dir: "m", Loads: RuleImportTree}, "flake.modules.nixos.a:1 flake.modules.nixos.deep:1 flake.modules.nixos.sub:1"},
	} {
		tree, err := ReadFlakeWith(files("flake.nix", c.flake, "m/a.nix", `{ flake.modules.nixos.a = { }; }`,
			"m/sub/default.nix", `{ flake.modules.nixos.sub = { }; }`, "m/other/deep.nix", `{ flake.modules.nixos.deep = { }; }`), nil, []Rule{c.rule})
		if err != nil {
			t.Fatal(err)
		}
		if got := members(tree); got != c.want {
			t.Errorf("%s: got %s, want %s; %v", c.name, got, c.want, tree.Problems)
		}
	}
	for _, rule := range []Rule{{}, {Function: "f", Loads: "x"}, {Dir: "m", Loads: RuleArgument}} {
		if _, err := ReadFlakeWith(files("flake.nix", "{ }"), nil, []Rule{rule}); err == nil || !strings.Contains(err.Error(), "hint:") {
			t.Errorf("%+v gives %v", rule, err)
		}
	}
}

// TestLinkedDirectory reads through a tracked link to a directory.
func TestLinkedDirectory(t *testing.T) {
	fsys := files("flake.nix", `{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./hosts/link ]; }; }; }`,
		"hosts/real/default.nix", `{ imports = [ ./more.nix ]; }`, "hosts/real/more.nix", "{ }", "hosts/real/hidden.nix", "{ }")
	fsys["hosts/link"] = &fstest.MapFile{Mode: os.ModeSymlink, Data: []byte("real")}
	tree, err := ReadFlake(fsys, []string{"flake.nix", "hosts/link", "hosts/real/default.nix", "hosts/real/more.nix"})
	if err != nil || len(tree.Problems) > 0 || len(tree.Hosts) != 1 {
		t.Fatalf("%v, %v, %d hosts", err, tree.Problems, len(tree.Hosts))
	}
	tree.Alone(func() {
		if m := tree.OpenHost(tree.Hosts[0]).Imports[0].Module; m == nil || len(m.Imports) != 1 || m.Imports[0].Module == nil {
			t.Errorf("the module behind the link is %+v", m)
		}
	})
}
