package ui

import (
	"cmp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/ui/known"
)

// unconfirmed is why no host is reached while the fleet is only read from its
// files: Nix has the last word on which machines there are, and where.
const unconfirmed = "Nix is still being asked which machines there are; until then the files say it"

// confirm asks Nix, in the background, about a fleet that was read from its
// files, and goes on with what it says.
func (m *Model) confirm() tea.Cmd {
	if m.opts.Confirm == nil {
		return nil
	}
	m.noHosts(unconfirmed)
	m.k.Asking = true
	m.told.Store(nil)
	ask, ctx, epoch := m.opts.Confirm, m.ctx, m.epoch
	return background(func() answer {
		s, err := ask(ctx)
		return func(m *Model) tea.Cmd {
			switch {
			case ctx.Err() != nil || epoch != m.epoch:
				return nil
			case err != nil:
				m.k.Asking, m.k.Unconfirmed = false, err
				m.told.Store(refusedBy(err))
				m.noHosts("Nix cannot tell which machines there are, the files alone say it: " + err.Error())
				m.say(failed("Nix cannot read the flake; what is shown comes from the files alone", err))
				m.changed()
				return m.again([]known.Need{{Kind: known.Problems}})
			}
			m.opts.NoHosts = m.unreachable
			m.adopt(s)
			return tea.Batch(m.getEverywhere(), m.askHosts(nil), m.refine())
		}
	})
}

// refine asks Nix, in the background, whether the flake's modules were read with
// the names that they have. What Nix cannot say is no problem here: check
// --evaluate tells it.
func (m *Model) refine() tea.Cmd {
	s, ctx, epoch := m.s, m.ctx, m.epoch
	return background(func() answer {
		said, err := s.RefineNames(ctx)
		return func(m *Model) tea.Cmd {
			if err != nil || epoch != m.epoch || len(said.Problems) == 0 {
				return nil
			}
			m.told.Store(&said.Problems)
			return m.again([]known.Need{{Kind: known.Problems}})
		}
	})
}

// problems are those of the files, and what Nix says of them where it was
// asked.
func (m *Model) problems() func() ([]fleet.Problem, error) {
	s, ctx, told := m.s, m.ctx, &m.told
	return func() ([]fleet.Problem, error) {
		found, err := s.Problems(ctx)
		if more := told.Load(); more != nil && err == nil {
			found = slices.Concat(*more, found)
		}
		return found, err
	}
}

// refusedBy are the problems of a flake that Nix cannot read.
func refusedBy(err error) *[]fleet.Problem {
	problems := slices.Clone(problemsOf(err))
	for i := range problems {
		problems[i].Text = "Nix cannot read the flake: " + problems[i].Text
	}
	return &problems
}

// noHosts notes why no host can be reached for now.
func (m *Model) noHosts(why string) {
	m.opts.NoHosts = cmp.Or(m.unreachable, why)
	m.k.NoHosts = m.opts.NoHosts
}
