package plan

import (
	"slices"

	"assay/fleet/engine"
)

// leastGrowth is the change of a package's size in bytes from which on it is
// one, as for nix store diff-closures.
const leastGrowth = 8 << 10

// packageChanges returns the packages that differ, and how many others are
// built anew.
func packageChanges(from, to *engine.Record, at *places) (list []PackageChange, rebuilt int) {
	list = []PackageChange{}
	before, after := systemsApart(from), systemsApart(to)
	for _, p := range pairs(before, after, func(o *engine.Package) string { return o.Scope + "\x00" + o.Name }) {
		if p.old != nil && p.new != nil && samePackage(p.old, p.new) {
			if p.old.Hash != p.new.Hash {
				rebuilt++
			}
			continue
		}
		list = append(list, packageChange(p, at))
	}
	return list, rebuilt
}

func packageChange(p pair[string, engine.Package], at *places) PackageChange {
	c := PackageChange{Op: p.op()}
	var before, after []string
	if p.old != nil {
		c.Scope, c.Name = visible(p.old.Scope), visible(p.old.Name)
		c.OldLayer, c.OldChannel = visible(p.old.Layer), visible(p.old.Channel)
		before, c.Size = p.old.Versions, -p.old.Size
	}
	if p.new != nil {
		c.Scope, c.Name = visible(p.new.Scope), visible(p.new.Name)
		c.NewLayer, c.NewChannel = visible(p.new.Layer), visible(p.new.Channel)
		c.At = at.pkg(p.new.Scope, p.new.Name)
		after, c.Size = p.new.Versions, c.Size+p.new.Size
	}
	c.OldVersions, c.NewVersions = beside(before, after), beside(after, before)
	c.Plain = c.OldLayer+c.OldChannel+c.NewLayer+c.NewChannel == "" && len(before)+len(after) > 0 && !versioned(before) && !versioned(after)
	return c
}

// versioned reports whether some path has a version.
func versioned(list []string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return v != "" })
}

// Parts divides the packages that differ into those that are packages and the
// store paths that have no version.
func (c *Change) Parts() (packages, paths []PackageChange) {
	for _, ch := range c.Packages {
		if ch.Plain {
			paths = append(paths, ch)
		} else {
			packages = append(packages, ch)
		}
	}
	return packages, paths
}

// beside is what of a is not in b, made visible.
func beside(a, b []string) []string {
	var list []string
	for _, v := range a {
		if !slices.Contains(b, v) {
			list = append(list, visible(v))
		}
	}
	return list
}

func samePackage(a, b *engine.Package) bool {
	growth := b.Size - a.Size
	return a.Layer == b.Layer && a.Channel == b.Channel && slices.Equal(a.Versions, b.Versions) &&
		max(growth, -growth) < leastGrowth
}

// systemNames are how the store path of a system itself is called, before the
// name of its machine.
var systemNames = []string{"nixos-system", "darwin-system"}

// systemsApart returns the packages with the system itself under a name
// without the machine's, so that machines that change in the same way do.
func systemsApart(r *engine.Record) []engine.Package {
	list := slices.Clone(r.Packages)
	for i := range list {
		for _, name := range systemNames {
			if r.Machine != "" && list[i].Name == name+"-"+r.Machine {
				list[i].Name = name
			}
		}
	}
	return list
}

// grows is how much larger one record's closure is than the other's, 0 where
// one of them does not tell.
func grows(from, to *engine.Record) int64 {
	if from == nil || to == nil {
		return 0
	}
	before, after := closureSize(from), closureSize(to)
	if before == 0 || after == 0 {
		return 0
	}
	return after - before
}

func closureSize(r *engine.Record) int64 {
	var n int64
	for i := range r.Packages {
		n += r.Packages[i].Size
	}
	return n
}

func unitChanges(from, to []engine.Unit) []UnitChange {
	var list []UnitChange
	for _, p := range pairs(from, to, func(u *engine.Unit) string { return u.Name }) {
		if p.old == nil || p.new == nil || p.old.Hash != p.new.Hash {
			list = append(list, UnitChange{Op: p.op(), Name: visible(p.key)})
		}
	}
	return list
}

// revisionFiles name the revision of what made a system, or its label.
var revisionFiles = []string{"/etc/issue", "/etc/lsb-release", "/etc/os-release", "/etc/nixos-version"}

// revision reports whether nothing is different but what names the revision:
// the system's own name, a few files, and nothing that was built anew. That is
// known only where the records have hashes of their packages.
func (c *Change) revision(from, to *engine.Record) bool {
	if !hashed(from) || !hashed(to) || c.Rebuilt > 0 || len(c.Aspects)+len(c.Options)+len(c.Units)+len(c.LeftOut) > 0 {
		return false
	}
	for i := range c.Files {
		if c.Files[i].Op != Changed || !slices.Contains(revisionFiles, c.Files[i].Path) {
			return false
		}
	}
	for i := range c.Packages {
		name := c.Packages[i].Name
		if c.Packages[i].Op != Changed || !slices.Contains(systemNames, name) && name != "nixos-version" {
			return false
		}
	}
	return true
}

func hashed(r *engine.Record) bool {
	return slices.ContainsFunc(r.Packages, func(p engine.Package) bool { return p.Hash != "" })
}
