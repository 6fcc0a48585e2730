package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/host"
	"assay/fleet/host/sim"
	"assay/fleet/rundir"
	"assay/fleet/session"
)

func (a *app) sshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "ssh MACHINE [-- COMMAND ...]",
		Short: "Open a shell on a machine, with its identity pinned",
		Long: `Starts the ssh command on the machine's address, by way of its jump hosts. Your
own ssh configuration holds, but for one thing: the machine, and every jump
host, has to prove the key that the fleet knows of it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.inDemo {
				return usagef("ssh is refused in the demo: %s", sim.Refusal)
			}
			dash := cmd.ArgsLenAtDash()
			if len(args) == 0 || dash != 1 && len(args) > 1 {
				return usagef("name one machine, and a command after --: assay ssh MACHINE -- uptime")
			}
			s, err := a.world(cmd.Context())
			if err != nil {
				return err
			}
			if s.Fleet().Machine(args[0]) == nil {
				return noMachine(s.Fleet(), args[0])
			}
			return a.ssh(cmd.Context(), s, args[0], args[1:])
		},
	}
}

// ssh runs the ssh command and ends with its exit status.
func (a *app) ssh(ctx context.Context, s *session.Session, machine string, command []string) error {
	target, err := s.Reached(ctx, machine)
	if err != nil {
		return err
	}
	dir, err := rundir.Small("ssh")
	if err != nil {
		return err
	}
	defer dir.Remove()
	name, err := writeSSHConfig(dir.Path, target)
	if err != nil {
		return err
	}
	ssh := exec.Command("ssh", append([]string{"-F", filepath.Join(dir.Path, "config"), name, "--"}, command...)...) // its own ctrl-c
	ssh.Stdin, ssh.Stdout, ssh.Stderr = a.env.Stdin, plainOutput(a.env.Stdout), a.env.Stderr
	_, release := a.env.listen() // the terminal's signals are for ssh
	defer release()
	err = ssh.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed(max(exit.ExitCode(), 1))
	}
	return err
}

// writeSSHConfig writes a configuration with which ssh reaches the target and
// accepts only its pinned keys, and returns the name to give to ssh. The
// user's own configuration follows: of each setting the first one counts.
func writeSSHConfig(dir string, target host.Target) (name string, err error) {
	var config strings.Builder
	hops := append(target.Jump[:len(target.Jump):len(target.Jump)], target)
	names := map[string]bool{}
	for i, hop := range hops {
		at, err := host.ParseAddress(hop.Addresses[0])
		if err != nil {
			return "", err
		}
		if len(hop.HostKeys) == 0 {
			return "", &host.ConnectError{Machine: hop.Machine, Address: hop.Addresses[0], Stage: host.StageHostKey,
				Err: fmt.Errorf("no key of it is known; hint: assay keys pin %s", hop.Machine)}
		}
		known := filepath.Join(dir, fmt.Sprintf("known_hosts-%d", i))
		alias := knownAs(hop.Machine, i)
		if err := os.WriteFile(known, []byte(knownHosts(alias, hop.HostKeys)), 0o600); err != nil {
			return "", err
		}
		before := name
		if name = at.Name; names[name] {
			name = fmt.Sprintf("%s-%d", at.Name, i) // the same address with another port
			fmt.Fprintf(&config, "Host %s\n  HostName %s\n", name, at.Name)
		} else {
			fmt.Fprintf(&config, "Host %s\n", name)
		}
		names[name] = true
		fmt.Fprintf(&config, "  Port %s\n  HostKeyAlias %s\n  StrictHostKeyChecking yes\n  UpdateHostKeys no\n", at.Port, alias)
		fmt.Fprintf(&config, "  UserKnownHostsFile %q\n  GlobalKnownHostsFile /dev/null\n", known)
		config.WriteString(onlyPinned)
		if at.User != "" {
			fmt.Fprintf(&config, "  User %s\n", at.User)
		}
		if before != "" {
			fmt.Fprintf(&config, "  ProxyJump %s\n", before)
		}
	}
	config.WriteString("Host *\nInclude ~/.ssh/config\nInclude /etc/ssh/ssh_config\n")
	return name, os.WriteFile(filepath.Join(dir, "config"), []byte(config.String()), 0o600)
}

// onlyPinned takes from the user's configuration what would let a host in that
// shows another key: a connection that stands already, a command or the DNS
// that tells of keys. What an older ssh does not know it need not obey.
const onlyPinned = `  IgnoreUnknown KnownHostsCommand
  KnownHostsCommand none
  VerifyHostKeyDNS no
  ControlMaster no
  ControlPath none
`

// knownAs is the name by which the n-th host is known to ssh: its machine's,
// which certificates are for, or another where that would mean more to ssh than
// a name.
func knownAs(machine string, n int) string {
	if machine == "" || strings.ContainsFunc(machine, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'\\*?!,|#=", r)
	}) {
		return fmt.Sprintf("assay-host-%d", n)
	}
	return machine
}

// knownHosts is what a known_hosts file has of the keys of a host.
func knownHosts(name string, keys []string) string {
	var b strings.Builder
	for _, key := range keys {
		if mark, rest, _ := strings.Cut(key, " "); strings.HasPrefix(mark, "@") {
			fmt.Fprintf(&b, "%s %s %s\n", mark, name, rest)
		} else {
			fmt.Fprintf(&b, "%s %s\n", name, key)
		}
	}
	return b.String()
}
