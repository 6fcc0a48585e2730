package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
)

// do carries out an action: those of the console itself here, the others in
// the view.
func (m *Model) do(in action.Intent) tea.Cmd {
	for _, t := range tops {
		if t.id == in.ID {
			m.goTop(t.place)
			return nil
		}
	}
	switch in.ID {
	case action.CurrentRun:
		m.goTo(view.Link{Place: view.Run, Name: m.k.Current})
	case action.Older:
		m.at.step(-1)
	case action.Newer:
		m.at.step(1)
	case action.Palette:
		m.openPalette()
	case action.Help:
		m.openHelp()
	case action.Messages:
		m.openMessages()
	case action.Refresh:
		return m.refresh()
	case action.Mouse:
		m.toggleMouse()
	case action.Suspend:
		return m.suspend()
	case action.Redraw:
		m.screen.forget()
	case action.Interrupt:
		return m.interrupt()
	case action.Quit:
		return m.quit()
	default:
		return m.askedAll(m.at.top().Do(in))
	}
	return nil
}

// disabled says why an action does nothing here now, "" when it does.
func (m *Model) disabled(a action.Action) string {
	if a.Changes && (m.opts.ReadOnly != "" || m.k.Stale != nil) {
		return m.mayNotChange()
	}
	switch a.ID {
	case action.CurrentRun:
		if m.k.Current == "" {
			return "nothing was run in this session"
		}
		return ""
	case action.Older:
		if m.at.now == 0 {
			return "this is the oldest place"
		}
		return ""
	case action.Newer:
		if m.at.now == len(m.at.paths)-1 {
			return "this is the newest place"
		}
		return ""
	case action.Suspend:
		if m.k.Running() != nil {
			return "the run would stand still; end it first"
		}
		return ""
	case action.Messages:
		if len(m.messages.all) == 0 {
			return "nothing was said yet"
		}
		return ""
	case action.Palette, action.Help, action.Refresh, action.Mouse, action.Redraw, action.Interrupt, action.Quit,
		action.ToMachines, action.ToAspects, action.ToLayers, action.ToServices, action.ToRuns, action.ToChecks, action.ToSecrets, action.Back:
		return ""
	}
	return m.at.top().Disabled(a.ID)
}

// refresh reads the fleet anew and asks the hosts, unless a run changes them.
func (m *Model) refresh() tea.Cmd {
	switch l := m.at.top().Link(); l.Place {
	case view.Run, view.Logs:
		return m.again([]known.Need{{Kind: known.RecordedRun, Name: l.Name}})
	case view.Plan: // planned anew
		return m.askedAll(m.at.top().Do(action.Intent{ID: action.Refresh}))
	}
	if m.k.Running() != nil {
		m.say(warned("A run goes on: the fleet is read anew when it is over"))
		return nil
	}
	m.say(notice("Reading the fleet anew"))
	return m.reopen()
}

func (m *Model) toggleMouse() {
	m.screen.setMouse(!m.screen.mouse)
	if m.screen.mouse {
		m.say(notice("The mouse is the console's: wheel and click; shift or option and drag selects text"))
	} else {
		m.say(notice("The mouse is the terminal's: drag selects text"))
	}
}

// leaveGently leaves as soon as the steps that run are finished.
func (m *Model) leaveGently() tea.Cmd {
	r := m.k.Running()
	if r == nil {
		return tea.Quit
	}
	if r.Stopping == 0 || m.leaving && r.Stopping == 1 { // asked once more: at once
		m.stopRun()
	}
	m.leaving = true
	return nil
}

// suspend stops this process until the shell continues it. The signal is for
// this process alone: what it has just started would stop as well and nobody
// would continue that.
func (m *Model) suspend() tea.Cmd {
	m.screen.leave()
	return tea.Exec(stopped{}, func(error) tea.Msg {
		return answer(func(m *Model) tea.Cmd {
			m.enterAgain()
			return nil
		})
	})
}

func (m *Model) askedAll(asks []view.Ask) tea.Cmd {
	var cmds []tea.Cmd
	for _, a := range asks {
		cmds = append(cmds, m.asked(a))
	}
	return tea.Batch(cmds...)
}

// asked does what a view asks for.
func (m *Model) asked(a view.Ask) tea.Cmd {
	switch a := a.(type) {
	case view.Go:
		m.goTo(a.Link)
	case view.Leave:
		if !m.leave() { // there is nowhere to go: then it is what was said that is closed
			m.messages.dismiss()
		}
	case view.Say:
		m.say(a)
	case view.Copy:
		m.copy(a)
	case view.Edit:
		return m.edit(a.At)
	case view.Page:
		return m.page(a.Text)
	case view.Choose:
		m.openChoice(a)
	case view.Confirm:
		m.openConfirmation(a)
	case view.Again:
		return m.again(a.Needs)
	case view.MakePlan:
		return m.makePlan(a)
	case view.SavePlan:
		return m.savePlan(a.Without)
	case view.Apply:
		return m.apply(a.Without)
	case view.StopRun:
		m.stopRun()
	case view.CheckHotfixes:
		return m.checkHotfixes(false)
	case view.EvaluateHotfixes:
		return m.checkHotfixes(true)
	case view.Evaluate:
		return m.evaluate(a)
	case view.StopEvaluating:
		m.stopEvaluating()
	case view.RemoveHotfix:
		return m.removeHotfix(a)
	case view.PlanVars:
		return m.planVars()
	case view.FixVars:
		m.confirmFix(a)
	case view.SaveLog:
		return m.saveLog(a)
	}
	return nil
}

// copy puts text into the clipboard of the terminal that the operator sits
// at, wherever the console runs.
func (m *Model) copy(c view.Copy) {
	sequence, err := term.Clipboard(c.Text, m.opts.Getenv)
	if err == nil {
		_, err = m.out.Write([]byte(sequence))
	}
	if err != nil {
		m.say(failed("Nothing was copied", err))
		return
	}
	m.say(notice("Copied " + c.What + " through the terminal (OSC 52)"))
}

func (m *Model) savePlan(without []string) tea.Cmd {
	if m.k.Planning == nil || m.k.Planning.Plan == nil {
		m.say(warned("There is no plan to save"))
		return nil
	}
	p, s := m.k.Planning.Plan, m.s
	if len(without) > 0 {
		p = p.Without(without)
	}
	return saving("plan", func() (string, error) { return s.SavePlan(p) })
}

// saveLog writes a log into a file and says where, or opens it in the pager.
func (m *Model) saveLog(a view.SaveLog) tea.Cmd {
	s, ctx := m.s, m.ctx
	save := func() (string, error) { return s.SaveLog(ctx, a.Run, a.Machine) }
	if !a.Page {
		return saving("log", save)
	}
	return background(func() answer {
		path, err := save()
		return func(m *Model) tea.Cmd {
			if err != nil {
				m.say(failed("The log cannot be shown", err))
				return nil
			}
			return m.pageFile(path)
		}
	})
}

// saving writes something into a file and says where.
func saving(what string, save func() (string, error)) tea.Cmd {
	return background(func() answer {
		path, err := save()
		return func(m *Model) tea.Cmd {
			if err != nil {
				m.say(failed("The "+what+" was not saved", err))
				return nil
			}
			m.say(done("Saved the " + what + " as " + path))
			return nil
		}
	})
}
