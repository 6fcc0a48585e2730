package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/repo"
	"assay/fleet/session"
)

// nixInstalling is how many hosts get their first system at once.
const nixInstalling = 4

// installScript gives a host its first system, as an installer and the boot
// after it do. The profile comes last: what has one is installed.
const installScript = `set -eu
if [ -x "$1/bin/switch-to-configuration" ]; then
	"$1/bin/switch-to-configuration" switch
	ln -sfn "$1" /run/booted-system
else
	"$1/activate"
fi
nix-env -p /nix/var/nix/profiles/system --set "$1"`

// install builds the fleet as it was at its first commits, and gives every
// host that has no system yet the one of then.
func (w *nixKind) install(ctx context.Context, s *session.Session, r *repo.Repository) error {
	fresh := w.fresh(r)
	if slices.Contains(fresh, older) {
		if err := w.installFrom(ctx, tagFirst, s, r, []string{older}); err != nil {
			return err
		}
	}
	if len(fresh) > 0 {
		if err := w.installFrom(ctx, tagBase, s, r, fresh); err != nil {
			return err
		}
	}
	return w.finish(ctx)
}

// installFrom installs hosts as a commit of the fleet's history has them.
func (w *nixKind) installFrom(ctx context.Context, tag string, s *session.Session, r *repo.Repository, machines []string) error {
	past := filepath.Join(w.dir, "past")
	defer os.RemoveAll(past)
	if err := os.RemoveAll(past); err != nil {
		return err
	}
	if err := w.git(ctx, "clone", "--quiet", "--branch", tag, "--config", "advice.detachedHead=false", w.fleetDir(), past); err != nil {
		return fmt.Errorf("the fleet as it was at %s: %w", tag, err)
	}
	step, done := w.Progress("installing", len(machines))
	defer done()
	e := w.engineAt(past, r)
	var systems []engine.System
	var errs []error
	e.Evaluate(ctx, machines, nil, func(machine string, is engine.System, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("install %s: %w", machine, err))
			return
		}
		systems = append(systems, is)
	})
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return w.buildAndInstall(ctx, s, e, systems, step)
}

// buildAndInstall installs each system as soon as it is built.
func (w *nixKind) buildAndInstall(ctx context.Context, s *session.Session, e engine.Engine, systems []engine.System, step func()) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	slots := make(chan struct{}, nixInstalling)
	e.Build(ctx, systems, nil, func(is engine.System, closure engine.Closure, err error) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err == nil {
				err = w.installOn(ctx, s, is.Machine, closure)
			}
			step()
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("install %s: %w", is.Machine, err))
			}
		})
	})
	wg.Wait()
	return errors.Join(errs...)
}

func (w *nixKind) installOn(ctx context.Context, s *session.Session, machine string, closure engine.Closure) error {
	d, err := w.deployer()
	if err != nil {
		return err
	}
	conn, err := s.Connect(ctx, machine)
	if err != nil {
		return err
	}
	defer conn.Close()
	missing, err := d.Missing(ctx, conn, closure)
	if err != nil {
		return err
	}
	if err := d.Copy(ctx, conn, missing, nil); err != nil {
		return err
	}
	return conn.Run(ctx, host.Command{Script: installScript, Args: []string{closure.System}, Root: true})
}
