package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// How often the console looks at what others do: while something is going on,
// and when nothing is. The slow one moves ages on and asks the hosts again.
const (
	fastTick = 50 * time.Millisecond
	slowTick = time.Second
)

type tickMsg struct{ generation int }

// tick waits for the next look.
func (m *Model) tick() tea.Cmd {
	m.ticks++
	generation, wait := m.ticks, slowTick
	if m.fast = m.active(); m.fast {
		wait = fastTick
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return tickMsg{generation} })
}

// hurry begins to tick fast when something has begun.
func (m *Model) hurry() tea.Cmd {
	if !m.fast && m.active() {
		return m.tick()
	}
	return nil
}

// active reports whether somebody is working on something.
func (m *Model) active() bool {
	if m.hosts.busy || m.vault.busy || m.k.Running() != nil || m.k.Planning != nil && m.k.Planning.Busy || m.k.Checking.Busy || m.k.Evaluating.Busy {
		return true
	}
	for _, r := range m.k.Open {
		if r.Reading {
			return true
		}
	}
	return false
}

// ticked looks at what has happened since the last look.
func (m *Model) ticked(t tickMsg) tea.Cmd {
	if t.generation != m.ticks {
		return nil // one that was overtaken
	}
	if m.hosts.busy {
		m.takeHosts(m.hosts.inbox)
	}
	m.lookAtRuns()
	m.lookAtPlanning()
	m.lookAtChecking()
	m.lookAtEvaluating()
	m.lookAtAsking()
	m.messages.expire(m.now)
	if !m.fast || m.second != m.now.Unix() {
		m.second, m.stale = m.now.Unix(), true // ages move on
	}
	var ask tea.Cmd
	if m.refreshDue() {
		ask = m.askHosts(nil)
	}
	return tea.Batch(ask, m.tick())
}
