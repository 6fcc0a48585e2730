package nix

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/miniature"
)

// TestList lists channels of the miniature world with the oldest and the
// newest Nix, on two systems, one of which is not this machine's.
func TestList(t *testing.T) {
	world, err := miniature.Write(filepath.Join(t.TempDir(), "world"))
	if err != nil {
		t.Fatal(err)
	}
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			b := newBenchOf(t, nix, map[string]string{"flake.nix": "{ outputs = _: { }; }\n"}, Options{})
			for _, c := range []struct{ input, system, ncdu string }{
				{"nixpkgs-linux-stable", "x86_64-linux", "2.8.2"},
				{"nixpkgs-darwin-stable", "aarch64-darwin", "2.8.2"},
				{"nixpkgs", "aarch64-darwin", ""},
			} {
				locked := lockedTree(t, b, world, c.input)
				var out bytes.Buffer
				steps := 0
				err := b.engine.List(t.Context(), engine.Tree{Name: c.input, Locked: locked}, c.system, &out, func(engine.Step) { steps++ })
				if err != nil {
					t.Fatalf("%s: %v", c.input, err)
				}
				var packages map[string]struct{ Version, System string }
				if err := json.Unmarshal(out.Bytes(), &packages); err != nil {
					t.Fatal(err)
				}
				got := packages["ncdu"]
				if got.System != c.system || c.ncdu != "" && got.Version != c.ncdu || got.Version == "" || steps == 0 || len(packages) < 20 {
					t.Errorf("%s: %d packages, ncdu %+v, %d steps", c.input, len(packages), got, steps)
				}
			}
			locked := lockedTree(t, b, world, "nixpkgs")
			wrong := bytes.Replace(locked, []byte(`"narHash":"sha256-`), []byte(`"narHash":"sha256-A`), 1)
			if err := b.engine.List(t.Context(), engine.Tree{Name: "wrong", Locked: wrong}, "x86_64-linux", new(bytes.Buffer), nil); err == nil {
				t.Error("a tree of another hash is listed")
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if err := b.engine.List(ended, engine.Tree{Locked: locked}, "x86_64-linux", new(bytes.Buffer), nil); err != context.Canceled {
				t.Errorf("after the end: %v", err)
			}
		})
	}
}

// lockedTree is what flake.lock says of an input of the world.
func lockedTree(t *testing.T, b *bench, world miniature.World, input string) json.RawMessage {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "flake.nix"), `{ inputs.it.url = "`+world.Reference(input)+`"; outputs = _: { }; }`)
	if err := b.engine.run.Run(t.Context(), b.engine.nix("flake", "lock", "path:"+dir)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Nodes map[string]struct{ Locked json.RawMessage }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	return json.RawMessage(strings.Join(strings.Fields(string(lock.Nodes["it"].Locked)), ""))
}

// TestListOfTwoNames: a package that has two names is listed under both.
func TestListOfTwoNames(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "default.nix"), `{ system, config, overlays }: rec {
  tool_2 = derivation { name = "tool-2.1"; inherit system; builder = "/bin/sh"; } // { version = "2.1"; };
  tool = tool_2;
  set = { recurseForDerivations = true; inherit tool_2; };
  broken = throw "no such thing";
  text = "no package";
}
`)
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			b := newBenchOf(t, nix, map[string]string{"flake.nix": "{ outputs = _: { }; }\n"}, Options{})
			locked, err := json.Marshal(map[string]string{"type": "path", "path": dir, "narHash": b.hashOf(t, dir)})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := b.engine.List(t.Context(), engine.Tree{Name: "t", Locked: locked}, "x86_64-linux", &out, nil); err != nil {
				t.Fatal(err)
			}
			var packages map[string]struct{ Version string }
			if err := json.Unmarshal(out.Bytes(), &packages); err != nil {
				t.Fatal(err)
			}
			if len(packages) != 3 || packages["tool"].Version != "2.1" || packages["tool_2"].Version != "2.1" || packages["set.tool_2"].Version != "2.1" {
				t.Errorf("%s", out.Bytes())
			}
		})
	}
}

// hashOf is the hash that Nix gives a directory.
func (b *bench) hashOf(t *testing.T, dir string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), filepath.Join(b.bin, "nix"), "--extra-experimental-features", "nix-command", "hash", "path", dir)
	c.Env = append(os.Environ(), b.env...)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
