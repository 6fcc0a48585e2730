package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/word"
)

func (a *app) whichCommand() *cobra.Command {
	var machine, system string
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "which PACKAGE",
		Short: "Say which channel and layer supply a package, and why",
		Long: `Says of a package which channel and which of the overlay's layers supply it,
why, what is written about that, what is shadowed, and its version in every
channel. The files are read for that, without Nix. With --evaluate Nix is asked
too: for the derivations in every channel, and which layers matter, by leaving
each of them out. Where that is not what was read, a warning says so.`,
		Example: `  assay which micromamba --on stibnite
  assay which ncdu --system aarch64-darwin --evaluate`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.filesOr(evaluate)(cmd.Context())
			if err != nil {
				return err
			}
			if why := s.Unread(); why != "" {
				return withCode(exitUsage, errors.New(why))
			}
			systems, err := whichSystems(s.Fleet(), s.Stack(), machine, system)
			if err != nil {
				return err
			}
			answers := []overlay.Answer{}
			for _, system := range systems {
				answers = append(answers, s.Stack(system).On(machine).Which(args[0], system))
			}
			q := session.PackageQuestion{Packages: args, Machine: machine, Systems: systems, Layers: true}
			return a.showWhich(cmd.Context(), s, answers, q, evaluate)
		},
	}
	cmd.Flags().StringVar(&machine, "on", "", "on this `MACHINE`")
	cmd.Flags().StringVar(&system, "system", "", "on this `SYSTEM`, such as aarch64-darwin")
	cmd.Flags().BoolVar(&evaluate, "evaluate", false, "ask Nix too")
	cmd.MarkFlagsMutuallyExclusive("on", "system")
	_ = cmd.RegisterFlagCompletionFunc("on", a.listed(onlyMachines))
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

// showWhich prints the answers, one for each system, with what Nix says of
// them where it is asked.
func (a *app) showWhich(ctx context.Context, s *session.Session, answers []overlay.Answer, q session.PackageQuestion, evaluate bool) error {
	var told []overlay.Evaluated
	if evaluate {
		var err error
		if told, err = a.evaluated(ctx, s, q); err != nil {
			return err
		}
	}
	uses, err := usesOn(ctx, s, answers, q)
	if err != nil {
		return err
	}
	problems := []fleet.Problem{}
	for i := range told {
		problems = append(problems, overlay.Compare(answers[i], told[i])...)
	}
	if a.flags.json {
		out := map[string]any{"packages": answers, "uses": usesToJSON(uses)}
		if evaluate {
			out["evaluated"], out["problems"] = told, problems
		}
		return a.text().json(out)
	}
	for i, answer := range answers {
		if i > 0 {
			a.text().line("")
		}
		a.printAnswer(answer)
		if evaluate {
			a.printEvaluated(&told[i])
		}
	}
	a.printUses(uses)
	a.printProblems(problems)
	return nil
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
	p.labelled("read", readFrom(answer.Source))
	p.labelled("version", answer.Version)
	p.labelled("why", answer.Reason)
	p.note(answer.Note, answer.Reason)
	var versions []string
	for _, v := range answer.Versions {
		version := v.Version
		if version == "" {
			version = v.Note
		}
		versions = append(versions, v.Channel+" "+version)
	}
	p.labelled("versions", strings.Join(versions, ", "))
	if hint := indexHint(answer); hint != "" {
		p.labelled("hint", hint)
	}
	for _, e := range answer.Shadowed {
		state := fate(e)
		p.line("  shadows   layer %d %s: %s  %s  %s", e.Number, host.Sanitize(e.Layer), host.Sanitize(origin(e)),
			p.paint(faint, host.Sanitize(e.At.String())), p.paint(state.role, state.text))
		if text := noted(e.Note); text != "" {
			p.line("            %s", p.paint(faint, p.fold(host.Sanitize(text), 12, 12)))
		}
	}
}

// readFrom says what an answer was made from without Nix.
func readFrom(s fleet.Source) string {
	if s == fleet.SourceFile {
		return "from fleet.toml, without Nix"
	}
	return "from the Nix files, without Nix"
}

// labelled prints a line of an answer, and nothing where there is no text.
func (p *printer) labelled(label, text string) {
	if text != "" {
		p.clean("  %-9s %s", label, text)
	}
}

// note prints what is written about an entry; told is what of it is on the
// screen already.
func (p *printer) note(n *overlay.Note, told string) {
	if n.IsZero() {
		return
	}
	if told == "" || !strings.Contains(told, n.Reason) {
		p.labelled("reason", n.Reason)
	}
	p.labelled("since", n.Added)
	if n.RemoveWhen != "" {
		p.labelled("remove", "when "+strings.TrimPrefix(n.RemoveWhen, "when "))
	}
	for _, l := range n.Links {
		p.labelled(string(l.Kind), linkText(l))
	}
}

// linkText is where a link leads.
func linkText(l overlay.Link) string {
	if l.URL != "" {
		return l.URL
	}
	return l.Ref
}

// noted is a note on one line.
func noted(n *overlay.Note) string {
	if n.IsZero() {
		return ""
	}
	var parts []string
	add := func(before, text string) {
		if text != "" {
			parts = append(parts, before+text)
		}
	}
	add("", n.Reason)
	add("since ", n.Added)
	add("remove when ", strings.TrimPrefix(n.RemoveWhen, "when "))
	for _, l := range n.Links {
		add("", linkText(l))
	}
	return strings.Join(parts, "; ")
}
