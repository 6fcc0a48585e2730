package cli

import (
	"testing"

	"assay/fleet/run/event"
)

// TestBacklog: whoever emits does not wait for a sink that stands still, no
// state event is lost, and what waits is bounded.
func TestBacklog(t *testing.T) {
	stuck, begun := make(chan struct{}), make(chan struct{})
	var got []event.Event
	b := newBacklog(event.SinkFunc(func(e event.Event) {
		if len(got) == 0 {
			close(begun)
			<-stuck
		}
		got = append(got, e)
	}))
	const logs, extra = backlogged + 1, 500
	b.Emit(event.Event{Seq: 1, Body: event.RunStarted{}})
	<-begun
	for n := range logs + extra - 1 {
		b.Emit(event.Event{Seq: int64(n + 2), Body: event.Log{Machine: "a"}})
	}
	b.Emit(event.Event{Seq: logs + extra + 1, Body: event.HostResult{Machine: "a"}})
	b.Emit(event.Event{Seq: logs + extra + 2, Body: event.RunFinished{}})
	close(stuck)
	if left := b.Close(); left != extra {
		t.Errorf("%d left out, want %d", left, extra)
	}
	if want := logs + 2; len(got) != want {
		t.Fatalf("%d events arrived, want %d", len(got), want)
	}
	for i := range got[1:] {
		if got[i].Seq >= got[i+1].Seq {
			t.Fatalf("event %d follows event %d", got[i+1].Seq, got[i].Seq)
		}
	}
	if got[len(got)-1].Type() != "run_finished" || got[len(got)-2].Type() != "host_result" {
		t.Errorf("the last events are %s and %s", got[len(got)-2].Type(), got[len(got)-1].Type())
	}
}
