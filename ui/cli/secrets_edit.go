package cli

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"assay/fleet/host"
	"assay/fleet/session"
	"assay/secrets"
)

func (a *app) secretsEditCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "edit FILE",
		Short: "Edit an encrypted file in your editor",
		Long: `Decrypts a file into memory, opens $VISUAL or $EDITOR on it, and encrypts what
was saved for whom the rule of .sops.yaml names. The text lies in a directory
of its own on a file system in memory, never on disk, and goes when the editor
ends, also by a signal. What is not valid is told, and can be edited again; what
was not changed is not written. A file that is not there is made where a rule
covers it.

  assay secrets edit secrets/users/raquel.yaml`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, o, err := a.openSecret(cmd, args[0], true)
			if err != nil {
				return err
			}
			defer o.Wipe()
			a.warnSecret(o)
			wrote, err := a.edit(cmd.Context(), s, o)
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(map[string]any{"file": o.Path, "written": wrote})
			}
			if !wrote {
				a.text().clean("%s is not changed", o.Path)
				return nil
			}
			a.text().clean("%s is written", o.Path)
			return nil
		},
	}
}

// edit has the text edited until it is valid or given up.
func (a *app) edit(ctx context.Context, s *session.Session, o *session.SecretText) (bool, error) {
	before, err := o.Plain()
	if err != nil {
		return false, err
	}
	text := secrets.NewSecret(bytes.Clone(before.Bytes()))
	for {
		edited, err := a.inEditor(ctx, o.Path, text.Bytes())
		text.Wipe()
		if err != nil {
			return false, err
		}
		text = secrets.NewSecret(edited)
		if o.New && len(bytes.TrimSpace(edited)) == 0 || text.Equal(before) {
			text.Wipe()
			return false, nil
		}
		if err = s.SaveSecret(ctx, o, text); err == nil {
			text.Wipe()
			return true, nil
		}
		if !a.env.Interactive || !a.editAgain(err) {
			text.Wipe()
			return false, fmt.Errorf("%w; nothing is written", err)
		}
	}
}

// editAgain shows why a text cannot be saved and asks what to do.
func (a *app) editAgain(err error) bool {
	a.errors().line("%s", host.Sanitize(err.Error()))
	return a.agreed("edit it again? a no forgets what you have typed")
}
