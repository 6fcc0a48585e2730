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
		if !assembled(nameOf(o.Path)) {
			g.paths = append(g.paths, o.Path)
		}
		g.size += o.NarSize
	}
	out := make([]engine.Package, 0, len(groups))
	for _, name := range sorted(groups) {
		g := groups[name]
		out = append(out, engine.Package{Name: name, Versions: slices.Sorted(maps.Keys(g.versions)),
			Size: g.size, Hash: hashOf(g.paths)})
	}
	return out
}

// hashOf is a hash of store paths in any order, "" for none.
func hashOf(paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	slices.Sort(paths)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(paths), "\n")))
	return hex.EncodeToString(sum[:8])
}

// What NixOS and nix-darwin put together out of packages and of text that is
// in files and units: a new path of such a name says nothing by itself. A
// unit's scripts are not among it, as no text of theirs is recorded.
var (
	assembledNames    = []string{"etc", "etc-os-release", "etc-lsb-release", "system-path", "system-units", "user-units", "dbus-1", "nixos-version", "darwin-version", "darwin-version.json", "boot.json"}
	assembledPrefixes = []string{"nixos-system-", "darwin-system-", "X-Restart-Triggers-", "X-Reload-Triggers-", "unit-"}
)

// assembled reports whether a store path's name is of such a thing.
func assembled(name string) bool {
	if strings.HasPrefix(name, "unit-script-") {
		return false
	}
	return slices.Contains(assembledNames, name) ||
		slices.ContainsFunc(assembledPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
