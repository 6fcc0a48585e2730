package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoFleet is returned where no directory of a fleet is found.
var ErrNoFleet = errors.New("no fleet here")

// markers tell the root of a fleet, the native registry first.
var markers = []string{"fleet.toml", "flake.nix", ".clan-flake"}

// Find returns the nearest directory from start upwards that holds a
// fleet.toml, a flake.nix or a .clan-flake.
func Find(start string) (string, error) {
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", err
	}
	for {
		for _, marker := range markers {
			if _, err := os.Stat(filepath.Join(dir, marker)); err == nil {
				return dir, nil
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w: no fleet.toml, flake.nix or .clan-flake in %s or above; hint: name a directory with -C, or try: assay demo", ErrNoFleet, start)
		}
		dir = parent
	}
}
