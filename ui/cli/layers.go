package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/overlay"
	"assay/ui/word"
)

// layersJSON is one system's stack in `layers --json`.
type layersJSON struct {
	System      string          `json:"system"`
	Composition string          `json:"composition"`
	Default     string          `json:"default_channel"`
	Layers      []overlay.Layer `json:"layers"`
	Source      fleet.Source    `json:"source"`
}

func (a *app) layersCommand() *cobra.Command {
	var system string
	cmd := &cobra.Command{
		Use:   "layers",
		Short: "Show the overlay's layers and what each supplies",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			stack := s.Repo.Stack()
			if why := s.Unread(); why != "" {
				return withCode(exitUsage, errors.New(why))
			}
			systems := stack.Systems()
			if system != "" {
				if err := checkSystem(system, systems); err != nil {
					return err
				}
				systems = []string{system}
			}
			if a.flags.json {
				out := []layersJSON{}
				for _, system := range systems {
					out = append(out, layersJSON{system, stack.Composition(), stack.Default(), stack.Layers(system), fleet.SourceFile})
				}
				return a.text().json(map[string]any{"systems": out})
			}
			for i, system := range systems {
				if i > 0 {
					a.text().line("")
				}
				a.printLayers(stack, system)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&system, "system", "", "only this `SYSTEM`, such as x86_64-linux")
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

func (a *app) printLayers(stack *overlay.Stack, system string) {
	p := a.text()
	p.line("%s  %s", p.paint(strong, host.Sanitize(system)), p.paint(faint, host.Sanitize(fmt.Sprintf("default %s, composition %s", stack.Default(), stack.Composition()))))
	for _, layer := range stack.Layers(system) {
		p.line("  %d %s%s", layer.Number, host.Sanitize(layer.Name), p.paint(faint, host.Sanitize(whose(layer))))
		var rows [][]cell
		for _, e := range layer.Entries {
			rows = append(rows, []cell{c(e.Package), c(origin(e)), cr(faint, e.At.String()), fate(e)})
		}
		for _, o := range layer.Open {
			rows = append(rows, []cell{c("?"), cr(warn, o.Why), cr(faint, o.At.String()), c("")})
		}
		if len(rows) == 0 {
			p.line("      %s", p.paint(faint, "nothing on this system"))
		}
		p.rows("      ", rows)
	}
}

// whose says where a layer is written, and which machines have it.
func whose(l overlay.Layer) string {
	text := ""
	if !l.At.IsZero() {
		text = "  " + l.At.String()
	}
	if l.Machines != nil {
		text += "  on " + strings.Join(l.Machines, ", ") + " only"
	}
	return text
}

// origin says what an entry takes its package from.
func origin(e overlay.Entry) string {
	switch {
	case e.Kind == overlay.KindValue:
		return "a value, no package"
	case e.Kind == overlay.KindUnknown:
		return "unknown: " + e.Text
	case e.Kind == overlay.LayerInputs && e.Input == "":
		return e.Channel
	case e.Input != "":
		return "input " + e.Input
	case e.Kind == overlay.LayerPackages:
		return "the fleet's own"
	case e.Kind == overlay.LayerOverrides && e.File == "":
		return "changed: " + e.Starts()
	case e.Kind == overlay.LayerOverrides:
		return "changed by " + e.File
	case e.Alias != "" && e.Alias != e.Channel:
		return fmt.Sprintf("%s as %s", e.Channel, e.Alias)
	}
	return e.Channel
}

// fate says whether something shadows an entry.
func fate(e overlay.Entry) cell {
	switch {
	case !e.Shadowed:
		return c("")
	case e.Dead == fleet.True:
		return cr(bad, "dead: "+e.Why)
	case e.Dead == fleet.Unknown:
		return cr(warn, "shadowed by "+e.By+"; whether that builds on it is unknown")
	}
	return cr(warn, "shadowed by "+e.By+", which builds on it")
}

func (a *app) whichCommand() *cobra.Command {
	var machine, system string
	cmd := &cobra.Command{
		Use:   "which PACKAGE",
		Short: "Say which channel and layer supply a package, and why",
		Args:  words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			if why := s.Unread(); why != "" {
				return withCode(exitUsage, errors.New(why))
			}
			systems, err := whichSystems(s.Fleet(), s.Repo.Stack(), machine, system)
			if err != nil {
				return err
			}
			answers := []overlay.Answer{}
			for _, system := range systems {
				answers = append(answers, s.Repo.Stack().On(machine).Which(args[0], system))
			}
			if a.flags.json {
				return a.text().json(map[string]any{"packages": answers})
			}
			for i, answer := range answers {
				if i > 0 {
					a.text().line("")
				}
				a.printAnswer(answer)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&machine, "on", "", "on this `MACHINE`")
	cmd.Flags().StringVar(&system, "system", "", "on this `SYSTEM`, such as aarch64-darwin")
	cmd.MarkFlagsMutuallyExclusive("on", "system")
	_ = cmd.RegisterFlagCompletionFunc("on", a.listed(onlyMachines))
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

// whichSystems are the systems that a question is about: a machine's, the one
// named, or all that the fleet has.
func whichSystems(f *fleet.Fleet, stack *overlay.Stack, machine, system string) ([]string, error) {
	switch {
	case system != "":
		return []string{system}, checkSystem(system, stack.Systems())
	case machine == "":
		return stack.Systems(), nil
	}
	m := f.Machine(machine)
	if m == nil {
		return nil, noMachine(f, machine)
	}
	return []string{m.System}, nil
}

var systemForm = regexp.MustCompile(`^[a-z0-9_]+-(linux|darwin)$`)

// checkSystem refuses what is no Nix system of NixOS or nix-darwin. It need
// not be one of the fleet's.
func checkSystem(system string, known []string) error {
	if systemForm.MatchString(system) {
		return nil
	}
	return usagef("%q is no system of NixOS or nix-darwin; the fleet has %s", system, strings.Join(known, ", "))
}

// namesOf are the names of the fleet's machines.
func namesOf(f *fleet.Fleet) []string {
	out := make([]string, len(f.Machines))
	for i := range f.Machines {
		out[i] = f.Machines[i].Name
	}
	return out
}

func noMachine(f *fleet.Fleet, name string) error {
	hint := "assay machines lists them"
	if near := fleet.Nearest(name, namesOf(f)); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return withCode(exitNothing, fmt.Errorf("no machine %q; hint: %s", name, hint))
}

func (a *app) printAnswer(answer overlay.Answer) {
	p := a.text()
	layer := "no layer"
	if answer.Layer != "" {
		layer = fmt.Sprintf("layer %d %s", answer.Number, host.Sanitize(answer.Layer))
	}
	supplier := word.OrUnknown(answer.Channel)
	if answer.Channel == "" && answer.Layer != "" {
		supplier = "no channel"
	}
	if answer.Alias != "" && answer.Alias != answer.Channel {
		supplier += " (pkgs." + answer.Alias + ")"
	}
	if !answer.At.IsZero() {
		layer += "  " + p.paint(faint, host.Sanitize(answer.At.String()))
	}
	p.line("%s on %s: %s, %s", p.paint(strong, host.Sanitize(answer.Package)), host.Sanitize(answer.System), p.paint(good, host.Sanitize(supplier)), layer)
	p.clean("  why       %s", answer.Reason)
	var versions []string
	for _, v := range answer.Versions {
		version := v.Version
		if version == "" {
			version = v.Note
		}
		versions = append(versions, v.Channel+" "+version)
	}
	p.clean("  versions  %s", strings.Join(versions, ", "))
	for _, e := range answer.Shadowed {
		state := fate(e)
		p.line("  shadows   layer %d %s: %s  %s  %s", e.Number, host.Sanitize(e.Layer), host.Sanitize(origin(e)),
			p.paint(faint, host.Sanitize(e.At.String())), p.paint(state.role, state.text))
	}
}
