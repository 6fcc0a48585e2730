package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/dialog"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// What the operator confirms before the console is left.
const (
	leaveAfterRun action.ID = "quit.after-run" // while a run goes on
	leaveNow      action.ID = "quit.now"       // without the plan that is made, or shown
)

// justEnded is how long after the end of something ctrl+c may be meant for it.
const justEnded = 3 * time.Second

// interrupt stops what is being worked on; with nothing to stop it leaves. A
// run that is not on the screen is asked about first.
func (m *Model) interrupt() tea.Cmd {
	asked, busy := m.dialog != nil, m.k.Running() != nil || m.planBusy()
	leaves := asked && m.dialog == m.leaves
	if d, ok := m.dialog.(*dialog.Secret); ok {
		d.Wipe()
		m.dialog = nil
		m.answered(d)
	}
	m.dialog = nil
	if leaves && m.k.Running() == nil {
		return tea.Quit // asked whether to leave, once more is an answer
	}
	if asked && !busy {
		return nil // what was open is closed
	}
	if in := m.typing(); in != nil && !busy {
		return m.give(action.Intent{ID: action.InputEsc})
	}
	switch r := m.k.Running(); {
	case m.k.Evaluating.Busy && m.at.top().Link().Place == view.Layers:
		m.stopEvaluating()
	case m.planBusy():
		m.stopPlanning()
	case r != nil && r.Stopping == 0 && m.at.top().Link().Name != r.ID && !asked:
		m.askToLeave()
	case r != nil && r.Stopping < 2:
		m.stopRun()
	case r != nil: // it is being abandoned
	case m.now.Sub(m.run.ended) < justEnded:
		m.say(notice("The run is over already; " + m.keys.Label(action.Quit) + " leaves"))
	case m.now.Sub(m.evaluating.ended) < justEnded && m.at.top().Link().Place == view.Layers:
		m.say(notice("Nix is not being asked any more; " + m.keys.Label(action.Quit) + " leaves"))
	case m.now.Sub(m.planning.ended) < justEnded && !m.planShown():
		m.say(notice("Nothing is being planned any more; " + m.keys.Label(action.Quit) + " leaves"))
	default:
		return m.quit()
	}
	return nil
}

// quit leaves; while a run goes on, a plan is made, or one is shown that was
// not applied, it asks.
func (m *Model) quit() tea.Cmd {
	switch {
	case m.k.Running() != nil:
		m.askToLeave()
	case m.planBusy():
		m.askToLeavePlan("A plan is being made", "Nothing has happened yet; the plan would be lost.", "Stop planning and leave")
	case m.planShown():
		text := "Nothing has happened yet: this plan of " + word.Count(len(m.k.Planning.Plan.Hosts), "machine") + " was not applied."
		m.askToLeavePlan("Leave without applying the plan?", text, "Leave")
	default:
		return tea.Quit
	}
	return nil
}

// planBusy reports whether a plan is being made.
func (m *Model) planBusy() bool { return m.k.Planning != nil && m.k.Planning.Busy }

// planShown reports whether a plan is on the screen that would change
// something.
func (m *Model) planShown() bool {
	p := m.k.Planning
	return p != nil && p.Plan != nil && !p.Plan.Empty() && m.at.top().Link().Place == view.Plan
}

// stopPlanning gives the plan up that is being made.
func (m *Model) stopPlanning() {
	m.planning.generation++
	m.planning.end()
	m.planning.ended = m.now
	m.k.Planning = nil
	if m.at.top().Link().Place == view.Plan {
		m.leave()
	}
	m.changed()
	m.say(warned("Planning was stopped; nothing was changed"))
}

func (m *Model) askToLeave() {
	m.openConfirmation(view.Confirm{
		Title: "A run goes on",
		Lines: []widget.Line{
			{widget.P("Leaving finishes the steps that run, starts nothing new, and closes the console when the last host is in a known state.")},
			{widget.R(style.Muted, m.keys.Label(action.Interrupt)+" after that abandons the steps, too.")},
		},
		Yes: "Stop the run and leave", Intent: action.Intent{ID: leaveAfterRun},
	})
}

// askToLeavePlan asks before a plan is lost. Ctrl+c once more is a yes.
func (m *Model) askToLeavePlan(title, text, yes string) {
	m.openConfirmation(view.Confirm{
		Title: title,
		Lines: []widget.Line{{widget.P(text)}, {widget.R(style.Muted, m.keys.Label(action.Interrupt)+" leaves, too.")}},
		Yes:   yes, Intent: action.Intent{ID: leaveNow},
	})
	m.leaves = m.dialog
}
