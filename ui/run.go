package ui

import (
	"context"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/word"
)

// ownRun is the run that goes on in this program.
type ownRun struct {
	stop   chan struct{} // closed at the first request to stop
	cancel context.CancelFunc
	begun  *atomic.Bool  // set by who comes first: its command, or who waits for it
	over   chan struct{} // closed when its end is recorded
	ended  time.Time     // of the former one
}

// wait returns when the run's end is recorded. A run whose command was never
// started, because the console ended before that, does not begin any more.
func (r *ownRun) wait() {
	if r.over != nil && r.begun.Swap(true) {
		<-r.over
	}
}

// How many bytes of log lines are in memory, of all hosts together: 64 MiB.
// The run of this program has most of it, a record that is looked at the rest.
const (
	ownLog    = 48 << 20
	recordLog = 16 << 20
)

// makePlan makes a plan in the background and shows how far it is.
func (m *Model) makePlan(a view.MakePlan) tea.Cmd {
	if why := m.mayNotChange(); why != "" {
		m.say(warned(why))
		return nil
	}
	ctx, generation := m.planning.begin(m.ctx)
	progress, heard := &counter{}, &said{}
	p := &known.Planning{Machines: a.Machines, Goal: a.Goal, Back: a.Back, To: a.To, Busy: true, Begun: m.now, Total: len(a.Machines)}
	m.k.Planning, m.progress, m.said = p, progress, heard
	if m.at.top().Link().Place != view.Plan {
		m.goTo(view.Link{Place: view.Plan})
	}
	m.changed()
	s := m.s
	return background(func() answer {
		made, err := ask(ctx, s, a, heard.watch, progress.add)
		return func(m *Model) tea.Cmd {
			if generation != m.planning.generation {
				return nil
			}
			m.planning.end()
			m.planning.ended = m.now
			p.Busy, p.Done, p.Plan, p.Err = false, p.Total, made, err
			m.changed()
			return nil
		}
	})
}

func ask(ctx context.Context, s Session, a view.MakePlan, watch func(engine.Step), done func()) (*plan.Plan, error) {
	if a.Back {
		return s.PlanBack(ctx, a.Machines, a.To, done)
	}
	return s.Plan(ctx, a.Machines, engineGoal(a.Goal), watch, done)
}

func engineGoal(g engine.Goal) engine.Goal {
	if g == "" {
		return engine.GoalSwitch
	}
	return g
}

func (m *Model) lookAtPlanning() {
	p := m.k.Planning
	if p == nil || !p.Busy {
		return
	}
	last, lines := m.said.now()
	if done := m.progress.now(); done != p.Done || last.count != m.heard {
		p.Done, p.Phase, p.Step, p.Log, m.heard = done, last.phase, last.step, lines, last.count
		p.Built, p.Builds = last.built, last.builds
		m.changed()
	}
}

// mayNotChange says why no host may be changed now.
func (m *Model) mayNotChange() string {
	switch {
	case m.k.MayNotChange() != "":
		return m.k.MayNotChange()
	case m.k.Stale != nil:
		return "the fleet's files cannot be read: " + m.keys.Label(action.ToChecks) + " says why, " + m.keys.Label(action.Refresh) + " reads them anew"
	}
	return ""
}

// apply carries the plan out and shows the run.
func (m *Model) apply(without []string) tea.Cmd {
	p := m.k.Planning
	switch why := m.mayNotChange(); {
	case why != "":
		m.say(warned(why))
		return nil
	case m.k.Running() != nil:
		m.say(warned("A run goes on already: one at a time"))
		return nil
	case p == nil || p.Plan == nil:
		m.say(warned("There is no plan to apply"))
		return nil
	}
	chosen := p.Plan
	if len(without) > 0 {
		chosen = chosen.Without(without)
	}
	id, s := m.s.NewRun(), m.s
	picture := state.New(ownLog)
	r := &known.Run{ID: id, State: picture, Plan: chosen, Mine: true}
	m.k.Open[id], m.k.Current = r, id
	ctx, cancel := context.WithCancel(m.ctx)
	m.run = ownRun{stop: make(chan struct{}), cancel: cancel, begun: &atomic.Bool{}, over: make(chan struct{})}
	own := m.run
	m.forgetRuns(id)
	m.k.Planning = nil
	m.leave()
	m.goTo(view.Link{Place: view.Run, Name: id})
	m.changed()
	return background(func() answer {
		defer close(own.over)
		defer cancel()
		if own.begun.Swap(true) {
			return nil
		}
		err := s.Apply(ctx, chosen, id, own.stop, picture)
		return func(m *Model) tea.Cmd { return m.runEnded(r, chosen, err) }
	})
}

