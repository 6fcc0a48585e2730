package symbolic

import (
	"maps"
	"slices"
	"strings"
)

// reduceRef gives the references that have a meaning of their own their
// canonical form: self.x is the flake's x, pkgs.lib is lib, and the platform
// predicates of a package set for a known system are known.
func reduceRef(r *Ref) Value {
	switch r.Root {
	case FlakeArgs:
		return moduleArg(r, Flake)
	case ModuleArgs:
		return moduleArg(r, Config)
	case Flake:
		return reduceFlake(r)
	case Inputs:
		return reduceInputs(r)
	case Pkgs, Final, Prev:
		return reducePkgs(r)
	case Arg:
		if len(r.Path) >= 2 && r.Path[0] == "perSystem" && r.Path[1] == "pkgs" {
			return reduceRest(r.rooted(Pkgs), r.Path[2:])
		}
	case Lib, Builtins:
		if p := primFor(r); p != nil {
			return p
		}
		if v := constant(r); v != nil {
			return v
		}
	}
	return r
}

// constant is what lib and builtins hold that is no function and the same in
// every version, or nil.
func constant(r *Ref) Value {
	switch name := strings.Join(r.Path, "."); {
	case r.Root == Builtins && (name == "true" || name == "false"):
		return Bool{r.Place, name == "true"}
	case r.Root == Builtins && name == "null":
		return Null{r.Place}
	case r.Root == Builtins && name == "builtins":
		return &Ref{Place: r.Place, Root: Builtins}
	case r.Root == Builtins && name == "langVersion":
		return Int{r.Place, 6}
	case r.Root == Lib && name == "fileset.empty":
		return fileset(r.Place, nil)
	case r.Root == Lib && (name == "fakeHash"):
		return Text(r.Place, "sha256-"+strings.Repeat("A", 43)+"=")
	case r.Root == Lib && name == "fakeSha256":
		return Text(r.Place, strings.Repeat("0", 64))
	case r.Root == Lib && name == "fakeSha512":
		return Text(r.Place, strings.Repeat("0", 128))
	}
	return nil
}

func (r *Ref) rooted(root Root, path ...string) *Ref {
	return &Ref{Place: r.Place, Root: root, Path: path, System: r.System}
}

// ownArgs are the arguments that flake-parts and the module system give every
// top-level module besides those that have a root of their own.
var ownArgs = []string{
	"withSystem", "moduleWithSystem", "getSystem", "flake-parts-lib", "moduleLocation", "specialArgs", "partitionStack",
	"extendModules", "moduleType", "_class", "_prefix", "modulesPath",
}

// moduleArg is one argument of a module, whose config is the given root.
func moduleArg(r *Ref, config Root) Value {
	name, rest := r.Path[0], r.Path[1:]
	if v := r.special[name]; v != nil && len(rest) == 0 {
		return v
	}
	switch name {
	case "config":
		return reduceRest(r.rooted(config), rest)
	case "self":
		return reduceRest(r.rooted(Flake, "flake"), rest)
	case "inputs":
		return reduceRest(r.rooted(Inputs), rest)
	case "lib":
		return reduceRest(r.rooted(Lib), rest)
	case "options":
		return reduceRest(r.rooted(Options), rest)
	case "pkgs":
		return reduceRest(r.rooted(Pkgs), rest)
	}
	if config == Flake && !slices.Contains(ownArgs, name) {
		return r.rooted(Flake, append([]string{"_module", "args"}, r.Path...)...)
	}
	return r.rooted(Arg, r.Path...)
}

func reduceRest(r *Ref, rest []string) Value {
	var v Value = r
	for _, name := range rest {
		ref, ok := v.(*Ref)
		if !ok {
			return &Unknown{Place: r.Place, Why: "no attribute " + name}
		}
		v = reduceRef(ref.below(r.Place, name))
	}
	return v
}

