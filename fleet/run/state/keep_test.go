package state_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
)

// TestLogIsBounded adds lines of all sizes, and compares with a plain list.
func TestLogIsBounded(t *testing.T) {
	const limit = 4000
	m := &model{state: state.New(limit)}
	for n := range 2000 {
		m.emit("a", fmt.Sprint(n, strings.Repeat("x", n*37%300)))
		kept, size := m.state.Log("a"), 0
		for i, l := range kept {
			if want := m.lines[len(m.lines)-len(kept)+i]; l != want {
				t.Fatalf("line %d of %d after %d is %+v", i, len(kept), n, l)
			}
			size += len(l.Text)
		}
		a := m.state.Snapshot().Machines[0]
		if used := m.state.LogBytes(); size > used || used > limit || a.Lines != n+1 || a.Dropped+len(kept) != a.Lines || a.Last != m.lines[n].Text {
			t.Fatalf("after %d: %d kept of %d bytes, %d used, %d dropped, %d in all", n, len(kept), size, used, a.Dropped, a.Lines)
		}
	}
	if len(m.state.Log("a")) < 10 {
		t.Errorf("only %d lines are kept", len(m.state.Log("a")))
	}
	if m.state.Log("b") != nil {
		t.Error("b has a log")
	}
	before := m.state.Log("a")
	m.emit("a", strings.Repeat("y", limit)) // larger than all there is room for
	if a := m.state.Snapshot().Machines[0]; len(m.state.Log("a")) != len(before) || a.Dropped+len(before) != a.Lines {
		t.Errorf("after a line that is too long: %+v", a)
	}
	none := state.New(-1)
	none.Emit(logEvent(1, "a", "x"))
	if len(none.Log("a")) != 0 || none.Snapshot().Machines[0].Dropped != 1 {
		t.Error("a line was kept where none should be")
	}
}

// TestQuietMachinesKeepTheirLines lets one machine print a thousand times as
// much as the others.
func TestQuietMachinesKeepTheirLines(t *testing.T) {
	m := &model{state: state.New(200_000)}
	for n := range 30_000 {
		m.emit("noisy", fmt.Sprint("line ", n, " of very many"))
		if n%1000 == 0 {
			for q := range 10 {
				m.emit(fmt.Sprint("quiet", q), fmt.Sprint("a rare line ", n))
			}
		}
	}
	for _, machine := range m.state.Snapshot().Machines {
		switch {
		case machine.Name == "noisy" && machine.Dropped == 0:
			t.Error("noisy lost nothing: there was no need to be fair")
		case machine.Name != "noisy" && (machine.Dropped != 0 || len(m.state.Log(machine.Name)) != 30):
			t.Errorf("%s lost %d lines", machine.Name, machine.Dropped)
		}
	}
	if n := len(m.state.Log("noisy")); n < 500 {
		t.Errorf("noisy has %d lines only, though nobody else needs the room", n)
	}
}

// TestManyMachinesShare gives five thousand machines less than they print.
func TestManyMachinesShare(t *testing.T) {
	const machines, limit = 5000, 8 << 20
	s := state.New(limit)
	text := strings.Repeat("x", 90)
	for n := range machines * 40 {
		s.Emit(logEvent(int64(n+1), fmt.Sprint("m", n%machines), text))
	}
	least, most := 1<<30, 0
	for _, m := range s.Snapshot().Machines {
		least, most = min(least, m.Lines-m.Dropped), max(most, m.Lines-m.Dropped)
	}
	if s.LogBytes() > limit || least == 0 && most > 10 || most > 4*max(least, 5) {
		t.Errorf("%d bytes, from %d to %d lines per machine", s.LogBytes(), least, most)
	}
}

func TestHostileStreams(t *testing.T) {
	s := state.New(0)
	for n := range 600 {
		name := fmt.Sprint("stream ", n)
		if n%7 == 0 {
			name = strings.Repeat("z", 1000+n)
		}
		s.Emit(event.Event{Seq: int64(n + 1), Body: event.Log{Machine: "a", Stream: name, Text: "x"}})
	}
	for i, l := range s.Log("a") {
		if len(l.Stream) > 64 || i < 200 && i%7 != 0 && l.Stream != fmt.Sprint("stream ", i) {
			t.Errorf("line %d came from %q", i, l.Stream)
		}
	}
}

// heap is what is in use after everything that is not was collected.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkTenMillionLines says what a run of 200 hosts leaves in memory after
// ten million lines; one operation is all of them.
func BenchmarkTenMillionLines(b *testing.B) {
	texts := make([]string, 1000)
	for i := range texts {
		texts[i] = fmt.Sprintf("copying path '/nix/store/%032d-example-%d' to the host%s", i, i, strings.Repeat(".", i%60))
	}
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprint("machine-", i)
	}
	for b.Loop() {
		before := heap()
		s := state.New(0)
		for n := range 10_000_000 {
			s.Emit(logEvent(int64(n+1), names[n*n%len(names)], texts[n%len(texts)]))
		}
		after := heap()
		b.ReportMetric(float64(after-before)/1e6, "MB-heap")
		b.ReportMetric(float64(s.LogBytes())/1e6, "MB-accounted")
		b.ReportMetric(float64(s.Logs(state.Filter{}).Len()), "lines-kept")
		if s.LogBytes() > state.DefaultLogBytes {
			b.Errorf("%d bytes are kept", s.LogBytes())
		}
	}
}
