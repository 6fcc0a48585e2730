package state_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
)

func BenchmarkSnapshot(b *testing.B) {
	for _, machines := range []int{500, 5000} {
		s := state.New(0)
		for n := range machines * 5 {
			s.Emit(event.Event{Seq: int64(n + 1), Time: at, Run: "r", Body: event.HostPhase{Machine: fmt.Sprint("m", n%machines), Phase: event.Copying}})
		}
		b.Run(fmt.Sprint(machines, " again"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Snapshot()
			}
		})
		b.Run(fmt.Sprint(machines, " anew"), func(b *testing.B) {
			b.ReportAllocs()
			seq := int64(machines * 5)
			for b.Loop() {
				seq++
				s.Emit(event.Event{Seq: seq, Time: at, Run: "r", Body: event.HostProgress{Machine: "m1"}})
				s.Snapshot()
			}
		})
	}
}

// flood gives a state lines of 200 hosts.
type flood struct {
	state *state.State
	names []string
	texts []string
	seq   int64
}

func newFlood(lines int) *flood {
	f := &flood{state: state.New(0)}
	for i := range 200 {
		f.names = append(f.names, fmt.Sprint("machine-", i))
	}
	for i := range 997 {
		f.texts = append(f.texts, fmt.Sprintf("copying path '/nix/store/%032d-example-%d' to the host", i, i))
	}
	f.texts[500] = "error: the one in a thousand"
	for range lines {
		f.emit()
	}
	return f
}

func (f *flood) emit() {
	f.seq++
	f.state.Emit(logEvent(f.seq, f.names[f.seq%int64(len(f.names))], f.texts[f.seq%int64(len(f.texts))]))
}

func BenchmarkEmit(b *testing.B) {
	b.Run("log", func(b *testing.B) {
		f := newFlood(1_000_000)
		b.ReportAllocs()
		for b.Loop() {
			f.emit()
		}
	})
	b.Run("log while read", func(b *testing.B) {
		f := newFlood(1_000_000)
		var over atomic.Bool
		done := make(chan struct{})
		go func() {
			defer close(done)
			for !over.Load() {
				f.state.Logs(state.Filter{}).Find(state.NewNeedle("absent"), state.Begin, false)
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			f.emit()
		}
		over.Store(true)
		<-done
	})
}

func BenchmarkLevelOf(b *testing.B) {
	for b.Loop() {
		state.LevelOf("copying path '/nix/store/00000000000000000000000000000042-example-42' to the host")
	}
}

func BenchmarkLogs(b *testing.B) {
	f := newFlood(1_000_000)
	middle := f.seq / 4 * 3
	logs := f.state.Logs(state.Filter{})
	errors := f.state.Logs(state.Filter{Least: state.Error})
	for name, run := range map[string]func(){
		"ask":                func() { f.state.Logs(state.Filter{}) },
		"window at the end":  func() { logs.Window(state.End, 50, true) },
		"window in between":  func() { logs.Window(middle, 50, false) },
		"window of errors":   func() { errors.Window(state.End, 50, true) },
		"before":             func() { logs.Before(middle) },
		"errors before":      func() { errors.Before(middle) },
		"first error":        func() { logs.FirstError() },
		"find nothing":       func() { logs.Find(state.NewNeedle("absent"), state.End, true) },
		"find nothing exact": func() { logs.Find(state.NewNeedle("Absent"), state.Begin, false) },
		"find nothing wide":  func() { logs.Find(state.NewNeedle("größe"), state.End, true) },
		"find near":          func() { logs.Find(state.NewNeedle("example-4"), middle, true) },
		"count up to 1000":   func() { state.NewMatches(state.NewNeedle("example")).Count(logs, 1000, 1<<30) },
		"count all of it":    func() { state.NewMatches(state.NewNeedle("absent")).Count(logs, 1000, 1<<30) },
		"count one megabyte": func() { state.NewMatches(state.NewNeedle("absent")).Count(logs, 1000, 1<<20) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}
