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
	m.refused.Store(nil)
	ask, ctx, epoch := m.opts.Confirm, m.ctx, m.epoch
	return background(func() answer {
		s, err := ask(ctx)
		return func(m *Model) tea.Cmd {
			switch {
			case ctx.Err() != nil || epoch != m.epoch:
				return nil
			case err != nil:
				m.k.Asking, m.k.Unconfirmed = false, err
				m.refused.Store(refusedBy(err))
				m.noHosts("Nix cannot tell which machines there are, the files alone say it: " + err.Error())
				m.say(failed("Nix cannot read the flake; what is shown comes from the files alone", err))
				m.changed()
				return m.again([]known.Need{{Kind: known.Problems}})
			}
			m.opts.NoHosts = m.unreachable
			m.adopt(s)
			return tea.Batch(m.getEverywhere(), m.askHosts(nil))
		}
	})
}

// problems are those of the files, and what Nix refuses where it was asked and
// cannot say anything.
func (m *Model) problems() func() ([]fleet.Problem, error) {
	s, ctx, refused := m.s, m.ctx, &m.refused
	return func() ([]fleet.Problem, error) {
		found, err := s.Problems(ctx)
		if more := refused.Load(); more != nil && err == nil {
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
