package plan_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/modules/compose"
)

var at = time.Date(2026, 11, 22, 12, 50, 7, 0, time.UTC)

// path is a store path whose hash is made of one letter.
func path(letter, name string) string {
	return "/nix/store/" + strings.Repeat(letter, 32) + "-" + name
}

var (
	now  = path("a", "nixos-system")
	next = path("b", "nixos-system")
	old  = path("c", "nixos-system")
)

// machine is a host that runs now as its generation 2, and is to run next.
func machine(name string) plan.Host {
	return plan.Host{
		Machine: fleet.Machine{Name: name, System: "x86_64-linux", Class: fleet.NixOS},
		Facts: fleet.Facts{
			Machine: name, Reach: fleet.Reachable, Running: now, Profile: now, Generation: 2,
			Generations: []fleet.Generation{{Number: 1, Path: old}, {Number: 2, Path: now}},
		},
		Current: &engine.Record{Version: 1, Machine: name},
		Wanted:  engine.System{Machine: name, Path: next, Record: engine.Record{Version: 1, Machine: name}},
		Missing: []engine.Object{{Path: next, NarSize: 100}, {Path: old, NarSize: 20}},
	}
}

func of(goal engine.Goal, hosts ...plan.Host) *plan.Plan {
	return plan.New(plan.Input{Fleet: "minerals", Goal: goal, Engine: "fake", At: at, Hosts: hosts})
}

func TestStatus(t *testing.T) {
	host := func(change func(*plan.Host)) plan.Host {
		h := machine("a")
		change(&h)
		return h
	}
	plain := machine("a")
	unreachable := host(func(h *plan.Host) {
		h.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "handshake deadline"}
		h.Current = nil
	})
	both := host(func(h *plan.Host) { h.Facts.Running, h.Facts.Profile, h.Missing = next, next, nil })
	onlyRuns := host(func(h *plan.Host) { h.Facts.Running, h.Missing = next, nil })
	onlyBoots := host(func(h *plan.Host) { h.Facts.Profile, h.Missing = next, nil })
	damaged := func(h plan.Host) plan.Host {
		h.Facts.Damaged = "it is\x1bbroken"
		return h
	}
	lacking := func(h plan.Host) plan.Host {
		h.Missing = machine("a").Missing
		return h
	}
	darwin := host(func(h *plan.Host) { h.Machine.Class = fleet.Darwin })
	for _, c := range []struct {
		name  string
		goal  engine.Goal
		host  plan.Host
		want  plan.Status
		cause string
	}{
		{"change", engine.GoalSwitch, plain, plan.StatusChange, ""},
		{"the same", engine.GoalSwitch, both, plan.StatusUnchanged, ""},
		{"the same and damaged", engine.GoalSwitch, damaged(both), plan.StatusChange, ""},
		{"the same and not all there", engine.GoalSwitch, lacking(both), plan.StatusChange, ""},
		{"staged and not all there", engine.GoalBoot, lacking(onlyBoots), plan.StatusChange, ""},
		{"staged, and what runs is damaged", engine.GoalBoot, damaged(onlyBoots), plan.StatusUnchanged, ""},
		{"tested, and what boots is damaged", engine.GoalTest, damaged(onlyRuns), plan.StatusUnchanged, ""},
		{"tested only", engine.GoalSwitch, onlyRuns, plan.StatusChange, ""},
		{"staged only", engine.GoalSwitch, onlyBoots, plan.StatusChange, ""},
		{"staged is staged", engine.GoalBoot, onlyBoots, plan.StatusUnchanged, ""},
		{"tested is not staged", engine.GoalBoot, onlyRuns, plan.StatusChange, ""},
		{"tested is tested", engine.GoalTest, onlyRuns, plan.StatusUnchanged, ""},
		{"nothing to try", engine.GoalDryActivate, onlyRuns, plan.StatusUnchanged, ""},
		{"no boot on darwin", engine.GoalBoot, darwin, plan.StatusError, "darwin has no goal boot"},
		{"unreachable", engine.GoalSwitch, unreachable, plan.StatusUnreachable, "handshake deadline"},
		{"nobody asked", engine.GoalSwitch, host(func(h *plan.Host) { h.Facts = fleet.Facts{} }), plan.StatusUnreachable, "it has not been asked"},
		{"build asks nobody", engine.GoalBuild, unreachable, plan.StatusChange, ""},
		{"says nothing", engine.GoalSwitch, host(func(h *plan.Host) { h.Facts.Running = "" }), plan.StatusError, "does not say which system"},
		{"says why it says nothing", engine.GoalSwitch, damaged(host(func(h *plan.Host) { h.Facts.Running = "" })), plan.StatusError, `runs: it is\u001bbroken`},
		{"does not compose", engine.GoalSwitch, host(func(h *plan.Host) { h.WantedErr = errors.New("x.nix:3: no") }), plan.StatusError, "x.nix:3: no"},
		{"no system", engine.GoalSwitch, host(func(h *plan.Host) { h.Wanted = engine.System{} }), plan.StatusError, "does not say what"},
	} {
		p := of(c.goal, c.host)
		e := p.Entry("a")
		if e.Status != c.want || !strings.Contains(e.Cause, c.cause) || (c.cause == "") != (e.Cause == "") {
			t.Errorf("%s: %s because of %q, want %s because of %q", c.name, e.Status, e.Cause, c.want, c.cause)
		}
		if p.Empty() != (c.want != plan.StatusChange) || (p.Change("a") == nil) != p.Empty() {
			t.Errorf("%s: empty is %v, change %v", c.name, p.Empty(), p.Change("a"))
		}
		if again, err := decode(p); err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%s: %v, %+v", c.name, err, again)
		}
	}
	e := of(engine.GoalSwitch, plain).Entry("a")
	if e.From != (plan.Side{Path: now, Profile: now, Generation: 2}) || e.To != (plan.Side{Path: next}) || e.Copy != (plan.Amount{Objects: 2, Bytes: 120}) {
		t.Errorf("%+v", e)
	}
}

