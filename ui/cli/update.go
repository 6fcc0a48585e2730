package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
	"assay/fleet/session"
	"assay/ui/word"
)

func (a *app) updateCommand() *cobra.Command {
	var goal, file string
	var how applying
	cmd := &cobra.Command{
		Use:   "update [SELECTOR]",
		Short: "Plan, ask, and bring the hosts to what the repository wants",
		Long: `Shows the plan, asks, and applies it: several hosts at once, each checked over a
new connection afterwards and returned to its former system when it came out
wrong. A host that no longer runs what the plan saw is refused. The first ctrl-c
finishes the steps that run and starts nothing new; the second abandons. Where
nothing is to be done no run is begun, and with --json no event printed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			var p *plan.Plan
			if file != "" {
				p, err = loadPlan(file, args)
			} else {
				p, err = a.makePlan(cmd.Context(), s, args, goal)
			}
			if err != nil {
				return err
			}
			return a.approveAndApply(cmd.Context(), s, p, how)
		},
	}
	goalFlag(cmd, &goal)
	how.flags(cmd)
	cmd.Flags().StringVar(&file, "plan", "", "apply the plan saved in `FILE` exactly as it stands")
	cmd.MarkFlagsMutuallyExclusive("plan", "goal") // a plan has its goal
	return cmd
}

func (a *app) rollbackCommand() *cobra.Command {
	var to int
	var how applying
	cmd := &cobra.Command{
		Use:   "rollback [SELECTOR]",
		Short: "Return the hosts to a former generation",
		Long: `Plans the way back, asks, and activates a generation that each host still keeps:
the one before the one that it runs, or the one that --to names; assay status
--json lists them. Nothing is evaluated, built or copied. A host that keeps no
such generation is left as it is. As with an update the change is guarded: a
host that cannot be reached afterwards, or whose units fail, returns by itself
to the system that it ran before.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, chosen, err := a.openAndSelect(cmd.Context(), args)
			if err != nil {
				return err
			}
			watch, stop := a.interruptible(cmd.Context())
			progress := a.progress("planning", len(chosen))
			p, err := s.PlanBack(watch, chosen, to, progress.step)
			progress.end()
			stop()
			if err != nil {
				return err
			}
			return a.approveAndApply(cmd.Context(), s, p, how)
		},
	}
	how.flags(cmd)
	cmd.Flags().IntVar(&to, "to", 0, "the `GENERATION` to return to (default: the one before the running one)")
	return cmd
}

// applying is how a plan is to be carried out.
type applying struct {
	yes      bool
	parallel int
	guard    time.Duration
}

func (how *applying) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&how.yes, "yes", false, "do not ask")
	cmd.Flags().IntVar(&how.parallel, "parallel", 0, "`N` hosts at once (default: rollout.parallel of fleet.toml)")
	cmd.Flags().DurationVar(&how.guard, "guard", 0, "the `TIME` that hosts wait to be confirmed before they go back (default 2m)")
	if err := cmd.Flags().MarkHidden("guard"); err != nil { // for tests and slow lines
		panic(err) // there is no such flag
	}
}

// check refuses values that mean nothing.
func (how applying) check() error {
	switch {
	case how.parallel < 0:
		return usagef("--parallel %d: expected 1 or more, or 0 for the fleet's policy", how.parallel)
	case how.guard < 0:
		return usagef("--guard %s: expected a time such as 2m", how.guard)
	}
	return nil
}

func loadPlan(file string, args []string) (*plan.Plan, error) {
	if len(args) > 0 {
		return nil, usagef("--plan names the machines itself: give no selector")
	}
	text, err := readPlan(file)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	p, err := plan.Decode(text)
	if err != nil {
		if !json.Valid(text) {
			err = errors.New("it is no plan; hint: assay plan --out FILE saves one")
		}
		return nil, withCode(exitUsage, fmt.Errorf("%s: %w", file, err))
	}
	return p, nil
}

// readPlan reads at most as much as a plan can be; Decode refuses what is cut.
func readPlan(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, plan.MaxFile+1))
}

