package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"assay/fleet/session"
	"assay/ui/word"
)

// keysFileJSON is one entry of "files" in `keys add --json`.
type keysFileJSON struct {
	Path  string `json:"path"`
	What  string `json:"what"` // made, changed or removed
	Link  string `json:"link,omitempty"`
	Patch string `json:"patch,omitempty"` // of a file that is changed
}

func (a *app) keysAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Register a user or a machine with its age key",
		Args:  words(0, 0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, kind := range []string{"user", "machine"} {
		var f rekeyFlags
		var like string
		sub := &cobra.Command{
			Use:   kind + " NAME KEY...",
			Short: "Register a " + kind + " with its age key",
			Long: `Registers a ` + kind + ` under sops/` + kind + `s with its age recipients, and names
the first of them among the keys of .sops.yaml. With --like it gets all that
another one can read. Shows every file that changes, with the patch of
.sops.yaml, and after a yes makes all changes or none.

  assay keys add ` + kind + ` NAME age1... --like OTHER --dry-run`,
			Args: words(2, -1),
			RunE: func(cmd *cobra.Command, args []string) error {
				s, err := a.settled(cmd.Context(), f.dry)
				if err != nil {
					return err
				}
				plan, err := s.PlanAddKey(cmd.Context(), session.KeysMember{Kind: kind, Name: args[0]}, args[1:], like)
				if err != nil {
					return err
				}
				return a.changeKeys(cmd.Context(), s, plan, f, "keys: add "+kind+" "+args[0])
			},
		}
		f.add(sub)
		sub.Flags().Lookup("all").Hidden = true
		sub.Flags().StringVar(&like, "like", "", "give it what `OTHER` of the same kind can read")
		cmd.AddCommand(sub)
	}
	return cmd
}

func (a *app) keysRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove",
		Short: "Take all access from a user or a machine",
		Args:  words(0, 0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, kind := range []string{"user", "machine"} {
		var f rekeyFlags
		sub := &cobra.Command{
			Use:   kind + " NAME",
			Short: "Take all access from a " + kind,
			Long: `Removes the key of a ` + kind + `, the links to it, and its name from .sops.yaml, and
encrypts all that it could read under fresh data keys for those who are left.
Shows every file that changes first, and makes all changes or none. What the
` + kind + ` could read it still knows: that is listed, to be made anew.

  assay keys remove ` + kind + ` NAME --dry-run`,
			Args: words(1, 1),
			RunE: func(cmd *cobra.Command, args []string) error {
				s, err := a.settled(cmd.Context(), f.dry)
				if err != nil {
					return err
				}
				plan, err := s.PlanRemoveKey(cmd.Context(), session.KeysMember{Kind: kind, Name: args[0]})
				if err != nil {
					return withCode(exitNothing, err)
				}
				return a.changeKeys(cmd.Context(), s, plan, f, "keys: remove "+kind+" "+args[0])
			},
		}
		f.add(sub)
		sub.Flags().Lookup("all").Hidden = true
		cmd.AddCommand(sub)
	}
	return cmd
}

// settled opens the fleet, and completes what an interrupted command left
// behind, unless nothing is to be written: what is planned goes by it.
func (a *app) settled(ctx context.Context, dry bool) (*session.Session, error) {
	s, err := a.files(ctx)
	if err != nil || dry {
		return s, err
	}
	return s, a.settleSecrets(s)
}

// changeKeys shows a plan, asks, and carries it out.
func (a *app) changeKeys(ctx context.Context, s *session.Session, plan session.KeysPlan, f rekeyFlags, message string) error {
	if !a.flags.json {
		a.printKeysPlan(plan)
	}
	done, err := a.runKeysPlan(ctx, s, plan, f, message)
	if !a.flags.json {
		return err
	}
	return errors.Join(err, a.text().json(map[string]any{
		"files": keysFilesToJSON(plan.Files), "secrets": rekeyToJSON(plan.Rekey, done), "known": plan.Rekey.Lost(),
		"notes": orEmpty(plan.Notes), "by_hand": orEmpty(plan.ByHand), "done": done,
	}))
}

func (a *app) runKeysPlan(ctx context.Context, s *session.Session, plan session.KeysPlan, f rekeyFlags, message string) (bool, error) {
	switch blocked := plan.Rekey.Blocked(); {
	case blocked > 0 && !f.dry:
		return false, fmt.Errorf("%s cannot be encrypted anew, so nothing is changed", word.Count(blocked, "secret"))
	case len(plan.ByHand) > 0 && !f.dry:
		return false, errors.New("a .sops.yaml has to be edited by hand first; nothing is changed")
	case f.dry && (blocked > 0 || len(plan.ByHand) > 0):
		return false, failed(exitFailed)
	case f.dry:
		return false, nil
	}
	if err := a.agreeTo(f.yes, "change "+word.Count(len(plan.Files)+len(plan.Rekey.Steps), "file")+"?"); err != nil {
		return false, err
	}
	identities, err := a.ageIdentities()
	if err != nil {
		return false, err
	}
	paths, err := s.ChangeKeys(ctx, plan, identities)
	if err != nil {
		return false, err
	}
	if f.commit {
		err = s.CommitVars(ctx, paths, message)
	}
	if !a.flags.json {
		a.text().line("%s changed", word.Count(len(paths), "file"))
		a.printLost(plan.Rekey)
	}
	return true, err
}

func (a *app) printKeysPlan(plan session.KeysPlan) {
	p := a.text()
	for _, f := range plan.Files {
		verb, r := keysVerb(f)
		text := f.Path
		if f.Link {
			text += " -> " + f.Old + f.New
		}
		p.line("%s%s", p.paint(r, verb), p.fold(" "+sane(text), len(verb), 4))
		if patch := keysPatch(f); patch != "" {
			for line := range strings.Lines(patch) {
				p.line("    %s", sane(strings.TrimRight(line, "\n")))
			}
		}
	}
	a.printRekey(plan.Rekey)
	for _, note := range plan.Notes {
		p.line("%s", p.fold(sane(note), 0, 4))
	}
	for _, by := range plan.ByHand {
		p.line("%s%s", p.paint(bad, "by hand"), p.fold(" "+sane(by), len("by hand"), 4))
	}
}

func keysVerb(f session.KeysFile) (string, role) {
	switch {
	case f.Old == "":
		return "make", good
	case f.New == "":
		return "remove", warn
	}
	return "change", good
}

// keysPatch is the patch of a text that changes.
func keysPatch(f session.KeysFile) string {
	if f.Link || f.Old == "" || f.New == "" {
		return ""
	}
	return udiff.Unified("a/"+f.Path, "b/"+f.Path, f.Old, f.New)
}

func keysFilesToJSON(list []session.KeysFile) []keysFileJSON {
	out := []keysFileJSON{}
	for _, f := range list {
		verb, _ := keysVerb(f)
		j := keysFileJSON{Path: f.Path, What: map[string]string{"make": "made", "remove": "removed", "change": "changed"}[verb], Patch: keysPatch(f)}
		if f.Link {
			j.Link = f.Old + f.New
		}
		out = append(out, j)
	}
	return out
}
