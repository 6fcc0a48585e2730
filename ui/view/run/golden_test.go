package run

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestGoldenGoingOn(t *testing.T) {
	k, v := open(t, half("update"), known.Run{Mine: true})
	viewtest.Golden(t, "going-on", v)
	viewtest.Do(v, "move.down")
	viewtest.Golden(t, "failed-so-far", v)
	k.Open[id].Plan = &plan.Plan{Hosts: []plan.Entry{{Machine: "a", Copy: plan.Amount{Bytes: 2_000_000}}}}
	k.Open[id].Stopping = 1
	viewtest.Golden(t, "stopping", v)
	k.Open[id].Stopping = 2
	viewtest.Golden(t, "abandoning", v)
}

func TestGoldenOver(t *testing.T) {
	k, v := open(t, ended("update"), known.Run{Mine: true, Over: true})
	viewtest.Golden(t, "failed", v)
	viewtest.Do(v, "move.down", "move.down", "move.down")
	viewtest.Golden(t, "failed-fourth", v)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "unreach")
	viewtest.Golden(t, "filtered", v)
	viewtest.Type(v, "nobody")
	viewtest.Golden(t, "nothing-found", v)
	k.Open[id].State = begin("update").say(event.RunFinished{Outcome: event.RunDone}).State
	viewtest.Type(v, "")
	if got := v.Render(80, 20); !strings.Contains(got, "done") {
		t.Error(got)
	}
}

func TestGoldenRollback(t *testing.T) {
	s := &script{State: state.New(0)}
	s.say(event.RunStarted{Goal: "switch", Kind: "rollback", Machines: []string{"cinnabar"}, Operator: "sam"}, phase("cinnabar", event.Activating),
		event.HostResult{Machine: "cinnabar", Outcome: event.Updated, From: viewtest.Path(1), To: viewtest.Path(2), Current: viewtest.Path(2), Profile: viewtest.Path(2), Generation: 3},
		event.RunFinished{Outcome: event.RunDone})
	_, v := open(t, s, known.Run{})
	viewtest.Golden(t, "rolled-back", v)
}

func TestGoldenTorn(t *testing.T) {
	s := half("update")
	s.seq += 3 // events that never came
	s.say(event.Unknown{Name: "weather"}, event.RunInterrupted{Reason: "the disk is full"})
	_, v := open(t, s, known.Run{Broken: 2})
	viewtest.Golden(t, "torn", v)
}

func TestGoldenNotThere(t *testing.T) {
	k := viewtest.Known(t)
	v := New(viewtest.Env(k), view.Link{Place: view.Run, Name: id})
	viewtest.Golden(t, "not-asked", v)
	k.Open[id] = &known.Run{ID: id, State: state.New(0), Reading: true}
	viewtest.Golden(t, "reading", v)
	k.Open[id].Reading, k.Open[id].Err = false, errors.New("run "+id+": open events.jsonl: permission denied")
	viewtest.Golden(t, "unreadable", v)
	k.Open[id].Err = nil
	viewtest.Golden(t, "empty", v)
	k.Open[id].Mine = true
	if got := v.Render(80, 20); !strings.Contains(got, "The run begins") {
		t.Error(got)
	}
}

// A run that was cancelled says how much was done, what was not begun, and
// what to do now.
func TestGoldenCancelled(t *testing.T) {
	s := begin("update")
	for i, name := range []string{"argentum", "blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite"} {
		r := event.HostResult{Machine: name, Outcome: event.Updated, From: viewtest.Path(50), To: viewtest.Path(i), Current: viewtest.Path(i), Profile: viewtest.Path(i), Generation: 4}
		if i >= 3 {
			r = event.HostResult{Machine: name, Outcome: event.Skipped, From: viewtest.Path(50), To: viewtest.Path(i), Reason: "the run was asked to stop"}
		}
		if i == 2 {
			s.say(event.RunInterrupted{Reason: "asked to stop"})
		}
		s.say(r)
	}
	s.say(event.RunFinished{Outcome: event.RunInterrupt})
	k, v := open(t, s, known.Run{Mine: true, Over: true, Stopping: 1})
	for _, h := range k.Hosts {
		h.Asked = start
	}
	viewtest.Golden(t, "cancelled", v)
	late := begin("update")
	for _, name := range []string{"argentum", "blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite"} {
		late.say(event.HostResult{Machine: name, Outcome: event.Updated})
	}
	k.Open[id].State = late.say(event.RunFinished{Outcome: event.RunDone}).State
	if got := v.Render(80, 20); !strings.Contains(got, "nothing was left to be skipped") || strings.Contains(got, "cancelled") {
		t.Error(got)
	}
}
