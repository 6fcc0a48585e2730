package compose

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/fleetfile"
	"assay/modules"
)

// TestExampleAgainstNix evaluates the example fleet with the real
// lib.evalModules: options declared by the table, inputs and packages that are
// nothing but their names. What is Known here must be what Nix says.
func TestExampleAgainstNix(t *testing.T) {
	lib := os.Getenv("ASSAY_NIXPKGS_LIB")
	if lib == "" {
		t.Skip("not run: ASSAY_NIXPKGS_LIB names no directory with nixpkgs' lib")
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	tree, f := example(t)
	all := composeAll(tree, f)
	expr, asked := exampleExpression(t, lib, t.TempDir(), tree, f, all)
	cmd := exec.CommandContext(t.Context(), nix, "--eval", "--strict", "--json", "--readonly-mode", "-")
	cmd.Stdin = strings.NewReader(expr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var real [][]realOption
	if err := json.Unmarshal(out, &real); err != nil {
		t.Fatal(err)
	}
	known := 0
	for i, a := range asked {
		for j, o := range a.options {
			got, r := named(o.Merged.Value.Data), real[i][j]
			switch {
			case o.Merged.State != Known:
				continue
			case !r.Ok:
				t.Errorf("%s: %s is %s here, and an error in Nix", a.title, o.Path, o.Merged.Value.Text)
			case !reflect.DeepEqual(asJSON(t, got), r.Value):
				t.Errorf("%s: %s is %s here, and %v in Nix", a.title, o.Path, o.Merged.Value.Text, r.Value)
			default:
				known++
			}
		}
	}
	t.Logf("%d options of %d scopes agree", known, len(asked))
}

// named replaces packages by their names, as the packages of the evaluation
// are.
func named(data any) any {
	switch d := data.(type) {
	case PackageRef:
		return "pkgs." + d.Name
	case []any:
		out := make([]any, len(d))
		for i := range d {
			out[i] = named(d[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range d {
			out[name] = named(d[name])
		}
		return out
	}
	return data
}

// asking is one scope to ask Nix about.
type asking struct {
	title   string
	options []Option
}

func exampleExpression(t *testing.T, lib, dir string, tree *modules.Tree, f *fleet.Fleet, all []Composition) (string, []asking) {
	t.Helper()
	types, err := readTable(optionsTSV)
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "let\n  lib = import %s;\n", nixPath(lib))
	for _, class := range []fleet.Class{fleet.NixOS, fleet.Darwin, fleet.HomeManager} {
		fmt.Fprintf(&b, "  declared.%s = with lib.types; { options = %s; };\n", class, declare(types[class]))
	}
	fmt.Fprintf(&b, "  fleet = builtins.fromTOML (builtins.readFile %s);\n", nixPath(filepath.Join(here, fleetfile.Name)))
	fmt.Fprintf(&b, "  inputs = %s // { inherit self; };\n", foreignInputs(t, dir, all))
	fmt.Fprintf(&b, "  modulesPath = %q;\n", dir)
	fmt.Fprintf(&b, "  packages = [ %s ];\n", quoted(packageNames(all)))
	b.WriteString("  files = [")
	for _, name := range tree.Files {
		b.WriteString("\n    " + nixPath(filepath.Join(here, name)))
	}
	b.WriteString("\n  ];\n" + exampleNix + "in\n[\n")
	var asked []asking
	for _, c := range all {
		m := f.Machine(c.Machine)
		top := fmt.Sprintf("(aspects %q [ %s ] ++ roles %q %s)", c.Class, quoted(machineAspects(tree, m)), c.Class, roleList(f, m))
		asked = append(asked, askFor(&b, c.Machine, c.System, top, &c.Scope))
		for i := range c.Homes {
			var names []string
			for _, h := range m.Home {
				if h.User == c.Homes[i].User {
					for _, a := range h.Aspects {
						names = append(names, a.Name)
					}
				}
			}
			asked = append(asked, askFor(&b, c.Machine+" "+c.Homes[i].User, c.System, fmt.Sprintf("(aspects \"homeManager\" [ %s ])", quoted(names)), &c.Homes[i]))
		}
	}
	b.WriteString("]\n")
	return b.String(), asked
}

const exampleNix = `
  collected = lib.mkOptionType { name = "collected"; merge = loc: defs: map (d: d.value) defs; };
  flake = (lib.evalModules {
    modules = [
      { options.flake = lib.mkOption { type = lib.types.submodule {
          freeformType = lib.types.lazyAttrsOf lib.types.anything;
          options.modules = lib.mkOption {
            type = with lib.types; lazyAttrsOf (lazyAttrsOf collected);
            apply = lib.mapAttrs (class: lib.mapAttrs (_: defs: { inherit defs; __functor = _: wrap class defs; __functionArgs = { }; }));
          };
        }; };
        config._module.freeformType = lib.types.lazyAttrsOf lib.types.anything; }
      { imports = files; }
    ];
    specialArgs = { inherit inputs self; };
  }).config.flake;
  wrap = class: defs: { ... }: { _class = class; imports = [ { imports = map (m: { imports = [ m ]; }) defs; } ]; };
  self = flake;
  aspects = class: map (n: self.modules.${class}.${n});
  roles = class: map (r: wrap class (map (f: f { inherit (r) instance settings roles machine; }) flake.modules.${class}.${r.aspect}.defs));
  pkgsFor = system: lib.foldl' lib.recursiveUpdate {
      inherit lib system;
      stdenv.hostPlatform = { inherit system; isDarwin = lib.hasSuffix "-darwin" system; isLinux = lib.hasSuffix "-linux" system; };
    } (map (n: lib.setAttrByPath (lib.splitString "." n) "pkgs.${n}") packages);
  ask = path: config: let r = builtins.tryEval (let v = lib.getAttrFromPath path config; in builtins.deepSeq v v);
    in { ok = r.success; value = if r.success then r.value else null; };
  scope = class: system: modules: paths:
    let config = (lib.evalModules {
      inherit class;
      modules = [ declared.${class} { _module.args.pkgs = pkgsFor system; } ] ++ modules;
      specialArgs = { inherit inputs self modulesPath; lib = lib // { getExe = package: "/exe"; }; };
    }).config; in map (path: ask path config) paths;
`

func askFor(b *strings.Builder, title, system, modules string, s *Scope) asking {
	fmt.Fprintf(b, "  (scope %q %q %s [\n", s.Class, system, modules)
	a := asking{title: title}
	for _, o := range s.Options {
		if o.Merged.State != Known {
			continue
		}
		names, err := splitPath(o.Path)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(b, "    [ %s ]\n", quoted(names))
		a.options = append(a.options, o)
	}
	b.WriteString("  ])\n")
	return a
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(out, " ")
}

func machineAspects(tree *modules.Tree, m *fleet.Machine) []string {
	var names []string
	for _, a := range m.Aspects {
		names = append(names, a.Name)
	}
	if tree.Aspect(m.Class, MachineAspect(m)) != nil {
		names = append(names, MachineAspect(m))
	}
	return names
}

// roleList writes the machine's roles with their arguments in Nix; settings
// come from fleet.toml as Nix reads it.
func roleList(f *fleet.Fleet, m *fleet.Machine) string {
	var b strings.Builder
	b.WriteString("[")
	for _, s := range f.Services {
		var all strings.Builder
		for _, r := range s.Roles {
			for _, member := range r.Members {
				fmt.Fprintf(&all, "%s.machines.%s.settings = fleet.services.%s.roles.%s.settings or { }; ", r.Name, member.Machine, s.Name, r.Name)
			}
		}
		for _, r := range s.Roles {
			if slices.ContainsFunc(r.Members, func(x fleet.Member) bool { return x.Machine == m.Name }) {
				fmt.Fprintf(&b, " { aspect = %q; instance = %q; settings = fleet.services.%s.roles.%s.settings or { }; roles = { %s}; machine = { name = %q; system = %q; class = %q; user = %q; tags = [ %s ]; }; }",
					RoleAspect(s.Module, r.Name), s.Name, s.Name, r.Name, all.String(), m.Name, m.System, m.Class, m.User, quoted(m.Tags))
			}
		}
	}
	return b.String() + " ]"
}

func packageNames(all []Composition) []string {
	var names []string
	var find func(data any)
	find = func(data any) {
		switch d := data.(type) {
		case PackageRef:
			names = append(names, d.Name)
		case []any:
			for _, e := range d {
				find(e)
			}
		case map[string]any:
			for _, e := range d {
				find(e)
			}
		}
	}
	for _, c := range all {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, o := range s.Options {
				for _, d := range o.Definitions {
					find(d.Value.Data)
				}
			}
			for _, p := range s.Packages {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// foreignInputs makes every module from outside of the tree an empty one.
func foreignInputs(t *testing.T, dir string, all []Composition) string {
	t.Helper()
	paths := map[string]bool{}
	for _, c := range all {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, i := range s.Foreign {
				if ref, ok := strings.CutPrefix(i.Ref, "inputs."); ok {
					paths[ref] = true
				}
				if file, ok := strings.CutPrefix(i.Ref, `"${modulesPath}/`); ok {
					name := filepath.Join(dir, strings.TrimSuffix(file, `"`))
					if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, []byte("{ }\n"), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString("{ ")
	for _, ref := range sortedNames(paths) {
		b.WriteString(ref + " = { }; ")
	}
	return b.String() + "}"
}

// declare writes a table as option declarations.
func declare(e *entry) string {
	if e.option && e.typ != settings {
		return "lib.mkOption { type = " + nixType(e.typ) + "; }"
	}
	if e.any != nil {
		inner := nixType(e.any.typ)
		if !e.any.option {
			inner = "(submodule { options = " + declare(e.any) + "; })"
		} else if e.any.typ == settings {
			inner = settingsType(e.any)
		}
		return "lib.mkOption { type = attrsOf " + inner + "; }"
	}
	if e.typ == settings {
		return "lib.mkOption { type = " + settingsType(e) + "; }"
	}
	return "{ " + declareBelow(e) + "}"
}

func declareBelow(e *entry) string {
	var b strings.Builder
	for _, name := range sortedNames(e.below) {
		fmt.Fprintf(&b, "%q = %s; ", name, declare(e.below[name]))
	}
	return b.String()
}

func settingsType(e *entry) string {
	return "(submodule { freeformType = attrsOf anything; options = { " + declareBelow(e) + "}; })"
}

func nixType(typ string) string {
	for _, outer := range []string{"nullOr", "listOf"} {
		if of, ok := strings.CutPrefix(typ, outer+" "); ok {
			return "(" + outer + " " + nixType(of) + ")"
		}
	}
	switch typ {
	case "enum", "submodule", "anything":
		return "anything"
	case "package":
		return "(uniq str)"
	case "path":
		return "str"
	}
	return typ
}
