package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"assay/fleet/session"
	"assay/ui/cli/demo"
)

func (a *app) demoCommand() *cobra.Command {
	var hosts int
	var engine string
	var reset bool
	var console consoleFlags
	cmd := &cobra.Command{
		Use:   "demo [-- COMMAND ...]",
		Short: "The example fleet on hosts inside this process",
		Long: `Starts the example fleet's hosts as SSH servers inside this process, each with
a directory of its own, and opens the console on them, or runs a command,
through the same code as for real hosts. What the hosts run stays there from one
time to the next. So does the fleet, in ~/.local/state/assay/demo/8-hosts/fleet
(or below XDG_STATE_HOME): edit it there, and see with plan what it changes.

With --engine nix the fleet is a git repository that Nix evaluates and builds in
a store of its own, and each host has a file system of its own with a Nix store,
to which real copies and guarded activations go. That takes Linux, Nix, git and
busybox, no network and no root; your own Nix store and settings are left alone.

  assay demo
  assay demo -- status
  assay demo -- update @nixos --yes
  assay demo --hosts 500 -- update --yes
  assay demo --engine nix -- update @nixos --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case a.inDemo:
				return usagef("this is inside of the demo already")
			case engine != demo.Embedded && engine != demo.Nix:
				return usagef("%q is no engine: %s, %s", engine, demo.Embedded, demo.Nix)
			case hosts < demo.LeastHosts:
				return usagef("a demo of %d hosts: the example's services need at least %d", hosts, demo.LeastHosts)
			case hosts > demo.MostHosts:
				return usagef("a demo of %d hosts: at most %d fit one fleet.toml", hosts, demo.MostHosts)
			case engine == demo.Nix && hosts > demo.MostNixHosts:
				return usagef("a demo of %d hosts with Nix: at most %d, each has a store of its own; hint: --engine embedded", hosts, demo.MostNixHosts)
			case cmd.ArgsLenAtDash() < 0 && len(args) > 0:
				return usagef("put -- before the command; hint: assay demo -- %s", quoted(args))
			}
			return a.runDemo(cmd.Context(), demo.Options{Engine: engine, Hosts: hosts, Reset: reset}, append(console.args(), args...))
		},
	}
	console.add(cmd)
	cmd.Flags().IntVar(&hosts, "hosts", demo.DefaultHosts, "a fleet of `N` hosts; each size is a demo of its own")
	cmd.Flags().StringVar(&engine, "engine", demo.Embedded, "what builds: embedded, nix")
	completeFlag(cmd, "engine", demo.Embedded, demo.Nix)
	cmd.Flags().BoolVar(&reset, "reset", false, "start over: forget what the hosts run, and all runs")
	return cmd
}

// quoted writes words as a shell takes them.
func quoted(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		if out[i] = word; word == "" || strings.ContainsAny(word, " \t\n!\"#$&'()*;<>?[\\]^`{|}~") {
			out[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// exampleDemo is the demo of the example fleet as it is.
func exampleDemo() demo.Options { return demo.Options{Hosts: demo.DefaultHosts} }

// runDemo opens the demo and runs the command in it, as a command line of its
// own; without a command that is the console.
func (a *app) runDemo(ctx context.Context, o demo.Options, args []string) error {
	state, err := a.env.stateDir()
	if err != nil {
		return err
	}
	o.Dir = filepath.Join(state, "demo")
	o.Example, o.Version, o.Operator = a.example, version(), a.env.operator()
	o.Redactor = a.redactor
	o.Notice = func(text string) { a.errors().clean("assay: %s", text) }
	o.Progress = func(verb string, total int) (step, done func()) {
		p := a.progress(verb, total)
		return p.step, p.end
	}
	inside := &app{env: a.env, example: a.example, inDemo: true, redactor: a.redactor}
	console := !slices.ContainsFunc(args, func(word string) bool { return !strings.HasPrefix(word, "-") })
	if console {
		if err := a.needTerminal(); err != nil {
			return err
		}
	}
	if !o.Reset && inside.looksBack(args) {
		if s, err := demo.Look(o); err == nil {
			inside.world = func(context.Context) (*session.Session, error) { return s, nil }
			inside.files = inside.world
			return a.runInside(ctx, inside, args)
		}
	}

	_, missing := os.Stat(demo.FleetDir(o))
	watch, stop := a.interruptible(ctx)
	d, err := demo.Open(watch, o)
	stop()
	if err == nil {
		defer d.Close()
	}
	if watch.Err() != nil { // the hosts have ended with it
		return context.Cause(watch)
	}
	if errors.Is(err, demo.ErrBusy) {
		return err
	}
	if need := new(demo.NeedError); errors.As(err, &need) {
		return usagef("%w", err)
	}
	if unreadable := new(demo.FleetError); errors.As(err, &unreadable) {
		return usagef("%w; hint: mend it, or %s starts over", err, o.ResetCommand())
	}
	if errors.Is(err, syscall.ENOSPC) { // nothing is lost: the next start goes on
		return fmt.Errorf("%w; hint: make room and try again", err)
	}
	if err != nil {
		return fmt.Errorf("%w; hint: %s starts over", err, o.ResetCommand())
	}
	if console || missing != nil || o.Reset { // under the console it is seen afterwards
		a.errors().clean("the demo's fleet is in %s: it is there to be edited", demo.FleetDir(o))
	}
	inside.enter(d)
	return a.runInside(ctx, inside, args)
}

// enter makes the demo what the command line works on.
func (a *app) enter(d *demo.Demo) {
	a.demoKeys = d.KeysFile()
	a.world = func(context.Context) (*session.Session, error) { return d.Session, nil }
	a.files = a.world
	a.consoleWorld = func(context.Context) (consoleWorld, error) {
		return consoleWorld{session: d.Session, reopen: d.Reopen, note: "demo"}, nil
	}
}

// looksBack reports whether the command only reads the record of past runs,
// for which no host need be there: so a run can be watched while it goes on.
func (a *app) looksBack(args []string) bool {
	cmd, _, err := a.root().Find(args)
	return err == nil && cmd.GroupID == "runs"
}

// runInside runs a command line in the demo's world.
func (a *app) runInside(ctx context.Context, inside *app, args []string) error {
	if code := inside.run(ctx, inside.inherit(a, args)); code != exitDone {
		return failed(code)
	}
	return nil
}

// inherit puts the flags of the outer command line before the inner one's.
func (a *app) inherit(outer *app, args []string) []string {
	flags := []string{"--color=" + outer.flags.colour}
	if outer.flags.json {
		flags = append(flags, "--json")
	}
	return append(flags, args...)
}
