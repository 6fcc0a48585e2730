package cli

import (
	"github.com/spf13/cobra"

	"assay/fleet/session"
)

// complete makes a command complete its arguments with what list finds in the
// fleet around the working directory. Completion says nothing on errors.
func (a *app) complete(cmd *cobra.Command, list func(*session.Session) []string) *cobra.Command {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		s, err := a.world(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list(s), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// machineNames completes a machine or the beginning of a selector.
func machineNames(s *session.Session) []string {
	f := s.Fleet()
	var out []string
	tags := map[string]bool{}
	for _, m := range f.Machines {
		out = append(out, m.Name)
		for _, tag := range m.AllTags() {
			if !tags[tag] {
				tags[tag] = true
				out = append(out, "@"+tag)
			}
		}
	}
	return out
}

// aspectNames completes an aspect.
func aspectNames(s *session.Session) []string {
	tree, err := s.Repo.Tree()
	if err != nil {
		return nil
	}
	var out []string
	for _, aspect := range tree.Aspects {
		out = append(out, aspect.Name)
	}
	return out
}

// packageNames completes a package that a layer defines.
func packageNames(s *session.Session) []string {
	stack := s.Repo.Stack()
	var out []string
	for _, system := range stack.Systems() {
		for _, layer := range stack.Layers(system) {
			for _, entry := range layer.Entries {
				out = append(out, entry.Package)
			}
		}
	}
	return out
}
