package compose

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// generatedTypes is the table for generated trees, with the same types in Nix.
const generatedTypes = `class	path	type	declared-in
nixos	s	str	test
nixos	g.s	str	test
nixos	g.h.n	int	test
nixos	b	bool	test
nixos	l	listOf str	test
nixos	g.l	listOf int	test
nixos	t	lines	test
nixos	ns	nullOr str	test
nixos	nl	nullOr lines	test
nixos	e.*	str	test
nixos	m.*.v	str	test
nixos	m.*.w	listOf str	test
nixos	m.*.x.y	int	test
nixos	set	settings	test
nixos	set.known	listOf str	test
nixos	any	anything	test
`

const nixTypes = `
  opt = type: lib.mkOption { inherit type; };
  scalar = with lib.types; nullOr (oneOf [ bool int str ]);
  declared = with lib.types; {
    options = {
      s = opt str;
      b = opt bool;
      l = opt (listOf str);
      t = opt lines;
      ns = opt (nullOr str);
      nl = opt (nullOr lines);
      g.s = opt str;
      g.l = opt (listOf int);
      g.h.n = opt int;
      e = opt (attrsOf str);
      m = opt (attrsOf (submodule { options = { v = opt str; w = opt (listOf str); x.y = opt int; }; }));
      set = opt (submodule { freeformType = attrsOf (either scalar (attrsOf scalar)); options.known = opt (listOf str); });
      any = opt anything;
    };
  };
`

