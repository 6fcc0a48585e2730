package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/engine/nix/native"
	"assay/fleet/fleetfile"
	"assay/fleet/host"
	"assay/fleet/repo"
)

func (a *app) initCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write what a repository lacks, after showing it",
		Long: `In a flake that defines its machines itself: a fleet.toml with what Nix does not
know of them, such as addresses. Beside a fleet.toml that is the registry:
assay.nix, the module by which Nix reads it, or its present version. What would
be written is shown first. Nothing else is written.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.inDemo {
				return usagef("init is refused in the demo: its files are made anew")
			}
			return a.initialise(cmd.Context(), yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// initialise finds out what the directory lacks and writes it.
func (a *app) initialise(ctx context.Context, yes bool) error {
	dir := a.flags.dir
	if dir == "" {
		found, err := repo.Find(".")
		if err != nil {
			return withCode(exitUsage, err)
		}
		dir = found
	}
	name, text, err := lacking(dir, func() (*fleet.Fleet, error) {
		r, _, err := a.adopt(ctx, dir)
		if err != nil {
			return nil, err
		}
		return r.Fleet, nil
	})
	if err != nil {
		return err
	}
	if name == "" {
		a.text().line("nothing is lacking here; see: assay check")
		return nil
	}
	path := filepath.Join(dir, name)
	p := a.text()
	p.line("%s:", name)
	for line := range strings.Lines(string(text)) {
		p.line("  %s", host.Sanitize(strings.TrimSuffix(line, "\n")))
	}
	if !yes {
		if !a.env.Interactive {
			return withCode(exitDeclined, errors.New("nothing was written: there is no terminal to ask on; hint: give --yes"))
		}
		fmt.Fprintf(a.env.Stderr, "write %s? [y/N] ", host.Sanitize(path))
		if !affirmative(a.answer()) {
			return withCode(exitDeclined, errors.New("declined: nothing was written"))
		}
	}
	if err := renameio.WriteFile(path, text, 0o644); err != nil {
		return err
	}
	p.clean("%s is written; hint: git add %s, Nix sees only what git tracks", path, name)
	return nil
}

// lacking is the one file that the directory lacks next; "" is none.
func lacking(dir string, registry func() (*fleet.Fleet, error)) (name string, text []byte, err error) {
	said, err := os.ReadFile(filepath.Join(dir, fleetfile.Name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f, err := registry()
		if err != nil {
			return "", nil, err
		}
		return fleetfile.Name, fleetfile.Draft(f), nil
	case err != nil:
		return "", nil, err
	case !fleetfile.Native(fleetfile.Name, said):
		return "", nil, nil
	}
	module, err := os.ReadFile(filepath.Join(dir, native.Name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || bytes.Equal(module, native.Module) {
		return "", nil, err
	}
	return native.Name, native.Module, nil
}