func decode(p *plan.Plan) (*plan.Plan, error) {
	var text bytes.Buffer
	if err := p.Encode(&text); err != nil {
		return nil, err
	}
	return plan.Decode(text.Bytes())
}

// What is damaged is said, and what was seen on the host before what is
// concluded from the objects that it lacks.
func TestDamaged(t *testing.T) {
	h := machine("a")
	h.Facts.Running, h.Facts.Profile = next, next
	h.Current = &h.Wanted.Record
	p := of(engine.GoalSwitch, h)
	if e := p.Entry("a"); !strings.Contains(e.Damaged, "missing on the host, altered") || e.Copy.Objects != 2 || e.From.Path != next {
		t.Errorf("%+v", e)
	}
	if c := p.Change("a"); !c.Empty() {
		t.Errorf("%+v", c)
	}
	h.Facts.Damaged = "the running system is missing on the host\x1b"
	if e := of(engine.GoalSwitch, h).Entry("a"); e.Damaged != `the running system is missing on the host\u001b` {
		t.Errorf("%+v", e)
	}
}

// Why a record cannot be read is said, in a bounded line without controls.
func TestUnknownCause(t *testing.T) {
	h := machine("a")
	h.Current, h.CurrentErr = nil, errors.New("\x1b]0;x\x07 "+strings.Repeat("long\n", 1000))
	u := of(engine.GoalSwitch, h).Change("a").Unknown
	if !strings.HasPrefix(u, `the running system has no record that could be read: \u001b]0;x\u0007 long`) || len(u) > 400 || strings.Contains(u, "\n") {
		t.Errorf("%q", u)
	}
	if u := of(engine.GoalBuild, h).Change("a").Unknown; u != "hosts are not asked for the goal build" {
		t.Errorf("%q", u)
	}
	b := plan.BackHost{Machine: h.Machine, Facts: h.Facts, Former: h.Facts.Generations[0], Current: &engine.Record{}, RecordErr: errors.New("no record.json")}
	back := plan.Back(plan.BackInput{At: at, Hosts: []plan.BackHost{b}})
	if u := back.Change("a").Unknown; u != "the wanted system has no record that could be read: no record.json" {
		t.Errorf("%q", u)
	}
}

