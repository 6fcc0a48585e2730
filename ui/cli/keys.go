package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/session"
)

func (a *app) keysCommand() *cobra.Command {
	keys := &cobra.Command{Use: "keys", Short: "List the host keys that you have pinned",
		Long: `Lists the machines that you have pinned the host key of, with its fingerprint as
ssh-keygen -l prints it, and the file that holds the pins. Keys that the fleet's
own secrets or your known_hosts hold are not among them.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			return a.listPins(s)
		}}
	pin := &cobra.Command{
		Use:   "pin MACHINE [SHA256:...]",
		Short: "Know a machine by the host key that it shows from now on",
		Long: `Pins the host key of a machine that the fleet's own secrets hold no key of. Give
the fingerprint as the machine's console prints it (ssh-keygen -lf
/etc/ssh/ssh_host_ed25519_key.pub): the key that answers has to be that one.
Without a fingerprint the one that answers is shown, and nothing is pinned. The
pins of a fleet are kept beside its runs, not in the repository.`,
		Args: words(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			if s.Fleet().Machine(args[0]) == nil {
				return noMachine(s.Fleet(), args[0])
			}
			return a.pin(cmd.Context(), s, args[0], strings.Join(args[1:], ""))
		},
	}
	keys.AddCommand(a.complete(pin, onlyMachines), a.keysListCommand(), a.keysAddCommand(), a.keysRemoveCommand(), a.complete(a.keysImportCommand(), onlyMachines))
	return keys
}

// scanner is a connector that can fetch a host key without trusting it.
type scanner interface {
	Scan(ctx context.Context, target host.Target) (ssh.PublicKey, error)
}

func (a *app) pin(ctx context.Context, s *session.Session, machine, fingerprint string) error {
	if fingerprint != "" && !strings.HasPrefix(fingerprint, "SHA256:") {
		return usagef("%q is no fingerprint: expected SHA256:..., as ssh-keygen -l prints it", fingerprint)
	}
	target, connector, err := s.Unpinned(machine)
	if err != nil {
		return err
	}
	scan, ok := connector.(scanner)
	if !ok {
		return errors.New("the keys of these hosts cannot be asked for")
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	key, err := scan.Scan(watch, target)
	if err != nil {
		return err
	}
	found := ssh.FingerprintSHA256(key)
	file, err := a.pinsFile(s)
	if err != nil {
		return err
	}
	if fingerprint == "" {
		if isPinned(file, machine, found) {
			a.text().clean("%s answers with %s %s, the key that is pinned for it in %s", machine, key.Type(), found, file)
			return nil
		}
		a.text().clean("%s answers with %s %s\nnothing is pinned; compare it with what the machine itself says, then: assay keys pin %s %s",
			machine, key.Type(), found, machine, found)
		return nil
	}
	if err := knownhosts.Pin(file, machine, fingerprint, key); err != nil {
		return withCode(exitIdentity, fmt.Errorf("pin the key of %s: %w", machine, err))
	}
	a.text().clean("%s is known by %s %s, in %s", machine, key.Type(), found, file)
	return nil
}
