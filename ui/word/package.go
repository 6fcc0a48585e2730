package word

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

// Package says what is different about a package: its versions, by how much it
// grows, and what supplies it, as far as each is known.
func Package(ch plan.PackageChange) string {
	var parts []string
	if v := versions(ch); v != "" {
		parts = append(parts, v)
	}
	if ch.Size != 0 {
		parts = append(parts, Growth(ch.Size))
	}
	supplied := ch.OldLayer+ch.OldChannel+ch.NewLayer+ch.NewChannel != ""
	if supplied || len(parts) == 0 {
		parts = append(parts, Supply(ch))
	}
	return strings.Join(parts, ", ")
}

// versions says which versions of a package go and come: "1.2 -> 1.3".
func versions(ch plan.PackageChange) string {
	was, is := named(ch.OldVersions), named(ch.NewVersions)
	switch {
	case ch.Op == plan.Added:
		return is
	case ch.Op == plan.Removed:
		return was
	case was != "" && is != "":
		return was + " -> " + is
	case was != "":
		return "no longer " + was
	case is != "":
		return "also " + is
	}
	return ""
}

// named joins versions; those without a name are left out where there are
// others.
func named(list []string) string {
	known := slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == "" })
	if len(known) == 0 && len(list) > 0 {
		return "no version"
	}
	return strings.Join(known, ", ")
}

// Growth says by how many bytes something grows: "+1.4 MB", "-20 kB".
func Growth(n int64) string {
	if n < 0 {
		return "-" + Size(-n)
	}
	return "+" + Size(n)
}

// PlainPaths is the heading of what has no version.
const PlainPaths = "store paths without a version: scripts, units, files"

// Rebuilt says that so many packages are built anew at the same versions, "" for
// none.
func Rebuilt(n int) string {
	if n == 0 {
		return ""
	}
	return Count(n, "package") + " rebuilt at the same version"
}

// NoDifference says what it means that a change shows none.
func NoDifference(ch *plan.Change) string {
	if ch.Revision {
		return "no real change: nothing but the revision is different"
	}
	return "no difference that the record tells"
}

// Todo says what there was to build and to fetch when a plan was made, "" where
// nobody asked: "planning had 3 derivations to build: etc x2, fish-4.1".
// By now it is done; what failed the plan's machines say.
func Todo(t *engine.Todo) string {
	switch {
	case t == nil:
		return ""
	case t.Unknown != "":
		return "what was to be built and fetched is not known: " + t.Unknown
	case len(t.Build) == 0 && t.Fetch == 0:
		return "nothing was to be built or fetched"
	}
	var parts []string
	if n := len(t.Build); n > 0 {
		parts = append(parts, Count(n, "derivation")+" to build")
	}
	if t.Fetch > 0 {
		parts = append(parts, fmt.Sprintf("%s to fetch (%s, %s unpacked)", Count(t.Fetch, "path"), Size(t.Download), Size(t.Unpacked)))
	}
	text := "planning had " + strings.Join(parts, ", ")
	if len(t.Build) > 0 {
		text += ": " + Names(Repeated(t.Build), 5)
	}
	return text
}

// Repeated folds equal names into one with their number, in the order of the
// first ones: "etc x7".
func Repeated(names []string) []string {
	count := map[string]int{}
	for _, name := range names {
		count[name]++
	}
	var out []string
	for _, name := range names {
		switch n := count[name]; {
		case n == 1:
			out = append(out, name)
		case n > 1:
			out = append(out, fmt.Sprintf("%s x%d", name, n))
		}
		count[name] = 0
	}
	return out
}
