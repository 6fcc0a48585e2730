package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"assay/fleet"
)

// ByName is a package of the fleet's own.
type ByName struct {
	Name string
	File string // "modules/packages/by-name/mi/mine/package.nix"
	Pkgs Pkgs   // what it is built with; "" is PkgsMachine, as in every native fleet
}

// Pkgs is a package set that by-name packages are built with.
type Pkgs string

// The sets. A flake that takes its packages from perSystem builds them without
// the machine's overlays and its nixpkgs.config; other by-name packages are not
// among their dependencies then.
const (
	PkgsMachine   Pkgs = "machine"
	PkgsPerSystem Pkgs = "perSystem"
)

// Read finds what the layers of a native fleet are made of: its by-name
// packages below Sources.Packages, and what its overrides' files start from.
// The file system is the fleet's directory.
func Read(fsys fs.FS, f *fleet.Fleet) (Input, []fleet.Problem) {
	in := Input{Fleet: f}
	var ps, more []fleet.Problem
	if f.Sources.Packages != "" {
		in.Packages, ps = Packages(fsys, f.Sources.Packages)
	}
	in.Starts, more = readStarts(fsys, f)
	return in, append(ps, more...)
}

// Packages finds the packages below a directory that is laid out as nixpkgs'
// pkgs/by-name: <xx>/<name>/package.nix, where xx are the first two letters of
// the name in lower case. They are sorted by name within xx. What does not
// follow the layout is a problem, since Nix would not find it.
func Packages(fsys fs.FS, dir string) ([]ByName, []fleet.Problem) {
	var found []ByName
	var ps []fleet.Problem
	bad := func(at, format string, args ...any) {
		ps = append(ps, fleet.Problem{At: fleet.Pos{File: at}, Severity: fleet.Error, Text: fmt.Sprintf(format, args...)})
	}
	shards, err := fs.ReadDir(fsys, dir)
	if err != nil {
		bad(dir, "by-name packages: %v", cause(err))
	}
	for _, shard := range shards {
		if !shard.IsDir() {
			continue // a note beside the packages
		}
		at := path.Join(dir, shard.Name())
		names, err := fs.ReadDir(fsys, at)
		if err != nil {
			bad(at, "by-name packages: %v", cause(err))
		}
		for _, n := range names {
			file := path.Join(at, n.Name(), "package.nix")
			want := strings.ToLower(n.Name())
			switch st, err := fs.Stat(fsys, file); {
			case !n.IsDir():
				bad(path.Join(at, n.Name()), "by-name packages: expected a directory with the package's name and in it package.nix")
			case want[:min(2, len(want))] != shard.Name():
				bad(path.Join(at, n.Name()), "by-name packages: expected %s in %s", n.Name(), want[:min(2, len(want))])
			case err != nil || !st.Mode().IsRegular():
				bad(path.Join(at, n.Name()), "by-name packages: expected package.nix in it")
			default:
				found = append(found, ByName{Name: n.Name(), File: file})
			}
		}
	}
	return found, ps
}

// cause is what went wrong, without the operation and the path.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}
