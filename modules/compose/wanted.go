package compose

import "slices"

// wanted says which options are read: those of the paths, in which "*" stands
// for any name, and those whose values are modules. A module's other options
// are left alone, which is most of the work. Nil means all.
type wanted struct {
	name  string // tells it apart from others
	paths [][]string
}

// packageLists are the options that install packages or name one, and those
// whose values are modules of homes, which may.
var packageLists = &wanted{"packages", [][]string{
	{"environment", "systemPackages"}, {"fonts", "packages"}, {"home", "packages"}, {"users", "users", "*", "packages"},
	{"programs", "*", "package"}, {"services", "*", "package"}, {"home-manager"},
}}

// clanOptions are those that GeneratorsOf and CoreGeneratorsOf look at.
var clanOptions = &wanted{"clan", [][]string{{"clan", "core"}}}

// secretOptions are those that SealedUsesOf looks at too, and those whose values
// are modules of homes, which may set them.
var secretOptions = &wanted{"secrets", [][]string{{"clan", "core"}, {"sops"}, {"home-manager"}}}

// packageSets are those of asWritten.
var packageSets = &wanted{"sets", [][]string{{"nixpkgs", "overlays"}, {"nixpkgs", "pkgs"}}}

// on reports whether a path leads to what is wanted, or is it.
func (w *wanted) on(path []string) bool {
	if w == nil {
		return true
	}
	return slices.ContainsFunc(w.paths, func(p []string) bool {
		for i := range min(len(p), len(path)) {
			if p[i] != "*" && p[i] != path[i] {
				return false
			}
		}
		return true
	})
}
