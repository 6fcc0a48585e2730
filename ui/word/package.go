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

// Todo says what is to be built and fetched, "" where nobody asked.
func Todo(t *engine.Todo) string {
	switch {
	case t == nil:
		return ""
	case t.Unknown != "":
		return "what is to be built and fetched is not known: " + t.Unknown
	case len(t.Build) == 0 && t.Fetch == 0:
		return "nothing to build and nothing to fetch"
	}
	var parts []string
	if n := len(t.Build); n > 0 {
		parts = append(parts, Count(n, "derivation")+" to build")
	}
	if t.Fetch > 0 {
		parts = append(parts, fmt.Sprintf("%s to fetch (%s, %s unpacked)", Count(t.Fetch, "path"), Size(t.Download), Size(t.Unpacked)))
	}
	text := strings.Join(parts, ", ")
	if len(t.Build) > 0 {
		text += "; builds " + Names(t.Build, 5)
	}
	return text
}
