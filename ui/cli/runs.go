package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/ui/word"
)

// runsShown is how many runs are listed without --all.
const runsShown = 20

// runJSON is one entry of "runs" in `runs --json`.
type runJSON struct {
	ID       string                `json:"id"`
	Ending   journal.Ending        `json:"ending"`
	Start    string                `json:"start"` // RFC 3339; "" when the process ended before the first event
	End      string                `json:"end"`   // of the last event
	Kind     string                `json:"kind"`
	Goal     string                `json:"goal"`
	Plan     string                `json:"plan"`
	Operator string                `json:"operator"`
	Machines []string              `json:"machines"`
	Outcome  event.RunOutcome      `json:"outcome"`
	Counts   map[event.Outcome]int `json:"counts"`
	Results  []event.HostResult    `json:"results"`
	Open     []string              `json:"open"` // machines without a result
	Problems []string              `json:"problems"`
}

func (a *app) runsCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "runs [RUN]",
		Short: "List past runs, or show one",
		Args:  words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 1 {
				run, err := s.Run(args[0])
				if err != nil {
					return runError(err)
				}
				if a.flags.json {
					return a.text().json(map[string]any{"runs": []runJSON{runToJSON(run.Summary())}})
				}
				return a.replay(run, "", false)
			}
			limit := runsShown
			if all {
				limit = 0
			}
			list, err := s.Runs(limit)
			if err != nil {
				return err
			}
			if a.flags.json {
				out := make([]runJSON, len(list))
				for i, summary := range list {
					out[i] = runToJSON(summary)
				}
				return a.text().json(map[string]any{"runs": out})
			}
			a.printRuns(list)
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, fmt.Sprintf("all of them, not the newest %d", runsShown))
	return cmd
}

func (a *app) logsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logs RUN [MACHINE]",
		Short: "Print what happened in a run, with what the hosts printed",
		Long: `Reads a run's record as if it happened now: phases, the lines that each host
printed, results. RUN is an id, a beginning of one, or "last".`,
		Args: words(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			run, err := s.Run(args[0])
			if err != nil {
				return runError(err)
			}
			machine := ""
			if len(args) == 2 {
				machine = args[1]
			}
			return a.replay(run, machine, true)
		},
	}
}

// runError gives the wrong name of a run its exit code.
func runError(err error) error {
	if errors.Is(err, journal.ErrNoRun) {
		return withCode(exitNothing, err)
	}
	return err
}

// replay prints a run from its record through the printer of a live run.
func (a *app) replay(run *journal.Run, machine string, logs bool) error {
	sink := a.runPrinter()
	text, _ := sink.(*runText)
	if text != nil {
		text.verbose = logs
	}
	seen, whole := false, true
	for e, err := range run.Events() {
		if err != nil {
			a.errors().clean("assay: %s", err)
			whole = false
			continue
		}
		if started, ok := e.Body.(event.RunStarted); ok && text != nil {
			text.run = started
		}
		if machine == "" || e.Machine() == machine {
			sink.Emit(e)
			seen = true
		}
	}
	if !seen && machine != "" {
		return withCode(exitNothing, fmt.Errorf("run %s has nothing about %q", run.ID(), machine))
	}
	if summary := run.Summary(); summary.Ending != journal.Finished && !a.flags.json {
		a.text().clean("run %s is %s: %s without a result", run.ID(), summary.Ending, word.Count(len(summary.Open), "machine"))
		if summary.Ending == journal.Torn && len(summary.Open) > 0 {
			a.text().line("hint: a host that was being changed returns by itself; see assay status")
		}
	}
	if !whole {
		return failed(exitFailed)
	}
	return nil
}

func (a *app) printRuns(list []journal.Summary) {
	p := a.text()
	if len(list) == 0 {
		p.line("no runs yet: update or rollback makes one")
		return
	}
	var rows [][]cell
	for _, s := range list {
		ending, r := string(s.Ending), bad
		if s.Ending == journal.Finished {
			ending = string(s.Outcome)
			r = map[event.RunOutcome]role{event.RunDone: good, event.RunFailed: bad}[s.Outcome]
		}
		verb := s.Started.Goal
		if s.Started.Kind == "rollback" {
			verb = s.Started.Kind
		}
		rows = append(rows, []cell{
			c(string(s.ID)), c(word.OrUnknown(stamp(s.Start.Local(), time.DateTime))), cr(r, ending), c(word.OrUnknown(verb)),
			c(word.Count(len(s.Started.Machines), "machine")), c(outcomes(s)),
		})
	}
	p.table([]string{"RUN", "STARTED", "ENDED", "GOAL", "MACHINES", "OUTCOMES"}, rows)
}

// outcomes says what became of the machines of a run, and how many of them
// have no result.
func outcomes(s journal.Summary) string {
	open := fmt.Sprintf("%d without a result", len(s.Open))
	switch {
	case len(s.Open) == 0:
		return word.Outcomes(s.Started, s.Counts)
	case len(s.Results) == 0:
		return open
	}
	return word.Outcomes(s.Started, s.Counts) + ", " + open
}

// stamp writes a time, "" for the zero one: nothing was recorded then.
func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
}

func runToJSON(s journal.Summary) runJSON {
	return runJSON{
		ID: string(s.ID), Ending: s.Ending, Start: stamp(s.Start.UTC(), time.RFC3339Nano), End: stamp(s.End.UTC(), time.RFC3339Nano),
		Kind: s.Started.Kind, Goal: s.Started.Goal, Plan: s.Started.Plan, Operator: s.Started.Operator,
		Machines: orEmpty(s.Started.Machines), Outcome: s.Outcome, Counts: s.Counts,
		Results: orEmpty(s.Results), Open: orEmpty(s.Open), Problems: orEmpty(s.Problems),
	}
}
