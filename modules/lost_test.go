package modules

import (
	"strings"
	"testing"

	"assay/fleet"
)

// texts are problems, one a line.
func texts(problems []fleet.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Error() + "\n")
	}
	return b.String()
}

// TestLost tells what hides definitions from what does not.
func TestLost(t *testing.T) {
	tree := read(t,
		"m/a.nix", "{ self, ... }: { flake.modules.nixos.server.imports = [ self.modules.nixos.caddy ]; }",
		"m/caddy.nix", "{ flake.modules.nixos.caddy = { }",
		"m/scope.nix", "{\n  flake.modules.nixos.x = { ... }: { services.x.enable = lib.mkForce true; };\n  flake.modules.nixos.y = _: { };\n}",
		"m/typo.nix", "{ flake.modules.nixos.typo = a: undefinde; }",
	)
	const caddy = "m/caddy.nix:1:34: after the value of a binding: expected ';', found end of file; hint: every binding ends with ';'\n"
	if got := texts(tree.Lost); got != caddy {
		t.Errorf("lost is\n%s", got)
	}
	want := "m/a.nix:1:57: aspect nixos.server imports nixos.caddy, which the tree does not define; hint: it may be defined in m/caddy.nix, which could not be read\n" + caddy +
		"m/scope.nix:2:58: undefined variable 'lib'; hint: take it as an argument: { lib, ... }:\n" +
		"m/typo.nix:1:33: undefined variable 'undefinde'\n"
	if got := texts(tree.Problems); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if tree.Aspect("nixos", "x") == nil || tree.Aspect("nixos", "y") == nil {
		t.Error("the file with an undefined variable is not read")
	}
	if p, ok := tree.Refused("m/scope.nix"); !ok || p.At.Line != 2 {
		t.Errorf("m/scope.nix: %v, %t", p, ok)
	}
	if p, ok := tree.Refused("m/a.nix"); ok {
		t.Errorf("m/a.nix: %v", p)
	}
}
