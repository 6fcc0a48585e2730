package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/repo"
)

const registry = `[fleet]
name = "f"
domain = "zt"
[sources]
modules = "m"
[channels.unstable]
input = "nixpkgs"
default = true
[machines.one]
system = "x86_64-linux"
aspects = ["a"]
[machines.two]
system = "x86_64-linux"
aspects = ["a", "b"]
`

// checked returns what Check says of a fleet with these files in its tree,
// without the machines' missing keys.
func checked(t *testing.T, files map[string]string) []fleet.Problem {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("fleet.toml", registry)
	for name, text := range files {
		write("m/"+name, text)
	}
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := New(r, Options{}).Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []fleet.Problem
	for _, p := range found {
		if !strings.Contains(p.Text, "SSH host key") {
			out = append(out, p)
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	const a = "{ flake.modules.nixos.a = { users.motd = \"x\"; }; }"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"fine", map[string]string{"a.nix": a, "b.nix": "{ flake.modules.nixos.b = { }; }"}, nil},
		{"a problem of several machines is told once", map[string]string{
			"a.nix": "{ flake.modules.nixos.a = { zramSwap.enable = \"yes\"; }; }", "b.nix": "{ flake.modules.nixos.b = { users.motd = 5; }; }"}, []string{
			`m/a.nix:1:38: machines one, two: zramSwap.enable: "yes" is not of type bool (aspect a)`,
			`m/b.nix:1:35: machine two: users.motd: 5 is not of type lines (aspect b)`}},
		{"one of the tree is not told again by the machines", map[string]string{
			"a.nix": "{ flake.modules.nixos.a = { users.motd = zone; }; }", "b.nix": "{ flake.modules.nixos.b = { }; }"}, []string{
			"m/a.nix:1:42: undefined variable 'zone'"}},
		{"a conflict", map[string]string{
			"a.nix": "{ flake.modules.nixos.a.services.openssh.enable = true; }", "b.nix": "{ flake.modules.nixos.b.services.openssh.enable = false; }"}, []string{
			"m/a.nix:1:42: machine two: services.openssh.enable is defined in conflict: true at m/a.nix:1 (aspect a) and false at m/b.nix:1 (aspect b), both with priority 100: the option takes one value; hint: decide with lib.mkForce, or make all but one a default with lib.mkDefault"}},
		{"an aspect that nobody has", map[string]string{"a.nix": a, "b.nix": "{ flake.modules.nixos = { b = { }; idle = { }; }; }"}, []string{
			"m/b.nix:1:36: warning: no machine reaches the aspect idle of class nixos"}},
		{"a file that cannot be read comes first", map[string]string{"a.nix": "{ flake.modules.nixos.a = { }; flake.modules.nixos.idle = { }; }", "z.nix": "{ flake.modules.nixos.b = ; }"}, []string{
			"m/z.nix:1:27: expected the value of a binding, found ';'",
			"fleet.toml:14:17: machine two: the tree defines no aspect b of class nixos; hint: it may be defined in m/z.nix, which could not be read"}},
	} {
		var got []string
		for _, p := range checked(t, c.files) {
			got = append(got, p.Error())
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

func TestMachineNames(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f"}
	for n, want := range []string{1: "machine a", 2: "machines a, b", 4: "machines a, b, c, d", 5: "machines a, b, c and 2 more"} {
		if want != "" && machineNames(all[:n]) != want {
			t.Errorf("%d: %s", n, machineNames(all[:n]))
		}
	}
}
