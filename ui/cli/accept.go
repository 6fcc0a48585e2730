package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"assay/fleet/engine/nix"
)

// decided is what the operator has said to the settings that a flake wants Nix
// to have. It holds for exactly these settings.
type decided struct {
	Settings map[string]any `json:"settings"`
	Accepted bool           `json:"accepted"`
}

// applying are the settings that apply.
func (d decided) applying() map[string]any {
	if !d.Accepted {
		return nil
	}
	return d.Settings
}

const decidedName = "nix-config.json"

// acceptConfig returns the settings that Nix may take of the flake in dir, its
// substituters and the like: those that it brings, or none. The operator is
// asked once for each set of settings; where nobody can be asked they do not
// apply.
func (a *app) acceptConfig(ctx context.Context, dir, stateDir string) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(dir, "flake.nix"))
	if err != nil || !bytes.Contains(text, []byte("nixConfig")) {
		return nil, nil // what is wrong with the flake is told when it is used
	}
	settings, err := a.engine(dir, "", nix.Options{}).NixConfig(ctx)
	if err != nil || len(settings) == 0 {
		return nil, nil
	}
	var before decided
	file := filepath.Join(stateDir, decidedName)
	if err := readJSON(file, &before); err != nil {
		return nil, err
	}
	if sameJSON(before.Settings, settings) {
		return before.applying(), nil
	}
	shown, err := json.MarshalIndent(settings, "  ", "  ")
	if err != nil {
		return nil, err
	}
	if a.inConsole.Load() {
		a.notice("", "the flake wants Nix to have other settings than you have decided on, which do not apply; hint: start assay anew to decide")
		return nil, nil
	}
	p := a.errors()
	if !a.env.Interactive || stateDir == "" {
		p.clean("the flake wants Nix to have settings of its own, which do not apply; hint: run assay on a terminal once to decide")
		return nil, nil
	}
	p.clean("the flake wants Nix to have these settings:\n  %s", shown)
	now := decided{Settings: settings, Accepted: a.agreed("apply them, now and as long as they do not change? Who controls a substituter and its key controls what runs.")}
	if text, err = json.Marshal(now); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, err
	}
	return now.applying(), renameio.WriteFile(file, text, 0o600)
}

// readJSON reads a file into v; one that is not there leaves v as it is.
func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w; hint: remove it, and you are asked again", file, err)
	}
	return nil
}

// sameJSON reports whether two values are written alike.
func sameJSON(a, b map[string]any) bool {
	x, err := json.Marshal(a)
	y, other := json.Marshal(b)
	return err == nil && other == nil && bytes.Equal(x, y)
}
