package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/ui/word"
)

// channelFlags are those of `channels`.
type channelFlags struct {
	index  bool
	from   string // the file of --index-from
	of     string // its channel
	system string
}

func (a *app) channelsCommand() *cobra.Command {
	var f channelFlags
	cmd := &cobra.Command{
		Use:   "channels [CHANNEL...]",
		Short: "List the channels: revision, age, patches, users, indexes",
		Long: `List the channels that packages come from, or show those that are named: what
each is called below pkgs, the revision that flake.lock has and its age, the
patches, who uses it, and whether it is known what the channel holds.

What a channel holds is known once somebody has listed it. --index has Nix do
that: it fetches the revision where it is not there, which takes the network,
and evaluates all of its packages, which of nixpkgs takes a minute and some
gigabytes of memory. The list is kept for that revision, in the cache. From
then on layers, which and the console tell versions without running Nix. A list
that nix-env wrote elsewhere has of several names of a package only the first.`,
		Example: `  assay channels
  assay channels --index                 # all channels, for the fleet's systems
  assay channels --index unstable --system x86_64-linux
  nix-env -f CHANNEL -qaP --json > list.json      # elsewhere
  assay channels --index-from list.json --channel unstable`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runChannels(cmd, args, f) },
	}
	cmd.Flags().BoolVar(&f.index, "index", false, "have Nix list what the channels hold, and keep that")
	cmd.Flags().StringVar(&f.from, "index-from", "", "keep the list in this `FILE`, which nix-env -qaP --json wrote")
	cmd.Flags().StringVar(&f.of, "channel", "", "the `CHANNEL` that --index-from is a list of")
	cmd.Flags().StringVar(&f.system, "system", "", "the `SYSTEM` to list or of the list (default: all of the fleet)")
	cmd.MarkFlagsMutuallyExclusive("index", "index-from")
	_ = cmd.RegisterFlagCompletionFunc("channel", a.listed(channelNames))
	_ = cmd.RegisterFlagCompletionFunc("system", a.listed(systemNames))
	return cmd
}

func (a *app) runChannels(cmd *cobra.Command, args []string, f channelFlags) error {
	switch {
	case (f.from == "") != (f.of == ""):
		return usagef("--index-from and --channel belong together; hint: assay channels --index-from FILE --channel unstable")
	case f.from != "" && len(args) > 0:
		return usagef("%q is one word too many: --channel names the channel of the list", args[0])
	case f.system != "" && !f.index && f.from == "":
		return usagef("--system belongs to --index or --index-from; hint: assay channels shows all systems")
	}
	s, err := a.files(cmd.Context())
	if err != nil {
		return err
	}
	if f.system != "" {
		if err := checkSystem(f.system, s.Stack().Systems()); err != nil {
			return err
		}
	}
	switch {
	case f.from != "":
		return a.importIndex(s, f)
	case f.index:
		return a.makeIndexes(cmd.Context(), s, args, f.system)
	}
	all, err := s.Channels()
	if err != nil {
		return err
	}
	chosen, err := namedChannels(all, args)
	if err != nil {
		return err
	}
	now := time.Now()
	switch {
	case a.flags.json:
		out := []channelJSON{}
		for i := range chosen {
			out = append(out, channelToJSON(&chosen[i], now))
		}
		return a.text().json(map[string]any{"channels": out})
	case len(args) > 0:
		for i := range chosen {
			a.printChannel(&chosen[i], now)
		}
	default:
		a.printChannels(chosen, now)
	}
	return nil
}

