package ui

import (
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/session"
)

// hostRefresh asks the hosts in the background. Answers gather in an inbox
// that the tick empties, so that 500 of them make a few frames and not 500.
type hostRefresh struct {
	busy  bool
	last  time.Time     // when the last one of all hosts ended
	took  time.Duration // how long that took
	inbox *inbox
	after []string // to be asked when it is over: what they say before may be old
}

// inbox gathers what hosts answered until the console looks.
type inbox struct {
	mu   sync.Mutex
	come []session.Status
}

func (i *inbox) put(s session.Status) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.come = append(i.come, s)
}

func (i *inbox) take() []session.Status {
	i.mu.Lock()
	defer i.mu.Unlock()
	come := i.come
	i.come = nil
	return come
}

// askHosts asks the named machines for their facts; nil asks all. While some
// are being asked, nobody else is.
func (m *Model) askHosts(names []string) tea.Cmd {
	if m.hosts.busy || m.opts.NoHosts != "" {
		return nil
	}
	all := names == nil
	if all {
		for _, machine := range m.k.Fleet.Machines {
			names = append(names, machine.Name)
		}
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return m.k.Hosts[name] == nil })
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		m.k.Hosts[name].Busy = true
	}
	m.changed()
	box := &inbox{}
	m.hosts.busy, m.hosts.inbox = true, box
	s, epoch, ctx, began := m.s, m.epoch, m.ctx, m.now
	return background(func() answer {
		_, err := s.Status(ctx, names, box.put)
		return func(m *Model) tea.Cmd {
			after := m.hosts.after
			m.hosts.busy, m.hosts.after = false, nil
			if epoch != m.epoch { // what is wanted of them may be another system now
				return m.askHosts(nil)
			}
			m.takeHosts(box)
			for _, name := range names {
				m.k.Hosts[name].Busy = false
			}
			m.changed()
			if all {
				m.hosts.last, m.hosts.took = m.now, m.now.Sub(began)
			}
			if err != nil && ctx.Err() == nil {
				m.say(failed("The hosts could not be asked", err))
			}
			if after != nil {
				return m.askHosts(after)
			}
			return nil
		}
	})
}

// askChanged asks hosts that a run has changed: after those that are being
// asked at the moment, some of which may have answered before that.
func (m *Model) askChanged(names []string) tea.Cmd {
	if m.hosts.busy {
		m.hosts.after = names
		return nil
	}
	return m.askHosts(names)
}

// takeHosts puts what hosts answered into what is known.
func (m *Model) takeHosts(box *inbox) {
	come := box.take()
	for _, s := range come {
		h := m.k.Hosts[s.Machine.Name]
		if h == nil {
			continue
		}
		s.Machine = h.Machine
		h.Status, h.Asked, h.Busy = s, m.now, false
	}
	if len(come) > 0 {
		m.changed()
	}
}

// refreshDue reports whether it is time to ask the hosts again: never while a
// run changes them, and never so often that asking is most of the work.
func (m *Model) refreshDue() bool {
	if m.opts.Refresh <= 0 || m.hosts.busy || m.hosts.last.IsZero() || m.k.Running() != nil {
		return false
	}
	return m.now.Sub(m.hosts.last) >= max(m.opts.Refresh, 10*m.hosts.took)
}
