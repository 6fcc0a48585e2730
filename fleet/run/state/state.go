// Package state is the picture of a run in memory, made from its events and
// nothing else: a live run and the replay of its journal give the same
// picture.
//
// A State is an event.Sink. One goroutine emits; any number may read at the
// same time. Reading copies, and costs the run no more than that copy.
package state

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"assay/fleet/run/event"
)

// DefaultLogBytes bounds the log lines that are kept per machine.
const DefaultLogBytes = 64 << 10

// Machine is the picture of one machine.
type Machine struct {
	Name    string
	Phase   event.Phase
	Since   time.Time         // when the phase began
	Path    []event.Phase     // every phase that was entered, in order
	Done    int64             // bytes copied
	Total   int64             // bytes to copy; 0 is not known yet
	Last    string            // the last log line
	Lines   int               // log lines so far, kept or not
	Dropped int               // log lines no longer kept
	Result  *event.HostResult // nil while there is none; nobody changes it
}

// Snapshot is the picture of a run at one moment. It shares nothing that
// changes.
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
	logBytes int
	run      Snapshot // without Machines, Phases and Outcomes
	machines map[string]*machine
	seq      int64
}

type machine struct {
	Machine
	log ring
}

// New returns the empty picture. logBytes bounds the log that is kept per
// machine, in bytes; 0 is DefaultLogBytes, negative keeps none.
func New(logBytes int) *State {
	return &State{logBytes: max(cmp.Or(logBytes, DefaultLogBytes), 0), machines: map[string]*machine{}}
}

// Emit adds an event to the picture. An event that is not newer than the last
// one is left out, so that a replay may overlap.
func (s *State) Emit(e event.Event) {
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
	default:
		if name := e.Machine(); name != "" {
			s.machine(name, e.Time).take(e)
		}
	}
}

func (s *State) machine(name string, at time.Time) *machine {
	m := s.machines[name]
	if m == nil {
		m = &machine{Machine: Machine{Name: name, Phase: event.Waiting, Since: at}, log: ring{max: s.logBytes}}
		s.machines[name] = m
	}
	return m
}

func (m *machine) take(e event.Event) {
	switch b := e.Body.(type) {
	case event.HostPhase:
		m.Phase, m.Since = b.Phase, e.Time
		m.Path = append(m.Path, b.Phase)
	case event.HostProgress:
		m.Done, m.Total = b.Done, b.Total
	case event.Log:
		m.Last = b.Text
		m.Lines++
		m.Dropped += m.log.add(Line{Time: e.Time, Stream: b.Stream, Text: b.Text})
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

// Snapshot returns a copy of the picture, without the logs.
func (s *State) Snapshot() Snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.run
	p.Interrupted = slices.Clone(p.Interrupted)
	p.Phases, p.Outcomes = map[event.Phase]int{}, map[event.Outcome]int{}
	p.Machines = make([]Machine, 0, len(s.machines))
	for _, m := range s.machines {
		c := m.Machine
		c.Path = slices.Clone(c.Path)
		p.Machines = append(p.Machines, c)
		p.Phases[c.Phase]++
		if c.Result != nil {
			p.Outcomes[c.Result.Outcome]++
		}
		p.Done += c.Done
		p.Total += c.Total
	}
	slices.SortFunc(p.Machines, func(a, b Machine) int { return cmp.Compare(a.Name, b.Name) })
	return p
}

// Log returns the machine's kept log lines, the oldest first.
func (s *State) Log(name string) []Line {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m := s.machines[name]
	if m == nil {
		return nil
	}
	return m.log.lines()
}