// channelNames completes channels.
func channelNames(s *session.Session) (names []string) {
	for _, c := range s.Repo.Stack().Channels() {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// namedChannels are those of the names, or all.
func namedChannels(all []session.Channel, names []string) ([]session.Channel, error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for i := range all {
		known = append(known, all[i].Name)
	}
	var out []session.Channel
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			hint := "assay channels lists them"
			if near := fleet.Nearest(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return nil, withCode(exitNothing, fmt.Errorf("no channel %q; hint: %s", name, hint))
		}
		out = append(out, all[i])
	}
	return out, nil
}

// printChannels is the list of all channels.
func (a *app) printChannels(channels []session.Channel, now time.Time) {
	p := a.text()
	if len(channels) == 0 {
		p.line("no channels: nothing that was read takes packages from one, and flake.lock shows no nixpkgs")
		return
	}
	var rows [][]cell
	lacking := false
	for i := range channels {
		ch := &channels[i]
		index, whole := indexWords(ch)
		lacking = lacking || !whole
		role := faint
		if !whole {
			role = warn
		}
		input := c(otherInput(ch))
		if p.width > 0 && p.width < 100 { // the channel itself shows it
			input = c("")
		}
		rows = append(rows, []cell{c(ch.Name), c(calledWords(ch)), input, c(atRevision(ch)), dated(ch, now), cr(faint, usedWords(ch)), cr(role, index)})
	}
	p.table([]string{"CHANNEL", "BELOW PKGS", "INPUT", "REVISION", "AGE", "USED BY", "INDEX"}, rows)
	switch {
	case channels[0].Lock.Note == session.NoLock:
		p.clean("there is no flake.lock, so revisions are unknown; hint: nix flake lock makes one")
	case lacking:
		p.clean("without an index versions are unknown; hint: assay channels --index has Nix list what the channels hold")
	}
}

// otherInput is a channel's input where that has another name.
func otherInput(ch *session.Channel) string {
	if ch.Lock.Input == ch.Name {
		return ""
	}
	return cmp.Or(ch.Lock.Input, "none")
}

// calledWords is what a channel is called below pkgs.
func calledWords(ch *session.Channel) string {
	var names []string
	for _, n := range ch.Names {
		if !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	return strings.Join(names, ", ")
}

// atRevision is the beginning of a revision, with what is on top of it.
func atRevision(ch *session.Channel) string {
	text := ch.Lock.Rev[:min(len(ch.Lock.Rev), 7)]
	if text == "" && ch.Lock.NarHash != "" {
		text = "no revision"
	}
	if n := len(ch.Patches); n > 0 {
		text += " + " + patchWords(n)
	}
	return word.OrUnknown(text)
}

func patchWords(n int) string {
	if n == 1 {
		return "1 patch"
	}
	return fmt.Sprintf("%d patches", n)
}

// dated is the age of a revision.
func dated(ch *session.Channel, now time.Time) cell {
	if age, ok := ch.Lock.Age(now); ok {
		return c(word.Age(age))
	}
	return cr(warn, "unknown")
}

// indexWords says on how many systems it is known what a channel holds.
func indexWords(ch *session.Channel) (text string, whole bool) {
	var there, lacking []string
	for _, i := range ch.Indexes {
		if i.Packages > 0 {
			there = append(there, i.System)
		} else {
			lacking = append(lacking, i.System)
		}
	}
	switch {
	case len(ch.Indexes) == 0:
		return "-", true
	case len(there) == 0:
		return "none", false
	case len(lacking) == 0:
		return "yes", true
	}
	return "not for " + strings.Join(lacking, ", "), false
}

// usedWords says in a few words who uses a channel.
func usedWords(ch *session.Channel) string {
	var text []string
	if ch.Default {
		text = append(text, "machines")
	}
	if n := len(ch.Uses); n == 1 {
		text = append(text, "1 entry")
	} else if n > 0 {
		text = append(text, fmt.Sprintf("%d entries", n))
	}
	return cmp.Or(strings.Join(text, ", "), "nothing")
}

// printChannel shows one channel.
func (a *app) printChannel(ch *session.Channel, now time.Time) {
	p := a.text()
	p.line("%s  %s", p.paint(strong, host.Sanitize(ch.Name)), p.paint(faint, host.Sanitize(ch.At.String())))
	p.clean("  known     %s", ch.How)
	for _, n := range ch.Names {
		systems := "all systems"
		if len(n.Systems) > 0 {
			systems = strings.Join(n.Systems, ", ")
		}
		p.clean("  is        pkgs.%s on %s  %s", n.Name, systems, n.At.String())
	}
	if ch.Default {
		p.clean("  is        what machines' packages come from")
	}
	input := cmp.Or(ch.Lock.Input, "unknown")
	for _, more := range []string{ch.Lock.Follows, ch.Lock.From} {
		if more != "" {
			input += "  " + more
		}
	}
	p.clean("  input     %s", input)
	p.clean("  revision  %s", cmp.Or(ch.Lock.Rev, ch.Lock.NarHash, "unknown"))
	if age, ok := ch.Lock.Age(now); ok {
		p.clean("  date      %s, %s old", ch.Lock.Modified.Format(time.DateOnly), word.Age(age))
	} else {
		p.clean("  date      %s", cmp.Or(ch.Lock.Note, "unknown"))
	}
	for _, patch := range ch.Patches {
		p.clean("  patch     %s  %s  %s", cmp.Or(patch.URL, "unknown"), patch.Reason, patch.At.String())
	}
	for _, i := range ch.Indexes {
		what := i.Note
		if i.Packages > 0 {
			what = word.Count(i.Packages, "package")
		}
		if i.Of != "" {
			what += ", of " + i.Of
			if len(ch.Patches) > 0 {
				what += " before the patches"
			}
		}
		p.clean("  index     %s: %s", i.System, what)
	}
	if len(ch.Uses) == 0 && !ch.Default {
		p.line("  used by   nothing that was read")
	}
	for _, u := range ch.Uses {
		p.clean("  used by   %s in %s on %s  %s", u.Package, u.Layer, strings.Join(u.Systems, ", "), u.At.String())
	}
}
