package nix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/overlay"
)

// overlaid is a flake of our own that defines its machines itself: listed has
// a list of overlays, parted one that flake-parts collects from files.
var overlaid = map[string]string{
	"flake.nix": `{
  inputs.nixpkgs.url = "path:/nowhere/nixpkgs";
  inputs.nixpkgs-linux-stable.url = "path:/nowhere/nixpkgs-linux-stable";
  inputs.flake-parts = { url = "path:/nowhere/flake-parts"; inputs.nixpkgs-lib.follows = "nixpkgs"; };
  inputs.import-tree.url = "path:/nowhere/import-tree";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
`,
	"modules/parts.nix": `{ lib, ... }: {
  config.systems = [ "x86_64-linux" ];
  options.nixpkgsOverlays = lib.mkOption { type = lib.types.listOf lib.types.raw; default = [ ]; };
}
`,
	"modules/hosts.nix": `{ inputs, config, lib, ... }: {
  flake.nixosConfigurations = {
    listed = inputs.nixpkgs.lib.nixosSystem {
      modules = [ { nixpkgs.system = "x86_64-linux"; } {
        nixpkgs.overlays = [
          (import ../overlays/channels.nix inputs)
          (import ../overlays/hotfixes.nix)
          (import ../overlays/overrides.nix)
        ];
      } ];
    };
    parted = inputs.nixpkgs.lib.nixosSystem {
      modules = [ {
        nixpkgs.system = "x86_64-linux";
        nixpkgs.overlays = [ (lib.composeManyExtensions config.nixpkgsOverlays) ];
      } ];
    };
    lost = inputs.nixpkgs.lib.nixosSystem {
      modules = [ { nixpkgs.system = "x86_64-linux"; nixpkgs.overlays = throw "no overlays today"; } ];
    };
  };
}
`,
	"modules/named.nix": `{ inputs, self, lib, ... }:
let
  inherit (inputs.nixpkgs.lib) nixosSystem;
  fixes = final: prev: { git = prev.git.override { version = "8.1"; }; htop = prev.htop.overrideAttrs { mark = "fixes"; }; };
  own = final: prev: { git = prev.git.overrideAttrs { mark = "own"; }; htop = final.vim.overrideAttrs { pname = "htop"; }; };
in
{
  flake.overlays = {
    inherit fixes own;
    spare = final: prev: { git = throw "not in the composition"; };
    default = lib.composeManyExtensions [ self.overlays.fixes inputs.self.overlays.own ];
    mixed = lib.composeManyExtensions [ self.overlays.fixes own ];
  };
  flake.nixosConfigurations = {
    named = nixosSystem { specialArgs = { inherit inputs; }; modules = [ { nixpkgs.system = "x86_64-linux"; nixpkgs.overlays = [ (final: prev: { first = prev.vim; }) self.overlays.default ]; } ]; };
    nameless = nixosSystem { modules = [ { nixpkgs.system = "x86_64-linux"; nixpkgs.overlays = [ self.overlays.default ]; } ]; };
    lying = nixosSystem { specialArgs.self.overlays = { fixes = _: _: { }; own = _: prev: { git = prev.htop; }; }; modules = [ { nixpkgs.system = "x86_64-linux"; nixpkgs.overlays = [ self.overlays.default ]; } ]; };
    mixed = nixosSystem { specialArgs = { inherit inputs; }; modules = [ { nixpkgs.system = "x86_64-linux"; nixpkgs.overlays = [ self.overlays.mixed ]; } ]; };
  };
}
`,
	"modules/curl.nix": `{
  nixpkgsOverlays = [
    (final: prev: {
      curl = prev.curl.override { version = "9.0"; };
    })
  ];
}
`,
	"overlays/channels.nix": `inputs: final: prev: {
  stable = import inputs.nixpkgs-linux-stable { inherit (final) config system; overlays = [ ]; };
  gone = throw "this channel is gone";
}
`,
	"overlays/hotfixes.nix": `final: prev: {
  inherit (final.stable) hello git;
  # https://hydra.nixos.org/job/nixpkgs/trunk/vim.x86_64-linux
  # TODO: remove when vim builds again
  vim = final.stable.vim;
}
`,
	"overlays/overrides.nix": `final: prev: {
  hello = prev.hello.overrideAttrs { mark = "own"; };
  vim = final.htop.overrideAttrs { pname = "vim"; };
  linux = prev.linux.override { version = "9.9"; };
  thrown = throw "a package that throws";
  cracked = prev.htop // { meta = prev.htop.meta // { broken = true; }; drvPath = throw "refusing"; };
  uncaught = final.nowhere.at.all;
  needs = prev.htop.overrideAttrs { needs = final.git; };
}
`,
}

