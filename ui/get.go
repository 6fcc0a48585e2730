package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/overlay"
	"assay/overlay/care"
	"assay/secrets/audit"
	"assay/ui/dialog"
	"assay/ui/known"
)

// everywhere is what the console always wants to know: the header and the
// filter of the machines are made of it.
var everywhere = []known.Need{{Kind: known.Subjects}, {Kind: known.Problems}, {Kind: known.Runs}}

func (m *Model) getEverywhere() tea.Cmd {
	k, s, ctx := m.k, m.s, m.ctx
	checkout := load(m, &k.Checkout, false, func() (session.Checkout, error) { return s.Checkout(ctx), nil })
	return tea.Batch(m.get(everywhere), checkout)
}

// get asks for those of the needs that nobody has asked for yet.
func (m *Model) get(needs []known.Need) tea.Cmd {
	var cmds []tea.Cmd
	for _, n := range needs {
		cmds = append(cmds, m.getOne(n, false))
	}
	return tea.Batch(cmds...)
}

// again asks for the needs, whatever is there already.
func (m *Model) again(needs []known.Need) tea.Cmd {
	var cmds []tea.Cmd
	for _, n := range needs {
		cmds = append(cmds, m.getOne(n, true))
	}
	return tea.Batch(cmds...)
}

func (m *Model) getOne(n known.Need, again bool) tea.Cmd {
	k, s, ctx := m.k, m.s, m.ctx
	switch n.Kind {
	case known.Hosts:
		if !again {
			return nil // they are asked anyway
		}
		if n.Name != "" {
			return m.askHosts([]string{n.Name})
		}
		return m.askHosts(nil)
	case known.Subjects:
		return load(m, &k.Subjects, again, func() ([]fleet.Subject, error) { return s.Subjects(ctx) })
	case known.Aspects:
		return load(m, &k.Aspects, again, func() ([]session.Aspect, error) { return s.Aspects(ctx) })
	case known.Packages:
		return load(m, &k.Packages, again, func() ([]session.Package, error) { return s.Packages(ctx) })
	case known.Problems:
		return load(m, &k.Problems, again, m.problems())
	case known.Stack:
		return load(m, &k.Stack, again, func() (*overlay.Stack, error) { return s.Stack(), nil })
	case known.Names:
		return load(m, &k.Names, again, func() (*overlay.Names, error) { return s.Names(ctx) })
	case known.Evaluated:
		return load(m, &k.Evaluated, again, func() (known.Answers, error) { return remembered(ctx, s) })
	case known.Hotfixes:
		return load(m, &k.Hotfixes, again, func() ([]care.Hotfix, error) {
			return s.Hotfixes(ctx, session.HotfixQuestion{Dates: true})
		})
	case known.Secrets:
		return load(m, &k.Secrets, again, func() (*audit.Report, error) { return s.Audit(ctx, true) })
	case known.Runs:
		return load(m, &k.Runs, again, func() ([]session.RunSummary, error) { return s.Runs(runsShown) })
	case known.Composition:
		return load(m, entry(k.Compositions, n.Name), again, func() (compose.Composition, error) { return s.Compose(n.Name) })
	case known.File:
		return load(m, entry(k.Files, n.Name), again, func() ([]byte, error) { return s.ReadFile(n.Name) })
	case known.RecordedRun, known.RecordedPlan:
		if r := m.k.Open[n.Name]; again && r != nil && !r.Mine && !r.Reading {
			delete(m.k.Open, n.Name)
		}
		return m.openRun(n.Name)
	}
	return nil
}

// entry is the place in a map for what is asked for by name.
func entry[T any](in map[string]*known.Loaded[T], name string) *known.Loaded[T] {
	if in[name] == nil {
		in[name] = &known.Loaded[T]{}
	}
	return in[name]
}

// load asks for one thing, unless somebody has asked for it. A composition
// with an error has a value beside it.
func load[T any](m *Model, into *known.Loaded[T], again bool, ask func() (T, error)) tea.Cmd {
	if into.Busy {
		into.Again = into.Again || again // what comes may be of before
		return nil
	}
	if !again && !into.At.IsZero() {
		return nil
	}
	into.Busy = true
	m.changed()
	epoch := m.epoch
	return background(func() answer {
		value, err := ask()
		return func(m *Model) tea.Cmd {
			if epoch != m.epoch {
				return nil
			}
			more := into.Again
			*into = known.Loaded[T]{Value: value, Err: err, At: m.now}
			m.changed()
			if more {
				return load(m, into, true, ask)
			}
			return nil
		}
	})
}

// changed says that what is known has changed.
func (m *Model) changed() {
	m.k.Revision++
	m.stale = true
}

// needs is what is on the screen.
func (m *Model) needs() []known.Need {
	needs := m.at.top().Needs()
	if _, ok := m.dialog.(*dialog.Palette); ok {
		needs = append(slices.Clip(needs), known.Need{Kind: known.Aspects}, known.Need{Kind: known.Packages})
	}
	return needs
}

// reopen reads the fleet's directory anew, and forgets what followed from it.
func (m *Model) reopen() tea.Cmd {
	if m.opts.Reopen == nil {
		return tea.Batch(m.again(slices.Concat(m.needs(), everywhere)), m.askHosts(nil))
	}
	open, ctx := m.opts.Reopen, m.ctx
	return background(func() answer {
		s, err := open(ctx)
		return func(m *Model) tea.Cmd {
			if err != nil {
				m.k.Stale = err
				clear(m.k.Files) // they can be looked at as they are
				m.k.Problems = known.Loaded[[]fleet.Problem]{Value: problemsOf(err), At: m.now}
				m.changed()
				m.say(failed("The fleet cannot be read, nothing is planned until it can", err))
				return m.askHosts(nil)
			}
			m.adopt(s)
			return tea.Batch(m.confirm(), m.getEverywhere(), m.askHosts(nil))
		}
	})
}

// problemsOf are the problems that an error of reading the fleet consists of.
func problemsOf(err error) []fleet.Problem {
	if p, ok := err.(fleet.Problem); ok {
		return []fleet.Problem{p}
	}
	switch err := err.(type) {
	case interface{ Unwrap() []error }:
		var all []fleet.Problem
		for _, one := range err.Unwrap() {
			all = append(all, problemsOf(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		if inner := problemsOf(err.Unwrap()); len(inner) > 0 && !inner[0].At.IsZero() {
			return inner
		}
	}
	return []fleet.Problem{{Severity: fleet.Error, Text: err.Error()}}
}

// runsShown is how many of the recorded runs the console lists.
const runsShown = 500
