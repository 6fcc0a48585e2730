package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
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
		Args: words(0, 0),
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
		r, err := repo.Open(dir)
		if err != nil {
			return nil, err
		}
		if r, _, err = a.confirmed(ctx, r); err != nil {
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
	p.offer(path, name, text, yes)
	if !yes {
		if !a.env.Interactive {
			return withCode(exitDeclined, errors.New("nothing was written: there is no terminal to ask on; hint: give --yes"))
		}
		if !a.agreed("write " + path + "?") {
			return withCode(exitDeclined, errors.New("declined: nothing was written"))
		}
	}
	if err := renameio.WriteFile(path, text, 0o644); err != nil {
		return err
	}
	p.clean("%s is written; hint: git add %s, Nix sees only what git tracks", path, name)
	p.noteRevision(dir)
	if name == fleetfile.Name {
		p.clean("next: fill in deploy.targets of the machines that have none; assay keys pin MACHINE, where its key is not known; assay status")
	} else {
		p.clean("next: assay check")
	}
	return nil
}

// shownLines is how many lines of a difference are shown.
const shownLines = 40

// offer shows what would be written: the file, or how it differs from the one
// that is there. The module is assay's own and is not shown as a whole where
// nobody is asked.
func (p *printer) offer(path, name string, text []byte, yes bool) {
	old, err := os.ReadFile(path)
	shown, more := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n"), 0
	switch {
	case err == nil && name == native.Name:
		p.clean("%s: %s", name, copyWords[native.Compare(old)])
		shown = strings.SplitAfter(strings.TrimSuffix(udiff.Unified("here", "new", string(old), string(text)), "\n"), "\n")
		more = max(len(shown)-shownLines, 0)
	case name == native.Name && yes:
		p.clean("%s: the module by which Nix reads fleet.toml, version %d, %d lines", name, native.Version(), len(shown))
		return
	default:
		p.line("%s:", name)
	}
	for _, line := range shown[:len(shown)-more] {
		p.line("  %s", host.Sanitize(strings.TrimSuffix(line, "\n")))
	}
	if more > 0 {
		p.line("  (%d more lines differ)", more)
	}
}

// copyWords say what a repository's copy of the module is.
var copyWords = map[native.State]string{
	native.Older:   "the copy here is of an earlier version",
	native.Newer:   "the copy here is of a later version than this assay has, which would replace it",
	native.Edited:  "the copy here was edited; what was changed in it would be lost",
	native.Foreign: "the file here is not assay's, and would be lost",
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
