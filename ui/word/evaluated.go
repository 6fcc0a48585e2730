package word

import (
	"cmp"
	"fmt"
	"strings"

	"assay/fleet"
	"assay/overlay"
)

// Evaluated says what Nix says is supplied: "2.1.1, the very package of
// stable".
func Evaluated(e *overlay.Evaluated) string {
	if e.Derivation == "" {
		return "unknown: " + e.Unknown
	}
	text := cmp.Or(e.Version, "of no version")
	switch same := e.Same(); {
	case len(same) > 0:
		text += ", the very package of " + strings.Join(same, ", ")
	case e.Changed == fleet.True:
		text += ", changed by a dependency"
	}
	return text
}

// LayerPart says what a layer has to do with a package, as Nix says.
func LayerPart(l overlay.EvaluatedLayer) string {
	text := fmt.Sprintf("layer %d of Nix", l.Number)
	switch {
	case l.Layer != "":
		text = "layer " + l.Layer
	case l.Exported != "":
		text = "layer overlays." + l.Exported
	}
	if !l.At.IsZero() {
		text += " " + l.At.String()
	}
	if l.Function > 0 {
		text += fmt.Sprintf(", for Nix one function with %d layers", l.Function)
	}
	switch {
	case !l.Defines && len(l.Through) > 0:
		return text + ": changes it by " + strings.Join(l.Through, ", ") + ", which it needs" + without(l)
	case !l.Defines:
		return text + ": changes it by something that it needs" + without(l)
	case l.Unknown != "":
		return text + ": defines it; whether that matters is unknown: " + l.Unknown
	case l.Matters == fleet.False:
		return text + ": dead, the package is the same without it"
	case len(l.Through) > 0:
		return text + ": defines it, and changes it by " + strings.Join(l.Through, ", ") + " too" + without(l)
	}
	return text + ": defines it" + without(l)
}

// without says what a package is without a layer that matters.
func without(l overlay.EvaluatedLayer) string {
	switch w := l.Without; {
	case w == nil || w.Derivation != "" && w.Version == "":
		return "; without that it is another one"
	case w.Derivation != "":
		return "; without that it is another one, " + w.Version
	default:
		return "; without that " + cmp.Or(w.Unknown, "there is none")
	}
}
