package session

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"assay/fleet/engine"
	"assay/overlay"
	"assay/overlay/care"
	"assay/overlay/hydra"
)

// HotfixQuestion is what is asked about hotfixes besides what files say.
type HotfixQuestion struct {
	Hydra    bool // ask the Hydras that are linked; else what they said before counts
	Dates    bool // ask git since when those are there that have no date
	Evaluate bool // ask Nix for derivations, which takes a session with an engine; else what it said before counts
	// Watch, which may be nil, is called with what Nix does.
	Watch func(engine.Step)
	// Asked, which may be nil, is called when one more of the Hydras' jobs is
	// known, from several goroutines at once.
	Asked func(of int)
}

// Hotfixes returns the fleet's hotfixes with what is known of each: those that
// have no effect or can go first. What cannot be found out is told beside the
// hotfix that it is about; the error is for a question that was interrupted,
// or to Nix alone.
func (s *Session) Hotfixes(ctx context.Context, q HotfixQuestion) ([]care.Hotfix, error) {
	stack := s.Stack()
	hotfixes := care.Collect(stack, s.Fleet())
	facts := care.Facts{Now: s.opts.Clock(), Hydra: s.builds(ctx, hotfixes, q)}
	if q.Dates {
		s.date(ctx, hotfixes)
	}
	if err := s.namedBy(ctx, hotfixes); err != nil {
		return nil, err
	}
	if q.Evaluate && len(hotfixes) > 0 {
		told, err := s.EvaluatePackages(ctx, PackageQuestion{Packages: packagesOf(hotfixes)}, q.Watch)
		if err != nil {
			return nil, err
		}
		facts.Evaluated = func(pkg, system string) *overlay.Evaluated { return evaluatedOf(told, pkg, system) }
		if facts.Rebuilds, err = s.rebuilds(ctx, hotfixes, told, q.Watch); err != nil {
			return nil, err
		}
	}
	if facts.Evaluated == nil {
		if err := s.recall(ctx, hotfixes, &facts); err != nil {
			return nil, err
		}
	}
	care.Judge(stack, hotfixes, facts)
	return hotfixes, ctx.Err()
}

// recall makes what Nix said before facts. That it cannot be read is nothing
// that a hotfix's verdict fails by.
func (s *Session) recall(ctx context.Context, hotfixes []care.Hotfix, facts *care.Facts) error {
	if len(hotfixes) == 0 {
		return nil
	}
	kept, err := s.remembered(ctx, false)
	if err != nil || len(kept) == 0 {
		return ctx.Err()
	}
	of := func(pkg, system string) *Remembered {
		i := slices.IndexFunc(kept, func(r Remembered) bool { return r.Package == pkg && r.System == system })
		if i < 0 {
			return nil
		}
		return &kept[i]
	}
	facts.Evaluated = func(pkg, system string) *overlay.Evaluated {
		if r := of(pkg, system); r != nil {
			return &r.Evaluated
		}
		return nil
	}
	facts.Old = func(pkg, system string) (time.Time, string) {
		switch r := of(pkg, system); {
		case r == nil || r.Current:
			return time.Time{}, ""
		case r.Locked:
			return r.At, "of other files"
		default:
			return r.At, "of another flake.lock"
		}
	}
	return nil
}

// evaluatedOf is what was told of a package on a system, nil where nothing was.
func evaluatedOf(told []overlay.Evaluated, pkg, system string) *overlay.Evaluated {
	i := slices.IndexFunc(told, func(e overlay.Evaluated) bool { return e.Package == pkg && e.System == system })
	if i < 0 {
		return nil
	}
	return &told[i]
}

func packagesOf(hotfixes []care.Hotfix) []string {
	var names []string
	for _, h := range hotfixes {
		names = append(names, h.Package)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// builds is what Hydras say of the hotfixes' jobs: asked now, or what is kept
// of earlier answers.
func (s *Session) builds(ctx context.Context, hotfixes []care.Hotfix, q HotfixQuestion) func(hydra.Target) (hydra.Answer, bool) {
	cache := ""
	if s.opts.CacheDir != "" {
		cache = filepath.Join(s.opts.CacheDir, "hydra")
	}
	client := hydra.New(cache, nil)
	if !q.Hydra {
		return client.Known
	}
	answers := map[hydra.Target]hydra.Answer{}
	var targets []hydra.Target
	for i := range hotfixes {
		for _, t := range hotfixes[i].Targets() {
			if !slices.Contains(targets, t) {
				targets = append(targets, t)
			}
		}
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, t := range targets {
		asking.Go(func() {
			a := client.Ask(ctx, t)
			mu.Lock()
			answers[t] = a
			mu.Unlock()
			if q.Asked != nil {
				q.Asked(len(targets))
			}
		})
	}
	asking.Wait()
	return func(t hydra.Target) (hydra.Answer, bool) {
		a, ok := answers[t]
		return a, ok
	}
}

// namedBy fills in which machines' lists of packages name the hotfixes. A tree
// that cannot be read leaves that unknown.
func (s *Session) namedBy(ctx context.Context, hotfixes []care.Hotfix) error {
	if _, err := s.Repo.Tree(); err != nil || len(hotfixes) == 0 {
		return nil
	}
	uses, err := s.packageUses(ctx)
	if err != nil {
		return err
	}
	for i := range hotfixes {
		h := &hotfixes[i]
		h.UsedBy = []string{}
		for _, u := range uses {
			if (u.name == h.Package || strings.HasPrefix(u.name, h.Package+".")) && slices.Contains(h.Machines, u.Machine) {
				h.UsedBy = append(h.UsedBy, u.Machine)
			}
		}
		slices.Sort(h.UsedBy)
		h.UsedBy = slices.Compact(h.UsedBy)
	}
	return nil
}

// date fills in since when hotfixes are there that have no date.
func (s *Session) date(ctx context.Context, hotfixes []care.Hotfix) {
	g := git{ctx: ctx, dir: s.Repo.Dir}
	files := map[string][]*care.Hotfix{}
	for i := range hotfixes {
		if h := &hotfixes[i]; h.Since.Day == "" && h.At.Line > 0 {
			files[h.At.File] = append(files[h.At.File], h)
		}
	}
	var mu sync.Mutex
	each(ctx, 2, slices.Sorted(maps.Keys(files)), func(_ int, file string) {
		text, err := s.Repo.ReadFile(file)
		if err != nil {
			return
		}
		var lines []int
		for _, h := range files[file] {
			lines = append(lines, entryLine(string(text), h))
		}
		found, why := g.introduced(file, string(text), lines)
		mu.Lock()
		defer mu.Unlock()
		for i, h := range files[file] {
			o, ok := found[lines[i]]
			if !ok {
				h.Since = care.Since{Why: cmp.Or(why, "its line is not committed")}
				continue
			}
			h.Since = care.Since{Day: o.day, By: care.SinceGit, Commit: o.commit, Subject: o.subject}
			if o.boundary {
				h.Since.Why = "the history here ends with that commit: it may be older"
			}
		}
	})
}

// entryLine is the line of a hotfix that names the package: of a table of
// fleet.toml not its header, which others have too.
func entryLine(text string, h *care.Hotfix) int {
	lines := strings.Split(text, "\n")
	if !strings.HasSuffix(h.At.File, ".toml") || h.At.Line > len(lines) {
		return h.At.Line
	}
	for i, line := range lines[h.At.Line:] {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			break
		}
		if strings.HasPrefix(line, "package") && strings.Contains(line, h.Package) {
			return h.At.Line + 1 + i
		}
	}
	return h.At.Line
}
