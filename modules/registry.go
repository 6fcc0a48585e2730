package modules

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// wellKnown are the registries that the field uses under these names.
var wellKnown = []Registry{
	{Path: []string{"flake", "modules", "*", "*"}},
	{Path: []string{"flake", "nixosModules", "*"}, Class: fleet.NixOS},
	{Path: []string{"flake", "darwinModules", "*"}, Class: fleet.Darwin},
	{Path: []string{"flake", "homeModules", "*"}, Class: fleet.HomeManager},
	{Path: []string{"flake", "homeManagerModules", "*"}, Class: fleet.HomeManager},
	{Path: []string{"flake", "hmModules", "*"}, Class: fleet.HomeManager},
	denRegistries[0], denRegistries[1], denRegistries[2],
}

// matches reports whether a path is a member's of a registry.
func (r *Registry) matches(path []string) bool {
	return !r.List && len(path) == len(r.Path) && r.above(path)
}

// above reports whether a path leads to members of a registry, or to one.
func (r *Registry) above(path []string) bool {
	if len(path) > len(r.Path) {
		return false
	}
	for i, name := range path {
		if r.Path[i] != "*" && r.Path[i] != name {
			return false
		}
	}
	return true
}

// classWords are the words in a path that say which class of modules it holds.
var classWords = map[string]fleet.Class{
	"nixos": fleet.NixOS, "nixosModules": fleet.NixOS,
	"darwin": fleet.Darwin, "darwinModules": fleet.Darwin,
	"home": fleet.HomeManager, "homeManager": fleet.HomeManager, "home-manager": fleet.HomeManager, "hm": fleet.HomeManager,
	"homeModules": fleet.HomeManager, "homeManagerModules": fleet.HomeManager,
}

// nameOf is the class and the name of the member of a registry at a path.
func (r *Registry) nameOf(path []string) (fleet.Class, string) {
	if len(path) == 4 && path[0] == "flake" && path[1] == "modules" {
		return fleet.Class(path[2]), path[3]
	}
	class := r.Class
	if class == "" {
		for i, word := range path {
			if r.Path[i] != "*" && classWords[word] != "" {
				class = classWords[word]
			}
		}
	}
	if len(r.Path) == 3 && r.Path[0] == "flake" && !r.Typed {
		return class, path[2]
	}
	return class, pathText(path)
}

// pathText is an option's path as Nix writes it.
func pathText(path []string) string {
	words := make([]string, len(path))
	for i, name := range path {
		words[i] = symbolic.AttrName(name)
	}
	return strings.Join(words, ".")
}

// registryOf returns the registry that a path is a member of, or nil.
func registryOf(registries []Registry, path []string) *Registry {
	for i := range registries {
		if registries[i].matches(path) {
			return &registries[i]
		}
	}
	return nil
}

// Registry returns the registry that the path of an aspect is a member of, or
// nil.
func (t *Tree) Registry(path []string) *Registry { return registryOf(t.Registries, path) }

// typedRegistries finds the options whose type holds deferredModule.
func (s *store) typedRegistries() []Registry {
	f := &patterns{s: s}
	f.options(s.root, 0)
	slices.SortFunc(f.found, func(a, b Registry) int { return slices.Compare(a.Path, b.Path) })
	return slices.CompactFunc(f.found, func(a, b Registry) bool { return slices.Equal(a.Path, b.Path) })
}

// patterns looks for deferredModule in the types of options.
type patterns struct {
	s     *store
	found []Registry
	work  int
}

func (f *patterns) spent(depth int) bool {
	f.work++
	return depth > maxTypes || f.work > maxFlake
}

// options goes over what is declared below n.
func (f *patterns) options(n *node, depth int) {
	if f.spent(depth) {
		return
	}
	for _, name := range n.names() {
		k := n.kids[name]
		if len(k.options) == 0 {
			continue
		}
		f.s.follow(k)
		if k.decl != nil {
			f.find(k.typ, k.path, k.options[0].At.Pos(), depth+1)
			continue
		}
		f.options(k, depth+1)
	}
}

// find looks into a type.
func (f *patterns) find(t *optionType, path []string, at fleet.Pos, depth int) {
	if t == nil || f.spent(depth) {
		return
	}
	switch t.kind {
	case attrsType:
		f.find(t.elem, append(slices.Clip(path), "*"), at, depth+1)
	case listType:
		if t.elem != nil && t.elem.kind == moduleType {
			f.found = append(f.found, Registry{Path: path, Typed: true, List: true, At: at})
		}
	case moduleType:
		f.found = append(f.found, Registry{Path: path, Typed: true, At: at})
	case subType:
		n := &node{path: path, typ: t}
		f.s.follow(n)
		f.options(n, depth+1)
	}
}