func reduceFlake(r *Ref) Value {
	if len(r.Path) < 2 || r.Path[0] != "flake" {
		return r
	}
	switch r.Path[1] {
	case "inputs":
		return reduceRest(r.rooted(Inputs), r.Path[2:])
	case "outputs":
		return reduceRest(r.rooted(Flake, "flake"), r.Path[2:])
	}
	return r
}

func reduceInputs(r *Ref) Value {
	if len(r.Path) == 0 {
		return r
	}
	switch {
	case r.Path[0] == "self":
		return reduceRest(r.rooted(Flake, "flake"), r.Path[1:])
	case len(r.Path) >= 2 && r.Path[1] == "lib" && strings.HasPrefix(r.Path[0], "nixpkgs"):
		return reduceRest(r.rooted(Lib), r.Path[2:])
	}
	return r
}

// reducePkgs answers what a package set for a known system says of its
// platform.
func reducePkgs(r *Ref) Value {
	if len(r.Path) == 0 {
		return r
	}
	if r.Path[0] == "lib" {
		return reduceRest(r.rooted(Lib), r.Path[1:])
	}
	if r.System == "" {
		return r
	}
	path := r.Path
	if path[0] == "system" && len(path) == 1 {
		return Text(r.Place, r.System)
	}
	if path[0] != "stdenv" || len(path) < 2 {
		return r
	}
	path = path[1:]
	if slices.Contains([]string{"hostPlatform", "targetPlatform", "buildPlatform"}, path[0]) {
		path = path[1:]
	}
	if len(path) != 1 {
		return r
	}
	return platformFact(r, path[0])
}

func platformFact(r *Ref, name string) Value {
	arch, kernel, _ := strings.Cut(r.System, "-")
	switch name {
	case "system":
		return Text(r.Place, r.System)
	case "isDarwin", "isMacOS":
		return Bool{r.Place, kernel == "darwin"}
	case "isLinux":
		return Bool{r.Place, kernel == "linux"}
	case "isx86_64":
		return Bool{r.Place, arch == "x86_64"}
	case "isAarch64":
		return Bool{r.Place, arch == "aarch64"}
	case "isAarch":
		return Bool{r.Place, arch == "aarch64" || strings.HasPrefix(arch, "arm")}
	case "isx86":
		return Bool{r.Place, arch == "x86_64" || arch == "i686"}
	case "is64bit":
		return Bool{r.Place, arch == "x86_64" || arch == "aarch64"}
	}
	return r
}

// FlakeModuleArgs is the argument of a flake-parts module.
func FlakeModuleArgs(at Place) Value { return FlakeModuleArgsWith(at, nil) }

// FlakeModuleArgsWith is FlakeModuleArgs with some of the arguments known
// (specialArgs of mkFlake), by name. They come before every other meaning of
// the name.
func FlakeModuleArgsWith(at Place, special map[string]Value) Value {
	return &Ref{Place: at, Root: FlakeArgs, special: special}
}

// MachineModuleArgs is the argument of a module of a machine, or of a home on
// it, whose system is known; "" if it is not.
func MachineModuleArgs(at Place, system string) Value {
	return MachineModuleArgsWith(at, system, nil)
}

// MachineModuleArgsWith is MachineModuleArgs with some of the arguments known
// (specialArgs, extraSpecialArgs), by name. They come before every other
// meaning of the name.
func MachineModuleArgsWith(at Place, system string, special map[string]Value) Value {
	return &Ref{Place: at, Root: ModuleArgs, System: system, special: special}
}

// OutputsArgs is the argument of a flake's outputs: the attributes that are
// known, by name, and any other input as a reference. self is the flake.
func OutputsArgs(at Place, known map[string]Value) Value {
	all := map[string]Value{"self": &Ref{Place: at, Root: Flake, Path: []string{"flake"}}}
	maps.Copy(all, known)
	out := NewAttrs(at, all)
	out.Rest = []Value{&Ref{Place: at, Root: Inputs}}
	return out
}
