package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/session"
)

// keyHolderJSON is one entry of "holders" in `keys list --json`.
type keyHolderJSON struct {
	Kind    string   `json:"kind"` // user, machine, group, or name of a .sops.yaml
	Name    string   `json:"name"`
	Keys    []string `json:"keys"`
	Members []string `json:"members"`
	Also    []string `json:"also_called"`
	Notes   []string `json:"notes"`
	At      string   `json:"at"`
}

func (a *app) keysListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the users, machines and groups with their age keys",
		Long: `Lists everybody who has a key in the fleet's directory: users, machines and
groups under sops/, and the names in .sops.yaml that none of these has. Says
where one key has two names, where an SSH key and its age form are taken for the
same reader, and which machine could decrypt its SSH host key only with that
key. The host keys that you have pinned are under: assay keys`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			found, err := s.SecretFiles(cmd.Context(), nil)
			if err != nil {
				return err
			}
			holders, err := s.KeyHolders(found)
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.text().json(map[string]any{"holders": holdersToJSON(holders)})
			}
			a.printHolders(holders)
			return nil
		},
	}
}

func holdersToJSON(list []session.KeyHolder) []keyHolderJSON {
	out := []keyHolderJSON{}
	for _, h := range list {
		out = append(out, keyHolderJSON{h.Kind, h.Name, orEmpty(h.Keys), orEmpty(h.Members), orEmpty(h.Also), orEmpty(h.Notes), h.At})
	}
	return out
}

func (a *app) printHolders(list []session.KeyHolder) {
	p := a.text()
	if len(list) == 0 {
		p.line("nobody has a key: there is no sops/ and no .sops.yaml")
		return
	}
	var rows [][]cell
	for _, h := range list {
		keys := strings.Join(append(h.Keys, h.Members...), ", ")
		rows = append(rows, []cell{c(h.Kind), c(h.Name), c(strings.Join(h.Also, ", ")), c(keys), cr(faint, h.At)})
	}
	p.table([]string{"KIND", "NAME", "ALSO", "KEYS", "AT"}, rows)
	for _, h := range list {
		for _, note := range h.Notes {
			p.line("%s", p.paint(warn, p.fold(sane(h.Kind+" "+h.Name+": "+note), 0, 4)))
		}
	}
}