func overlaidBench(t *testing.T) *bench {
	return supplyBench(t, overlaid, "nixpkgs", "nixpkgs-linux-stable", "flake-parts", "import-tree")
}

// TestSupplyOfListed asks about a flake that defines its machines itself.
func TestSupplyOfListed(t *testing.T) {
	b := overlaidBench(t)
	cases := []struct {
		pkg, unknown string
		layers       []string
		at           string
		changed      fleet.Truth
	}{
		{"htop", "", nil, "", fleet.False},
		{"git", "", []string{"hotfixes+"}, "overlays/hotfixes.nix:2", fleet.False},
		{"hello", "", []string{"hotfixes+", "overrides+"}, "overlays/overrides.nix:2", fleet.False},
		{"vim", "", []string{"hotfixes-", "overrides+"}, "overlays/overrides.nix:3", fleet.False},
		{"linuxPackages.kernel", "", []string{"overrides+<linux"}, "", fleet.True},
		{"needs", "", []string{"hotfixes+<git", "overrides+"}, "", fleet.True},
		{"thrown", "throws", []string{"overrides"}, "overlays/overrides.nix:5", fleet.Unknown},
		{"cracked", "marked as broken", []string{"overrides"}, "overlays/overrides.nix:6", fleet.Unknown},
		{"uncaught", "nowhere", []string{"overrides"}, "overlays/overrides.nix:7", fleet.Unknown},
		{"nothing", "there is none", nil, "", fleet.Unknown},
	}
	var packages []string
	for _, c := range cases {
		packages = append(packages, c.pkg)
	}
	s, told := b.asked(t, session.PackageQuestion{Packages: packages, Machine: "listed", Layers: true})
	for i, c := range cases {
		e := told[i]
		if got := layerNames(e); !slices.Equal(got, c.layers) || e.Changed != c.changed || !strings.Contains(e.Unknown, c.unknown) || (e.Unknown == "") != (c.unknown == "") {
			t.Errorf("%s has layers %q, changed %v: %+v", c.pkg, got, e.Changed, e)
		}
		if n := len(e.Layers); c.at != "" && (n == 0 || e.Layers[n-1].At.String() != c.at) {
			t.Errorf("%s is not at %s: %+v", c.pkg, c.at, e.Layers)
		}
		answer := s.Repo.Stack().On("listed").Which(c.pkg, e.System)
		for _, p := range overlay.Compare(answer, e) {
			t.Errorf("%v", p)
		}
	}
	if n := b.runs("eval"); n != 3 { // one more each time that something cannot be caught
		t.Errorf("nix eval ran %d times", n)
	}
	b.remembers(t, s, true, true)
	write(t, b.dir+"/overlays/channels.nix", overlaid["overlays/channels.nix"]+"# more\n")
	b.remembers(t, s, false, true)
	lock, err := os.ReadFile(b.dir + "/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	write(t, b.dir+"/flake.lock", string(lock)+"\n")
	b.remembers(t, s, false, false)
}

// remembers fails the test unless what Nix has said of git, and of no package
// of another machine, is kept as of such a state of the flake. Nix is not
// started for that.
func (b *bench) remembers(t *testing.T, s *session.Session, current, locked bool) {
	t.Helper()
	before, _ := os.ReadFile(b.log)
	kept, err := s.Remembered(t.Context())
	i := slices.IndexFunc(kept, func(r session.Remembered) bool { return r.Package == "git" })
	if i < 0 {
		t.Fatalf("%d are kept: %v", len(kept), err)
	}
	if r := kept[i]; r.Current != current || r.Locked != locked || time.Since(r.At) > time.Hour || !slices.Equal(layerNames(r.Evaluated), []string{"hotfixes+"}) {
		t.Errorf("current %v, locked %v: %+v", current, locked, r)
	}
	if after, _ := os.ReadFile(b.log); string(after) != string(before) {
		t.Errorf("Nix was started:\n%s", after[len(before):])
	}
}

// TestSupplyOfParted asks about overlays that are one for Nix: the place where
// a package is defined says which of those that were read it is.
func TestSupplyOfParted(t *testing.T) {
	b := overlaidBench(t)
	_, told := b.asked(t, session.PackageQuestion{Packages: []string{"curl", "htop"}, Machine: "parted", Layers: true})
	if e := told[0]; len(e.Layers) != 1 || e.Layers[0].Matters != fleet.True || e.Layers[0].Layer == "" || e.Layers[0].At.String() != "modules/curl.nix:4" || e.Version != "9.0" {
		t.Errorf("%+v", e)
	}
	if e := told[1]; len(e.Layers) != 0 || e.Changed != fleet.False || e.Version != "3.4.1" {
		t.Errorf("%+v", e)
	}
	if n := b.runs("eval"); n != 1 {
		t.Errorf("nix eval ran %d times", n)
	}
	// Another package takes another evaluation, a changed file takes all anew.
	b.asked(t, session.PackageQuestion{Packages: []string{"curl", "git"}, Machine: "parted", Layers: true})
	if n := b.runs("eval"); n != 2 {
		t.Errorf("nix eval ran %d times", n)
	}
	write(t, b.dir+"/modules/curl.nix", strings.Replace(overlaid["modules/curl.nix"], "9.0", "9.1", 1))
	if _, told = b.asked(t, session.PackageQuestion{Packages: []string{"curl"}, Machine: "parted", Layers: true}); told[0].Version != "9.1" {
		t.Errorf("%+v", told[0])
	}
}

// TestSupplyOfNamed: an overlay that is composed of the flake's own, as the
// source shows, is taken apart into these; any other stays one function.
func TestSupplyOfNamed(t *testing.T) {
	b := overlaidBench(t)
	for machine, want := range map[string]struct {
		git, htop string
		function  int
	}{
		"named":    {"fixes yes 2.51.0 modules/named.nix:4, own yes 8.1 modules/named.nix:5", "fixes no 9.1.1869 modules/named.nix:4, own yes 3.4.1 modules/named.nix:5", 0},
		"nameless": {" yes 2.51.0 ", " yes 3.4.1 ", 2},
		"lying":    {" yes 2.51.0 ", " yes 3.4.1 ", 2},
		"mixed":    {" yes 2.51.0 ", " yes 3.4.1 ", 2},
	} {
		s, told := b.asked(t, session.PackageQuestion{Packages: []string{"git", "htop"}, Machine: machine, Layers: true})
		for i, text := range []string{want.git, want.htop} {
			var got []string
			for _, l := range told[i].Layers {
				got = append(got, fmt.Sprintf("%s %v %s %v", l.Exported, l.Matters, l.Without.Version, l.At))
				if l.Function != want.function {
					t.Errorf("%s: a function of %d layers: %+v", machine, l.Function, l)
				}
			}
			if got := strings.Join(got, ", "); got != text {
				t.Errorf("%s: %s has %s, want %s", machine, told[i].Package, got, text)
			}
			for _, p := range overlay.Compare(s.Repo.Stack().On(machine).Which(told[i].Package, told[i].System), told[i]) {
				t.Errorf("%s: %v", machine, p)
			}
		}
	}
}

// TestSupplyOfLost asks about a machine whose overlays cannot be evaluated,
// beside one whose can, and stops asking.
func TestSupplyOfLost(t *testing.T) {
	b := overlaidBench(t)
	_, told := b.asked(t, session.PackageQuestion{Packages: []string{"htop", "git"}, Machine: "lost", Layers: true})
	for _, e := range told {
		if e.Derivation != "" || !strings.Contains(e.Unknown, "no overlays today") || e.LayersUnknown == "" {
			t.Errorf("%+v", e)
		}
	}
	ctx, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	r, err := repo.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	s := session.New(r, session.Options{Reach: &session.Reach{Engine: b.engine}})
	_, err = s.EvaluatePackages(ctx, session.PackageQuestion{Packages: []string{"curl"}, Machine: "parted"}, func(engine.Step) { stop(enough) })
	if !errors.Is(err, enough) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := s.EvaluatePackages(t.Context(), session.PackageQuestion{Packages: []string{"curl"}, Systems: []string{"riscv64-linux"}}, nil); err == nil {
		t.Error("a system that no machine has: no error")
	}
}
