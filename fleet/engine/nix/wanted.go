package nix

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"assay/fleet/engine/nix/nixlog"
)

// output is something that a flake may have, what is made of it, and where that
// goes.
type output struct {
	attribute string // "deploy"
	apply     string // a function
	into      any
}

// outputs decodes what is made of several outputs of the flake, as far as it has
// them: in one process, and where that fails one by one, so that each has its own
// error. The errors are in the order of what is wanted.
func (e *Engine) outputs(ctx context.Context, r *repository, wanted []output) []error {
	errs := make([]error, len(wanted))
	if e.glance(ctx, r, wanted) {
		return errs
	}
	var all sync.WaitGroup
	free := make(chan struct{}, e.opts.Processes)
	for i, o := range wanted {
		all.Go(func() {
			free <- struct{}{}
			_, errs[i] = e.value(ctx, r, o, outputOnly...)
			<-free
		})
	}
	all.Wait()
	return errs
}

// glance is outputs in one process, and reports whether that was possible. Nix
// takes the attribute that has no name for the outputs themselves.
func (e *Engine) glance(ctx context.Context, r *repository, wanted []output) bool {
	var b strings.Builder
	b.WriteString("flake: [")
	for _, o := range wanted {
		fmt.Fprintf(&b, " (if flake ? %[1]s then [ ((%[2]s) flake.%[1]s) ] else [ ])", o.attribute, o.apply)
	}
	b.WriteString(" ]")
	out, err := e.run.Output(ctx, e.evalCommand(ctx, r, "%22%22", b.String(), outputOnly...), 64<<20)
	var said [][]json.RawMessage
	if err != nil || json.Unmarshal(out, &said) != nil || len(said) != len(wanted) {
		return false
	}
	for i, is := range said {
		if len(is) == 1 && json.Unmarshal(is[0], wanted[i].into) != nil {
			return false
		}
	}
	return true
}

// value decodes an output, and reports whether the flake has it.
func (e *Engine) value(ctx context.Context, r *repository, o output, options ...string) (found bool, err error) {
	follower := nixlog.NewView(nil, nil).Follow()
	c := e.evalCommand(ctx, r, o.attribute, o.apply, options...)
	c.Stderr = follower
	out, err := e.run.Output(ctx, c, 64<<20)
	follower.Close()
	if err == nil {
		return true, json.Unmarshal(out, o.into)
	}
	if ctx.Err() != nil {
		return false, err
	}
	p := &process{set: o.attribute, err: err, said: follower.EvalErrors()}
	if p.lacks() {
		return false, nil
	}
	return false, e.explain(ctx, r, p)
}
