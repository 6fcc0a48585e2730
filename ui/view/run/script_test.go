package run

import (
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

const id = "20261122T124902.000Z-5f0c"

var start = time.Date(2026, 11, 22, 12, 49, 2, 0, time.UTC)

// script emits events, each a second after the one before.
type script struct {
	*state.State
	seq int64
}

func (s *script) say(bodies ...event.Body) *script {
	for _, b := range bodies {
		s.Emit(event.Event{Seq: s.seq + 1, Time: start.Add(time.Duration(s.seq) * time.Second), Run: id, Body: b})
		s.seq++
	}
	return s
}

func begin(kind string) *script {
	s := &script{State: state.New(0)}
	return s.say(event.RunStarted{
		Goal: "switch", Kind: kind, Plan: "0123456789ab", Fleet: "vanadinite", Engine: "embedded", Operator: "sam", Parallel: 4,
		Machines: []string{"argentum", "blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite"},
	})
}

func phase(m string, p event.Phase) event.Body { return event.HostPhase{Machine: m, Phase: p} }

// half is a run in its middle.
func half(kind string) *script {
	return begin(kind).say(
		phase("argentum", event.Connecting), phase("blackphos", event.Connecting),
		phase("cinnabar", event.Connecting), phase("electrum", event.Connecting),
		phase("argentum", event.Building), phase("argentum", event.Copying),
		event.HostProgress{Machine: "argentum", Done: 412_000, Total: 412_000},
		phase("argentum", event.Activating),
		event.Log{Machine: "argentum", Stream: "activate", Text: "setting up /etc..."},
		phase("argentum", event.Verifying),
		event.HostResult{Machine: "argentum", Outcome: event.Updated, From: viewtest.Path(50), To: viewtest.Path(0), Current: viewtest.Path(0), Profile: viewtest.Path(0), Generation: 4},
		phase("blackphos", event.Copying), event.HostProgress{Machine: "blackphos", Done: 120_000, Total: 412_000},
		phase("cinnabar", event.Copying), event.HostProgress{Machine: "cinnabar", Done: 90_000, Total: 412_000},
		phase("electrum", event.Copying), event.HostProgress{Machine: "electrum", Done: 10_000, Total: 412_000},
		event.HostProgress{Machine: "cinnabar", Done: 412_000, Total: 412_000}, phase("cinnabar", event.Activating),
		event.Log{Machine: "cinnabar", Stream: "activate", Text: "restarting the following units: caddy.service, prometheus-node-exporter.service"},
		event.HostResult{
			Machine: "blackphos", Outcome: event.Failed, From: viewtest.Path(51), To: viewtest.Path(1), Current: viewtest.Path(51), Profile: viewtest.Path(51), Generation: 2,
			Reason: "copy: copy to blackphos: blackphos: no space left on device after 120 kB; nothing had been activated", Hint: "make room on the host: nix-collect-garbage",
		},
		phase("galena", event.Connecting), event.HostProgress{Machine: "electrum", Done: 212_000, Total: 412_000},
	)
}

// ended is the same run at its end, with failures of most kinds.
func ended(kind string) *script {
	return half(kind).say(
		event.HostResult{Machine: "cinnabar", Outcome: event.Updated, From: viewtest.Path(54), To: viewtest.Path(4), Current: viewtest.Path(4), Profile: viewtest.Path(4), Generation: 6},
		event.HostProgress{Machine: "electrum", Done: 412_000, Total: 412_000}, phase("electrum", event.Activating), phase("electrum", event.Returning),
		event.HostResult{
			Machine: "electrum", Outcome: event.RolledBack, From: viewtest.Path(55), To: viewtest.Path(5), Current: viewtest.Path(55), Profile: viewtest.Path(55), Generation: 3,
			Reason: "activate: command exited with 4: Failed to start caddy.service: Unit caddy.service has a bad unit file setting", Hint: "assay logs last electrum",
		},
		event.HostResult{Machine: "galena", Outcome: event.Refused, From: viewtest.Path(56), To: viewtest.Path(6), Reason: "the host's key is none that the fleet's secrets hold for galena", Identity: true},
		event.HostResult{Machine: "rosegold", Outcome: event.Unchanged, From: viewtest.Path(7), To: viewtest.Path(7), Current: viewtest.Path(7), Profile: viewtest.Path(7), Generation: 9},
		event.HostResult{Machine: "scheelite", Outcome: event.Unreachable, Reason: "dial scheelite.zt: handshake deadline of 10s"},
		phase("stibnite", event.Connecting), phase("stibnite", event.Activating),
		event.HostResult{Machine: "stibnite", Outcome: event.Uncertain, From: viewtest.Path(58), To: viewtest.Path(8), Reason: "activate: the connection broke, and no new one opens", Hint: "see what the host runs with assay status"},
		event.RunFinished{Outcome: event.RunFailed, Counts: map[event.Outcome]int{event.Updated: 2, event.Unchanged: 1, event.RolledBack: 1, event.Refused: 1, event.Failed: 1, event.Unreachable: 1, event.Uncertain: 1}},
	)
}

// open makes the run known and opens its view.
func open(t testing.TB, s *script, r known.Run) (*known.Known, *View) {
	t.Helper()
	k := viewtest.Known(t)
	r.ID, r.State = id, s.State
	k.Open[id] = &r
	if r.Mine {
		k.Current = id
	}
	return k, New(viewtest.Env(k), view.Link{Place: view.Run, Name: id})
}

func asked[T view.Ask](t *testing.T, list []view.Ask) T {
	t.Helper()
	if len(list) == 1 {
		if a, ok := list[0].(T); ok {
			return a
		}
	}
	var want T
	t.Fatalf("%+v, want one %T", list, want)
	return want
}
