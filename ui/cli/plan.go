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

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/fleet/session"
)

func (a *app) planCommand() *cobra.Command {
	var goal, out string
	var all bool
	cmd := &cobra.Command{
		Use:   "plan [SELECTOR]",
		Short: "Show what an update would change, and change nothing",
		Long: `Compares what each selected host runs, read from the host, with what the
repository wants: options with the file:line that decides, files as diffs,
packages with their layer and channel, the bytes to copy. Hosts that would
change in the same way are shown together, of long lists of packages and units
the beginning; --all shows them whole. What only Nix can build is left out
and counted; --json lists all of it with its file:line. A plan saved with --out
is applied exactly as it stands by: assay update --plan FILE`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			p, err := a.makePlan(cmd.Context(), s, args, goal)
			if err != nil {
				return err
			}
			if out != "" {
				if err := savePlan(p, out); err != nil {
					return err
				}
			}
			if a.flags.json {
				err = a.text().json(p)
			} else {
				a.planWhole = all
				a.printPlan(p, -1)
				a.hintTargets(s, planned(p))
				if out != "" {
					a.text().clean("saved as %s; apply it with: assay update --plan %s", out, out)
				}
			}
			if err != nil {
				return err
			}
			return planVerdict(p)
		},
	}
	goalFlag(cmd, &goal)
	cmd.Flags().BoolVar(&all, "all", false, "show long lists of packages and units whole")
	cmd.Flags().StringVar(&out, "out", "", "save the plan in `FILE`")
	return cmd
}

func goalFlag(cmd *cobra.Command, goal *string) {
	var all []string
	for _, g := range engine.Goals() {
		all = append(all, string(g))
	}
	cmd.Flags().StringVar(goal, "goal", string(engine.GoalSwitch), "how far to go: "+strings.Join(all, ", ")+"; see: assay help goals")
	_ = cmd.RegisterFlagCompletionFunc("goal", cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp))
}

func parseGoal(text string) (engine.Goal, error) {
	for _, g := range engine.Goals() {
		if string(g) == text {
			return g, nil
		}
	}
	return "", usagef("%q is no goal: %v", text, engine.Goals())
}

// makePlan selects machines and plans their update.
func (a *app) makePlan(ctx context.Context, s *session.Session, words []string, goalText string) (*plan.Plan, error) {
	goal, err := parseGoal(goalText)
	if err != nil {
		return nil, err
	}
	chosen, err := a.selectMachines(ctx, s, words)
	if err != nil {
		return nil, err
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	a.warnUnseen(watch, s)
	progress := a.progress("planning", len(chosen))
	progress.expect(s.Estimate(chosen))
	defer progress.end()
	return s.Plan(watch, chosen, goal, progress.watch, progress.step)
}

// planned are the machines that the plan is about.
func planned(p *plan.Plan) []string {
	out := make([]string, len(p.Hosts))
	for i := range p.Hosts {
		out[i] = p.Hosts[i].Machine
	}
	return out
}

// savePlan writes the plan to a new file, or over a regular one; a device or a
// pipe gets it as it comes.
func savePlan(p *plan.Plan, path string) error {
	var text bytes.Buffer
	if err := p.Encode(&text); err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		target, err = path, nil
	}
	if err == nil {
		err = writePlan(target, text.Bytes())
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok { // of a file beside it that nobody has named
		err = at.Err
	}
	if err != nil {
		return fmt.Errorf("save the plan in %s: %w", path, err)
	}
	return nil
}

func writePlan(path string, text []byte) error {
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = file.Write(text)
		return errors.Join(err, file.Close())
	}
	return renameio.WriteFile(path, text, 0o600, renameio.WithTempDir(filepath.Dir(path)))
}

// planVerdict is the exit code of a plan: hosts that could not be asked, or
// have nothing to apply, are a failure. Those without a target are none.
func planVerdict(p *plan.Plan) error {
	for i := range p.Hosts {
		if p.Hosts[i].Identity {
			return failed(exitIdentity)
		}
	}
	for i := range p.Hosts {
		e := &p.Hosts[i]
		if e.Status == plan.StatusError || e.Status == plan.StatusUnreachable && !e.NoTarget() {
			return failed(exitFailed)
		}
	}
	return nil
}
