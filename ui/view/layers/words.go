package layers

import (
	"path"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/overlay"
	"assay/ui/style"
	"assay/ui/widget"
)

// about says what a layer is there for.
func about(layer string) string {
	switch layer {
	case overlay.LayerInputs:
		return "channels under their names"
	case overlay.LayerHotfixes:
		return "packages from other channels, for a while"
	case overlay.LayerPackages:
		return "the fleet's own packages"
	case overlay.LayerOverrides:
		return "packages built differently"
	case overlay.LayerFlakeInputs:
		return "overlays of flake inputs"
	}
	return ""
}

// where says what a layer is there for; of one that is written in Nix, where,
// and on which machines if not all of the system have it.
func where(l *overlay.Layer) string {
	if l.At.IsZero() {
		return about(l.Name)
	}
	if l.Machines != nil {
		return l.At.String() + ", on " + strings.Join(l.Machines, ", ") + " only"
	}
	return l.At.String()
}

// composition says what the way of putting layers together means.
func composition(s *overlay.Stack) string {
	switch s.Composition() {
	case "mixed":
		return "mixed: some layers build on those before them, some are joined with //"
	case "compose":
		return "compose: prev holds the layers before; what uses it builds on them"
	}
	plain := s.Default()
	if plain == "" {
		plain = "nixpkgs"
	}
	return "merge: the last layer to define a name wins; prev is plain " + plain
}

// origin says what an entry takes its package from.
func origin(e *overlay.Entry) string {
	switch {
	case e.Kind == overlay.KindValue:
		return "a value, no package"
	case e.Kind == overlay.KindUnknown:
		return "unknown: " + e.Text
	case e.Input != "":
		return "input " + e.Input
	case e.Kind == overlay.LayerPackages:
		return "the fleet's own"
	case e.Kind == overlay.LayerOverrides && e.File == "":
		return "changed: " + e.Starts()
	case e.Kind == overlay.LayerOverrides && e.Channel == "":
		return "defined by " + path.Base(e.File)
	case e.Kind == overlay.LayerOverrides:
		return channel(e.Channel, e.Alias) + ", changed by " + path.Base(e.File)
	case e.Channel == "":
		return "a channel that this system does not have"
	}
	return channel(e.Channel, e.Alias)
}

// channel is a channel's name, with the one that it has below pkgs.
func channel(name, alias string) string {
	if alias != "" && alias != name {
		return name + " as " + alias
	}
	return name
}

// fate says whether something shadows an entry, as a glyph and words; nothing
// where nothing does.
func fate(st *style.Style, e *overlay.Entry) widget.Span {
	g := st.Glyphs
	switch {
	case !e.Shadowed:
		return widget.Span{}
	case e.Dead == fleet.True:
		return widget.R(style.Warn, g.Warn+" dead: "+e.By+" wins")
	case e.Dead == fleet.Unknown:
		return widget.R(style.Unknown, g.Unknown+" perhaps dead: "+e.By+" wins")
	}
	return widget.R(style.OK, g.OK+" alive: "+e.By+" builds on it")
}

// supplier says in a few words who supplies the package.
func supplier(a *overlay.Answer) string {
	from := channel(a.Channel, a.Alias)
	if a.Layer == "" && a.Version != "" {
		return from
	}
	switch {
	case a.Channel == "" && a.Layer == "":
		from = "nixpkgs"
	case a.Kind == overlay.LayerPackages:
		from = "the fleet's own"
	case a.Kind == overlay.LayerFlakeInputs:
		from = "a flake input"
	case a.Channel == "":
		from = "no channel"
	}
	if a.Layer == "" {
		return from + ", if it has it"
	}
	return from + ", by layer " + strconv.Itoa(a.Number) + " " + a.Layer
}

// effect is the look of what an entry does: struck out where that is nothing.
func effect(e *overlay.Entry) style.Role {
	if e.Shadowed && e.Dead == fleet.True {
		return style.Struck
	}
	return style.Plain
}
