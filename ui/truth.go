package ui

import (
	"cmp"

	tea "github.com/charmbracelet/bubbletea"
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
	ask, ctx, epoch := m.opts.Confirm, m.ctx, m.epoch
	return background(func() answer {
		s, err := ask(ctx)
		return func(m *Model) tea.Cmd {
			switch {
			case ctx.Err() != nil || epoch != m.epoch:
				return nil
			case err != nil:
				m.noHosts("Nix cannot tell which machines there are, the files alone say it: " + err.Error())
				m.say(failed("Nix cannot read the flake; what is shown comes from the files alone", err))
				m.changed()
				return nil
			}
			m.opts.NoHosts = m.unreachable
			m.adopt(s)
			return tea.Batch(m.getEverywhere(), m.askHosts(nil))
		}
	})
}

// noHosts notes why no host can be reached for now.
func (m *Model) noHosts(why string) {
	m.opts.NoHosts = cmp.Or(m.unreachable, why)
	m.k.NoHosts = m.opts.NoHosts
}
