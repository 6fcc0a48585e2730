package state_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
)

var at = time.Date(2026, 11, 22, 12, 50, 7, 0, time.UTC)

func numbered(bodies ...event.Body) []event.Event {
	var out []event.Event
	for i, b := range bodies {
		out = append(out, event.Event{Seq: int64(i + 1), Time: at.Add(time.Duration(i) * time.Second), Run: "r", Body: b})
	}
	return out
}

func TestProjection(t *testing.T) {
	events := numbered(
		event.RunStarted{Goal: "switch", Machines: []string{"a", "b", "c"}},
		event.HostPhase{Machine: "b", Phase: event.Connecting},
		event.HostPhase{Machine: "b", Phase: event.Copying},
		event.HostProgress{Machine: "b", Done: 5, Total: 20},
		event.Log{Machine: "b", Text: "hello"},
		event.Unknown{Name: "weather"},
		event.HostResult{Machine: "c", Outcome: event.Unreachable},
		event.RunInterrupted{Reason: "asked to stop"},
	)
	s := state.New(0)
	for _, e := range events {
		s.Emit(e)
	}
	p := s.Snapshot()
	b := p.Machines[1]
	if b.Name != "b" || b.Phase != event.Copying || b.Last != "hello" || b.Lines != 1 || b.Done != 5 || !b.Since.Equal(events[2].Time) || !b.Begun.Equal(events[1].Time) {
		t.Errorf("b is %+v", b)
	}
	if want := []event.Phase{event.Connecting, event.Copying}; !reflect.DeepEqual(b.Path, want) {
		t.Errorf("b went through %v", b.Path)
	}
	if c := p.Machines[2]; c.Phase != event.Done || !c.Begun.IsZero() || c.Result == nil || c.Result.Outcome != event.Unreachable {
		t.Errorf("c is %+v", c)
	}
	if want := map[event.Phase]int{event.Waiting: 1, event.Copying: 1, event.Done: 1}; !reflect.DeepEqual(p.Phases, want) {
		t.Errorf("phases %v", p.Phases)
	}
	if p.Outcomes[event.Unreachable] != 1 || p.Total != 20 || p.Unknown != 1 || len(p.Interrupted) != 1 || p.Finished != nil || p.Missed != 0 {
		t.Errorf("%+v", p)
	}
	// A replay that overlaps changes nothing; a gap is told.
	before := s.Revision()
	s.Emit(events[3])
	if s.Revision() != before || !reflect.DeepEqual(s.Snapshot(), p) {
		t.Error("an old event changed the picture")
	}
	s.Emit(event.Event{Seq: 12, Time: at, Run: "r", Body: event.RunFinished{Outcome: event.RunInterrupt}})
	if p := s.Snapshot(); p.Missed != 3 || p.Finished == nil || p.Revision == before {
		t.Errorf("%+v", p)
	}
}

func TestSnapshotStandsAlone(t *testing.T) {
	s := state.New(0)
	events := numbered(
		event.RunStarted{Machines: []string{"a"}},
		event.HostPhase{Machine: "a", Phase: event.Connecting},
		event.RunInterrupted{},
		event.HostPhase{Machine: "a", Phase: event.Building},
		event.RunInterrupted{Abandon: true},
		event.HostResult{Machine: "a"},
	)
	for _, e := range events[:3] {
		s.Emit(e)
	}
	p, q := s.Snapshot(), s.Snapshot()
	for _, e := range events[3:] {
		s.Emit(e)
	}
	if !reflect.DeepEqual(p, q) {
		t.Errorf("the snapshot changed: %+v", p)
	}
}

// read asks a log for everything that it can tell.
func read(l *state.Logs) {
	needle := state.NewNeedle("x")
	l.Window(state.End, 50, true)
	l.Before(100)
	l.FirstError()
	l.Find(needle, state.Begin, false)
	state.NewMatches(needle).Count(l, 1000, 1<<20)
}

func TestConcurrentReading(t *testing.T) {
	s := state.New(3000)
	var wg sync.WaitGroup
	over := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			last := uint64(0)
			for {
				select {
				case <-over:
					return
				default:
				}
				p := s.Snapshot()
				if p.Revision < last {
					t.Error("the picture went back")
				}
				last = p.Revision
				s.Log("m1")
				read(s.Logs(state.Filter{}))
			}
		})
	}
	for n := range 2000 {
		name := fmt.Sprint("m", n%5)
		s.Emit(event.Event{Seq: int64(2*n + 1), Time: at, Run: "r", Body: event.Log{Machine: name, Text: "error: x"}})
		s.Emit(event.Event{Seq: int64(2*n + 2), Time: at, Run: "r", Body: event.HostPhase{Machine: name, Phase: event.Copying}})
	}
	close(over)
	wg.Wait()
	if r := s.Revision(); r != 4000 {
		t.Errorf("revision %d", r)
	}
}
