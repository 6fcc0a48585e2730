package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"assay/fleet/host"
	"assay/fleet/host/sim"
	"assay/fleet/session"
	"assay/ui/word"
)

func (a *app) execCommand() *cobra.Command {
	var root bool
	var parallel int
	cmd := &cobra.Command{
		Use:   "exec SELECTOR -- COMMAND ...",
		Short: "Run a command on hosts; equal answers are shown once",
		Long: `Runs a command on every selected host and shows equal answers once. Several
words are a program with its arguments; one word is a line for the shell:

  assay exec @web -- systemctl is-active nginx
  assay exec @all -- 'df -h / | tail -1'

With --json every machine's answer is one line, as it comes. Exits with 1 when
the command failed somewhere or a host could not be asked, with 5 when a host's
identity could not be verified.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.inDemo {
				return usagef("exec is refused in the demo: %s", sim.Refusal)
			}
			dash := cmd.ArgsLenAtDash()
			if dash < 1 || dash == len(args) {
				return usagef("say on which machines, then --, then what: assay exec @all -- uptime")
			}
			if parallel < 0 {
				return usagef("--parallel %d: expected 1 or more, or 0 for the fleet's policy", parallel)
			}
			s, chosen, err := a.openAndSelect(cmd.Context(), args[:dash])
			if err != nil {
				return err
			}
			watch, stop := a.interruptible(cmd.Context())
			defer stop()
			progress := a.progress("asking", len(chosen))
			var printing sync.Mutex
			said, err := s.Exec(watch, chosen, args[dash:], root, parallel, func(one session.Said) {
				progress.step()
				if a.flags.json {
					printing.Lock()
					defer printing.Unlock()
					a.printSaidJSON(one)
				}
			})
			progress.end()
			if err != nil {
				return err
			}
			if !a.flags.json {
				a.printSaid(said)
			}
			return execVerdict(said)
		},
	}
	cmd.Flags().BoolVar(&root, "root", false, "as root, by the machine's deploy.become where its user is not")
	cmd.Flags().IntVar(&parallel, "parallel", 0, "`N` hosts at once (default: rollout.parallel of fleet.toml)")
	return cmd
}

// printSaid shows equal answers once, those that failed last, where they are
// seen.
func (a *app) printSaid(said []session.Said) {
	type answer struct {
		machines []string
		session.Said
	}
	var answers []*answer
	for _, one := range said {
		i := slices.IndexFunc(answers, func(b *answer) bool {
			return b.Code == one.Code && b.Cut == one.Cut && slices.Equal(b.Lines, one.Lines) && cause(b.Said) == cause(one)
		})
		if i < 0 {
			i, answers = len(answers), append(answers, &answer{Said: one})
		}
		answers[i].machines = append(answers[i].machines, one.Machine)
	}
	slices.SortStableFunc(answers, func(x, y *answer) int { return badness(x.Said) - badness(y.Said) })
	p := a.text()
	for _, b := range answers {
		how, state := "", good
		switch {
		case b.Err != nil:
			how, state = ": "+cause(b.Said), bad
		case b.Code != 0:
			how, state = fmt.Sprintf(": exit status %d", b.Code), bad
		}
		heading := strings.Join(b.machines, ", ")
		if n := len(b.machines); n > 1 {
			heading += fmt.Sprintf(" (%d)", n)
		}
		p.line("%s", p.paint(state, host.Sanitize(heading+how)))
		for _, line := range b.Lines {
			p.line("  %s", line)
		}
		if b.Cut > 0 {
			p.line("  (%s more were dropped)", word.Count(b.Cut, "line"))
		}
	}
}

// badness orders answers: good ones, failures, hosts that gave none.
func badness(s session.Said) int {
	switch {
	case s.Err != nil:
		return 2
	case s.Code != 0:
		return 1
	}
	return 0
}

// cause is why there is no exit status, without the machine's name.
func cause(s session.Said) string {
	if s.Err == nil {
		return ""
	}
	if lost, ok := errors.AsType[*host.ConnectError](s.Err); ok && lost.Err != nil {
		if why, cause := lost.Err.Error(), lost.Cause(); !strings.Contains(why, cause) {
			return cause + ": " + why
		}
		return lost.Err.Error()
	}
	return strings.TrimPrefix(s.Err.Error(), s.Machine+": ")
}

func (a *app) printSaidJSON(s session.Said) {
	line := struct {
		Machine string   `json:"machine"`
		Status  *int     `json:"exit_status"` // null: not known
		Error   string   `json:"error,omitempty"`
		Output  []string `json:"output"`
		Dropped int      `json:"dropped,omitempty"`
	}{s.Machine, &s.Code, cause(s), orEmpty(s.Lines), s.Cut}
	if s.Err != nil {
		line.Status = nil
	}
	text, err := json.Marshal(line)
	if err == nil { // strings and numbers always encode
		a.text().line("%s", text)
	}
}

// execVerdict is the exit code of what the machines said.
func execVerdict(said []session.Said) error {
	code := exitDone
	for _, s := range said {
		if refused, ok := errors.AsType[*host.ConnectError](s.Err); ok && refused.Stage == host.StageHostKey {
			return failed(exitIdentity)
		}
		if s.Err != nil || s.Code != 0 {
			code = exitFailed
		}
	}
	if code != exitDone {
		return failed(code)
	}
	return nil
}
