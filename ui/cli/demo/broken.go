package demo

import (
	"fmt"
	"path/filepath"
	"strings"

	"assay/fleet/fleetfile"
)

// FleetError is a demo's fleet that cannot be read: somebody has edited it.
type FleetError struct {
	Dir string // of the fleet
	Err error
}

// Error names the fleet's file with its whole path: nobody knows by heart
// where a demo lies.
func (e *FleetError) Error() string {
	lines := strings.Split(e.Err.Error(), "\n")
	named := false
	for i, line := range lines {
		if strings.HasPrefix(line, fleetfile.Name+":") {
			lines[i], named = filepath.Join(e.Dir, fleetfile.Name)+strings.TrimPrefix(line, fleetfile.Name), true
		}
	}
	if text := strings.Join(lines, "\n"); named {
		return text
	}
	return fmt.Sprintf("%s: %s", e.Dir, e.Err)
}

// Unwrap is why it cannot be read.
func (e *FleetError) Unwrap() error { return e.Err }
