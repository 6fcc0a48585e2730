package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/fleetfile"
	"assay/ui/action"
	"assay/ui/config"
)

// helpWidth is how many columns help texts take.
const helpWidth = 80

// topics are help texts that belong to no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "fleet.toml", Short: "Every key of the registry", Long: fleetFileHelp()},
		{Use: "selectors", Short: "How machines are chosen", Long: selectorHelp},
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
