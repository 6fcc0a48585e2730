package nix

import "assay/fleet/engine"

var _ engine.Explained = (*BuildError)(nil)

// Log is the last lines of the first derivation that failed.
func (e *BuildError) Log() []string {
	if len(e.Failures) == 0 {
		return nil
	}
	return e.Failures[0].Lines
}