func pos(file string, line int) fleet.Pos { return fleet.Pos{File: file, Line: line} }

// rich is a host with a difference of every kind.
func rich() plan.Host {
	h := machine("a")
	h.Current = &engine.Record{
		Aspects: []string{"base", "gone"},
		Options: []engine.Option{
			{Path: "a.same", Value: "1", Known: true},
			{Path: "b.changed", Value: "1", Known: true},
			{Path: "c.gone", Value: "true", Known: true},
			{Scope: "cameron", Path: "b.changed", Value: "1", Known: true},
		},
		Files: []engine.File{
			{Path: "/etc/motd", Hash: "1", Mode: "0444", Size: 4, Text: "a\nb\n"},
			{Path: "/etc/mode", Hash: "2", Mode: "0444", Size: 1, Text: "x"},
			{Path: "/etc/blob", Hash: "3", Mode: "0444", Size: 9, Binary: true},
			{Path: "/etc/same", Hash: "4", Mode: "0444"},
		},
		Packages: []engine.Package{{Name: "fish", Layer: "inputs", Channel: "unstable", Versions: []string{"4.0"}, Size: 900}, {Name: "vim"}},
		Units:    []engine.Unit{{Name: "sshd.service", Hash: "1"}},
		LeftOut:  []engine.LeftOut{{What: "always", Why: "a build"}, {What: "c.other", Why: "?"}, {What: "gone", Why: "?"}},
	}
	h.Wanted.Record = engine.Record{
		Aspects: []string{"base", "server"},
		Options: []engine.Option{
			{Path: "a.same", Value: "1", Known: true},
			{Path: "b.changed", Value: "2", Known: true},
			{Path: "d.set.deep", Value: "cfg.x", Known: false},
			{Path: "e.merged", Value: "[ 1 2 ]", Known: true},
			{Scope: "cameron", Path: "b.changed", Value: "1", Known: true},
		},
		Files: []engine.File{
			{Path: "/etc/motd", Hash: "5", Mode: "0444", Size: 6, Text: "a\nc\x1b[2J\n"},
			{Path: "/etc/mode", Hash: "2", Mode: "0555", Size: 1, Text: "x"},
			{Path: "/etc/blob", Hash: "6", Mode: "0444", Size: 8, Text: "was text"},
			{Path: "/etc/same", Hash: "4", Mode: "0444"},
		},
		Packages: []engine.Package{{Name: "fish", Layer: "hotfixes", Channel: "stable", Versions: []string{"4.1"}, Size: 1000}, {Name: "git"}},
		Units:    []engine.Unit{{Name: "sshd.service", Hash: "2"}},
		LeftOut:  []engine.LeftOut{{What: "e.merged", Why: "a build"}, {What: "always", Why: "a build"}, {What: "c.other", Why: "a build"}},
	}
	def := func(aspect, file string, line int) compose.Definition {
		return compose.Definition{Aspect: aspect, At: pos(file, line)}
	}
	h.Composition = &compose.Composition{Scope: compose.Scope{
		Aspects: []compose.Reached{{Name: "server", Way: []compose.Step{{Kind: "machine", At: pos("fleet.toml", 3)}, {Kind: "aspect", At: pos("base.nix", 7)}}}},
		Options: []compose.Option{
			{Path: "b.changed", Definitions: []compose.Definition{def("base", "b.nix", 1), def("server", "s.nix", 2)}, Merged: compose.Merged{Winner: 1}},
			{Path: "d.set", Definitions: []compose.Definition{def("base", "d.nix", 4)}, Merged: compose.Merged{Winner: -1, Reason: "its type is not in the table"}},
			{Path: "e.merged", Definitions: []compose.Definition{def("x", "x.nix", 5), def("y", "y.nix", 6)}, Merged: compose.Merged{Winner: -1}},
		},
		Packages: []compose.Package{{Name: "git", At: pos("p.nix", 9)}},
	}}
	return h
}