// approveAndApply shows the plan, has it approved and carries it out.
func (a *app) approveAndApply(ctx context.Context, s *session.Session, p *plan.Plan, how applying) error {
	if err := how.check(); err != nil {
		return err
	}
	if err := s.Fits(p); err != nil {
		return withCode(exitUsage, err)
	}
	if !a.flags.json {
		a.printPlan(p, detailed)
	}
	switch {
	case p.Settled():
		a.noRun().line("nothing to do; no run was begun")
		return nil
	case p.Empty():
		return a.nothingCanBeDone(p)
	}
	if !how.yes {
		if err := a.approve(p); err != nil {
			return err
		}
	}
	return a.apply(ctx, s, p, how)
}

// noRun is where it is said why no run was begun: beside the events of a run
// for programs, of which there are none then.
func (a *app) noRun() *printer {
	if a.flags.json {
		return a.errors()
	}
	return a.text()
}

// nothingCanBeDone is the end of a plan without work in which some machine has
// an error or could not be reached: there is no run to record.
func (a *app) nothingCanBeDone(p *plan.Plan) error {
	if a.flags.json { // people have seen them in the plan
		a.errors().problems(p)
	}
	a.noRun().line("nothing can be done now; no run was begun")
	for i := range p.Hosts {
		if p.Hosts[i].Identity {
			return failed(exitIdentity)
		}
	}
	return failed(exitFailed)
}

// approve asks on the terminal; without one it is an error that names the
// flag to give.
func (a *app) approve(p *plan.Plan) error {
	if !a.env.Interactive || a.flags.json {
		return withCode(exitDeclined, fmt.Errorf("nothing was changed: there is no terminal to ask on; hint: give --yes"))
	}
	if a.agreed(fmt.Sprintf("%s %s?", word.PlanVerb(p), word.Count(p.Count(plan.StatusChange), "machine"))) {
		return nil
	}
	return withCode(exitDeclined, fmt.Errorf("declined: nothing was changed"))
}

func (a *app) apply(ctx context.Context, s *session.Session, p *plan.Plan, how applying) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	presses, release := a.env.listen()
	stop, ended := make(chan struct{}), make(chan struct{})
	defer close(ended)
	go func() {
		defer release()
		a.watchInterrupts(presses, stop, cancel, ended)
	}()

	defer outlive()()
	shown := newBacklog(a.runPrinter())
	report, err := s.Apply(ctx, p, session.Apply{Parallel: how.parallel, Guard: how.guard, Stop: stop, Sink: shown})
	release() // ctrl-c ends a program that only waits for its reader
	if left := shown.Close(); left > 0 {
		a.errors().line("%s left out here, because they were read too slowly; see: assay logs %s", word.Count(left, "line"), report.Run)
	}
	if err != nil {
		return err
	}
	return runVerdict(report)
}

// watchInterrupts closes stop at the first ctrl-c and cancels at the second,
// then nobody listens any more: the third ends the process.
func (a *app) watchInterrupts(presses <-chan os.Signal, stop chan<- struct{}, cancel context.CancelFunc, ended <-chan struct{}) {
	select {
	case <-presses:
		close(stop)
		a.errors().line("interrupted: finishing the steps that run; once more abandons them")
	case <-ended:
		return
	}
	select {
	case <-presses:
		cancel()
	case <-ended:
	}
}

// runVerdict is the exit code of a run.
func runVerdict(report rollout.Report) error {
	switch {
	case report.Outcome == event.RunAbandonment:
		return failed(exitInterrupted)
	case report.Identity:
		return failed(exitIdentity)
	case report.Counts[event.Failed]+report.Counts[event.RolledBack]+report.Counts[event.Refused]+report.Counts[event.Uncertain] > 0:
		return failed(exitFailed)
	case report.Outcome == event.RunInterrupt:
		return failed(exitDeclined)
	case report.Outcome != event.RunDone:
		return failed(exitFailed)
	}
	return nil
}
