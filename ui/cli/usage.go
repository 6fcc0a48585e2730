package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says in assay's words what is wrong with a flag, and what to do.
func flagError(cmd *cobra.Command, err error) error {
	hint := "see " + cmd.CommandPath() + " --help"
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		switch {
		case cmd.Name() == "demo":
			hint = "put -- before a command and its flags: assay demo -- update --yes"
		case strings.Contains(cmd.Use, "SELECTOR"):
			hint += "; a selector that begins with - goes after --"
		}
		dashes := "--"
		if missing.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return usagef("there is no flag %s%s; hint: %s", dashes, missing.GetSpecifiedName(), hint)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef("--%s needs a value; hint: %s", bare.GetFlag().Name, hint)
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usagef("--%s %q: expected %s; hint: %s", wrong.GetFlag().Name, wrong.GetValue(), valueWords(wrong.GetFlag()), hint)
	}
	return usagef("%w; hint: %s", err, hint)
}

// valueWords say what a flag takes.
func valueWords(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int":
		return "a whole number"
	case "duration":
		return "a time such as 90s or 2m"
	case "bool":
		return "true or false"
	}
	return "a " + f.Value.Type()
}

// together is how cobra says that flags exclude each other.
var together = regexp.MustCompile(`^if any flags in the group \[.*\] are set none of the others can be; \[(.*)\] were all set$`)

// usageError says in assay's words what is wrong with a command line.
func usageError(cmd *cobra.Command, err error) error {
	if m := together.FindStringSubmatch(err.Error()); m != nil {
		err = fmt.Errorf("--%s exclude each other", strings.Join(strings.Fields(m[1]), " and --"))
	}
	return usagef("%w; hint: see %s --help", err, cmd.CommandPath())
}
