package demo

import (
	"context"
	"fmt"

	"assay/fleet/engine/embedded"
	"assay/fleet/host/sim"
	"assay/fleet/repo"
	"assay/fleet/session"
)

// The engines of demos.
const (
	Embedded = "embedded"
	Nix      = "nix"
)

// kind is what the demos of one engine have of their own.
type kind interface {
	// write writes the example fleet out, once.
	write(ctx context.Context) error
	// furnish completes a host that sim.Prepare has made.
	furnish(h *sim.Host) error
	// reach is what builds the repository's systems and what deploys them.
	reach(r *repo.Repository) (session.Reach, error)
	// install gives every host that has no system yet its first one.
	install(ctx context.Context, s *session.Session, r *repo.Repository) error
}

func kindOf(w world) (kind, error) {
	switch w.Engine {
	case "", Embedded:
		return embeddedKind{w}, nil
	case Nix:
		return newNixKind(w)
	}
	return nil, fmt.Errorf("%q is no engine: %s, %s", w.Engine, Embedded, Nix)
}

// ResetCommand is the command that starts this demo over.
func (o Options) ResetCommand() string {
	command := "assay demo --reset"
	if o.Engine == Nix {
		command = "assay demo --engine nix --reset"
	}
	if o.Hosts != 0 && o.Hosts != DefaultHosts {
		command += fmt.Sprintf(" --hosts %d", o.Hosts)
	}
	return command
}

// embeddedKind is the demo that needs nothing but this program.
type embeddedKind struct{ world }

func (w embeddedKind) write(context.Context) error {
	files, err := w.exampleFiles()
	if err != nil {
		return err
	}
	if done, err := w.written(files); done || err != nil {
		return err
	}
	for _, f := range files {
		if err := w.writeFile(f); err != nil {
			return err
		}
	}
	return w.seal(files)
}

func (embeddedKind) furnish(*sim.Host) error { return nil }

func (w embeddedKind) reach(r *repo.Repository) (session.Reach, error) {
	e := embedded.New(embedded.Options{
		Store: w.storeDir(), Compose: r.Compose, Supply: r.Stack().Supply, ReadFile: r.ReadFile,
	})
	return session.Reach{Engine: e, Deployer: e}, nil
}
