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
	"assay/fleet/engine/embedded"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/modules/compose"
)

// older is the host whose profile holds an older generation than the one it
// runs.
const older = "galena"

// installing is how many hosts are installed at once.
const installing = 16

// fresh lists the hosts that have no system yet.
func (w world) fresh(r *repo.Repository) []string {
	var list []string
	for _, name := range names(r.Fleet) {
		if name != silent && !w.installed(name) {
			list = append(list, name)
		}
	}
	return list
}

// install gives every host that has no system yet its base: the aspects named
// base and nothing else, built and activated by the engine like any update.
func (w embeddedKind) install(ctx context.Context, s *session.Session, r *repo.Repository) error {
	fresh := w.fresh(r)
	if len(fresh) == 0 {
		return nil
	}
	if len(fresh) > 2*DefaultHosts {
		w.Notice(fmt.Sprintf("installing %d hosts, once", len(fresh)))
	}
	step, done := w.Progress("installing", len(fresh))
	defer done()
	base := w.engineOf(r, "base")
	errs := make([]error, len(fresh))
	var wg sync.WaitGroup
	slots := make(chan struct{}, installing)
	for i, name := range fresh {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if name == older {
				// A first generation that also had the machine's cloud.
				errs[i] = installOn(ctx, s, w.engineOf(r, "base", "gcp"), r, name)
			}
			errs[i] = errors.Join(errs[i], installOn(ctx, s, base, r, name))
			step()
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// installed reports whether the host has a system profile.
func (w world) installed(machine string) bool {
	_, err := os.Lstat(filepath.Join(w.hostDir(machine), "nix", "var", "nix", "profiles", "system"))
	return err == nil
}

// engineOf is the engine for the named aspects only.
func (w embeddedKind) engineOf(r *repo.Repository, only ...string) *embedded.Engine {
	return embedded.New(embedded.Options{
		Store: w.storeDir(), Supply: r.Stack().Supply, ReadFile: r.ReadFile,
		Compose: func(machine string) (compose.Composition, error) { return r.ComposeOnly(machine, slices.Clone(only)) },
	})
}

// installOn builds the machine's system and activates it on the host.
func installOn(ctx context.Context, s *session.Session, e *embedded.Engine, r *repo.Repository, machine string) error {
	fail := func(err error) error { return fmt.Errorf("install %s: %w", machine, err) }
	system, err := e.System(ctx, machine)
	if err != nil {
		return fail(err)
	}
	closure, err := e.Realise(ctx, system)
	if err != nil {
		return fail(err)
	}
	conn, err := s.Connect(ctx, machine)
	if err != nil {
		return fail(err)
	}
	defer conn.Close()
	missing, err := e.Missing(ctx, conn, closure)
	if err != nil {
		return fail(err)
	}
	if err := e.Copy(ctx, conn, missing, nil); err != nil {
		return fail(err)
	}
	err = e.Activate(ctx, conn, engine.Activation{
		Machine: machine, Class: string(r.Fleet.Machine(machine).Class), System: system.Path, Goal: engine.GoalSwitch,
	}, nil)
	if err != nil {
		return fail(err)
	}
	return nil
}
