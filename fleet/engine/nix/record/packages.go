package record

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"assay/fleet/engine"
)

// output is the end of a name that says which output of a derivation it is.
// "-unstable" looks the same, and then counts as one too.
var output = regexp.MustCompile(`^(.*)-([a-z]+|lib32|lib64)$`)

// Split divides the name of a store path into a package's name and its version,
// "" where there is none, as nix store diff-closures does
// (src/nix/diff-closures.cc and src/libstore/names.cc): without what looks like
// an output's name, everything up to the first dash that no letter follows.
func Split(name string) (pkg, version string) {
	if m := output.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	for i := range len(name) - 1 {
		if next := name[i+1]; name[i] == '-' && (next < 'A' || next > 'Z') && (next < 'a' || next > 'z') {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// Packages groups store paths by name, in the order of the names.
func Packages(objects []engine.Object) []engine.Package {
	type group struct {
		versions map[string]bool
		paths    []string
		size     int64
	}
	groups := make(map[string]*group)
	for _, o := range objects {
		name, version := Split(nameOf(o.Path))
		g := groups[name]
		if g == nil {
			g = &group{versions: make(map[string]bool)}
			groups[name] = g
		}
		g.versions[version] = true
		g.paths = append(g.paths, o.Path)
		g.size += o.NarSize
	}
	out := make([]engine.Package, 0, len(groups))
	for _, name := range sorted(groups) {
		g := groups[name]
		slices.Sort(g.paths)
		sum := sha256.Sum256([]byte(strings.Join(slices.Compact(g.paths), "\n")))
		out = append(out, engine.Package{Name: name, Versions: slices.Sorted(maps.Keys(g.versions)),
			Size: g.size, Hash: hex.EncodeToString(sum[:8])})
	}
	return out
}
