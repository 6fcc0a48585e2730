package session

import (
	"context"
	"sync"

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
	done  chan struct{} // closed when all is read but how old the secrets are
	vars  []vars.Var
	audit audit.Input // without what the flake says; empty where only vars are read
	err   error
	aged  chan struct{} // closed when that is known too
	ages  audit.Ages
	over  chan struct{} // closed when what git said is kept
	walks bool          // git goes through all commits
}

// AheadVars begins to list the vars in dir, of one machine or, for "", all.
func AheadVars(dir, machine string) *Ahead {
	a := newAhead(func() {})
	go func() {
		a.err = a.list(dir, machine)
		close(a.done)
		close(a.aged)
		close(a.over)
	}()
	return a
}

// AheadAudit begins to read all that an audit of dir goes by. Without ages git
// is not asked how old the secrets are; what it says is kept in the directory
// cache, if that is not "". It returns when git goes through the commits: that
// takes longer than all the rest, which should not delay it.
func AheadAudit(ctx context.Context, dir, cache string, ages bool) *Ahead {
	ctx, stop := context.WithCancel(ctx)
	a := newAhead(stop)
	a.ages.NoGit = "git was not asked"
	tracked, git := checkout.Tracked(ctx, dir)
	var history *checkout.History
	if ages {
		history = likelyHistory(ctx, dir, cache, tracked)
		history.Begun()
		a.walks = history.Walks()
	}
	go func() {
		a.err = a.gather(ctx, dir, tracked, git)
		close(a.done)
		if ages && a.err == nil {
			asked := encrypted(&a.audit, tracked)
			history = historyOf(ctx, dir, cache, history, asked)
			a.ages = agesOf(ctx, history, asked)
		}
		close(a.aged)
		history.Stop()
		close(a.over)
	}()
	return a
}

func newAhead(stop func()) *Ahead {
	return &Ahead{stop: stop, done: make(chan struct{}), aged: make(chan struct{}), over: make(chan struct{})}
}

// Walks reports whether git goes through all commits, as it has to the first
// time. a may be nil.
func (a *Ahead) Walks() bool { return a != nil && a.walks }

// said waits for what git says.
func (a *Ahead) said() audit.Ages {
	<-a.aged
	return a.ages
}

// Stop ends the reading, if it still goes on, and waits for its end. What was
// read stays. a may be nil.
func (a *Ahead) Stop() {
	if a == nil {
		return
	}
	defer a.stop()
	select {
	case <-a.aged:
	default:
		a.stop()
	}
	<-a.over
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

// gather reads the secrets of the directory. tracked are the files that git
// tracks, nil where it does not say.
func (a *Ahead) gather(ctx context.Context, dir string, tracked []string, git bool) error {
	listed := AheadVars(dir, "")
	defer listed.Stop()
	store, err := vars.Open(dir)
	if err != nil {
		return err
	}
	defer store.Close()
	answer := make(chan []string, 1)
	go func() { answer <- checkout.Untracked(ctx, dir) }()
	untracked := sync.OnceValue(func() []string { return <-answer })
	defer untracked()
	if a.audit, err = audit.Gather(ctx, store, tracked, untracked, audit.Input{Git: git}); err != nil {
		return err
	}
	if <-listed.done; listed.err != nil {
		return listed.err
	}
	a.vars = listed.vars
	for i := range a.vars {
		if c := a.vars[i].Claim; c != nil {
			a.audit.Claims = append(a.audit.Claims, *c)
		}
	}
	a.audit.Ages = a.said
	return nil
}