func TestChange(t *testing.T) {
	h := rich()
	got := of(engine.GoalSwitch, h).Change("a")
	want := &plan.Change{
		Aspects: []plan.AspectChange{{Op: plan.Removed, Name: "gone"}, {Op: plan.Added, Name: "server", At: "base.nix:7"}},
		Options: []plan.OptionChange{
			{Op: plan.Changed, Path: "b.changed", Old: "1", New: "2", Known: true, At: "s.nix:2"},
			{Op: plan.Removed, Path: "c.gone", Old: "true", Known: true},
			{Op: plan.Added, Path: "d.set.deep", New: "cfg.x", Why: "its type is not in the table", At: "d.nix:4"},
			{Op: plan.Added, Path: "e.merged", New: "[ 1 2 ]", Known: true, From: []plan.Def{{Aspect: "x", At: "x.nix:5"}, {Aspect: "y", At: "y.nix:6"}}},
		},
		Files: []plan.FileChange{
			{Op: plan.Changed, Path: "/etc/blob", Binary: true, OldMode: "0444", NewMode: "0444", OldSize: 9, NewSize: 8},
			{Op: plan.Changed, Path: "/etc/mode", OldMode: "0444", NewMode: "0555", OldSize: 1, NewSize: 1},
			{Op: plan.Changed, Path: "/etc/motd", Diff: "@@ -1,2 +1,2 @@\n a\n-b\n+c\\u001b[2J\n", OldMode: "0444", NewMode: "0444", OldSize: 4, NewSize: 6},
		},
		Packages: []plan.PackageChange{
			{Op: plan.Changed, Name: "fish", OldLayer: "inputs", OldChannel: "unstable", NewLayer: "hotfixes", NewChannel: "stable", OldVersions: []string{"4.0"}, NewVersions: []string{"4.1"}, Size: 100},
			{Op: plan.Added, Name: "git", At: "p.nix:9"},
			{Op: plan.Removed, Name: "vim"},
		},
		Units:   []plan.UnitChange{{Op: plan.Changed, Name: "sshd.service"}},
		LeftOut: []plan.LeftOut{{What: "c.other", Why: "a build"}, {What: "e.merged", Why: "a build"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	h.Current = nil
	p := of(engine.GoalSwitch, h)
	if c := p.Change("a"); c.Unknown == "" || c.Empty() || len(c.Options) != 0 || len(c.LeftOut) != 0 {
		t.Errorf("without a record: %+v", c)
	}
	all := []plan.LeftOut{{What: "always", Why: "a build"}, {What: "c.other", Why: "a build"}, {What: "e.merged", Why: "a build"}}
	if left, ok := p.Omits("a"); !ok || !reflect.DeepEqual(left, all) {
		t.Errorf("left out: %v, %+v", ok, left)
	}
}

func TestDiffIsBounded(t *testing.T) {
	h := machine("a")
	var b strings.Builder
	for n := range 9000 {
		fmt.Fprintf(&b, "%d\n", n)
	}
	h.Wanted.Record.Files = []engine.File{{Path: "/etc/long", Hash: "1", Text: b.String()}}
	f := of(engine.GoalSwitch, h).Change("a").Files[0]
	if !f.Cut || len(f.Diff) > 16<<10 || !strings.HasSuffix(f.Diff, "\n") || !strings.Contains(f.Diff, "+17\n") {
		t.Errorf("cut %v, %d bytes", f.Cut, len(f.Diff))
	}
}

// with returns a host whose one difference is an option.
func with(name, value string) plan.Host {
	h := machine(name)
	h.Wanted.Record.Options = []engine.Option{{Path: "x", Value: value, Known: true}}
	return h
}

func TestGroups(t *testing.T) {
	p := of(engine.GoalSwitch,
		with("e", path("1", "tool")), with("c", "2"), with("a", path("2", "tool")), with("d", path("1", "other")), with("b", path("1", "tool")))
	var got []string
	for _, g := range p.Groups {
		got = append(got, fmt.Sprint(strings.Join(g.Machines, " "), " ", g.Varies))
	}
	want := []string{"a b e true", "c false", "d false"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if v := p.Change("e").Options[0].New; v != path("2", "tool") {
		t.Errorf("the group shows %s, not its first machine's value", v)
	}
	// The order in which hosts are given does not matter.
	q := of(engine.GoalSwitch,
		with("b", path("1", "tool")), with("d", path("1", "other")), with("c", "2"), with("a", path("2", "tool")), with("e", path("1", "tool")))
	if !reflect.DeepEqual(p, q) {
		t.Error("the same hosts in another order make another plan")
	}
}

// TestGroupsDoNotAskWhatWasLeftOutBefore: hosts that change in the same way
// are shown together, whatever else their systems leave out.
func TestGroupsDoNotAskWhatWasLeftOutBefore(t *testing.T) {
	leaving := func(name string, left ...string) plan.Host {
		h := with(name, "1")
		for _, what := range left {
			h.Current.LeftOut = append(h.Current.LeftOut, engine.LeftOut{What: what, Why: "a build"})
		}
		h.Wanted.Record.LeftOut = h.Current.LeftOut
		return h
	}
	b, d := leaving("b", "x", "y"), leaving("d", "x", "y")
	d.Wanted.Record.LeftOut = append(d.Wanted.Record.LeftOut[:1:1], engine.LeftOut{What: "y", Why: "another"})
	p := of(engine.GoalSwitch, d, leaving("c", "x"), b, leaving("a", "x"))
	if len(p.Groups) != 2 || !reflect.DeepEqual(p.Groups[0].Machines, []string{"a", "b", "c"}) {
		t.Fatalf("%+v", p.Groups)
	}
	if left := p.Change("d").LeftOut; len(left) != 1 || left[0].Why != "another" {
		t.Errorf("newly left out on d: %+v", left)
	}
	var lists []int
	for i := range p.Hosts {
		lists = append(lists, p.Hosts[i].LeftOut)
	}
	if !reflect.DeepEqual(lists, []int{0, 1, 0, 2}) || len(p.LeftOut) != 3 {
		t.Errorf("lists %v of %+v", lists, p.LeftOut)
	}
	if left, ok := p.Omits("b"); !ok || len(left) != 2 {
		t.Errorf("left out on b: %+v", left)
	}
	broken := with("a", "1")
	broken.WantedErr = errors.New("no")
	if _, ok := of(engine.GoalSwitch, broken).Omits("a"); ok {
		t.Error("it is known what an unknown system leaves out")
	}
}

func TestID(t *testing.T) {
	base := of(engine.GoalSwitch, with("a", "1"), machine("b"))
	if len(base.ID) != 12 {
		t.Errorf("id %q", base.ID)
	}
	later := plan.New(plan.Input{Fleet: "minerals", Goal: engine.GoalSwitch, Engine: "fake", At: at.Add(time.Hour), Hosts: []plan.Host{with("a", "1"), machine("b")}})
	if later.ID != base.ID {
		t.Error("the time is part of the id")
	}
	less := machine("b")
	less.Missing = nil
	if of(engine.GoalSwitch, with("a", "1"), less).ID != base.ID {
		t.Error("the bytes to copy are part of the id")
	}
	moved := machine("b")
	moved.Facts.Profile = old
	for name, p := range map[string]*plan.Plan{
		"goal": of(engine.GoalTest, with("a", "1"), machine("b")), "value": of(engine.GoalSwitch, with("a", "2"), machine("b")),
		"hosts": of(engine.GoalSwitch, with("a", "1")), "profile": of(engine.GoalSwitch, with("a", "1"), moved),
	} {
		if p.ID == base.ID {
			t.Errorf("another %s has the same id", name)
		}
	}
}
