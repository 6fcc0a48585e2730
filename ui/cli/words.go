package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// words refuses fewer than least and more than most arguments, and says what
// the command takes; a most of -1 is no limit.
func words(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		_, rest, _ := strings.Cut(cmd.Use, " ")
		takes := strings.TrimSpace(cmd.CommandPath() + " " + rest)
		switch {
		case len(args) < least:
			return fmt.Errorf("%s is missing: expected %s", strings.Fields(rest)[len(args)], takes)
		case most >= 0 && len(args) > most:
			return fmt.Errorf("%q is one word too many: expected %s", args[most], takes)
		}
		return nil
	}
}
