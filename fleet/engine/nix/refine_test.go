package nix

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
	"assay/fleet/repo"
	"assay/fleet/session"
)

// dendritic is a flake of our own: aspects in flake.modules and in a registry
// of its own, imports in several forms, files that are modules by themselves.
var dendritic = map[string]string{
	"flake.nix": `{
  inputs.nixpkgs.url = "path:/nowhere/nixpkgs";
  inputs.flake-parts = { url = "path:/nowhere/flake-parts"; inputs.nixpkgs-lib.follows = "nixpkgs"; };
  inputs.import-tree.url = "path:/nowhere/import-tree";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
`,
	"modules/parts.nix": `{ inputs, lib, ... }: {
  imports = [ inputs.flake-parts.flakeModules.modules ];
  config.systems = [ "x86_64-linux" ];
  options.own.parts = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.deferredModule; default = { }; };
}
`,
	"modules/base.nix": `{ config, ... }: {
  flake.modules.nixos.base = { imports = [ config.flake.modules.generic.shared ./_plain/file.nix ]; };
  flake.modules.generic.shared = { environment.variables.A = "a"; };
  own.parts.audio = { environment.variables.B = "b"; };
}
`,
	"modules/web.nix": `{ inputs, lib, ... }: {
  flake.modules.nixos."web/front" = { imports = with inputs.self.modules.nixos; [ base ]; };
  flake.modules.nixos.idle = { };
  flake.modules.homeManager.shell = { };
}
`,
	"modules/_plain/file.nix": "{ environment.variables.C = \"c\"; }\n",
	"modules/hosts.nix": `{ inputs, config, lib, ... }: {
  flake.nixosConfigurations = lib.mapAttrs (name: modules: inputs.nixpkgs.lib.nixosSystem {
    modules = [ { nixpkgs.system = "x86_64-linux"; } ] ++ modules;
  }) {
    front = [ config.flake.modules.nixos."web/front" config.own.parts.audio ];
    back = [ inputs.self.modules.nixos.base ];
  };
}
`,
}

// small and real are the inputs of dendritic: in miniature, and flake-parts,
// import-tree and nixpkgs' lib themselves.
func small(t *testing.T) []string {
	t.Helper()
	w, err := miniature.Write(filepath.Join(t.TempDir(), "world"))
	if err != nil {
		t.Fatal(err)
	}
	return w.Overrides("nixpkgs", "flake-parts", "import-tree")
}

func realInputs(t *testing.T) []string {
	t.Helper()
	inputs := os.Getenv("ASSAY_NIX_INPUTS")
	if inputs == "" {
		t.Skip("not run: ASSAY_NIX_INPUTS names no directory with nixpkgs, flake-parts and import-tree")
	}
	dir := t.TempDir()
	for _, name := range []string{"nixpkgs", "flake-parts", "import-tree"} {
		from, err := filepath.EvalSymlinks(filepath.Join(inputs, name))
		if err != nil {
			t.Skip("not run: ASSAY_NIX_INPUTS has no " + name)
		}
		part := "."
		if name == "nixpkgs" {
			part = "lib"
		}
		if err := os.CopyFS(filepath.Join(dir, name, part), os.DirFS(filepath.Join(from, part))); err != nil {
			t.Fatal(err)
		}
	}
	// nixosSystem over the real module system, which takes any option.
	write(t, filepath.Join(dir, "nixpkgs", "flake.nix"), `{
  outputs = { self }: {
    lib = (import ./lib).extend (lib: _: {
      nixosSystem = { modules, ... }: lib.evalModules {
        class = "nixos";
        modules = modules ++ [ { _module.freeformType = lib.types.attrsOf lib.types.anything; } ];
      };
    });
  };
}
`)
	var args []string
	for _, name := range []string{"nixpkgs", "flake-parts", "import-tree"} {
		args = append(args, "--override-input", name, "path:"+filepath.Join(dir, name))
	}
	return args
}

