package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay"
)

// evaluated asks Nix what supplies packages.
func (a *app) evaluated(ctx context.Context, s *session.Session, q session.PackageQuestion) ([]overlay.Evaluated, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("asking Nix what supplies the package")
	told, err := s.EvaluatePackages(watch, q, progress.watch)
	progress.clear()
	if watch.Err() != nil {
		return nil, context.Cause(watch)
	}
	switch {
	case errors.Is(err, session.ErrNoSupplier):
		return nil, withCode(exitUsage, err)
	case errors.Is(err, session.ErrNoMachineOf):
		return nil, withCode(exitNothing, err)
	}
	return told, err
}

// printEvaluated says what Nix says of a package.
func (a *app) printEvaluated(e *overlay.Evaluated) {
	p := a.text()
	p.labelled("evaluated", "by Nix, on "+e.Machine+": "+isText(e))
	var rows [][]cell
	if e.Derivation != "" && len(e.Same()) == 0 {
		rows = append(rows, []cell{cr(plain, "on "+e.Machine), cr(plain, e.Version), cr(faint, path.Base(e.Derivation))})
	}
	for _, c := range e.Channels {
		row := []cell{cr(plain, c.Channel), cr(plain, c.Version), cr(faint, path.Base(c.Derivation))}
		if c.Derivation == "" {
			row = []cell{cr(plain, c.Channel), cr(warn, "unknown"), cr(warn, c.Unknown)}
		}
		rows = append(rows, row)
	}
	p.rows("            ", rows)
	for _, l := range e.Layers {
		text, r := part(l)
		p.line("            %s", p.paint(r, p.fold(host.Sanitize(text), 12, 16)))
	}
	if e.LayersUnknown != "" && e.Derivation != "" {
		p.line("            %s", p.paint(warn, p.fold(host.Sanitize("which layers matter is unknown: "+e.LayersUnknown), 12, 16)))
	}
}

// isText is what is supplied.
func isText(e *overlay.Evaluated) string {
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

// part says what a layer has to do with a package.
func part(l overlay.EvaluatedLayer) (string, role) {
	text := fmt.Sprintf("layer %d of Nix", l.Number)
	if l.Layer != "" {
		text = "layer " + l.Layer
	}
	if !l.At.IsZero() {
		text += " " + l.At.String()
	}
	switch {
	case !l.Defines && len(l.Through) > 0:
		return text + ": changes it by " + strings.Join(l.Through, ", ") + ", which it needs", plain
	case !l.Defines:
		return text + ": changes it by something that it needs", plain
	case l.Unknown != "":
		return text + ": defines it; whether that matters is unknown: " + l.Unknown, warn
	case l.Matters == fleet.False:
		return text + ": dead, the package is the same without it", bad
	case len(l.Through) > 0:
		return text + ": defines it, and changes it by " + strings.Join(l.Through, ", ") + " too", plain
	}
	return text + ": defines it, and without that it is another one", plain
}
