package aspect

import (
	"path"
	"time"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
)

// Unused reports whether an aspect could apply to a machine or a home, by its
// class, and does to none.
func Unused(a *session.Aspect) bool {
	return len(a.Machines) == 0 && Applies(a.Class)
}

// Applies reports whether aspects of the class are there for machines or homes.
// Of no known class, nobody knows.
func Applies(c fleet.Class) bool {
	switch c {
	case fleet.NixOS, fleet.Darwin, fleet.HomeManager, "generic":
		return true
	}
	return false
}

// Doubt tells whether something in the tree is wrong, so that a machine may
// get an aspect by what could not be read. The zero value is ready.
type Doubt struct {
	at  time.Time
	any bool
}

// Of reports the doubt, and looks through the problems where they are others
// than before. Of a flake no machine of which was seen, everything is in doubt.
func (d *Doubt) Of(k *known.Known) bool {
	if k.Adopted && len(k.Fleet.Machines) == 0 {
		return true
	}
	if !d.at.Equal(k.Problems.At) {
		d.at, d.any = k.Problems.At, false
		for _, p := range k.Problems.Value {
			d.any = d.any || p.Severity == fleet.Error && path.Ext(p.At.File) == ".nix"
		}
	}
	return d.any
}

// Registry is the registry of an aspect where it is another than that of all
// aspects of its class, flake.modules; else "".
func Registry(a *session.Aspect) string {
	if a.Registry == "flake.modules."+string(a.Class) {
		return ""
	}
	return a.Registry
}

// UnusedSpan says that an aspect is unused, or that it seems so. With more, it
// says what that means.
func UnusedSpan(st *style.Style, doubt bool, more string) widget.Span {
	if doubt {
		return widget.R(style.Unknown, st.Glyphs.Unknown+" unused as far as read"+more)
	}
	return widget.R(style.Warn, st.Glyphs.Warn+" unused"+more)
}
