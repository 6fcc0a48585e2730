package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay"
)

// layersJSON is one system's stack in `layers --json`.
type layersJSON struct {
	System      string          `json:"system"`
	Composition string          `json:"composition"`
	Default     string          `json:"default_channel"`
	Layers      []overlay.Layer `json:"layers"`
	Source      fleet.Source    `json:"source"`

	Evaluated []overlay.Evaluated `json:"evaluated,omitempty"` // by package; only where Nix was asked
	Problems  []fleet.Problem     `json:"problems,omitempty"`  // where it disagrees
}

func (a *app) layersCommand() *cobra.Command {
	var system string
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "layers",
		Short: "Show the overlay's layers and what each supplies",
		Long: `Shows the layers of the overlay on every system of the fleet, what each
supplies, why, and what is shadowed. The files are read for that, without Nix.
With --evaluate Nix is asked too, of every package that a layer defines, which
takes a while: its version, and whether the layer matters for it.`,
		Example: `  assay layers --system x86_64-linux
  assay layers --evaluate`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.filesOr(evaluate)(cmd.Context())
			if err != nil {
				return err
			}
			if why := s.Unread(); why != "" {
				return withCode(exitUsage, errors.New(why))
			}
			systems := s.Stack().Systems()
			if system != "" {
				if err := checkSystem(system, systems); err != nil {
					return err
				}
				systems = []string{system}
			}
			return a.showLayers(cmd.Context(), s, systems, evaluate)
		},
	}
	cmd.Flags().StringVar(&system, "system", "", "only this `SYSTEM`, such as x86_64-linux")
	cmd.Flags().BoolVar(&evaluate, "evaluate", false, "ask Nix too")
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

// showLayers prints the layers on every system.
func (a *app) showLayers(ctx context.Context, s *session.Session, systems []string, evaluate bool) error {
	out := []layersJSON{}
	for _, system := range systems {
		stack := s.Stack(system)
		one := layersJSON{System: system, Composition: stack.Composition(), Default: stack.Default(), Layers: orEmpty(stack.Layers(system)), Source: fleet.SourceFile}
		if s.Adopted() {
			one.Source = fleet.SourceRead
		}
		if packages := evaluable(one.Layers); evaluate && len(packages) > 0 {
			told, err := a.evaluated(ctx, s, session.PackageQuestion{Packages: packages, Systems: []string{system}, Layers: true})
			if err != nil {
				return err
			}
			one.Evaluated = told
			for i := range told {
				one.Problems = append(one.Problems, overlay.Compare(stack.On(told[i].Machine).Which(told[i].Package, system), told[i])...)
			}
		}
		out = append(out, one)
	}
	if a.flags.json {
		return a.text().json(map[string]any{"systems": out})
	}
	for i := range out {
		if i > 0 {
			a.text().line("")
		}
		a.printLayers(&out[i])
		a.printProblems(out[i].Problems)
	}
	return nil
}

// evaluable are the packages that layers define: not what they say is none.
func evaluable(layers []overlay.Layer) []string {
	var names []string
	for _, l := range layers {
		for _, e := range l.Entries {
			if e.Kind != overlay.KindValue && e.Kind != overlay.LayerInputs {
				names = append(names, e.Package)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (a *app) printLayers(l *layersJSON) {
	p := a.text()
	p.line("%s  %s", p.paint(strong, host.Sanitize(l.System)), p.paint(faint, host.Sanitize(fmt.Sprintf("default %s, composition %s", l.Default, l.Composition))))
	for _, layer := range l.Layers {
		p.line("  %d %s%s", layer.Number, host.Sanitize(layer.Name), p.paint(faint, host.Sanitize(whose(layer))))
		var rows [][]cell
		var notes []string
		for _, e := range layer.Entries {
			rows = append(rows, []cell{c(e.Package), c(origin(e)), cr(faint, e.At.String()), fate(e), evaluatedEntry(l.Evaluated, e)})
			notes = append(notes, noted(e.Note))
		}
		for _, o := range layer.Open {
			rows = append(rows, []cell{c("?"), cr(warn, o.Why), cr(faint, o.At.String()), c("")})
		}
		if len(rows) == 0 {
			p.line("      %s", p.paint(faint, "nothing on this system"))
		}
		widths := widthsOf(rows)
		for i, row := range rows {
			p.row("      ", row, widths)
			if i < len(notes) && notes[i] != "" {
				p.line("          %s", p.paint(faint, p.fold(host.Sanitize(notes[i]), 10, 10)))
			}
		}
	}
}

// evaluatedEntry is what Nix says of an entry, where it was asked.
func evaluatedEntry(told []overlay.Evaluated, e overlay.Entry) cell {
	i := slices.IndexFunc(told, func(t overlay.Evaluated) bool { return t.Package == e.Package })
	if i < 0 {
		return c("")
	}
	t := &told[i]
	if t.Derivation == "" {
		return cr(warn, "evaluated: unknown: "+t.Unknown)
	}
	for _, l := range t.Layers {
		switch {
		case !l.Defines || l.Layer != e.Layer:
		case l.Matters == fleet.True:
			return cr(good, "evaluated: matters, "+cmp.Or(t.Version, "of no version"))
		case l.Matters == fleet.False:
			return cr(bad, "evaluated: dead, the package is the same without it")
		default:
			return cr(warn, "evaluated: whether it matters is unknown: "+l.Unknown)
		}
	}
	return cr(warn, "evaluated: "+cmp.Or(t.Version, "of no version")+"; Nix does not tell whether this layer matters")
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
