package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/fleetfile"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay/hydra"
)

// hotfixEditJSON is what `hotfixes add` and `hotfixes remove` print with --json.
type hotfixEditJSON struct {
	Package string   `json:"package"`
	File    string   `json:"file"`    // relative to the fleet's directory
	Written bool     `json:"written"` // false: the patch is to be applied there
	Patch   string   `json:"patch"`   // a unified diff
	Doubts  []string `json:"doubts"`  // what speaks against a hotfix that is added
}

func (a *app) hotfixAddCommand() *cobra.Command {
	var h fleet.Hotfix
	var yes bool
	cmd := &cobra.Command{
		Use:   "add PACKAGE --channel CHANNEL --reason TEXT",
		Short: "Take a package from another channel for a while",
		Long: `Adds a hotfix to fleet.toml, after showing what changes; comments and order
stay. Where the overlays are written in Nix it prints a patch for the file that
has hotfixes from the channel on the same systems, and writes nothing: apply it
in the fleet's directory with git apply.`,
		Example: `  assay hotfixes add ripgrep --channel stable --reason "does not build" \
    --hydra https://hydra.nixos.org/job/nixpkgs/trunk/ripgrep.x86_64-linux \
    --remove-when "unstable >= 15.1"
  assay hotfixes add zathura --channel stable --system aarch64-darwin \
    --reason "crashes on start" | git apply`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h.Package = args[0]
			switch {
			case a.inDemo:
				return usagef("hotfixes add is refused in the demo: its files are made anew")
			case h.Channel == "" || strings.TrimSpace(h.Reason) == "":
				return usagef("expected --channel and --reason; hint: assay hotfixes add --help")
			}
			if h.Hydra != "" {
				if _, err := hydra.Parse(h.Hydra); err != nil {
					return usagef("--hydra %q is %w; hint: https://hydra.nixos.org/job/nixpkgs/trunk/PACKAGE.SYSTEM", h.Hydra, err)
				}
			}
			s, err := a.hotfixFiles(cmd)
			if err != nil {
				return err
			}
			edit, err := s.AddHotfix(h)
			if err != nil {
				return withCode(exitUsage, err)
			}
			return a.applyEdit(s, edit, h.Package, s.Doubts(h), yes)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&h.Channel, "channel", "", "the `CHANNEL` to take it from, or its alias")
	flags.StringArrayVar(&h.Systems, "system", nil, "only on this `SYSTEM` or glob; may be given again (default all)")
	flags.StringVar(&h.Reason, "reason", "", "what is broken, in one line of `TEXT`")
	flags.StringVar(&h.Hydra, "hydra", "", "the `LINK` of the failing job")
	flags.StringVar(&h.RemoveWhen, "remove-when", "", "when it can go, such as \"unstable >= 15.1\"")
	flags.BoolVar(&yes, "yes", false, "do not ask")
	_ = cmd.RegisterFlagCompletionFunc("channel", a.listed(hotfixChannels))
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

func (a *app) hotfixRemoveCommand() *cobra.Command {
	var system string
	var yes bool
	cmd := &cobra.Command{
		Use:   "remove PACKAGE",
		Short: "Take a hotfix out again",
		Long: `Takes a package's hotfix and its comment out of fleet.toml, after showing what
changes. One that is in a Nix file is not touched: the patch for that is
printed, to be applied in the fleet's directory with git apply.`,
		Example: `  assay hotfixes remove ripgrep
  assay hotfixes remove zathura | git apply`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.inDemo {
				return usagef("hotfixes remove is refused in the demo: its files are made anew")
			}
			s, err := a.hotfixFiles(cmd)
			if err != nil {
				return err
			}
			edit, err := s.RemoveHotfix(args[0], system)
			if err != nil {
				return withCode(exitUsage, err)
			}
			return a.applyEdit(s, edit, args[0], nil, yes)
		},
	}
	cmd.Flags().StringVar(&system, "system", "", "the one that applies on this `SYSTEM`, where there are several")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

// hotfixFiles opens the fleet for a change of its layers.
func (a *app) hotfixFiles(cmd *cobra.Command) (*session.Session, error) {
	s, err := a.files(cmd.Context())
	if err == nil && s.Unread() != "" {
		err = withCode(exitUsage, errors.New(s.Unread()))
	}
	return s, err
}

// applyEdit shows what changes and, once that is agreed to, writes it. The
// patch of a Nix file is only printed.
func (a *app) applyEdit(s *session.Session, e session.Edit, pkg string, doubts []string, yes bool) error {
	patch := patchOf(e)
	answer := hotfixEditJSON{Package: pkg, File: e.File, Patch: patch, Doubts: orEmpty(doubts)}
	p := a.text()
	for _, doubt := range doubts {
		a.errors().clean("%s", doubt)
	}
	if e.Patch {
		if a.flags.json {
			return p.json(answer)
		}
		a.errors().clean("nothing is written: this is the patch for %s; hint: in %s, git apply", e.File, s.Repo.Dir)
		_, err := fmt.Fprint(a.env.Stdout, patch) // byte for byte: git reads it
		return err
	}
	if !a.flags.json {
		for line := range strings.Lines(patch) {
			p.line("  %s", host.Sanitize(strings.TrimSuffix(line, "\n")))
		}
	}
	if !yes {
		if !a.env.Interactive {
			return withCode(exitDeclined, errors.New("nothing was written: there is no terminal to ask on; hint: give --yes"))
		}
		if !a.agreed("write " + e.File + "?") {
			return withCode(exitDeclined, errors.New("declined: nothing was written"))
		}
	}
	if err := s.WriteEdit(e); err != nil {
		return err
	}
	if answer.Written = true; a.flags.json {
		return p.json(answer)
	}
	p.clean("%s is written; next: assay check", fleetfile.Name)
	return nil
}

// patchOf is an edit as a unified diff.
func patchOf(e session.Edit) string {
	return udiff.Unified(patchName("a/", e.File), patchName("b/", e.File), string(e.Before), string(e.After))
}

// patchName is a file's name in a patch. One with a space ends with a tab, as
// git itself writes it.
func patchName(side, file string) string {
	if strings.Contains(file, " ") {
		return side + file + "\t"
	}
	return side + file
}

// hotfixNames completes a package that has a hotfix.
func hotfixNames(s *session.Session) []string {
	var out []string
	for _, system := range s.Repo.Stack().Systems() {
		for _, layer := range s.Repo.Stack().Layers(system) {
			for i := range layer.Entries {
				if layer.Entries[i].Temporary() {
					out = append(out, layer.Entries[i].Package)
				}
			}
		}
	}
	return out
}

// hotfixChannels completes a channel as hotfixes name it.
func hotfixChannels(s *session.Session) []string {
	var out []string
	for _, c := range s.Repo.Stack().Channels() {
		if c.As != "" {
			out = append(out, c.As)
		}
		out = append(out, c.Name)
	}
	return out
}
