package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/repo"
)

// indexed returns a session on a fleet of two machines, where one has a home.
func indexed(t *testing.T) *Session {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"fleet.toml": registry + `
[machines.two.home]
sam = ["h"]
[[overlay.hotfix]]
package = "ripgrep"
channel = "unstable"
reason = "an example"
`,
		"m/a.nix": `{ lib, ... }: { flake.modules.nixos.a = { pkgs, ... }: { environment.systemPackages = [ pkgs.jq ]; }; }`,
		"m/b.nix": `{ config, inputs, ... }: {
  flake.modules.nixos.b = {
    imports = [
      config.flake.modules.nixos.c
      inputs.sops-nix.nixosModules.sops
    ];
  };
  flake.modules.nixos.c = { };
  flake.modules.generic.idle = { };
}`,
		"m/c.nix": `{ flake.modules.nixos.c = { }; }`,
		"m/h.nix": `{ flake.modules.homeManager.h = { pkgs, ... }: { home.packages = [ pkgs.jq pkgs.fd ]; }; }`,
	})
	return opened(t, dir)
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func opened(t testing.TB, dir string) *Session {
	t.Helper()
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return New(r, Options{})
}

func TestAspects(t *testing.T) {
	aspects, err := indexed(t).Aspects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, a := range aspects {
		fmt.Fprintf(&got, "%s/%s", a.Class, a.Name)
		if a.Aggregate {
			got.WriteString(" aggregate")
		}
		for _, f := range a.Files {
			fmt.Fprintf(&got, " at %s", f.At)
		}
		for _, i := range a.Imports {
			fmt.Fprintf(&got, "; imports %s %s %s", i.Kind, i.Class, i.Name)
		}
		for _, u := range a.UsedBy {
			fmt.Fprintf(&got, "; used by %s/%s at %s", u.Class, u.Name, u.At)
		}
		for _, m := range a.Machines {
			fmt.Fprintf(&got, "; on %s %q by", m.Machine, m.User)
			for _, step := range m.Way {
				fmt.Fprintf(&got, " %s %s,", step.Kind, step.Name)
			}
		}
		got.WriteString("\n")
	}
	const want = `generic/idle at m/b.nix:9
homeManager/h at m/h.nix:1; on two "sam" by machine two, home sam, aspect h,
nixos/a at m/a.nix:1; on one "" by machine one, aspect a,; on two "" by machine two, aspect a,
nixos/b aggregate at m/b.nix:2; imports aspect nixos c; imports foreign  inputs.sops-nix.nixosModules.sops; on two "" by machine two, aspect b,
nixos/c at m/b.nix:8 at m/c.nix:1; used by nixos/b at m/b.nix:4; on two "" by machine two, aspect b, aspect c,
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestPackages(t *testing.T) {
	packages, err := indexed(t).Packages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, p := range packages {
		got.WriteString(p.Name)
		for _, u := range p.Uses {
			fmt.Fprintf(&got, "; %s %q by %s of %s at %s", u.Machine, u.User, u.Option, u.Aspect, u.At)
		}
		got.WriteString("\n")
	}
	const want = `fd; two "sam" by home.packages of h at m/h.nix:1
jq; one "" by environment.systemPackages of a at m/a.nix:1; two "" by environment.systemPackages of a at m/a.nix:1; two "sam" by home.packages of h at m/h.nix:1
ripgrep
unstable
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestAspectOn(t *testing.T) {
	a := Aspect{Machines: []AspectUse{{Machine: "x"}, {Machine: "x", User: "u"}, {Machine: "y", User: "u"}, {Machine: "y", User: "v"}}}
	if got := strings.Join(a.On(), " "); got != "x y" {
		t.Error(got)
	}
	if got := new(Aspect).On(); got != nil {
		t.Error(got)
	}
}

func TestIndexStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := indexed(t)
	if _, err := s.Aspects(ctx); err == nil {
		t.Error("aspects of a cancelled context")
	}
	if _, err := s.Packages(ctx); err == nil {
		t.Error("packages of a cancelled context")
	}
}

// TestAggregate tells aspects that only import others from those that do more.
func TestAggregate(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"fleet.toml": registry,
		"m/a.nix": `{ config, lib, ... }: let m = config.flake.modules.nixos; in {
  flake.modules.nixos = {
    a = { };
    b = { };
    plain.imports = [ m.a m.b ];
    nested.imports = [ { imports = [ m.a ]; } ];
    function = { pkgs, ... }: { imports = [ m.a ]; };
    more = { imports = [ m.a ]; zramSwap.enable = true; };
    inside.imports = [ m.a { zramSwap.enable = true; } ];
    maybe = { imports = [ m.a ]; config = lib.mkIf true { zramSwap.enable = true; }; };
    several.imports = [ m.a ];
  };
}`,
		"m/b.nix": `{ flake.modules.nixos.several.zramSwap.enable = true; }`,
	})
	aspects, err := opened(t, dir).Aspects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range aspects {
		if a.Aggregate {
			got = append(got, a.Name)
		}
	}
	if want := "function nested plain"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func BenchmarkAspects5000(b *testing.B) {
	dir := b.TempDir()
	var registry strings.Builder
	registry.WriteString("[fleet]\nname = \"f\"\ndomain = \"zt\"\n[sources]\nmodules = \"m\"\n[channels.unstable]\ninput = \"nixpkgs\"\ndefault = true\n")
	for i := range 5000 {
		fmt.Fprintf(&registry, "[machines.m%d]\nsystem = \"x86_64-linux\"\naspects = [\"sum\", \"a%d\"]\n", i, i%500)
	}
	var tree strings.Builder
	tree.WriteString("{ config, ... }: {\n  flake.modules.nixos.sum.imports = with config.flake.modules.nixos; [")
	for i := 500; i < 530; i++ {
		fmt.Fprintf(&tree, " a%d", i)
	}
	tree.WriteString(" ];\n")
	for i := range 530 {
		fmt.Fprintf(&tree, "  flake.modules.nixos.a%d = { pkgs, ... }: { environment.systemPackages = [ pkgs.p%d ]; };\n", i, i)
	}
	write(b, dir, map[string]string{"fleet.toml": registry.String(), "m/a.nix": tree.String() + "}\n"})
	s := opened(b, dir)
	for b.Loop() {
		if _, err := s.Aspects(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
