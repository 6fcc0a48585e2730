package planned

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/embedded"
	"assay/fleet/run/plan"
	"assay/ui/known"
	"assay/ui/view/viewtest"
)

// records are the machines' systems as the demo's engine makes them of the
// example fleet.
func records(t testing.TB) (*known.Known, map[string]engine.System) {
	t.Helper()
	k := viewtest.Known(t)
	s := viewtest.Session(t)
	e := embedded.New(embedded.Options{Store: t.TempDir(), Compose: s.Repo.Compose})
	systems := map[string]engine.System{}
	for _, m := range k.Fleet.Machines {
		system, err := e.System(context.Background(), m.Name)
		if err != nil {
			t.Fatal(err)
		}
		systems[m.Name] = system
	}
	return k, systems
}

// former is a record as it may have been before: without an aspect, with
// options, a file and a package that differ.
func former(now engine.Record, value string) *engine.Record {
	was := now
	was.Options, was.Files, was.Packages = slices.Clone(now.Options), slices.Clone(now.Files), slices.Clone(now.Packages)
	was.Aspects = was.Aspects[1:]
	was.Options = was.Options[2:]
	for i := range was.Options {
		if o := &was.Options[i]; strings.HasPrefix(o.Value, `"`) || strings.HasPrefix(o.Value, "[") {
			if i%3 == 0 {
				o.Value = value
			}
		}
	}
	if len(was.Files) > 1 {
		was.Files = was.Files[1:]
		f := &was.Files[0]
		f.Text, f.Hash = "# what was here before\n"+f.Text, "sha256:before"
	}
	if len(was.Packages) > 2 {
		was.Packages[1].Channel = "unstable"
		was.Packages = was.Packages[1:]
	}
	return &was
}

// host is a machine of the plan; its answer is that of the fixture.
func host(k *known.Known, system engine.System, value string) plan.Host {
	h := k.Hosts[system.Machine]
	composition := k.Composition(system.Machine).Value
	out := plan.Host{
		Machine: *h.Machine, Facts: h.Facts, Wanted: system, Composition: &composition,
		Current: former(system.Record, value),
		Missing: []engine.Object{{Path: system.Path, NarSize: 412_000}, {Path: viewtest.Path(7), NarSize: int64(1000 * len(system.Machine))}},
	}
	out.Facts.Reach, out.Facts.Cause = fleet.Reachable, ""
	if out.Facts.Running == "" {
		out.Facts.Running = viewtest.Path(70)
		out.Facts.Profile = out.Facts.Running
	}
	return out
}

// update is the plan of an update with every kind of host: three groups, a
// damaged host, one that is current, one silent, one stranger, one broken.
func update(t testing.TB) (*known.Known, *plan.Plan) {
	t.Helper()
	k, systems := records(t)
	in := plan.Input{Fleet: k.Fleet.Name, Goal: engine.GoalSwitch, Engine: "embedded", At: viewtest.Now.Add(-2 * time.Minute)}
	for _, m := range k.Fleet.Machines {
		h := host(k, systems[m.Name], `"before"`)
		switch m.Name {
		case "argentum":
			h.Facts.Reach, h.Facts.Identity = fleet.Unreachable, true
			h.Facts.Cause = "argentum: the host's key is none that the fleet's secrets hold for argentum"
		case "blackphos":
			h.Facts.Running, h.Facts.Profile, h.Missing = h.Wanted.Path, h.Wanted.Path, nil
		case "galena":
			h.WantedErr = errors.New("modules/aspects/base.nix:3: the option services.x is defined twice")
		case "rosegold":
			h.Current, h.CurrentErr = nil, errors.New("the host's record is of version 9, this program knows 1")
		case "scheelite":
			h.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "scheelite: dial scheelite.zt: handshake deadline of 10s"}
		case "stibnite":
			h.Facts.Damaged = "/nix/store/0000-system/etc/motd is altered"
		case "cinnabar", "electrum":
			small := former(h.Wanted.Record, "x")
			*small = h.Wanted.Record
			small.Options = slices.Clone(small.Options[1:])
			h.Current = small
			if m.Name == "cinnabar" {
				h.Facts.Running, h.Facts.Profile = viewtest.Path(54), viewtest.Path(54)
			}
		}
		in.Hosts = append(in.Hosts, h)
	}
	return k, plan.New(in)
}