// runEnded tells how the run came out, and asks its hosts again.
func (m *Model) runEnded(r *known.Run, p *plan.Plan, err error) tea.Cmd {
	r.Over, r.Err = true, err
	m.run = ownRun{ended: m.now}
	m.changed()
	m.say(verdict(r, err))
	if m.leaving {
		return tea.Quit
	}
	var names []string
	for _, h := range p.Hosts {
		names = append(names, h.Machine)
	}
	if m.reread {
		m.reread = false
		return m.reopen()
	}
	return tea.Batch(m.askChanged(names), m.again([]known.Need{{Kind: known.Runs}, {Kind: known.Subjects}}))
}

// verdict is what the console says at the end of a run.
func verdict(r *known.Run, err error) view.Say {
	snapshot := r.State.Snapshot()
	if err != nil {
		return failed("The run ended with an error", err)
	}
	how := ""
	if f := snapshot.Finished; f != nil && (f.Outcome == event.RunInterrupt || f.Outcome == event.RunAbandonment) {
		how = ", " + word.RunOutcome(f.Outcome)
	}
	say := view.Say{Level: style.OK, Text: "The run is over" + how + ": " + word.Outcomes(snapshot.Started, snapshot.Outcomes)}
	for o, n := range snapshot.Outcomes {
		switch {
		case n == 0 || o.Good() || say.Level == style.Fail:
		case o == event.Skipped && how != "":
			say.Level = style.Warn // as somebody wished
		default:
			say.Level = style.Fail
		}
	}
	return say
}

// stopRun stops the run: the first time gently, then at once.
func (m *Model) stopRun() {
	r := m.k.Running()
	if r == nil {
		m.say(warned("No run goes on here"))
		return
	}
	r.Stopping++
	switch r.Stopping {
	case 1:
		close(m.run.stop)
		m.say(warned("Stopping: the steps that run are finished, nothing new starts; once more abandons them"))
	default:
		m.run.cancel()
		m.say(warned("Abandoning the run"))
	}
	m.changed()
}

// openRun reads the record of a run, unless the console has its picture.
func (m *Model) openRun(name string) tea.Cmd {
	if m.k.Open[name] != nil {
		return nil
	}
	picture := state.New(recordLog)
	r := &known.Run{ID: name, State: picture, Reading: true}
	m.forgetRuns(name)
	m.k.Open[name] = r
	m.changed()
	s, ctx := m.s, m.ctx
	return background(func() answer {
		broken, err := s.Replay(ctx, name, picture)
		made, planErr := s.RunPlan(name)
		return func(m *Model) tea.Cmd {
			r.Reading, r.Broken, r.Err = false, broken, err
			if planErr == nil {
				r.Plan = made
			}
			m.changed()
			return nil
		}
	})
}

// forgetRuns lets pictures of runs go that nobody looks at, but for this one
// and the current one: their logs take memory, and their records can be read
// again.
func (m *Model) forgetRuns(but string) {
	looked := map[string]bool{but: true, m.k.Current: true}
	for _, v := range m.at.path() {
		looked[v.Link().Name] = true
	}
	for id := range m.k.Open {
		if !looked[id] {
			delete(m.k.Open, id)
			delete(m.seen, id)
		}
	}
}

// lookAtRuns draws anew when the run on the screen has moved on.
func (m *Model) lookAtRuns() {
	for id, r := range m.k.Open {
		if revision := r.State.Revision(); revision != m.seen[id] {
			m.seen[id], m.stale = revision, true
		}
	}
}
