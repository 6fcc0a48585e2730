package overlay

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stackChannels are the miniature channels with the version that all their
// packages have.
var stackChannels = map[string]string{"main": "4.0", "linux-stable": "3.1", "darwin-stable": "3.2", "old": "2.0"}

// byNames are the packages that may be the fleet's own.
var byNames = []string{"a", "b", "mine"}

// overrideKinds are the texts of overrides, with NAME for the package's name.
var overrideKinds = map[string]string{
	"prev":    `{ prev, ... }: prev.NAME.overrideAttrs (old: { mark = (old.mark or "") + "o"; })`,
	"channel": `{ final, ... }: final.stable.NAME.override { mark = "c"; }`,
	"renewed": `{ prev, ... }: prev.NAME.overrideAttrs { version = "9.9"; }`,
	"anew":    `{ final, prev, ... }: final.anew "NAME" "anew"`,
	"other":   `{ prev, ... }: prev.NAME.overrideAttrs { uses = prev.OTHER; }`,
	"hidden":  `{ prev, ... }: let p = prev; in p.NAME.overrideAttrs { mark = "h"; }`,
	"idle":    `{ prev, final, ... }: builtins.seq (builtins.isAttrs prev) (final.anew "NAME" "idle")`,
}

// setKinds are those of a set of packages.
var setKinds = map[string]string{
	"prev":    `{ prev, ... }: prev.NAME // { x = prev.NAME.x.overrideAttrs { mark = "o"; }; }`,
	"channel": `{ final, ... }: final.stable.NAME // { more = final.anew "more" "m"; }`,
	"anew":    `{ final, ... }: { x = final.anew "x" "set"; }`,
}

