// Package state is the picture of a run in memory, made from its events and
// nothing else: a live run and the replay of its journal give the same
// picture.
//
// It keeps as many log lines as a budget allows for all machines together,
// the newest of each, and shares it fairly: a machine that prints much loses
// its own lines, not those of one that prints little. What is no longer kept
// is in the journal.
//
// A State is an event.Sink. One goroutine emits; any number may read at the
// same time. Readers hold the lock for as long as it takes to look at each
// machine once, and never while they look at lines.
package state

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"assay/fleet/run/event"
)

// DefaultLogBytes bounds the log lines that are kept of all machines together.
const DefaultLogBytes = 64 << 20

// Machine is the picture of one machine.
type Machine struct {
	Name    string
	Phase   event.Phase
	Since   time.Time         // when the phase began
	Begun   time.Time         // when its first phase but waiting began; zero while there was none
	Path    []event.Phase     // every phase that was entered, in order
	Done    int64             // bytes copied
	Total   int64             // bytes to copy; 0 is not known yet
	Last    string            // the last log line
	Lines   int               // log lines so far, kept or not
	Dropped int               // log lines no longer kept
	Result  *event.HostResult // nil while there is none
}

// Snapshot is the picture of a run at one moment. It does not change, and
// nobody may change what is in it: those who ask for the same moment get the
// same slices and maps.
type Snapshot struct {
	Revision    uint64 // grows with every event
	Run         string
	Started     event.RunStarted
	Start       time.Time // of the first event
	Time        time.Time // of the last event
	Machines    []Machine // by name
	Phases      map[event.Phase]int
	Outcomes    map[event.Outcome]int
	Done, Total int64                  // bytes copied and to copy, over all machines
	Interrupted []event.RunInterrupted // as they came
	Finished    *event.RunFinished     // nil while the run goes on; nobody changes it
	Unknown     int                    // events of types that this version does not know
	Missed      int64                  // sequence numbers that never came
}

// State gathers events.
type State struct {
	mu       sync.RWMutex
	run      Snapshot // without Machines, Phases and Outcomes
	machines map[string]*machine
	order    []*machine // by name
	kept     kept
	seq      int64

	shown atomic.Pointer[Snapshot] // the newest that somebody asked for
}

type machine struct {
	Machine
	log lines
}

// New returns the empty picture. logBytes bounds the log that is kept of all
// machines together, in bytes, with what it takes to find a line again; 0 is
// DefaultLogBytes, negative keeps none.
func New(logBytes int) *State {
	budget := max(cmp.Or(logBytes, DefaultLogBytes), 0)
	return &State{machines: map[string]*machine{}, kept: kept{budget: budget, streams: []string{""}}}
}

// Emit adds an event to the picture. An event that is not newer than the last
// one is left out, so that a replay may overlap.
func (s *State) Emit(e event.Event) {
	level := Info
	if b, ok := e.Body.(event.Log); ok {
		level = LevelOf(b.Text) // before anybody has to wait
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Seq <= s.seq {
		return
	}
	s.run.Missed += e.Seq - s.seq - 1
	s.seq = e.Seq
	s.run.Revision++
	s.run.Run, s.run.Time = e.Run, e.Time
	if s.run.Start.IsZero() {
		s.run.Start = e.Time
	}
	switch b := e.Body.(type) {
	case event.RunStarted:
		s.run.Started = b
		for _, name := range b.Machines {
			s.machine(name, e.Time)
		}
	case event.RunInterrupted:
		s.run.Interrupted = append(s.run.Interrupted, b)
	case event.RunFinished:
		b.Counts = maps.Clone(b.Counts)
		s.run.Finished = &b
	case event.Unknown:
		s.run.Unknown++
	case event.Log:
		m := s.machine(b.Machine, e.Time)
		m.Last = b.Text
		m.Lines++
		s.kept.add(m, rec{seq: e.Seq, micros: e.Time.UnixMicro(), level: level}, b.Stream, b.Text)
	default:
		if name := e.Machine(); name != "" {
			s.machine(name, e.Time).take(e)
		}
	}
}

func (s *State) machine(name string, at time.Time) *machine {
	m := s.machines[name]
	if m == nil {
		m = &machine{Machine: Machine{Name: name, Phase: event.Waiting, Since: at}}
		s.machines[name] = m
		s.kept.join(m)
		i, _ := slices.BinarySearchFunc(s.order, name, func(m *machine, name string) int { return cmp.Compare(m.Name, name) })
		s.order = slices.Insert(s.order, i, m)
	}
	return m
}

func (m *machine) take(e event.Event) {
	switch b := e.Body.(type) {
	case event.HostPhase:
		m.Phase, m.Since = b.Phase, e.Time
		m.Path = append(m.Path, b.Phase)
		if m.Begun.IsZero() && b.Phase != event.Waiting && b.Phase != event.Done {
			m.Begun = e.Time
		}
	case event.HostProgress:
		m.Done, m.Total = b.Done, b.Total
	case event.HostResult:
		m.Phase, m.Since, m.Result = event.Done, e.Time, &b
	}
}

// Revision grows with every event: a reader that saw it has seen everything.
func (s *State) Revision() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.run.Revision
}

// Snapshot returns the picture at this moment, without the logs. Asking again
// while nothing happens costs nothing.
func (s *State) Snapshot() Snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p := s.shown.Load(); p != nil && p.Revision == s.run.Revision {
		return *p
	}
	p := s.run
	p.Interrupted = slices.Clip(p.Interrupted)
	p.Phases, p.Outcomes = map[event.Phase]int{}, map[event.Outcome]int{}
	p.Machines = make([]Machine, len(s.order))
	for i, m := range s.order {
		c := &p.Machines[i]
		*c = m.Machine
		c.Path = slices.Clip(c.Path) // it is only ever appended to
		p.Phases[c.Phase]++
		if c.Result != nil {
			p.Outcomes[c.Result.Outcome]++
		}
		p.Done += c.Done
		p.Total += c.Total
	}
	s.shown.Store(&p)
	return p
}

// Log returns the machine's kept log lines, the oldest first.
func (s *State) Log(name string) []Line {
	return s.Logs(Filter{Machine: name}).all()
}

// LogBytes is what the kept lines take, with what it takes to find them; it is
// never more than was given to New.
func (s *State) LogBytes() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.kept.used
}
