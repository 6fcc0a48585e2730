package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/session"
	"assay/ui/word"
)

// rekeyJSON is one entry of "secrets" in `secrets rekey --json`.
type rekeyJSON struct {
	Path    string   `json:"path"`
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Readers []string `json:"readers"`
	State   string   `json:"state"` // planned, done or blocked
	Detail  string   `json:"detail,omitempty"`
}

// rekeyFlags are those of rekey and rotate.
type rekeyFlags struct{ all, yes, dry, commit bool }

func (f *rekeyFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.all, "all", false, "all secrets, the generated ones too")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "write without asking")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "show what would be written, and end")
	cmd.Flags().BoolVar(&f.commit, "commit", false, "commit exactly what was written, with git")
}

func (a *app) secretsRekeyCommand() *cobra.Command {
	var f rekeyFlags
	cmd := &cobra.Command{
		Use:   "rekey [FILE...]",
		Short: "Encrypt secrets for whom the rules name",
		Long: `Shows which secrets have other readers than .sops.yaml, or the links of a
generated secret, say, and after a yes encrypts them for exactly these, under
fresh data keys: all of them, or none. Whoever loses access still knows what he
could read: that is listed, to be made anew.

  assay secrets rekey --all --dry-run
  assay secrets rekey secrets/shared.yaml`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.rekey(cmd, args, f, false) },
	}
	f.add(cmd)
	return cmd
}

func (a *app) secretsRotateCommand() *cobra.Command {
	var f rekeyFlags
	cmd := &cobra.Command{
		Use:   "rotate [FILE...]",
		Short: "Encrypt secrets anew under fresh data keys",
		Long: `Encrypts secrets under fresh data keys for whom the rules name, whether or not
their readers change: all of them, or none. The values stay: what somebody has
read, he knows; make it anew with set, edit or vars generate --regenerate.

  assay secrets rotate --all --dry-run
  assay secrets rotate vars/shared/wifi/password/secret`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.rekey(cmd, args, f, true) },
	}
	f.add(cmd)
	return cmd
}

func (a *app) rekey(cmd *cobra.Command, args []string, f rekeyFlags, rotate bool) error {
	if f.all == (len(args) > 0) {
		return usagef("which secrets? hint: name files, or --all")
	}
	s, err := a.settled(cmd.Context(), f.dry)
	if err != nil {
		return err
	}
	var paths []string
	for _, arg := range args {
		name, err := a.secretPath(s, arg)
		if err != nil {
			return err
		}
		paths = append(paths, name)
	}
	plan, err := s.PlanRekey(cmd.Context(), paths, rotate)
	if err != nil {
		return err
	}
	done, err := a.runRekey(cmd.Context(), s, plan, f)
	if a.flags.json && (err == nil || len(plan.Steps) > 0) {
		return errors.Join(err, a.text().json(map[string]any{"secrets": rekeyToJSON(plan, done), "unchanged": plan.Same, "known": plan.Lost(), "unread": orEmpty(plan.Unread)}))
	}
	return err
}

func (a *app) runRekey(ctx context.Context, s *session.Session, plan session.RekeyPlan, f rekeyFlags) (done bool, err error) {
	p := a.text()
	if !a.flags.json {
		a.printRekey(plan)
	}
	blocked := plan.Blocked()
	switch {
	case len(plan.Steps) == 0:
		return false, nil
	case f.dry && blocked > 0:
		return false, failed(exitFailed)
	case f.dry:
		return false, nil
	case blocked > 0:
		return false, fmt.Errorf("%s cannot be encrypted anew, so none is; hint: name those that can", word.Count(blocked, "secret"))
	}
	if err := a.agreeTo(f.yes, "encrypt "+word.Count(len(plan.Steps), "secret")+" anew?"); err != nil {
		return false, err
	}
	identities, err := a.ageIdentities()
	if err != nil {
		return false, err
	}
	paths, err := s.Rekey(ctx, plan, identities)
	if err != nil {
		return false, err
	}
	if f.commit {
		err = s.CommitVars(ctx, paths, "secrets: encrypt "+word.Count(len(paths), "secret")+" anew")
	}
	if !a.flags.json {
		p.line("%s encrypted anew", word.Count(len(paths), "secret"))
		a.printLost(plan)
	}
	return true, err
}

// agreeTo asks on the terminal, unless the answer is given.
func (a *app) agreeTo(yes bool, question string) error {
	switch {
	case yes:
		return nil
	case !a.env.Interactive || a.flags.json:
		return usagef("nobody can be asked whether to write; hint: --yes, or --dry-run")
	case !a.agreed(question):
		return withCode(exitDeclined, errors.New("nothing is changed"))
	}
	return nil
}

func (a *app) printRekey(plan session.RekeyPlan) {
	p := a.text()
	for _, step := range plan.Steps {
		verb, r, text := "encrypt", good, step.Path+" for "+strings.Join(step.Readers, ", ")
		for _, name := range step.Added {
			text += " +" + name
		}
		for _, name := range step.Removed {
			text += " -" + name
			r = warn
		}
		if step.Blocked != "" {
			verb, r, text = "cannot", bad, step.Path+": "+step.Blocked
		}
		p.line("%s%s", p.paint(r, verb), p.fold(" "+sane(text), len(verb), 4))
	}
	a.printUnread(plan.Unread)
	p.line("%s to encrypt anew, %d unchanged", word.Count(len(plan.Steps)-plan.Blocked(), "secret"), plan.Same)
}

// printUnread names what may not be read.
func (a *app) printUnread(names []string) {
	if len(names) > 0 {
		p := a.errors()
		p.line("%s", p.fold(sane("not looked at, since they may not be read: "+strings.Join(names, ", ")), 0, 4))
	}
}

// printLost lists what people who lose access know.
func (a *app) printLost(plan session.RekeyPlan) {
	p := a.text()
	lost := plan.Lost()
	for _, name := range slices.Sorted(maps.Keys(lost)) {
		p.line("%s", p.fold(sane(name+" could read, and still knows; make anew: "+strings.Join(lost[name], ", ")), 0, 4))
	}
}

func rekeyToJSON(plan session.RekeyPlan, done bool) []rekeyJSON {
	out := []rekeyJSON{}
	for _, step := range plan.Steps {
		j := rekeyJSON{step.Path, orEmpty(step.Added), orEmpty(step.Removed), orEmpty(step.Readers), "planned", step.Blocked}
		switch {
		case step.Blocked != "":
			j.State = "blocked"
		case done:
			j.State = "done"
		}
		out = append(out, j)
	}
	return out
}
