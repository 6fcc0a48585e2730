package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/fleet/session"
	"assay/ui/word"
)

// bumpJSON is what `bump --json` prints.
type bumpJSON struct {
	Input string       `json:"input"`
	Same  bool         `json:"same"` // there is nothing newer
	From  *heldJSON    `json:"from,omitempty"`
	To    *heldJSON    `json:"to,omitempty"`
	Kept  bool         `json:"kept"`
	Todo  *engine.Todo `json:"todo,omitempty"`
	Plan  *plan.Plan   `json:"plan,omitempty"`
}

// heldJSON is what flake.lock holds an input to.
type heldJSON struct {
	Revision string `json:"revision,omitempty"`
	Hash     string `json:"hash,omitempty"`
	At       string `json:"at,omitempty"` // RFC 3339
}

func heldToJSON(p session.Pin) *heldJSON {
	if p == (session.Pin{}) {
		return nil
	}
	return &heldJSON{p.Revision, p.Hash, stamp(p.At.UTC(), time.RFC3339)}
}

func (a *app) bumpCommand() *cobra.Command {
	var build, keep, discard bool
	cmd := &cobra.Command{
		Use:   "bump INPUT [SELECTOR]",
		Short: "Show what updating one flake input would change",
		Long: `Updates one input of the flake in a scratch copy of the last commit, and says of
each machine whether it would change; with --build also which packages. From
which revision to which the input goes is told with both dates. Then it asks
whether to keep the new flake.lock or to discard it. Until then nothing in
the repository has changed.`,
		Args: words(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, chosen, err := a.openAndSelect(cmd.Context(), args[1:])
			if err != nil {
				return err
			}
			watch, stop := a.interruptible(cmd.Context())
			a.warnUnseen(watch, s)
			progress := a.progress("evaluating", len(chosen))
			b, err := s.Bump(watch, args[0], chosen, build, progress.watch)
			progress.end()
			stop()
			if err != nil {
				return err
			}
			return a.concludeBump(s, b, keep, discard)
		},
	}
	cmd.Flags().BoolVar(&build, "build", false, "build both sides, and compare their packages")
	cmd.Flags().BoolVar(&keep, "keep", false, "keep the new flake.lock without asking")
	cmd.Flags().BoolVar(&discard, "discard", false, "discard it without asking")
	cmd.MarkFlagsMutuallyExclusive("keep", "discard")
	return cmd
}

// concludeBump shows what was found and keeps or discards it.
func (a *app) concludeBump(s *session.Session, b *session.Bump, keep, discard bool) error {
	if b.Same {
		if a.flags.json {
			return a.text().json(bumpJSON{Input: b.Input, Same: true, From: heldToJSON(b.From), To: heldToJSON(b.To)})
		}
		a.text().clean("%s is at its newest already, %s: nothing would change", b.Input, word.Pin(b.To))
		return nil
	}
	if !a.flags.json {
		a.text().clean("%s: %s", b.Input, word.Move(b.From, b.To))
	}
	switch {
	case a.flags.json:
	case b.Built:
		a.printPlan(b.Plan, detailed)
	default:
		a.printBump(b)
	}
	var err error
	switch {
	case keep, discard, a.flags.json:
	case !a.env.Interactive:
		a.text().line("the new flake.lock was discarded; hint: --keep keeps it")
		discard = false // and it is said
	default:
		keep = a.agreed("keep the new flake.lock, which changes " + word.Count(b.Plan.Count(plan.StatusChange), "machine") + "?")
		discard = !keep
	}
	if keep {
		if err = s.Keep(b); err != nil {
			return err
		}
	}
	if a.flags.json {
		err = a.text().json(bumpJSON{Input: b.Input, Kept: keep, From: heldToJSON(b.From), To: heldToJSON(b.To), Todo: &b.Todo, Plan: b.Plan})
	} else if keep {
		a.text().clean("flake.lock is updated; next: commit it, and assay update")
	} else if discard {
		a.text().line("the new flake.lock was discarded: nothing has changed")
	}
	if err != nil {
		return err
	}
	if b.Plan.Count(plan.StatusError) > 0 {
		return failed(exitFailed)
	}
	return nil
}

// printBump says which machines would change, where it is not known how.
func (a *app) printBump(b *session.Bump) {
	p := a.text()
	for _, of := range []struct {
		what   string
		status plan.Status
	}{{"would change", plan.StatusChange}, {"unchanged", plan.StatusUnchanged}} {
		var machines []string
		for _, h := range b.Plan.Hosts {
			if h.Status == of.status {
				machines = append(machines, h.Machine)
			}
		}
		if len(machines) > 0 {
			p.clean("%s: %s", of.what, strings.Join(machines, ", "))
		}
	}
	for _, h := range b.Plan.Hosts {
		if h.Status == plan.StatusError {
			p.clean("error %s: %s", h.Machine, h.Cause)
		}
	}
	switch {
	case b.Todo.Unknown != "":
		p.clean("what there is to build is not known: %s", b.Todo.Unknown)
	default:
		p.clean("to build: %s, to fetch: %s, %s; --build builds both sides and compares their packages",
			word.Count(len(b.Todo.Build), "derivation"), word.Count(b.Todo.Fetch, "store path"), word.Size(b.Todo.Download))
	}
}