// rollback is the plan of a rollback of three machines, of which one has
// nowhere to go.
func rollback(t testing.TB) (*known.Known, *plan.Plan) {
	t.Helper()
	k, systems := records(t)
	in := plan.BackInput{Fleet: k.Fleet.Name, Engine: "embedded", At: viewtest.Now.Add(-time.Hour)}
	for i, name := range []string{"cinnabar", "electrum", "stibnite"} {
		system := systems[name]
		h := plan.BackHost{Machine: *k.Hosts[name].Machine, Facts: k.Hosts[name].Facts, Current: &system.Record}
		h.Facts.Running, h.Facts.Profile, h.Facts.Generation = viewtest.Path(40+i), viewtest.Path(40+i), 4+i
		h.Former, h.Record = fleet.Generation{Number: 2 + i, Path: viewtest.Path(60 + i)}, former(system.Record, `"once"`)
		if name == "stibnite" {
			h.Former, h.FormerErr = fleet.Generation{}, errors.New("stibnite has no generation older than 6")
		}
		in.Hosts = append(in.Hosts, h)
	}
	return k, plan.Back(in)
}

// nothing is a plan in which nothing changes.
func nothing(t testing.TB) (*known.Known, *plan.Plan) {
	t.Helper()
	k, systems := records(t)
	in := plan.Input{Fleet: k.Fleet.Name, Goal: engine.GoalSwitch, Engine: "embedded", At: viewtest.Now}
	for _, name := range []string{"cinnabar", "electrum"} {
		h := host(k, systems[name], "")
		h.Facts.Running, h.Facts.Profile, h.Missing = h.Wanted.Path, h.Wanted.Path, nil
		in.Hosts = append(in.Hosts, h)
	}
	return k, plan.New(in)
}

// show makes the plan the one that the console shows.
func show(k *known.Known, p *plan.Plan) *View {
	k.Planning = &known.Planning{Goal: p.Goal, Back: p.Kind == plan.Rollback, Plan: p}
	for i := range p.Hosts {
		k.Planning.Machines = append(k.Planning.Machines, p.Hosts[i].Machine)
	}
	k.Planning.Done, k.Planning.Total = len(p.Hosts), len(p.Hosts)
	return New(viewtest.Env(k), (&View{}).Link())
}

// large is a plan of many hosts with many differences, in groups of so many.
func large(hosts, together, options int) *plan.Plan {
	in := plan.Input{Fleet: "large", Goal: engine.GoalSwitch, Engine: "embedded", At: viewtest.Now}
	for n := range hosts {
		name := fmt.Sprintf("h%04d", n)
		h := plan.Host{
			Machine: fleet.Machine{Name: name, System: "x86_64-linux", Class: fleet.NixOS},
			Facts:   fleet.Facts{Machine: name, Reach: fleet.Reachable, Running: viewtest.Path(1), Profile: viewtest.Path(1), Generation: 3},
			Current: &engine.Record{Version: 1, Machine: name},
			Wanted:  engine.System{Machine: name, Path: viewtest.Path(2), Record: engine.Record{Version: 1, Machine: name}},
			Missing: []engine.Object{{Path: viewtest.Path(2), NarSize: 1000}},
		}
		for o := range options {
			h.Wanted.Record.Options = append(h.Wanted.Record.Options, engine.Option{Path: fmt.Sprint("x.y", o), Value: fmt.Sprint(n / together), Known: true})
			h.Wanted.Record.LeftOut = append(h.Wanted.Record.LeftOut, engine.LeftOut{What: fmt.Sprint("z", o), Why: "a build"})
		}
		in.Hosts = append(in.Hosts, h)
	}
	return plan.New(in)
}
