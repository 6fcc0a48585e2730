package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
)

// helpCommand is "assay help": of a command or a topic. Another word than
// those is a mistake.
func (a *app) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command or a topic",
		ValidArgsFunction: func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			var out []string
			if len(args) == 0 {
				for _, name := range helpNames(root) {
					if strings.HasPrefix(name, word) {
						out = append(out, name)
					}
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return a.noHelp(root, args, rest)
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// noHelp says that there is no help of that name, and the nearest that is.
func (a *app) noHelp(root *cobra.Command, args, rest []string) error {
	if len(rest) == 0 {
		rest = args
	}
	hint := "help lists them"
	if near := fleet.Nearest(rest[0], helpNames(root)); near != "" && len(rest) == len(args) {
		hint = "help " + near
	}
	return usagef("no command or topic is called %q; hint: %s %s", strings.Join(args, " "), a.program(), hint)
}

// helpNames are the commands and topics that there is help about.
func helpNames(root *cobra.Command) []string {
	var out []string
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			out = append(out, cmd.Name())
		}
	}
	return out
}

// usageTemplate is how a command's use is printed: cobra's own, with headings
// in one style and flags that fit the screen.
func usageTemplate(root *cobra.Command) string {
	return strings.NewReplacer(
		".FlagUsages ", fmt.Sprintf(".FlagUsagesWrapped %d ", helpWidth),
		"Available Commands:", "Commands:",
		"Additional Commands:", "Other commands:",
		"Global Flags:", "Flags of all commands:",
		"Additional help topics:", "Topics of "+root.Name()+" help:",
		"{{rpad .CommandPath .CommandPathPadding}}", "{{rpad .Name 12}}",
		"[command] --help", "COMMAND --help",
		"{{.CommandPath}} [command]", "{{.CommandPath}} COMMAND",
	).Replace(root.UsageTemplate())
}
