package cli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/session"
)

// complete makes a command complete its arguments with what list finds in the
// fleet around the working directory. Completion says nothing on errors.
func (a *app) complete(cmd *cobra.Command, list func(*session.Session) []string) *cobra.Command {
	cmd.ValidArgsFunction = a.listed(list)
	return cmd
}

// listed completes with what list finds, whatever was said before.
func (a *app) listed(list func(*session.Session) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		s, err := a.files(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list(s), cobra.ShellCompDirectiveNoFileComp
	}
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

// onlyMachines completes where one machine is meant.
func onlyMachines(s *session.Session) []string { return namesOf(s.Fleet()) }

// completeFlag completes a flag with its values.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeBump completes an input of the flake, then a selector.
func (a *app) completeBump(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = a.byPlace(flakeInputs, machineNames)
	return cmd
}

// completeRun completes a run, then a machine where the command takes one.
func (a *app) completeRun(cmd *cobra.Command) *cobra.Command {
	lists := []func(*session.Session) []string{runNames}
	if strings.Contains(cmd.Use, "MACHINE") {
		lists = append(lists, onlyMachines)
	}
	cmd.ValidArgsFunction = a.byPlace(lists...)
	return cmd
}

// byPlace completes the first argument with the first list and so on.
func (a *app) byPlace(lists ...func(*session.Session) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(lists) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		s, err := a.files(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return lists[len(args)](s), cobra.ShellCompDirectiveNoFileComp
	}
}

// runNames completes a past run.
func runNames(s *session.Session) []string {
	list, err := s.Runs(runsShown)
	if err != nil {
		return nil
	}
	out := []string{"last"}
	for _, run := range list {
		out = append(out, string(run.ID))
	}
	return out
}

// flakeInputs completes an input that flake.lock has of the flake itself.
func flakeInputs(s *session.Session) []string {
	text, err := os.ReadFile(filepath.Join(s.Repo.Dir, "flake.lock"))
	var lock struct {
		Root  string
		Nodes map[string]struct {
			Inputs map[string]any
		}
	}
	if err != nil || json.Unmarshal(text, &lock) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(lock.Nodes[lock.Root].Inputs))
}

// systemNames completes a Nix system of the fleet.
func systemNames(s *session.Session) []string { return s.Repo.Stack().Systems() }

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
