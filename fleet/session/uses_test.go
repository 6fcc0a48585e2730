package session

import (
	"strings"
	"testing"
)

// TestUsesOutOfChannels: a service's package is a use, and what is taken out of
// a channel by its name is one of the package, past the layers.
func TestUsesOutOfChannels(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"fleet.toml": registry + `
[channels.linux-stable]
input = "nixpkgs-linux-stable"
systems = ["*-linux"]
as = "stable"
`,
		"m/a.nix": `{ flake.modules.nixos.a = { pkgs, ... }: {
  environment.systemPackages = [ pkgs.stable.jq pkgs.stable.python3Packages.numpy pkgs.python3Packages.jq ];
  services.query.package = pkgs.jq;
  services.other.package = pkgs.unstable.jq;
  services.deep.one.package = pkgs.jq;
  users.users.u.packages = [ (pkgs.fd.override { x = 1; }) (pkgs.stable.fd.overrideAttrs (old: { })) ];
}; }`,
	})
	s := opened(t, dir)
	for pkg, want := range map[string]string{
		"jq":                    "one environment.systemPackages m/a.nix:2 stable.jq, one services.query.package m/a.nix:3 , one services.other.package m/a.nix:4 unstable.jq, ",
		"stable.jq":             "one environment.systemPackages m/a.nix:2 , ",
		"fd":                    "one users.users.u.packages m/a.nix:6 , one users.users.u.packages m/a.nix:6 stable.fd, ",
		"python3Packages.numpy": "one environment.systemPackages m/a.nix:2 stable.python3Packages.numpy, ",
	} {
		uses, err := s.Uses(t.Context(), pkg)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Packages(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Name == pkg {
				if a, b := said(p.Uses), said(uses); a != b {
					t.Errorf("%s: %s, and of all packages %s", pkg, b, a)
				}
			}
		}
		if got := said(uses); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", pkg, got)
		}
	}
}

func said(uses []PackageUse) string {
	var b strings.Builder
	for _, u := range uses {
		b.WriteString(u.Machine + " " + u.Option + " " + u.At.String() + " " + u.As + ", ")
	}
	return b.String()
}
