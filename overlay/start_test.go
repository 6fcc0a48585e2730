package overlay

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
)

func TestReadStart(t *testing.T) {
	prev, none, unclear := Start{Prev: true}, Start{}, Start{Unclear: true}
	stable := Start{Channels: []string{"stable"}}
	for src, want := range map[string]Start{
		`{ prev, ... }: prev.ncdu.overrideAttrs (old: { x = old.x or [ ] ++ [ "-s" ]; })`:            prev,
		`{ final, prev, ... }: (prev.ncdu).override { x = final.writeText "a" ''${final.hello}''; }`: prev,
		`{ final, ... }: final.stable.ncdu.overrideAttrs { }`:                                        stable,
		`{ prev, ... }: prev.stable.ncdu`:                                                            stable,
		`{ final, prev, ... }: if final.x then final.stable.ncdu else prev.ncdu`:                     {Prev: true, Channels: []string{"stable"}},
		`{ final, ... }: final.callPackage ./ncdu.nix { }`:                                           none,
		`{ lib, ... }: lib.trivial`:                                                                  none,
		`{ prev, ... }: prev.other`:                                                                  none,
		`{ final, ... }: final.stable.other.override { }`:                                            none,
		`{ final, ... }: final.callPackage ./x.nix { inherit (final.stable) ncdu; }`:                 stable,
		`{ prev, ... }: f { inherit (prev) ncdu; }`:                                                  prev,
		`{ prev, ... }: f { inherit prev; }`:                                                         unclear,
		`{ prev, ... }: with prev; ncdu`:                                                             unclear,
		`{ prev, ... }: let p = prev; in p.ncdu`:                                                     unclear,
		`{ prev, ... }: let prev = { }; in prev.ncdu`:                                                {Prev: true, Unclear: true},
		`{ prev, ... }: f prev`:                                                                      unclear,
		`{ prev, name, ... }: prev.${name}`:                                                          unclear,
		`{ prev, ... }: prev."ncdu"`:                                                                 prev,
		`{ final, ... }: final.stable`:                                                               unclear,
		`{ lib, ... }: lib.f (final: prev: prev.ncdu)`:                                               none,
		`{ lib, ... }: lib.f ({ prev, ... }: prev.ncdu)`:                                             none,
		`args@{ ... }: args.prev.ncdu`:                                                               unclear,
		`{ prev, base ? prev.ncdu, ... }: base.override { }`:                                         prev,
		`{ prev, ... }: if prev ? ncdu then 1 else 2`:                                                none,
		`final: prev: { ncdu = prev.ncdu; }`:                                                         unclear,
		`{ }`:                                                                                        unclear,
	} {
		got, err := ReadStart("o.nix", []byte(src), "ncdu", []string{"stable", "unstable"})
		if err != nil || got.Prev != want.Prev || got.Unclear != want.Unclear || !slices.Equal(got.Channels, want.Channels) {
			t.Errorf("%s\nstarts from %+v, %v; want %+v", src, got, err, want)
		}
	}
}

func TestReadOverrides(t *testing.T) {
	f := &fleet.Fleet{
		Machines: []fleet.Machine{{System: "x86_64-linux"}},
		Channels: []fleet.Channel{{Name: "u", Default: true}, {Name: "s", As: "stable"}},
		Overlay: fleet.Overlay{Order: []string{"hotfixes", "overrides"}, Overrides: []fleet.Override{
			{Package: "a", File: "o/a.nix"}, {Package: "bad", File: "o/bad.nix"},
			{Package: "gone", File: "o/gone.nix", At: fleet.Pos{File: "fleet.toml", Line: 7, Column: 1}},
		}},
	}
	in, ps := Read(fstest.MapFS{
		"o/a.nix":   {Data: []byte("{ final, ... }:\nfinal.stable.a.override { }")},
		"o/bad.nix": {Data: []byte("{ final, ... }:\n  final.")},
	}, f)
	if len(ps) != 2 || !strings.HasPrefix(ps[1].Error(), "fleet.toml:7:1: override of gone: o/gone.nix: ") || !strings.HasPrefix(ps[0].Error(), "o/bad.nix:2:9: ") {
		t.Errorf("problems %v", ps)
	}
	s, _ := Resolve(in)
	if a := s.Which("a", "x86_64-linux"); a.Channel != "s" || a.Alias != "stable" {
		t.Errorf("a: %+v", a)
	}
	for _, pkg := range []string{"bad", "gone"} {
		if a := s.Which(pkg, "x86_64-linux"); a.Channel != "" || !strings.Contains(a.Reason, "unknown") {
			t.Errorf("%s: %+v", pkg, a)
		}
	}
}
