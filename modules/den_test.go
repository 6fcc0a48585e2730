package modules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// denFlake is a flake of ours in den's words.
func denFlake(modules ...string) []string {
	return append([]string{"flake.nix", `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./m); }`,
		"m/den.nix", `{ inputs, ... }: { imports = [ (inputs.den.flakeModules.dendritic or { }) (inputs.den.namespace "mine" true) ]; }`}, modules...)
}

// denImports are the imports of the tree's aspects.
func denImports(tree *Tree) string {
	var out []string
	for _, a := range tree.Aspects {
		var of []string
		for _, i := range a.Imports {
			of = append(of, importText(i))
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s.%s: %s", a.Class, a.Name, strings.Join(of, " "))))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestDen(t *testing.T) {
	tree := readFlake(t, denFlake(
		"m/hosts.nix", `{ den, lib, ... }: {
			den.hosts.x86_64-linux.anvil.users.kim = { };
			den.hosts.aarch64-darwin.lathe = { aspect = den.aspects.bench; };
			den.hosts.x86_64-linux.hidden.intoAttr = [ ];
			den.homes.x86_64-linux."kim@saw" = { };
			den.schema.user.classes = lib.mkDefault [ "homeManager" ];
			den.default.includes = [ den.provides.hostname ];
			den.default.nixos = { };
		}`,
		"m/anvil.nix", `{ den, mine, ... }: { den.aspects.anvil = {
			nixos = { };
			includes = with den.aspects; [ web (facter ./facter.json) mine.boot den.aspects.tools.provides.trusted { nixos.x = 1; darwin.y = 2; } ];
			provides.to-users.includes = [ den.aspects.web ];
		}; }`,
		"m/web.nix", `{ den, ... }: { den.aspects.web = { config, ... }: { includes = [ den.aspects.proxy ] ++ (if den.lib.x then [ den.aspects.web ] else [ ]); homeManager = { }; }; }`,
		"m/web2.nix", `{ den.aspects.web.nixos = { }; den.aspects.proxy = { host, ... }: { nixos = { }; }; }`,
		"m/rest.nix", `{ den, ... }: {
			den.aspects.facter = report: { nixos.hardware.facter.reportPath = report; };
			den.aspects.tools._.trusted.nixos = { user, ... }: { };
			den.aspects.kim = { includes = [ den._.primary-user (den.provides.unfree [ "x" ]) <mine/boot> <tools/trusted> ]; homeManager = { }; };
			den.aspects.bench.darwin = { };
			mine.boot = { nixos = { }; };
		}`)...)
	const want = `darwin.anvil:
darwin.bench:
homeManager.anvil/to-users: den.aspects.web.homeManager
homeManager.anvil: den.aspects.web.homeManager
homeManager.kim: inputs.den.provides.primary-user inputs.den.provides.unfree
homeManager.web: den.aspects.web.homeManager if den.lib.x
nixos.anvil/to-users: den.aspects.web.nixos
nixos.anvil: den.aspects.web.nixos mine.boot.nixos den.aspects.tools.provides.trusted.nixos
nixos.den.default: inputs.den.provides.hostname
nixos.kim: inputs.den.provides.primary-user inputs.den.provides.unfree mine.boot.nixos den.aspects.tools.provides.trusted.nixos
nixos.mine/boot:
nixos.proxy:
nixos.tools/trusted:
nixos.web: den.aspects.proxy.nixos den.aspects.web.nixos if den.lib.x`
	if got := denImports(tree); got != want {
		t.Errorf("aspects\n%s\nwant\n%s", got, want)
	}
	const routed = " if den's mutual-provider being included"
	const hosts = "darwin lathe (aarch64-darwin) den.aspects.bench.darwin; " +
		"homeManager kim@saw (x86_64-linux) den.aspects.kim.homeManager; " +
		"nixos anvil (x86_64-linux) den.aspects.anvil.nixos den.default.nixos den.aspects.kim.nixos den.aspects.anvil.provides.to-users.nixos" + routed + " module"
	if got := hostList(tree); got != hosts {
		t.Errorf("hosts %s\nwant %s", got, hosts)
	}
	if len(tree.Problems) > 0 {
		t.Errorf("problems %v", tree.Problems)
	}
}

// TestDenUnknown says what den alone can know.
func TestDenUnknown(t *testing.T) {
	tree := readFlake(t, denFlake("m/a.nix", `{ den, inputs, lib, ... }: {
		den.hosts.x86_64-linux = { anvil.users = { }; } // inputs.more.hosts;
		den.ctx.user.includes = [ den.provides.mutual-provider ];
		den.aspects.anvil.includes = [ inputs.more.aspect (lib.fancy { }) den.aspects.none ] ++ inputs.more.list;
		den.aspects.anvil.nixos = { };
	}`)...)
	got := denImports(tree)
	for _, want := range []string{"nixos.anvil: inputs.more.aspect unknown:", "unknown: "} {
		if !strings.Contains(got, want) {
			t.Errorf("imports %s, want %s", got, want)
		}
	}
	if len(tree.Hosts) != 1 || len(tree.Problems) == 0 || !strings.Contains(tree.Problems[0].Text, "den.hosts.x86_64-linux") {
		t.Errorf("hosts %v, problems %v", hostList(tree), tree.Problems)
	}
}

// TestDenHostile ends with aspects that include each other and themselves.
func TestDenHostile(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "den.aspects.a%d = { nixos = { }; includes = [ den.aspects.a%d den.aspects.a%d { includes = [ den.aspects.a%d ]; } ]; };\n", i, (i+1)%200, (i*7)%200, i)
	}
	tree := readFlake(t, denFlake("m/a.nix", "{ den, ... }: {"+b.String()+" den.hosts.x86_64-linux.a0 = { }; }")...)
	if len(tree.Aspects) != 200 || len(tree.Hosts) != 1 {
		t.Errorf("%d aspects, %d hosts", len(tree.Aspects), len(tree.Hosts))
	}
}
