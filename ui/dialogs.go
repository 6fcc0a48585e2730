package ui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/dialog"
	"assay/ui/view"
	"assay/ui/widget"
)

// inDialog gives an intent to the dialog and does what comes of it.
func (m *Model) inDialog(in action.Intent) tea.Cmd { return m.result(m.dialog.Do(in)) }

// clickDialog gives the dialog a click, relative to its box.
func (m *Model) clickDialog(x, y int) tea.Cmd {
	box := m.dialog.Render(m.w, m.h)
	left, top := dialog.Place(box, m.w, m.h)
	return m.result(m.dialog.Click(x-left, y-top))
}

func (m *Model) result(r dialog.Result) tea.Cmd {
	if r.Close {
		closed := m.dialog
		m.dialog = nil
		if d, ok := closed.(asked); ok {
			m.answered(d)
		}
	}
	if r.Copy.Text != "" {
		m.copy(r.Copy)
	}
	if r.Go.Place != "" {
		m.goTo(r.Go)
	}
	switch r.Intent.ID {
	case "":
		return nil
	case leaveAfterRun:
		return m.leaveGently()
	case leaveNow:
		return tea.Quit
	case editWritten:
		return m.writeEdit()
	case patchCopied:
		m.copy(view.Copy{What: "the patch", Text: m.diff})
		return nil
	case varsAgreed:
		return m.makeVars()
	case fixAgreed:
		return m.fixVars()
	}
	if r.Intent.Arg == "" {
		if a, ok := m.keys.Action(r.Intent.ID); ok { // as if its key had been pressed
			return m.press(a, m.keys.Label(a.ID))
		}
	}
	return m.do(r.Intent)
}

// overlay draws the dialog above a frame.
func (m *Model) overlay(frame string) string {
	return dialog.Over(frame, m.dialog.Render(m.w, m.h), m.w, m.h)
}

func (m *Model) openChoice(a view.Choose) { m.dialog = dialog.NewChoose(m.env, a) }

// openConfirmation asks whether to do something, without the secrets that are
// in what is said of it.
func (m *Model) openConfirmation(a view.Confirm) {
	a.Title, a.Yes = m.opts.Redact(a.Title), m.opts.Redact(a.Yes)
	lines := make([]widget.Line, len(a.Lines))
	for i, line := range a.Lines {
		lines[i] = slices.Clone(line)
		for j := range line {
			lines[i][j].Text = m.opts.Redact(line[j].Text)
		}
	}
	a.Lines = lines
	m.dialog = dialog.NewConfirm(m.env, a)
}

// openHelp explains the keys that are live here, and why others are not.
func (m *Model) openHelp() {
	m.dialog = dialog.NewHelp(m.env, m.keys, m.chain(), m.disabled)
}

// openMessages shows everything that was said, the newest first.
func (m *Model) openMessages() {
	m.messages.dismiss()
	m.messages.unseen = 0
	m.dialog = dialog.NewMessages(m.env, m.messages.all)
}

// openPalette offers every action and every place by name.
func (m *Model) openPalette() {
	entries := append(dialog.Actions(m.keys, m.chain(), m.disabled), m.places()...)
	m.dialog = dialog.NewPalette(m.env, entries, &m.recent)
	m.offered = m.placesAsOf()
}

// placesAsOf tells whether the places may be others than before.
func (m *Model) placesAsOf() [3]time.Time {
	return [3]time.Time{m.k.Aspects.At, m.k.Packages.At, m.k.Runs.At}
}

// offerMore gives an open palette the places that have been read since it was
// opened.
func (m *Model) offerMore() {
	p, ok := m.dialog.(*dialog.Palette)
	if !ok || m.offered == m.placesAsOf() {
		return
	}
	m.offered = m.placesAsOf()
	chain := action.Chain(m.at.top().Scope())
	p.Offer(append(dialog.Actions(m.keys, chain, m.disabled), m.places()...))
}

// places are everything that can be gone to by its name.
func (m *Model) places() []dialog.Entry {
	var out []dialog.Entry
	add := func(kind, name, note string, l view.Link) {
		out = append(out, dialog.Entry{Kind: kind, Text: name, Note: note, Link: l})
	}
	for _, machine := range m.k.Fleet.Machines {
		add("machine", machine.Name, view.StateWord(m.k.Hosts[machine.Name]), view.Link{Place: view.Machine, Name: machine.Name})
	}
	for _, a := range m.k.Aspects.Value {
		add("aspect", a.Name, string(a.Class), view.ToAspect(a.Class, a.Name))
	}
	for _, s := range m.k.Fleet.Services {
		add("service", s.Name, s.Module, view.Link{Place: view.Services, Name: s.Name})
	}
	for _, p := range m.k.Packages.Value {
		add("package", p.Name, "", view.Link{Place: view.Layers, Name: p.Name})
	}
	for _, r := range m.k.Runs.Value {
		add("run", string(r.ID), string(r.Ending), view.Link{Place: view.Run, Name: string(r.ID)})
	}
	return out
}