// dendriticBench is a repository with that flake and locked inputs.
func dendriticBench(t *testing.T, nix bed.Nix, inputs []string) *bench {
	t.Helper()
	b := newBenchOf(t, nix, dendritic, Options{Class: func(string) string { return "nixos" }})
	c := exec.CommandContext(t.Context(), filepath.Join(b.bin, "nix"), append([]string{"flake", "lock"}, inputs...)...)
	c.Dir, c.Env = b.dir, append(os.Environ(), b.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("nix flake lock: %v\n%s", err, out)
	}
	b.commit(t)
	return b
}

// refined opens the flake as it is in the work tree, and asks Nix.
func (b *bench) refined(t *testing.T) session.Refinement {
	t.Helper()
	r, err := repo.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.New(r, session.Options{Reach: &session.Reach{Engine: b.engine}}).Refine(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRefineInMiniature(t *testing.T) { refine(t, bed.Nixes(t)[0], small(t)) }

func TestRefineWithRealInputs(t *testing.T) {
	inputs := realInputs(t)
	nixes := bed.Nixes(t)
	nix := nixes[len(nixes)-1]
	if len(nixes) == 1 {
		t.Skip("not run: flake-parts needs a newer Nix, which script/nixes gets")
	}
	refine(t, nix, inputs)
}

// refine compares what is read with what Nix says, of a flake that is read
// well and of one that nobody can read without Nix.
func refine(t *testing.T, nix bed.Nix, inputs []string) {
	b := dendriticBench(t, nix, inputs)
	outputs, err := b.engine.Outputs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := outputs.Names["modules.nixos"]; !slices.Equal(got, []string{"base", "idle", "web/front"}) || len(outputs.Unknown) > 0 {
		t.Errorf("the outputs are %+v", outputs)
	}
	got := map[string]engine.Imports{}
	b.engine.Imports(t.Context(), []string{"front", "back", "none"}, nil, func(m string, i engine.Imports, err error) {
		if (err != nil) != (m == "none") {
			t.Errorf("%s: %v", m, err)
		}
		got[m] = i
	})
	if want := []string{"flake.modules.generic.shared", "flake.modules.nixos.\"web/front\"", "flake.modules.nixos.base", "own.parts.audio"}; !slices.Equal(got["front"].Options, want) {
		t.Errorf("front has %q, not %q", got["front"].Options, want)
	}
	if want := []string{"modules/_plain/file.nix"}; !slices.Equal(got["back"].Files, want) {
		t.Errorf("back has the files %q", got["back"].Files)
	}
	if r := b.refined(t); len(r.Problems) > 0 || len(r.Unknown) > 0 || r.Machines != 2 || r.Aspects != 5 {
		t.Errorf("a flake that is read well: %+v", r)
	}
	n := b.runs("eval")
	if b.refined(t); b.runs("eval") != n {
		t.Errorf("%d questions were asked again", b.runs("eval")-n)
	}

	// An aspect more and less than the files say, by what only Nix can know.
	write(t, filepath.Join(b.dir, "modules/hosts.nix"), strings.Replace(dendritic["modules/hosts.nix"],
		"back = [ inputs.self.modules.nixos.base ];", "back = [ { disabledModules = [ (inputs.self + \"/modules/_plain/file.nix\") ]; } inputs.self.modules.nixos.base ];\n    broken = [ { imports = throw \"no such list\"; } ];", 1))
	b.commit(t)
	r := b.refined(t)
	if r.Machines != 2 || len(r.Unknown) != 1 || !strings.Contains(r.Unknown[0], "machine broken: ") || !strings.Contains(r.Unknown[0], "no such list") {
		t.Errorf("a machine that cannot be evaluated: %+v", r)
	}
	for _, p := range r.Problems {
		t.Errorf("a disagreement: %s", p.Error())
	}
}

// TestRefineDisagrees has a session compare a reading with an engine that says
// otherwise, and with one that says nothing.
func TestRefineDisagrees(t *testing.T) {
	b := newBench(t, dendritic, Options{})
	r, err := repo.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	says := told{
		outputs: engine.Outputs{Names: map[string][]string{"modules.nixos": {"base", "new", "web/front"}, "modules.generic": {"shared"}}},
		imports: map[string]engine.Imports{
			"front": {Options: []string{"flake.modules.nixos.\"web/front\"", "flake.modules.nixos.base", "flake.modules.nixos.idle"}, Files: []string{"modules/_plain/file.nix", "other"}},
		},
	}
	out, err := session.New(r, session.Options{Reach: &session.Reach{Engine: says}}).Refine(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range out.Problems {
		lines = append(lines, strings.TrimSuffix(p.Error(), "; hint: Nix is right; what the files say was read wrongly, or only Nix can know it"))
	}
	want := []string{
		"flake.nix: warning: aspect flake.modules.nixos.new is known to Nix, and was not found in the files",
		"modules/base.nix:2:44: warning: machine front: aspect flake.modules.generic.shared was read as one of its modules, and Nix says that it is not",
		"modules/hosts.nix:5:5: warning: machine front: aspect flake.modules.nixos.idle is one of its modules, as Nix says, and the files were not read so",
		"modules/hosts.nix:5:5: warning: machine front: file other is one of its modules, as Nix says, and the files were not read so",
		"modules/web.nix:3:23: warning: aspect flake.modules.nixos.idle was read from the files, and Nix knows none of that name",
		"modules/web.nix:4:29: warning: aspect flake.modules.homeManager.shell was read from the files, and Nix knows none of that name",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if len(out.Unknown) != 1 || out.Unknown[0] != "the modules of machine back: "+ErrNoGraph.Error() {
		t.Errorf("unknown is %q", out.Unknown)
	}
	says.outputs = engine.Outputs{Unknown: map[string]string{"modules": "it throws"}}
	says.imports = nil
	out, err = session.New(r, session.Options{Reach: &session.Reach{Engine: says}}).Refine(t.Context(), nil)
	if err != nil || len(out.Problems) > 0 || len(out.Unknown) != 2 {
		t.Errorf("an engine that knows nothing: %+v, %v", out, err)
	}
}

// told is an engine that says what it is given.
type told struct {
	engine.Engine
	outputs engine.Outputs
	imports map[string]engine.Imports
}

func (e told) Outputs(context.Context, func(engine.Step)) (engine.Outputs, error) {
	return e.outputs, nil
}

func (e told) Imports(_ context.Context, machines []string, _ func(engine.Step), done func(string, engine.Imports, error)) {
	for _, m := range machines {
		if i, ok := e.imports[m]; ok {
			done(m, i, nil)
		} else {
			done(m, engine.Imports{}, ErrNoGraph)
		}
	}
}

// TestRefineStops ends when it is told to.
func TestRefineStops(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": "{ outputs = { self }: { nixosModules.a = { }; }; }\n"}, Options{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.engine.Outputs(ctx, nil); err == nil {
		t.Error("names come after the end")
	}
	b.engine.Imports(ctx, []string{"a"}, nil, func(m string, _ engine.Imports, err error) {
		if err == nil {
			t.Errorf("%s has an answer after the end", m)
		}
	})
}

// TestOutputsInOneProcess asks for the names of modules together, and for homes
// that are among the packages, as home-manager has it.
func TestOutputsInOneProcess(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": `{
  outputs = { self }: {
    modules = { nixos = { b = throw "not needed"; a = { }; }; odd = "no set"; };
    hmModules.own = { };
    legacyPackages.x86_64-linux = { homeConfigurations.ann = throw "not needed"; nixosModules.none = { }; };
  };
}
`}, Options{})
	out, err := b.engine.Outputs(t.Context(), nil)
	want := map[string][]string{"modules.nixos": {"a", "b"}, "modules.odd": {}, "hmModules": {"own"}, "homeConfigurations": {"ann"}}
	if err != nil || len(out.Unknown) > 0 || !reflect.DeepEqual(out.Names, want) {
		t.Errorf("got %+v, %v", out, err)
	}
	if n := b.runs("eval"); n != 2 {
		t.Errorf("nix eval ran %d times", n)
	}
}
