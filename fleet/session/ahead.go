package session

import (
	"context"

	"assay/fleet/checkout"
	"assay/secrets/audit"
	"assay/secrets/vars"
)

// Ahead is the reading of what lies in a fleet's directory of secrets,
// whatever its flake says. It goes on beside the reading of the flake, which
// takes as long. Nothing is decrypted, and nothing that the repository
// configures is run.
type Ahead struct {
	stop  func()
	done  chan struct{}
	vars  []vars.Var
	audit audit.Input // without what the flake says; empty where only vars are read
	err   error
}

// AheadVars begins to list the vars in dir, of one machine or, for "", all.
func AheadVars(dir, machine string) *Ahead {
	return ahead(context.Background(), func(_ context.Context, a *Ahead) error { return a.list(dir, machine) })
}

// AheadAudit begins to read all that an audit of dir goes by. Without ages git
// is not asked how old the secrets are; what it says is kept in the directory
// cache, if that is not "".
func AheadAudit(ctx context.Context, dir, cache string, ages bool) *Ahead {
	return ahead(ctx, func(ctx context.Context, a *Ahead) error {
		listed := AheadVars(dir, "")
		begun, tracked, err := a.gather(ctx, dir, cache, ages)
		defer begun.Stop()
		<-listed.done
		if err == nil {
			err = listed.err
		}
		if err != nil {
			return err
		}
		a.vars = listed.vars
		for i := range a.vars {
			if c := a.vars[i].Claim; c != nil {
				a.audit.Claims = append(a.audit.Claims, *c)
			}
		}
		a.audit.NoGit = "git was not asked"
		if ages {
			a.audit.History, a.audit.NoGit = secretHistory(ctx, dir, cache, begun, tracked, &a.audit)
		}
		return nil
	})
}

func ahead(ctx context.Context, read func(context.Context, *Ahead) error) *Ahead {
	ctx, stop := context.WithCancel(ctx)
	a := &Ahead{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.err = read(ctx, a)
	}()
	return a
}

// Stop ends the reading, if it still goes on, and waits for its end. What was
// read stays. a may be nil.
func (a *Ahead) Stop() {
	if a != nil {
		a.stop()
		<-a.done
	}
}

// list lists the vars. A Store of its own is used, since there is no
// repository yet.
func (a *Ahead) list(dir, machine string) error {
	store, err := vars.Open(dir)
	if err != nil {
		return err
	}
	defer store.Close()
	if machine == "" {
		a.vars, err = store.List()
	} else {
		a.vars, err = store.ListOf(vars.PerMachine, machine)
	}
	return err
}

// gather reads the secrets of the directory but the vars, and what git tracks.
// With ages it begins to read their history.
func (a *Ahead) gather(ctx context.Context, dir, cache string, ages bool) (begun *checkout.History, tracked []string, err error) {
	store, err := vars.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	untracked := make(chan []string, 1)
	go func() { untracked <- checkout.Untracked(ctx, dir) }()
	tracked, ok := checkout.Tracked(ctx, dir)
	if !ok {
		tracked = nil
	}
	if ages {
		begun = likelyHistory(ctx, dir, cache, tracked)
	}
	a.audit, err = audit.Gather(ctx, store, tracked, func() []string { return <-untracked }, audit.Input{Git: ok})
	return begun, tracked, err
}
