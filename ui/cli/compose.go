package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/modules/compose"
	"assay/ui/word"
)

func (a *app) composeCommand() *cobra.Command {
	var option, why, other string
	cmd := &cobra.Command{
		Use:   "compose MACHINE",
		Short: "Show what a machine is made of, and why",
		Long: `Shows which aspects apply to a machine and the way to each, per home-manager
user too, with the options, packages and foreign modules that they bring. With
--option it shows one option: every definition with its priority and file:line,
and what they come to; with --why the way to one aspect; with --diff what
another machine has instead.`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			for _, name := range append(args, other) {
				if name != "" && s.Fleet().Machine(name) == nil {
					return noMachine(s.Fleet(), name)
				}
			}
			composition, err := s.Repo.Compose(args[0])
			if err != nil && len(composition.Problems) == 0 {
				return err
			}
			switch {
			case option != "":
				err = a.showOption(composition, option)
			case why != "":
				err = a.showWhy(composition, why)
			case other != "":
				var second compose.Composition
				if second, err = s.Repo.Compose(other); err != nil && len(second.Problems) == 0 {
					return err
				}
				err = a.showDiff(composition, second)
			case a.flags.json:
				err = a.text().json(compositionToJSON(composition))
			default:
				a.printComposition(composition)
			}
			if err != nil {
				return err
			}
			if !a.flags.json {
				a.printProblems(composition.Problems)
			}
			if slices.ContainsFunc(composition.Problems, func(p compose.Problem) bool { return p.Severity == fleet.Error }) {
				return failed(exitFailed)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&option, "option", "", "show one option by its `PATH`, such as services.openssh.enable, or those below it")
	cmd.Flags().StringVar(&why, "why", "", "show the way to one `ASPECT`")
	cmd.Flags().StringVar(&other, "diff", "", "show how another `MACHINE` differs")
	cmd.MarkFlagsMutuallyExclusive("option", "why", "diff")
	return cmd
}

func (a *app) printComposition(comp compose.Composition) {
	p := a.text()
	p.line("%s  %s", p.paint(strong, host.Sanitize(comp.Machine)), p.paint(faint, host.Sanitize(comp.System+", class "+string(comp.Class))))
	p.facts(compose.FactsOf(comp))
	p.scope(comp.Scope)
	for _, home := range comp.Homes {
		p.line("%s  %s", p.paint(strong, host.Sanitize(home.User)), p.paint(faint, "home-manager"))
		p.scope(home)
	}
}

func (p *printer) scope(sc compose.Scope) {
	if p.section("aspects", len(sc.Aspects)) {
		var rows [][]cell
		for _, r := range sc.Aspects {
			rows = append(rows, []cell{c(r.Name), cr(faint, way(r.Way)), cr(faint, places(r.Files))})
		}
		p.rows("    ", rows)
	}
	if p.section("files that are modules", len(sc.Files)) {
		var rows [][]cell
		for _, f := range sc.Files {
			rows = append(rows, []cell{c(f.Path), cr(faint, f.At.String()), cr(warn, f.Condition)})
		}
		p.rows("    ", rows)
	}
	if p.section("foreign modules, which may set any option", len(sc.Foreign)) {
		for _, f := range sc.Foreign {
			p.line("    %s  %s", host.Sanitize(f.Ref), p.paint(faint, host.Sanitize(f.At.String())))
		}
	}
	p.section("options", len(sc.Options))
	for _, o := range sc.Options {
		p.option(o)
	}
	if p.section("packages", len(sc.Packages)) {
		var rows [][]cell
		for _, pkg := range sc.Packages {
			rows = append(rows, []cell{c(pkg.Name), cr(faint, pkg.Option), cr(faint, pkg.At.String())})
		}
		p.rows("    ", rows)
	}
}

// way writes the links to an aspect: "machine cinnabar > aspect server".
func way(steps []compose.Step) string {
	out := make([]string, len(steps))
	for i, step := range steps {
		out[i] = step.Kind + " " + step.Name
	}
	return strings.Join(out, " > ")
}

func places(list []fleet.Pos) string {
	out := make([]string, len(list))
	for i, at := range list {
		out[i] = at.String()
	}
	return strings.Join(out, ", ")
}

// option prints an option on one line: its value, or why that is not known.
func (p *printer) option(o compose.Option) {
	text, r := "", plain
	switch o.Merged.State {
	case compose.Known:
		text = o.Merged.Value.Text
	case compose.Conflict, compose.Invalid:
		text, r = string(o.Merged.State)+": "+o.Merged.Reason, bad
	default:
		text, r = "merge unknown: "+o.Merged.Reason, warn
	}
	path, at := host.Sanitize(o.Path), host.Sanitize(deciders(o))
	text = host.Sanitize(word.Short(text, p.room(len("     =   ")+len(path)+len(at)), word.Ellipsis))
	p.line("    %s = %s  %s", path, p.paint(r, text), p.paint(faint, at))
}

// deciders are the places of the definitions that make an option's value.
func deciders(o compose.Option) string {
	if w := o.Merged.Winner; w >= 0 && w < len(o.Definitions) {
		return o.Definitions[w].At.String()
	}
	var at []fleet.Pos
	for _, d := range o.Definitions {
		at = append(at, d.At)
	}
	return places(at)
}

// showOption explains one option in every scope that sets it, or lists the
// options below the path.
func (a *app) showOption(comp compose.Composition, path string) error {
	found := []optionJSON{}
	p := a.text()
	path = compose.Normal(path)
	for _, sc := range append([]compose.Scope{comp.Scope}, comp.Homes...) {
		if o, ok := sc.Option(path); ok {
			found = append(found, optionToJSON(sc.User, o))
			if !a.flags.json {
				p.explain(comp, sc, o)
			}
			continue
		}
		below := sc.Below(path)
		for _, o := range below {
			found = append(found, optionToJSON(sc.User, o))
		}
		if !a.flags.json && len(below) > 0 {
			p.below(sc, path, below)
		}
	}
	if a.flags.json {
		err := p.json(map[string]any{"machine": comp.Machine, "option": path, "set": len(found) > 0, "options": found, "foreign": foreignRefs(comp)})
		if err == nil && len(found) == 0 {
			return failed(exitNothing) // as the text does
		}
		return err
	}
	if len(found) == 0 {
		return notSet(comp, path)
	}
	return nil
}

// notSet says that the tree has no definition, and who else may have.
func notSet(comp compose.Composition, path string) error {
	var all []string
	for _, sc := range append([]compose.Scope{comp.Scope}, comp.Homes...) {
		for _, o := range sc.Options {
			all = append(all, o.Path)
		}
	}
	text := fmt.Sprintf("%s is not set in this tree for %s", path, comp.Machine)
	if refs := foreignRefs(comp); len(refs) > 0 {
		text += "; foreign modules may set it: " + strings.Join(refs, ", ")
	}
	if near := fleet.Nearest(path, all); near != "" {
		text += fmt.Sprintf("; hint: did you mean %q?", near)
	}
	return withCode(exitNothing, fmt.Errorf("%s", text))
}

func foreignRefs(comp compose.Composition) []string {
	refs := []string{}
	for _, sc := range append([]compose.Scope{comp.Scope}, comp.Homes...) {
		for _, f := range sc.Foreign {
			refs = append(refs, f.Ref)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// below lists the options of a set of options.
func (p *printer) below(sc compose.Scope, path string, options []compose.Option) {
	p.line("%s  %s", p.paint(strong, host.Sanitize(word.Scoped(sc.User, path))), p.paint(faint, word.Count(len(options), "option")+" below it"))
	for _, o := range options {
		p.option(o)
	}
}

// plainOrder is the place in a merged list of what mkBefore and mkAfter do
// not move.
const plainOrder = 1000

// explain prints every definition of an option and what they come to.
func (p *printer) explain(comp compose.Composition, sc compose.Scope, o compose.Option) {
	p.line("%s  %s", p.paint(strong, host.Sanitize(word.Scoped(sc.User, o.Path))), p.paint(faint, host.Sanitize(word.OrUnknown(o.Type))))
	switch o.Merged.State {
	case compose.Known:
		p.line("  value      %s", p.paint(good, host.Sanitize(o.Merged.Value.Text)))
	case compose.Conflict, compose.Invalid:
		p.line("  value      %s", p.paint(bad, host.Sanitize(string(o.Merged.State)+": "+o.Merged.Reason)))
	default:
		p.line("  value      %s", p.paint(warn, host.Sanitize(string(o.Merged.State)+": "+o.Merged.Reason)))
	}
	for i, d := range o.Definitions {
		mark := " "
		if i == o.Merged.Winner {
			mark = "*"
		}
		text := fmt.Sprintf("%s priority %-4d %s", mark, d.Priority, d.Value.Text)
		if d.Order != plainOrder {
			text = fmt.Sprintf("%s priority %-4d order %-4d %s", mark, d.Priority, d.Order, d.Value.Text)
		}
		if d.Condition != "" {
			text += " if " + d.Condition
		}
		if !d.Value.Known {
			text += " (" + d.Value.Why + ")"
		}
		p.line("  %s  %s", host.Sanitize(text), p.paint(faint, host.Sanitize("aspect "+d.Aspect+"  "+d.At.String())))
	}
	if len(sc.Foreign) > 0 {
		p.clean("  foreign modules may set it too: %s", strings.Join(foreignRefs(comp), ", "))
	}
}
