package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/engine"
	"assay/fleet/fleetfile"
	"assay/ui/action"
	"assay/ui/config"
	"assay/ui/word"
)

// helpWidth is how many columns help texts take.
const helpWidth = 80

// topics are help texts that belong to no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "start", Short: "From a flake to the first update of real hosts", Long: startHelp},
		{Use: "fleet.toml", Short: "Every key of the registry", Long: fleetFileHelp()},
		{Use: "selectors", Short: "How machines are chosen", Long: selectorHelp},
		{Use: "goals", Short: "How far an update goes", Long: goalHelp()},
		{Use: "identities", Short: "Where your age keys are found, and age plugins", Long: identityHelp},
		{Use: "config.toml", Short: "The console's settings and keys", Long: configHelp()},
	}
}

// configHelp is the file of the console's settings with all of its defaults,
// and the actions that keys can be given to.
func configHelp() string {
	var b strings.Builder
	b.WriteString(config.Default())
	b.WriteString("\n# The actions and their keys:\n")
	for _, a := range action.All() {
		fmt.Fprintf(&b, "#   %-24s %s\n", a.ID, strings.Join(a.Keys, " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fleetFileHelp is the reference of fleet.toml, made from the table that files
// are checked against.
func fleetFileHelp() string {
	var b strings.Builder
	p := &printer{out: &b, width: helpWidth}
	p.line("fleet.toml is a fleet's registry. It is strict: any other key is an error.\n")
	for _, key := range fleetfile.Schema() {
		p.clean("%s  (%s)", key.Path, kindOf(key))
		p.line("    %s", p.fold(key.Doc, 4, 4))
		if key.Default != "" {
			p.clean("    default: %s", key.Default)
		}
		if key.Unenforced != "" {
			p.clean("    in this version: %s", key.Unenforced)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// goalHelp says what each value of --goal means.
func goalHelp() string {
	var b strings.Builder
	b.WriteString("--goal says how far assay update goes, and what assay plan plans:\n\n")
	for _, g := range engine.Goals() {
		fmt.Fprintf(&b, "  %-14s %s\n", g, word.Goal(g))
	}
	fmt.Fprintf(&b, "\nThe default is %s. A saved plan has its goal in it.", engine.GoalSwitch)
	return b.String()
}

func kindOf(key fleetfile.Key) string {
	kind := string(key.Type)
	switch {
	case len(key.Values) > 0:
		kind += " of " + strings.Join(key.Values, " | ")
	case key.Form != "":
		kind += ", " + key.Form
	}
	if key.Required {
		kind += ", required"
	}
	return kind
}

const startHelp = `A flake that defines its machines itself works as it is: assay asks Nix which
there are, and writes nothing into it. For a new fleet, assay init writes
fleet.toml and the flake around it. Nix and ssh have to be installed here.

  assay init             a new fleet; not needed where a flake.nix stands
  assay machines         what Nix says there is, and where each machine is
  assay check            what is wrong, as far as no host has to be asked
  assay status           ask the hosts what they run; changes nothing
  assay plan web1        what an update of web1 would change; changes nothing
  assay update web1      the same, and after a question do it
  assay                  the console: all of that, and to look at it longer

Addresses come from the flake: clan, deploy-rs, colmena, or deploy.targetHost in
a machine's configuration. A machine that has none has "no target", is listed
and left alone; a fleet.toml beside flake.nix can say it:

  [machines.web1.deploy]
  targets = ["deploy@web1.example.org"]
  become  = "sudo"       for another user than root

Where sudo wants a password you are asked for it once, and the question names
the machines of the run that may get it: those with the same user. No machine
gets a password that was given without naming it.

A host is believed only by a key that is known: from the fleet's vars, from
programs.ssh.knownHosts in the flake, or from your own known_hosts. Otherwise
it is refused. Compare its fingerprint with what the machine itself says, then:

  assay keys pin web1    shows the key that answers
  assay keys pin web1 SHA256:...

An update activates under a guard: a host that cannot be reached afterwards, or
whose units fail, goes back to its former system by itself. What only a boot
brings, such as another kernel, waits for it: "reboot pending". assay rollback
leads back to a former generation.`

const identityHelp = `Secrets are opened with your age keys, found where the sops command looks:

  SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_CMD
  ~/.ssh/id_ed25519, ~/.ssh/id_rsa
                         you are asked for a passphrase on a terminal
  SOPS_AGE_KEY           the keys themselves
  SOPS_AGE_KEY_FILE      a file of keys
  SOPS_AGE_KEY_CMD       a command that prints keys; no shell takes part
  sops/age/keys.txt      in XDG_CONFIG_HOME or ~/.config, on macOS in
                         ~/Library/Application Support

A key behind an age plugin, such as that of a YubiKey, a TPM or the Secure
Enclave, is a line AGE-PLUGIN-NAME-1... with "# recipient: age1name1..." above
it. It starts the program age-plugin-NAME of your PATH, if you allow that in
~/.config/assay/config.toml; what lies in a repository allows nothing:

  plugins = ["yubikey", "tpm"]

What a plugin asks is asked on the terminal or in the console, with its name
before it. ctrl-c, or esc in the console, ends one that hangs. Each file that is
opened takes a touch or a PIN, unless another key of yours opens it too. A wrong
answer ends the command: it is not tried again for the next file.`

const selectorHelp = `A selector chooses machines, on the command line and in [tags] of fleet.toml.

  web* web? web[1-20]    by name: globs, and numbers as clush writes them
  @cloud                 by tag; @all, @nixos and @darwin are always there
  class:darwin           nixos or darwin
  system:aarch64-*       by Nix system
  user:cameron           the primary user, or one with a home
  aspect:caddy           an aspect that the machine's composition reaches
  role:zerotier/peer     a role of a service instance; role:zerotier is any
  state:behind           the state that assay status shows: unreachable, error,
                         damaged, unknown, empty, behind, staged, current; also
                         online, offline, unverified (the host's identity)
  drift:yes reboot:no    yes, no, unknown; as for state:, the host is asked
  failed, @failed        failed in the last run

  and or not ( )         a space means and, a comma or, -x is not x

A fact that is not known matches neither x nor not x; how many machines that
concerns is said. A selector that begins with - goes after --.`
