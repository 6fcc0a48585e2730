package modules

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"assay/modules/symbolic"
)

// realFlake is a flake that uses import-tree in every way, and whose modules
// say in lists where they are.
var realFlake = map[string]string{
	"flake.nix": `{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; specialArgs.mine = "special"; } {
  systems = [ ];
  imports = [
    inputs.flake-parts.flakeModules.modules
    ./options.nix
    (inputs.import-tree ./plain)
    ((inputs.import-tree.filterNot (inputs.nixpkgs.lib.hasSuffix ".pkg.nix")).match ".*/[a-m][^/]*[.]nix" ./tested)
    ./last.nix
    ((inputs.import-tree.initFilter (inputs.nixpkgs.lib.hasSuffix ".mod")) [ ./suffix ])
    ((inputs.import-tree.addPath ./added).matchNot "/no.*")
    (inputs.import-tree.map (file: { imports = [ file ]; order = [ "mapped" ]; }) ./mapped)
  ] ++ (inputs.import-tree.withLib inputs.nixpkgs.lib).leafs ./leafs;
}; }`,
	"options.nix": `{ lib, config, mk, ... }: {
  options.order = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
  options.loud = lib.mkOption { type = lib.types.str; default = "l"; apply = lib.toUpper; };
  options.text = lib.mkOption { type = lib.types.str; default = "nothing"; };
  options.table = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule ({ name, config, ... }: {
    options.size = lib.mkOption { type = lib.types.int; default = 3; };
    options.label = lib.mkOption { type = lib.types.str; };
    config.label = lib.mkDefault "${name}-${toString config.size}";
  })); };
  config.flake = { inherit (config) order text loud; table = config.table; names = lib.attrNames config.flake.modules.nixos; made = mk "x"; labels = lib.mapAttrsToList (n: t: t.label) config.table; };
}`,
	"last.nix":            `{ lib, mine, ... }: { order = lib.mkAfter [ "last" ]; text = lib.mkForce mine; table.b.size = 4; flake.modules.nixos.last = { }; }`,
	"plain/a.nix":         `{ order = [ "plain/a" ]; text = "a"; flake.modules.nixos.${"a" + "a"} = { }; table.a = { }; }`,
	"plain/b/c.nix":       `{ lib, ... }: { order = lib.mkBefore [ "plain/b/c" ]; flake.modules = { nixos.c = { }; generic.g = { }; }; table.b.label = "own"; }`,
	"plain/b.nix":         `{ lib, config, ... }: { order = lib.mkIf (config.table ? a) [ "plain/b" ]; flake.modules.nixos = lib.genAttrs [ "b1" "b2" ] (_: { }); }`,
	"plain/_no.nix":       `throw "no"`,
	"plain/_no/a.nix":     `throw "no"`,
	"plain/d_e/f.nix":     `{ _module.args.mk = n: "made-${n}"; order = [ "plain/d_e/f" ]; }`,
	"plain/text.txt":      ``,
	"tested/a.nix":        `{ order = [ "tested/a" ]; }`,
	"tested/b.pkg.nix":    `throw "no"`,
	"tested/z.nix":        `throw "no"`,
	"tested/q/m.nix":      `{ imports = [ ../z/_inner.nix ]; order = [ "tested/q/m" ]; }`,
	"tested/z/_inner.nix": `{ order = [ "tested/z/_inner" ]; }`,
	"suffix/a.mod":        `{ order = [ "suffix/a" ]; }`,
	"suffix/_b.mod":       `{ order = [ "suffix/b" ]; }`,
	"suffix/c.nix":        `throw "no"`,
	"added/no.nix":        `throw "no"`,
	"added/yes.nix":       `{ order = [ "added/yes" ]; }`,
	"mapped/x.nix":        `{ order = [ "mapped/x" ]; }`,
	"leafs/l.nix":         `{ order = [ "leafs/l" ]; }`,
	"leafs/k/_l.nix":      `throw "no"`,
}

// TestAgainstNix compares what is read with what the real flake-parts,
// import-tree and nixpkgs' lib make of the same flake.
func TestAgainstNix(t *testing.T) {
	inputs := os.Getenv("ASSAY_NIX_INPUTS")
	if inputs == "" {
		t.Skip("not run: ASSAY_NIX_INPUTS names no directory with nixpkgs, flake-parts and import-tree")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: there is no nix-instantiate")
	}
	dir := t.TempDir()
	for name, content := range realFlake {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const ask = `dir: from: let
  nixpkgs = { lib = import "${from}/nixpkgs/lib"; outPath = "${from}/nixpkgs"; };
  flake-parts = (import "${from}/flake-parts/flake.nix").outputs { self = flake-parts // { outPath = "${from}/flake-parts"; inputs = { }; }; nixpkgs-lib = nixpkgs; };
  inputs = { inherit self nixpkgs flake-parts; inherit import-tree; };
  kind = builtins.readFileType or (p: (builtins.readDir (dirOf p)).${baseNameOf p}); # older Nix has none
  import-tree = builtins.scopedImport { builtins = builtins // { readFileType = kind; }; } "${from}/import-tree/default.nix";
  self = outputs // { inherit inputs outputs; outPath = dir; };
  outputs = (import "${dir}/flake.nix").outputs inputs;
in { inherit (outputs) order text loud table names made labels; members = builtins.mapAttrs (_: builtins.attrNames) outputs.modules; }`
	cmd := exec.Command(nix, "--eval", "--strict", "--json", "--read-write-mode", "-E", "("+ask+") (toString "+dir+") (toString "+inputs+")")
	cmd.Env = append(os.Environ(), "NIX_CONFIG=experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nstore = "+filepath.Join(dir, "store"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	tree, err := ReadFlake(os.DirFS(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Problems) > 0 {
		t.Errorf("problems:\n%s", texts(tree.Problems))
	}
	got := map[string]any{"members": map[string]any{}}
	tree.Alone(func() {
		for name := range want {
			if name != "members" {
				got[name] = dataOf(t, tree, tree.Value("flake", name))
			}
		}
	})
	for _, a := range tree.Aspects {
		of := got["members"].(map[string]any)
		names, _ := of[string(a.Class)].([]any)
		of[string(a.Class)] = append(names, a.Name)
	}
	for name := range want {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s\n got %v\nwant %v", name, got[name], want[name])
		}
	}
	if !slices.Contains(tree.Files, "plain/b/c.nix") {
		t.Errorf("the files are %q", tree.Files)
	}
}

// dataOf is a value as JSON decodes it.
func dataOf(t *testing.T, tree *Tree, v symbolic.Value) any {
	switch v := tree.Evaluator().Known(v).(type) {
	case *symbolic.String:
		s, _ := v.Text()
		return s
	case symbolic.Int:
		return float64(v.N)
	case symbolic.Bool:
		return v.B
	case *symbolic.List:
		out := []any{}
		for _, item := range v.Items {
			out = append(out, dataOf(t, tree, item.V.Force()))
		}
		return out
	case *symbolic.Attrs:
		out := map[string]any{}
		for _, name := range v.Names() {
			out[name] = dataOf(t, tree, v.Attr(name).V.Force())
		}
		return out
	default:
		return "unknown: " + symbolic.Why(v)
	}
}
