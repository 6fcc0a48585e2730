package cli

import (
	"context"
	"errors"
	"path"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/word"
)

// evaluated asks Nix what supplies packages.
func (a *app) evaluated(ctx context.Context, s *session.Session, q session.PackageQuestion) ([]overlay.Evaluated, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("asking Nix what supplies the package")
	told, err := s.EvaluatePackages(watch, q, progress.watch)
	progress.end()
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
	p.labelled("evaluated", "by Nix, on "+e.Machine+": "+word.Evaluated(e))
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
		p.line("            %s", p.paint(partRole(l), p.fold(host.Sanitize(word.LayerPart(l)), 12, 16)))
	}
	if e.LayersUnknown != "" && e.Derivation != "" {
		p.line("            %s", p.paint(warn, p.fold(host.Sanitize("which layers matter is unknown: "+e.LayersUnknown), 12, 16)))
	}
}

// partRole is how a layer that has a part in a package is painted.
func partRole(l overlay.EvaluatedLayer) role {
	switch {
	case l.Defines && l.Unknown != "":
		return warn
	case l.Defines && l.Matters == fleet.False:
		return bad
	}
	return plain
}
