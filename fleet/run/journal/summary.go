package journal

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"assay/fleet/run/event"
)

// Ending is how the record of a run ends.
type Ending string

// The endings.
const (
	Finished Ending = "finished"
	Running  Ending = "running"     // a process works on it
	Torn     Ending = "interrupted" // no end was recorded and nobody works on it
)

// Summary is a run in few words.
type Summary struct {
	ID       ID
	Ending   Ending
	Start    time.Time // zero when not even the start was recorded
	End      time.Time // of the last event
	Started  event.RunStarted
	Outcome  event.RunOutcome // "" while there is no end
	Counts   map[event.Outcome]int
	Results  []event.HostResult // by machine
	Open     []string           // machines without a result
	Stopped  bool               // somebody asked it to end early
	Problems []string           // lines of the record that could not be read
}

// maxProblems bounds Summary.Problems.
const maxProblems = 20

// Summary reads the run's record, its log lines left out.
func (r *Run) Summary() Summary {
	s := Summary{ID: r.id, Counts: map[event.Outcome]int{}}
	live := r.Live() // before reading: a run that ends meanwhile is not torn
	isLog, isProgress := []byte(`"type":"log"`), []byte(`"type":"host_progress"`)
	head := 256 // the type stands within so many bytes of the line's start
	for e, err := range r.events(func(line []byte) bool {
		line = line[:min(head, len(line))]
		return !bytes.Contains(line, isLog) && !bytes.Contains(line, isProgress)
	}) {
		if err != nil {
			if len(s.Problems) < maxProblems {
				s.Problems = append(s.Problems, err.Error())
			}
			continue
		}
		s.take(e)
	}
	s.conclude(live)
	return s
}

func (s *Summary) take(e event.Event) {
	if s.Start.IsZero() {
		s.Start = e.Time
	}
	s.End = e.Time
	switch b := e.Body.(type) {
	case event.RunStarted:
		s.Started = b
	case event.HostResult:
		s.Results = append(s.Results, b)
		s.Counts[b.Outcome]++
	case event.RunInterrupted:
		s.Stopped = true
	case event.RunFinished:
		s.Outcome = b.Outcome
	}
}

func (s *Summary) conclude(live bool) {
	slices.SortFunc(s.Results, func(a, b event.HostResult) int { return cmp.Compare(a.Machine, b.Machine) })
	for _, m := range s.Started.Machines {
		if _, ok := slices.BinarySearchFunc(s.Results, m, func(h event.HostResult, m string) int {
			return cmp.Compare(h.Machine, m)
		}); !ok {
			s.Open = append(s.Open, m)
		}
	}
	switch {
	case s.Outcome != "":
		s.Ending = Finished
	case live:
		s.Ending = Running
	default:
		s.Ending = Torn
	}
}

// List returns the summaries of the newest runs of the state directory, the
// newest first; max 0 means all.
func List(dir string, max int) ([]Summary, error) {
	ids, err := IDs(dir)
	if err != nil {
		return nil, err
	}
	if max > 0 && len(ids) > max {
		ids = ids[:max]
	}
	out := make([]Summary, 0, len(ids))
	for _, id := range ids {
		out = append(out, runOf(dir, id).Summary())
	}
	return out, nil
}
