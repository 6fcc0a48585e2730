package overlay

import (
	"strings"
	"testing"
)

func TestNixpkgs(t *testing.T) {
	node := func(name, original string) string {
		return `"` + name + `": {"locked": {"rev": "r-` + name + `", "narHash": "sha256-` + name + `", "dir": "sub", "type": "x", "lastModified": 7}, "original": ` + original + `}`
	}
	text := `{"version": 7, "root": "root", "nodes": {` + strings.Join([]string{
		node("a", `{"type": "github", "owner": "me", "repo": "nixpkgs"}`),
		node("b", `{"type": "git", "url": "https://github.com/me/Nixpkgs.git"}`),
		node("c", `{"type": "tarball", "url": "https://channels.nixos.org/nixos-26.05/nixexprs.tar.xz"}`),
		node("d", `{"type": "indirect", "id": "nixpkgs"}`),
		node("e", `{"type": "github", "owner": "nix-community", "repo": "nixpkgs.lib"}`),
		node("f", `{"type": "tarball", "url": "https://example.org/nixpkgs/%zz"}`),
		`"root": {"inputs": {"a": "a", "b": "b", "c": "c", "d": "d", "e": "e", "f": "f", "g": ["a"], "h": ["h"]}}`,
	}, ",") + `}}`
	found, err := Nixpkgs([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range found {
		got = append(got, l.Channel+" "+l.Rev+": "+l.How)
	}
	want := []string{
		"a r-a: its repository is called nixpkgs", "b r-b: its repository is called nixpkgs",
		"c r-c: its file is called nixexprs, as releases of nixpkgs are", "d r-d: it is the nixpkgs of the flake registry",
		"g r-a: its repository is called nixpkgs",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	locked, dir, err := Locked([]byte(text), "g")
	if err != nil || dir != "sub" || string(locked) != `{"lastModified":7,"narHash":"sha256-a","rev":"r-a","type":"x"}` {
		t.Errorf("%s in %q, %v", locked, dir, err)
	}
	for input, want := range map[string]string{"h": "flake.lock: h follows itself", "z": "flake.lock has no input z"} {
		if _, _, err := Locked([]byte(text), input); err == nil || err.Error() != want {
			t.Errorf("%s: %v", input, err)
		}
	}
}

func FuzzNixpkgs(f *testing.F) {
	f.Add([]byte(lockText))
	f.Add([]byte(`{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"a": ["a", "a"], "b": "r"}, "original": {"url": "%"}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := Nixpkgs(text)
		if err != nil {
			return
		}
		for _, l := range found {
			if _, _, err := Locked(text, l.Input); err != nil && l.Note == "" {
				t.Errorf("%+v: %v", l, err)
			}
		}
	})
}
