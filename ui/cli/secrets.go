package cli

import (
	"github.com/spf13/cobra"
)

// secretsCommand is the parent of what works on the files that people edit
// under .sops.yaml, beside the generated vars.
func (a *app) secretsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "The files that people edit, encrypted under .sops.yaml",
		Long: `Shows and edits the files that are encrypted with sops, under the rules of
.sops.yaml. Who may read a file is what the rules say, never what the file says
of itself. The values that generators make are those of: assay vars

  assay secrets list
  assay secrets edit secrets/users/raquel.yaml
  assay secrets rekey --all --dry-run`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.secretsListCommand(), a.secretsGetCommand(), a.secretsSetCommand(), a.secretsEditCommand(),
		a.secretsRekeyCommand(), a.secretsRotateCommand(), a.secretsAuditCommand())
	return cmd
}