// TestAgainstNix composes generated trees and asks the real lib.evalModules
// what they come to. What is Known here must be that, and what is in Conflict
// or Invalid must be an error there.
func TestAgainstNix(t *testing.T) {
	lib := os.Getenv("ASSAY_NIXPKGS_LIB")
	if lib == "" {
		t.Skip("not run: ASSAY_NIXPKGS_LIB names no directory with nixpkgs' lib")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	const batches, size = 5, 100
	for batch := range batches {
		against(t, nix, lib, uint64(batch), size)
	}
}

func against(t *testing.T, nix, lib string, seed uint64, size int) {
	dir := t.TempDir()
	trees := make([]generated, size)
	for i := range trees {
		trees[i] = generate(rand.New(rand.NewPCG(seed, uint64(i))))
		for name, text := range trees[i].files {
			file := filepath.Join(dir, fmt.Sprint(i), name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	expr := realExpression(lib, dir, trees)
	cmd := exec.CommandContext(t.Context(), nix, "--eval", "--strict", "--json", "--readonly-mode", "-")
	cmd.Stdin = strings.NewReader(expr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var real []map[string]realOption
	if err := json.Unmarshal(out, &real); err != nil {
		t.Fatal(err)
	}
	var known, open, conflicts int
	for i, g := range trees {
		k, o, c := compareWith(t, fmt.Sprintf("seed %d, tree %d", seed, i), g, real[i])
		known, open, conflicts = known+k, open+o, conflicts+c
	}
	t.Logf("seed %d: %d trees: %d options known, %d in conflict or invalid, %d unknown", seed, size, known, conflicts, open)
	if known < 5*size {
		t.Errorf("only %d options known, the comparison shows little", known)
	}
}

// realOption is what Nix says of an option.
type realOption struct {
	Ok    bool `json:"ok"` // it evaluates
	Value any  `json:"value"`
}

// realExpression evaluates every tree with a flake.modules registry that has
// flake-parts' type and wrapper, and lists what the options come to.
func realExpression(lib, dir string, trees []generated) string {
	var b strings.Builder
	fmt.Fprintf(&b, "let\n  lib = import %s;\n%s", nixPath(lib), nixTypes)
	b.WriteString(`
  registry = {
    options.flake = lib.mkOption { type = lib.types.submodule {
      options.modules = lib.mkOption {
        type = with lib.types; lazyAttrsOf (lazyAttrsOf deferredModule);
        apply = lib.mapAttrs (class: lib.mapAttrs (name: module: if class == "generic" then module else { ... }: { _class = class; _file = name; imports = [ module ]; }));
      };
    }; };
  };
  ask = value: let r = builtins.tryEval (builtins.deepSeq value value); in if r.success then { ok = true; value = r.value; } else { ok = false; value = null; };
  run = q: files: aspects:
    let
      flake = (lib.evalModules { modules = [ registry { imports = files; } ]; specialArgs.inputs.self = flake; }).config.flake;
      machine = lib.evalModules { class = "nixos"; modules = [ declared { options.q = lib.mkOption { type = lib.types.bool; default = q; }; } ] ++ map (n: flake.modules.nixos.${n}) aspects; };
      named = path: o: { "${path}" = if o.isDefined then ask (lib.getAttrFromPath (lib.splitString "." path) machine.config) else { ok = false; value = "unset"; }; };
    in
    lib.foldl' (a: path: a // named path (lib.getAttrFromPath (lib.splitString "." path) machine.options)) { }
      [ "s" "b" "l" "t" "ns" "nl" "g.s" "g.l" "g.h.n" "any" ]
    // deep "e" machine (v: ask v)
    // deep "m" machine (v: { ok = true; value = { v = ask v.v; w = ask v.w; y = ask v.x.y; }; })
    // { set = if machine.options.set.isDefined then { ok = true; value = lib.mapAttrs (_: each) machine.config.set; } else { ok = false; value = "unset"; }; };
  each = v: let r = builtins.tryEval v; in if r.success && builtins.isAttrs r.value then { ok = true; value = lib.mapAttrs (_: ask) r.value; } else ask v;
  deep = name: machine: f:
    { ${name} = if machine.options.${name}.isDefined
        then (let names = builtins.tryEval (builtins.attrNames machine.config.${name}); in
          if names.success then { ok = true; value = lib.genAttrs names.value (n: f machine.config.${name}.${n}); } else { ok = false; value = null; })
        else { ok = false; value = "unset"; }; };
in
[
`)
	for i, g := range trees {
		fmt.Fprintf(&b, "  (run %t [", g.q)
		for _, name := range g.modules {
			fmt.Fprintf(&b, " %s", nixPath(filepath.Join(dir, fmt.Sprint(i), name)))
		}
		fmt.Fprintf(&b, " ] [")
		for _, name := range g.registry {
			fmt.Fprintf(&b, " %q", name)
		}
		b.WriteString(" ])\n")
	}
	b.WriteString("]\n")
	return b.String()
}

func nixPath(p string) string { return "(/. + " + fmt.Sprintf("%q", p) + ")" }

// generated is a tree made up for the comparison.
type generated struct {
	files    map[string]string // by name
	modules  []string          // those that import-tree finds, in its order
	registry []string          // the machine's aspects
	q        bool              // the option that conditions read, which only Nix knows
}

func (g generated) compose(t *testing.T) Composition {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range g.files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := modules.Read(fsys, "m")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tree.Problems {
		t.Fatalf("%v\n%s", p, g)
	}
	types, err := readTable(generatedTypes)
	if err != nil {
		t.Fatal(err)
	}
	m := &fleet.Machine{Name: "x", System: "x86_64-linux", Class: fleet.NixOS}
	for _, name := range g.registry {
		m.Aspects = append(m.Aspects, fleet.Named{Name: name})
	}
	return composeBy(types, tree, Request{Machine: m})
}

func (g generated) String() string {
	var b strings.Builder
	for _, name := range sortedNames(g.files) {
		fmt.Fprintf(&b, "-- %s\n%s\n", name, g.files[name])
	}
	fmt.Fprintf(&b, "-- machine: %s", strings.Join(g.registry, " "))
	return b.String()
}

func compareWith(t *testing.T, title string, g generated, real map[string]realOption) (known, open, conflicts int) {
	t.Helper()
	c := g.compose(t)
	for _, p := range besidesConflicts(c) {
		t.Fatalf("%s: %v\n%s", title, p, g)
	}
	for _, o := range c.Scope.Options {
		r, ok := lookUp(real, o.Path)
		switch {
		case o.Merged.Reason == overridden:
			if ok && r.Ok && !reflect.DeepEqual(r.Value, []any{}) {
				t.Errorf("%s: %s is overridden here, and %v in Nix\n%s", title, o.Path, r.Value, g)
			}
			continue
		case o.Merged.State == Open:
			open++
			continue
		case !ok:
			t.Errorf("%s: %s is %s here, and Nix has no such option\n%s", title, o.Path, o.Merged.State, g)
			continue
		}
		switch {
		case o.Merged.State == Conflict, o.Merged.State == Invalid:
			conflicts++
			if r.Ok {
				t.Errorf("%s: %s is refused here (%s), and %v in Nix\n%s", title, o.Path, o.Merged.Reason, r.Value, g)
			}
		case !r.Ok:
			t.Errorf("%s: %s is %s here, and an error in Nix\n%s", title, o.Path, o.Merged.Value.Text, g)
		case !reflect.DeepEqual(asJSON(t, o.Merged.Value.Data), r.Value):
			t.Errorf("%s: %s is %s here, and %v in Nix\n%s", title, o.Path, o.Merged.Value.Text, r.Value, g)
		default:
			known++
		}
	}
	for _, path := range []string{"s", "b", "l", "t", "ns", "nl", "g.s", "g.l", "g.h.n", "any"} {
		if _, ok := c.Scope.Option(path); !ok && (real[path].Ok || real[path].Value != "unset") {
			t.Errorf("%s: %s is not set here, and %v in Nix\n%s", title, path, real[path], g)
		}
	}
	if e, ok := real["e"].Value.(map[string]any); ok {
		for name := range e {
			if _, ok := c.Scope.Option("e." + name); !ok {
				t.Errorf("%s: e.%s is not set here, and is in Nix\n%s", title, name, g)
			}
		}
	}
	return known, open, conflicts
}

// lookUp finds what Nix says of a path of this table.
func lookUp(real map[string]realOption, path string) (realOption, bool) {
	if r, ok := real[path]; ok {
		return r, true
	}
	names := strings.Split(path, ".")
	outer := real[names[0]]
	if !outer.Ok {
		return outer, outer.Value != "unset"
	}
	set := outer.Value.(map[string]any)
	elem, ok := set[names[1]].(map[string]any)
	if !ok {
		return realOption{}, false
	}
	if names[0] == "m" {
		elem, ok = elem["value"].(map[string]any)[names[len(names)-1]].(map[string]any)
		if !ok {
			return realOption{}, false
		}
	}
	r := realOption{Ok: elem["ok"].(bool), Value: elem["value"]}
	if names[0] == "set" && len(names) > 2 && r.Ok {
		inner, ok := r.Value.(map[string]any)
		if !ok {
			return realOption{}, false
		}
		elem, ok := inner[names[2]].(map[string]any)
		if !ok {
			return realOption{}, false
		}
		return realOption{Ok: elem["ok"].(bool), Value: elem["value"]}, true
	}
	return r, true
}

// asJSON brings data into the form in which JSON is read.
func asJSON(t *testing.T, data any) any {
	t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
