package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/overlay"
	"assay/overlay/care"
	"assay/ui/word"
)

func (a *app) hotfixesCommand() *cobra.Command {
	var check, dates, evaluate bool
	cmd := &cobra.Command{
		Use:   "hotfixes",
		Short: "Say which hotfixes are still needed, and why",
		Long: `Lists the packages that the overlay takes from another channel for a while, and
what else says when it can go: those without effect first, then those that can
go, those of which it is not known, and those that are needed. It says what each
verdict is made of: the layers, the condition of removal where that can be
decided, and what Hydra said when it was last asked.

With --check it asks the Hydras that are linked how the last builds ended, and
git since when a hotfix without a date is there, and exits with 1 when one can
go or is dead. A Hydra that cannot be reached is no error: what it said before
counts, with its age. --evaluate asks Nix too: whether a package is the same
derivation without its hotfix, which versions channels have, and how many
derivations of the machines' systems are others because of it.`,
		Example: `  assay hotfixes
  assay hotfixes --check
  assay hotfixes add ripgrep --channel stable --system x86_64-linux \
    --reason "does not build with the new rust"
  assay hotfixes remove ripgrep`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.filesOr(evaluate)(cmd.Context())
			if err != nil {
				return err
			}
			if why := s.Unread(); why != "" {
				return withCode(exitUsage, errors.New(why))
			}
			hotfixes, err := a.askHotfixes(cmd.Context(), s, session.HotfixQuestion{Hydra: check, Dates: check || dates, Evaluate: evaluate})
			if err != nil {
				return err
			}
			if a.flags.json {
				if err := a.text().json(map[string]any{"hotfixes": orEmpty(hotfixes)}); err != nil {
					return err
				}
			} else {
				a.printHotfixes(hotfixes)
			}
			if check && slices.ContainsFunc(hotfixes, func(h care.Hotfix) bool { return h.Verdict == care.Dead || h.Verdict == care.CanGo }) {
				return failed(exitFailed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "ask Hydra and git, and exit with 1 when one can go")
	cmd.Flags().BoolVar(&dates, "dates", false, "ask git since when those are there that have no date")
	cmd.Flags().BoolVar(&evaluate, "evaluate", false, "ask Nix too, whether a package is the same without its hotfix")
	cmd.AddCommand(a.hotfixAddCommand(), a.hotfixRemoveCommand())
	return cmd
}

// askHotfixes asks, and shows on a terminal that it does.
func (a *app) askHotfixes(ctx context.Context, s *session.Session, q session.HotfixQuestion) ([]care.Hotfix, error) {
	if !q.Hydra && !q.Dates && !q.Evaluate {
		return s.Hotfixes(ctx, q)
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("asking about the hotfixes")
	q.Watch = func(step engine.Step) { progress.watch(step) }
	hotfixes, err := s.Hotfixes(watch, q)
	progress.end()
	if watch.Err() != nil {
		return nil, context.Cause(watch)
	}
	return hotfixes, err
}

// verdictRoles say how a verdict is painted.
var verdictRoles = map[care.Verdict]role{care.Dead: bad, care.CanGo: good, care.Unknown: warn, care.Needed: plain}

func (a *app) printHotfixes(hotfixes []care.Hotfix) {
	p := a.text()
	if len(hotfixes) == 0 {
		p.line("no hotfix: every package comes from its own channel")
		return
	}
	for _, h := range hotfixes {
		p.line("%s  %s  %s", p.paint(verdictRoles[h.Verdict], fmt.Sprintf("%-7s", h.Verdict)), p.paint(strong, host.Sanitize(h.Package)),
			p.paint(faint, host.Sanitize(h.At.String())))
		for _, row := range hotfixRows(h) {
			label := fmt.Sprintf("         %-8s ", row[0])
			p.line("%s%s", label, p.fold(breaks.Replace(host.Sanitize(row[1])), len(label), len(label)))
		}
	}
	counts := map[care.Verdict]int{}
	for _, h := range hotfixes {
		counts[h.Verdict]++
	}
	var parts []string
	for _, v := range []care.Verdict{care.Dead, care.CanGo, care.Unknown, care.Needed} {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	total := word.Count(len(hotfixes), "hotfix")
	if len(hotfixes) > 1 {
		total = fmt.Sprintf("%d hotfixes", len(hotfixes))
	}
	p.line("%s: %s", total, strings.Join(parts, ", "))
}

// hotfixRows are what is known of a hotfix, each with its label.
func hotfixRows(h care.Hotfix) [][2]string {
	rows := [][2]string{{"because", h.Evidence}}
	add := func(label, text string) {
		if text != "" {
			rows = append(rows, [2]string{label, text})
		}
	}
	from := "built differently"
	switch h.Kind {
	case overlay.LayerHotfixes:
		from = "from " + strings.Join(h.Channels, ", ")
	case overlay.LayerPackages:
		from = "the fleet's own package"
	case overlay.LayerFlakeInputs:
		from = "from a flake input"
	}
	if len(h.Systems) > 0 {
		from += " on " + strings.Join(h.Systems, ", ")
	} else if len(h.Globs) > 0 {
		from += " on " + strings.Join(h.Globs, ", ")
	}
	add("what", from)
	add("reason", h.Reason)
	add("since", sinceText(h.Since))
	add("used by", usedText(h))
	if h.Rebuilds != nil {
		add("rebuilds", word.Count(*h.Rebuilds, "derivation"))
	}
	if h.Note != nil {
		add("goes", h.Note.RemoveWhen)
		for _, l := range h.Note.Links {
			link := l.URL
			if link == "" {
				link = l.Ref
			}
			add("see", link)
		}
	}
	return rows
}

// sinceText is "2025-10-14, 405 days" with where the day is from.
func sinceText(s care.Since) string {
	if s.Day == "" {
		if s.Why == "" {
			return ""
		}
		return "unknown: " + s.Why
	}
	text := fmt.Sprintf("%s, %s", s.Day, word.Count(s.Days, "day"))
	if s.By == care.SinceGit {
		text += fmt.Sprintf(", by commit %.8s %s", s.Commit, s.Subject)
	}
	if s.Why != "" {
		text += "; " + s.Why
	}
	return text
}

// usedText says which machines have a hotfix and which name its package.
func usedText(h care.Hotfix) string {
	switch {
	case len(h.Machines) == 0:
		return ""
	case h.UsedBy == nil:
		return "unknown; " + word.Count(len(h.Machines), "machine") + " could"
	case len(h.UsedBy) == 0:
		return "no list of packages names it, of " + word.Count(len(h.Machines), "machine") + " that could"
	}
	return fmt.Sprintf("%s, of %s that could", strings.Join(h.UsedBy, ", "), word.Count(len(h.Machines), "machine"))
}
