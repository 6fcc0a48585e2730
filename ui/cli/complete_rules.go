package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/session"
	"assay/ui/cli/demo"
)

// list is what may stand in one place of a command line, with what was typed
// of it.
type list func(s *session.Session, typed string) []string

func of(names func(*session.Session) []string) list {
	return func(s *session.Session, _ string) []string { return names(s) }
}

// arguments are what the command of that name takes, place by place; the last
// is taken again and again where the command takes a selector of many words.
func arguments(command string) (places []list, again bool) {
	switch command {
	case "assay", "machines", "status", "build", "plan", "update", "rollback":
		return []list{selectorTerms}, true
	case "exec": // a program of the host follows
		return []list{selectorTerms}, false
	case "compose", "ssh", "log", "keys pin":
		return []list{of(onlyMachines)}, false
	case "vars check", "vars list":
		return []list{of(onlyMachines)}, false
	case "vars generate", "vars fix":
		return []list{of(onlyMachines)}, true
	case "vars get", "vars set":
		return []list{of(onlyMachines), of(varNames)}, false
	case "secrets get", "secrets set", "secrets edit":
		return []list{of(secretPaths)}, false
	case "secrets rekey", "secrets rotate":
		return []list{of(secretPaths)}, true
	case "aspects":
		return []list{of(aspectNames)}, false
	case "channels":
		return []list{of(channelNames)}, true
	case "add": // of hotfixes
		return []list{of(packageNames)}, false
	case "remove":
		return []list{of(hotfixNames)}, false
	case "which":
		return []list{of(packageNames)}, false
	case "bump":
		return []list{of(flakeInputs), selectorTerms}, true
	case "runs":
		return []list{of(runNames)}, false
	case "logs":
		return []list{of(runNames), of(onlyMachines)}, false
	}
	return nil, false
}

// placesOf is the name under which arguments has a command: those of vars and
// secrets have names that other commands have too.
func placesOf(cmd *cobra.Command) string {
	if p := cmd.Parent(); p != nil && (p.Name() == "vars" || p.Name() == "secrets" || p.Name() == "keys") {
		return p.Name() + " " + cmd.Name()
	}
	return cmd.Name()
}

// at returns the list of the place behind so many arguments, nil for none.
func at(command string, n int) list {
	places, again := arguments(command)
	switch {
	case n < len(places):
		return places[n]
	case again:
		return places[len(places)-1]
	}
	return nil
}

// selectorTerms are the machines and tags, behind what was typed of a selector
// before its last term.
func selectorTerms(s *session.Session, typed string) []string {
	before := typed[:strings.LastIndexAny(typed, ", (")+1]
	out := machineNames(s)
	for i := range out {
		out[i] = before + out[i]
	}
	return out
}

// completions makes every command complete its arguments, and the flags that
// take a name. It replaces what was said before.
func (a *app) completions(cmd *cobra.Command) {
	switch cmd.Name() {
	case "help", "completion": // cobra knows best
		return
	case "demo":
		cmd.ValidArgsFunction = a.inTheDemo
	default:
		cmd.ValidArgsFunction = a.argument
	}
	nothing := cobra.FixedCompletions(nil, cobra.ShellCompDirectiveNoFileComp)
	for flag, list := range map[string]cobra.CompletionFunc{
		"why": a.listed(aspectNames), "diff": a.listed(onlyMachines), "option": a.optionPath,
		"push": nothing, "to": nothing, "parallel": nothing, "hosts": nothing,
	} {
		if cmd.Flags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, list) // one that has its own keeps it
		}
	}
	for _, sub := range cmd.Commands() {
		a.completions(sub)
	}
}

// argument completes the next argument of a command.
func (a *app) argument(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	list := at(placesOf(cmd), len(args))
	if list == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.listed(func(s *session.Session) []string { return list(s, typed) })(cmd, args, typed)
}

// optionPath completes the path of an option that the machine before it sets.
func (a *app) optionPath(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.listed(func(s *session.Session) []string {
		if len(args) == 0 {
			return nil
		}
		composition, _ := s.Repo.Compose(args[0]) // as far as it goes
		var out []string
		for _, option := range composition.Scope.Options {
			if strings.HasPrefix(option.Path, typed) {
				out = append(out, option.Path)
			}
		}
		return out
	})(cmd, args, typed)
}

// inTheDemo completes a command line in the demo: its command, and once there
// is a demo what that takes.
func (a *app) inTheDemo(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var out []string
	if len(args) == 0 {
		for _, inside := range cmd.Root().Commands() {
			if inside.IsAvailableCommand() && inside != cmd {
				out = append(out, inside.Name())
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	list := at(args[0], len(args)-1)
	state, err := a.env.stateDir()
	if list == nil || err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if s, err := demo.Look(demo.Options{Dir: filepath.Join(state, "demo")}); err == nil {
		out = list(s, typed)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
