package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/session"
	"assay/ui/word"
)

// importedKeyJSON is one entry of "keys" in `keys import --json`.
type importedKeyJSON struct {
	Machine     string `json:"machine"`
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"` // SHA256:...
	From        string `json:"from"`        // file:line, or "answer"
	State       string `json:"state"`       // same, differs, new, refused, pinned or other: another key of it is or will be pinned
	Detail      string `json:"detail,omitempty"`

	key ssh.PublicKey
}

func (a *app) keysImportCommand() *cobra.Command {
	var file string
	var ask, yes bool
	cmd := &cobra.Command{
		Use:   "import [MACHINE...]",
		Short: "Compare host keys that are known elsewhere with the fleet's",
		Long: `Looks for the machines' SSH host keys in known_hosts, or with --ask at what the
machines answer, and compares them with those of the fleet's own secrets. What
the secrets hold is never overwritten. A key of a machine of which they hold
none is pinned after a yes, as by: assay keys pin; of several the one of the
kind that ssh prefers, and never in place of one that is pinned. What only the
machine itself says is shown and not pinned. A key that the machine could
decrypt only with that key itself is refused: it would not come up. Exits with 5
where keys differ.`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			open := a.files
			if ask {
				open = a.world
			}
			s, err := open(cmd.Context())
			if err != nil {
				return err
			}
			for _, name := range args {
				if s.Fleet().Machine(name) == nil {
					return noMachine(s.Fleet(), name)
				}
			}
			if len(args) == 0 {
				args = namesOf(s.Fleet())
			}
			if file == "" {
				file = filepath.Join(a.env.Getenv("HOME"), ".ssh", "known_hosts")
			}
			found, err := a.foundKeys(cmd.Context(), s, args, file, ask)
			if err != nil {
				return err
			}
			return a.importKeys(s, found, yes)
		},
	}
	cmd.Flags().StringVar(&file, "known-hosts", "", "the `file` to look in (default ~/.ssh/known_hosts)")
	cmd.Flags().BoolVar(&ask, "ask", false, "ask the machines for the keys that they show")
	cmd.Flags().BoolVar(&yes, "yes", false, "pin without asking")
	return cmd
}

// foundKeys finds host keys elsewhere and compares them.
func (a *app) foundKeys(ctx context.Context, s *session.Session, machines []string, file string, ask bool) ([]importedKeyJSON, error) {
	var out []importedKeyJSON
	add := func(machine, from string, key ssh.PublicKey) error {
		state, detail, err := s.CompareHostKey(machine, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))))
		out = append(out, importedKeyJSON{machine, key.Type(), ssh.FingerprintSHA256(key), from, state, detail, key})
		return err
	}
	list, bad := knownhosts.Load(file)
	for _, err := range bad {
		a.errors().clean("%s", err)
	}
	for _, machine := range machines {
		seen := map[string]bool{}
		for _, name := range s.HostNames(machine) {
			at, err := host.ParseAddress(name)
			if err != nil {
				continue // nobody reaches it under that either
			}
			for _, key := range list.Find(knownhosts.Name(at.Name, at.Port)).Plain {
				if print := ssh.FingerprintSHA256(key); !seen[print] {
					seen[print] = true
					if err := add(machine, file, key); err != nil {
						return nil, err
					}
				}
			}
		}
		if !ask {
			continue
		}
		key, err := a.answered(ctx, s, machine)
		if err != nil {
			a.errors().clean("%s: %s", machine, err)
			continue
		}
		if err := add(machine, "answer", key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// answered asks a machine for the key that it shows.
func (a *app) answered(ctx context.Context, s *session.Session, machine string) (ssh.PublicKey, error) {
	target, connector, err := s.Unpinned(machine)
	if err != nil && connector == nil {
		return nil, err
	}
	scan, ok := connector.(scanner)
	if !ok {
		return nil, errors.New("the keys of these hosts cannot be asked for")
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	return scan.Scan(watch, target)
}

// importKeys shows what was found and pins what is new.
func (a *app) importKeys(s *session.Session, found []importedKeyJSON, yes bool) error {
	pins, err := a.pinsFile(s)
	if err != nil {
		return err
	}
	have, bad := readPins(pins)
	for _, err := range bad {
		a.errors().clean("%s", err)
	}
	fresh := beside(have, found)
	differs := slices.ContainsFunc(found, func(f importedKeyJSON) bool { return f.State == session.KeyDiffers || f.State == session.KeyRefused })
	if !a.flags.json {
		a.printImport(found)
	}
	if len(fresh) > 0 {
		if err = a.agreeTo(yes, "pin "+word.Count(len(fresh), "key")+"?"); err != nil && !a.flags.json {
			return err
		}
		for _, f := range fresh {
			if err == nil {
				err = knownhosts.Pin(pins, f.Machine, f.Fingerprint, f.key)
				f.State = keyPinned
			}
		}
	}
	if a.flags.json {
		err = errors.Join(err, a.text().json(map[string]any{"keys": orEmpty(found), "file": pins}))
	}
	if err == nil && differs {
		return failed(exitIdentity)
	}
	return err
}

func (a *app) printImport(found []importedKeyJSON) {
	p := a.text()
	if len(found) == 0 {
		p.line("no host key of these machines is known elsewhere; hint: --ask asks the machines")
		return
	}
	roles := map[string]role{session.KeySame: good, keyPinned: good, keyOther: faint, session.KeyNew: warn}
	rows := make([][]cell, len(found))
	for i, f := range found {
		r, ok := roles[f.State]
		if !ok {
			r = bad
		}
		rows[i] = []cell{c(f.Machine), cr(r, f.State), c(f.Type), c(f.Fingerprint), c(f.From), cr(faint, f.Detail)}
	}
	p.table([]string{"MACHINE", "STATE", "TYPE", "FINGERPRINT", "FROM", "WHY"}, rows)
}