// writeWorld writes the channels, the overrides, the by-name packages, and
// assay.nix with the file that it reads replaced by an argument.
func writeWorld(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, file, text)
	}
	// Copies, so that Go knows what the test depends on.
	for _, from := range []string{"testdata/stacks", "../fleet/engine/nix/miniature/world/nixpkgs"} {
		if err := os.CopyFS(filepath.Join(dir, filepath.Base(from)), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	for name, version := range stackChannels {
		put(name+".nix", fmt.Sprintf("import ./stacks/channel.nix { lib = import ./nixpkgs/lib; name = %q; version = %q; }\n", name, version))
	}
	for i, name := range []string{"a", "b", "c", "d"} {
		for kind, text := range overrideKinds {
			put(overrideFile(kind, name), strings.NewReplacer("NAME", name, "OTHER", []string{"b", "c", "d", "b"}[i]).Replace(text))
		}
	}
	for kind, text := range setKinds {
		put(overrideFile(kind, "s"), strings.ReplaceAll(text, "NAME", "s"))
	}
	for mask := range 1 << len(byNames) {
		put(fmt.Sprintf("by-name-%d/README.md", mask), "packages\n")
		for i, name := range byNames {
			if mask>>i&1 == 1 {
				put(fmt.Sprintf("by-name-%d/%s/%s/package.nix", mask, name[:min(2, len(name))], name), fmt.Sprintf("{ anew }: anew %q \"by-name\"", name))
			}
		}
	}
	text, err := os.ReadFile("../assay.nix")
	if err != nil {
		t.Fatal(err)
	}
	put("assay.nix", adapted(t, string(text)))
	put("run.nix", `{ file }: import ./stacks/stacks.nix (builtins.fromJSON (builtins.readFile file) // { lib = import ./nixpkgs/lib; assay = import ./assay.nix; directory = ./.; })`)
	return dir
}

// adapted is assay.nix that is given the text of fleet.toml, and that shows
// its layers one by one. Nothing else is changed.
func adapted(t *testing.T, text string) string {
	t.Helper()
	for _, c := range [][2]string{
		{"builtins.readFile ./fleet.toml", "fleetText"},
		{"  self,\n  ...\n}:", "  self,\n  fleetText,\n  ...\n}:"},
		{"  flake.overlays.fleet = layers;", "  flake.overlays.fleet = layers;\n  flake.layer = layer;\n  flake.overlay = overlay;"},
	} {
		if strings.Count(text, c[0]) != 1 {
			t.Fatalf("assay.nix has not once %q", c[0])
		}
		text = strings.Replace(text, c[0], c[1], 1)
	}
	return text
}

func overrideFile(kind, name string) string { return "overrides/" + kind + "-" + name + ".nix" }

// stackHead is what every fleet.toml has. The channel broken must never be
// looked at: its tree cannot be made.
const stackHead = `[fleet]
name = "x"
[sources]
packages = "by-name-%d"
[machines.m1]
system = "x86_64-linux"
[machines.m2]
system = "aarch64-linux"
[machines.m3]
system = "aarch64-darwin"
[channels.main]
input = "main"
default = true
[channels.linux-stable]
input = "linux-stable"
systems = ["*-linux"]
as = "stable"
[channels.darwin-stable]
input = "darwin-stable"
systems = ["*-darwin"]
as = "stable"
[channels.old]
input = "old"
systems = ["x86_64-*"]
[channels.patched]
base = "main"
[channels.broken]
base = "main"
nar-hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
patch = [{ url = "https://example.org/a.patch", hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
[overlay]
order = ["%s"]
composition = "%s"
`

// randomStack is the text of a fleet.toml: five layers in any order, both
// compositions, and entries of every kind, for all systems or for some.
func randomStack(r *rand.Rand) string {
	order := []string{LayerInputs, LayerHotfixes, LayerPackages, LayerOverrides, LayerFlakeInputs}
	if r.IntN(3) > 0 {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	var b strings.Builder
	fmt.Fprintf(&b, stackHead, r.IntN(1<<len(byNames)), strings.Join(order, `", "`), []string{"merge", "compose", "compose"}[r.IntN(3)])
	for _, name := range []string{"a", "b", "c", "d", "s"} {
		randomHotfixes(r, &b, name)
		randomOverrides(r, &b, name)
	}
	provides := map[string][]string{}
	for _, name := range []string{"a", "b", "c", "d", "mine", "s"} {
		if input := []string{"one", "two", "", "", ""}[r.IntN(5)]; input != "" {
			provides[input] = append(provides[input], name)
		}
	}
	for _, input := range []string{"one", "two"} {
		if names := provides[input]; len(names) > 0 {
			fmt.Fprintf(&b, "[[overlay.flake-input]]\ninput = %q\nprovides = [\"%s\"]\n", input, strings.Join(names, `", "`))
		}
	}
	return b.String()
}

// split are the systems of one entry, or of two that share a name.
func splitSystems(r *rand.Rand) []string {
	return [][]string{{""}, {""}, {`"*-linux"`}, {`"*-darwin"`}, {`"x86_64-linux", "*-darwin"`}, {`"*-linux"`, `"*-darwin"`}, {`"x86_64-*"`, `"aarch64-*"`}}[r.IntN(7)]
}

func randomHotfixes(r *rand.Rand, b *strings.Builder, name string) {
	if r.IntN(2) == 0 {
		return
	}
	for _, systems := range splitSystems(r) {
		channels := []string{"stable", "stable", "patched", "main"}
		switch systems {
		case `"*-linux"`:
			channels = append(channels, "linux-stable")
		case `"x86_64-*"`:
			channels = append(channels, "old", "old")
		}
		fmt.Fprintf(b, "[[overlay.hotfix]]\npackage = %q\nchannel = %q\nreason = \"r\"\n", name, channels[r.IntN(len(channels))])
		if systems != "" {
			fmt.Fprintf(b, "systems = [%s]\n", systems)
		}
	}
}

func randomOverrides(r *rand.Rand, b *strings.Builder, name string) {
	if r.IntN(2) == 0 {
		return
	}
	kinds := []string{"prev", "prev", "channel", "renewed", "anew", "other", "other", "hidden", "idle"}
	if name == "s" {
		kinds = []string{"prev", "prev", "channel", "anew"}
	}
	for _, systems := range slices.Backward(splitSystems(r)) {
		fmt.Fprintf(b, "[[overlay.override]]\npackage = %q\nfile = %q\n", name, overrideFile(kinds[r.IntN(len(kinds))], name))
		if systems != "" {
			fmt.Fprintf(b, "systems = [%s]\n", systems)
		}
	}
}
