package ui

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/fleet/run/event"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// part is one of the header, in words that get shorter; the last may be "".
type part struct {
	words []string
	now   int
}

func (p *part) text() string { return p.words[p.now] }

// header says which fleet this is, at which commit, and how it is doing. What
// is wrong stays also where there is little room: the rest becomes shorter
// before it.
func (m *Model) header() widget.Line {
	name := &part{words: []string{m.k.Fleet.Name, term.Cut(term.Clean(m.k.Fleet.Name), 16, m.opts.Style.Glyphs.Ellipsis)}}
	brand, stale := &part{words: []string{" assay  ", " "}}, &part{words: []string{""}}
	if m.k.Stale != nil {
		fail := m.opts.Style.Glyphs.Fail
		stale.words = []string{fail + " the fleet cannot be read", fail + " unreadable"}
	}
	note, revision, problems, health := &part{words: []string{""}}, &part{words: m.revision()}, &part{words: m.problemCount()}, &part{words: m.health()}
	if words := m.note(); words != nil {
		note.words = words
	}
	dot := " " + m.opts.Style.Glyphs.Dot + " "
	rest := func() string {
		var b strings.Builder
		for _, text := range append(m.urgent(), stale.text(), revision.text(), health.text(), problems.text()) {
			if text != "" {
				b.WriteString(dot + text)
			}
		}
		return b.String()
	}
	wide := func() int {
		return term.Width(term.Clean(brand.text() + name.text() + note.text() + rest()))
	}
	for _, p := range []*part{revision, problems, health, note, stale, name, brand} {
		for wide() > m.w && p.now+1 < len(p.words) {
			p.now++
		}
	}
	return widget.Line{widget.R(style.Accent, brand.text()), widget.R(style.Strong, name.text()), widget.P(note.text() + rest())}
}

// note is what to know of this world: that it is a demo, or that the files
// alone say what it is.
func (m *Model) note() []string {
	switch {
	case m.k.Note != "":
		return []string{" (" + m.k.Note + ")", ""}
	case m.k.Asking:
		return []string{" (read from files; asking Nix" + m.opts.Style.Glyphs.Ellipsis + ")", " (asking Nix" + m.opts.Style.Glyphs.Ellipsis + ")", " (files)", ""}
	case m.k.Unconfirmed != nil:
		return []string{" (read from files; Nix cannot say)", " (Nix cannot say)", " (files)", ""}
	}
	return nil
}

// urgent is what is never left out: a run, and that nothing can be changed.
func (m *Model) urgent() []string {
	var parts []string
	if r := m.k.Running(); r != nil {
		s := r.State.Snapshot()
		parts = append(parts, fmt.Sprintf("%s run %d/%d", m.opts.Style.Glyphs.Busy, s.Phases[event.Done], len(s.Machines)))
	}
	if m.opts.ReadOnly != "" {
		parts = append(parts, "read-only")
	}
	return parts
}

// revision is the commit, and whether files differ from it.
func (m *Model) revision() []string {
	c := m.k.Checkout.Value
	if c.Revision == "" {
		return []string{""}
	}
	text := c.Revision[:min(8, len(c.Revision))]
	dirty := map[fleet.Truth]string{fleet.True: " dirty", fleet.Unknown: " dirty?"}[c.Dirty]
	words := []string{text + dirty, strings.TrimSpace(dirty), ""}
	if c.Branch != "" {
		words = append([]string{c.Branch + " " + text + dirty}, words...)
	}
	return words
}

// health counts the machines by state, the worst first; where that is too
// long, the worst alone.
func (m *Model) health() []string {
	if m.counted.words != nil && m.counted.revision == m.k.Revision {
		return m.counted.words
	}
	states := append(word.States(), "asking", "not asked")
	counts := make([]int, len(states))
	for _, h := range m.k.Hosts {
		if i := slices.Index(states, view.StateWord(h)); i >= 0 {
			counts[i]++
		}
	}
	var parts []string
	for i, n := range counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, states[i]))
		}
	}
	words := []string{"no machines"}
	if len(parts) > 0 {
		words = []string{strings.Join(parts, ", ")}
	}
	for n := len(parts) - 1; n > 0; n-- {
		words = append(words, strings.Join(parts[:n], ", ")+m.opts.Style.Glyphs.Ellipsis)
	}
	m.counted = counted{m.k.Revision, words}
	return words
}

// counted is the health of the machines as of a revision of what is known.
type counted struct {
	revision uint64
	words    []string
}

// problemCount is what the checks found.
func (m *Model) problemCount() []string {
	p := &m.k.Problems
	switch {
	case p.Err != nil:
		return []string{"checks failed"}
	case !p.Has():
		return []string{"checking", ""}
	}
	errors := 0
	for _, one := range p.Value {
		if one.Severity == fleet.Error {
			errors++
		}
	}
	bad, warnings := word.Count(errors, "error"), word.Count(len(p.Value)-errors, "warning")
	switch {
	case len(p.Value) == 0:
		return []string{""}
	case errors == 0:
		return []string{warnings, ""}
	case errors == len(p.Value):
		return []string{bad}
	}
	return []string{bad + ", " + warnings, bad}
}
