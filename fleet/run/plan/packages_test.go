package plan_test

import (
	"reflect"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

// built is a host whose engine knows versions, sizes and units.
func built(name string) plan.Host {
	h := machine(name)
	record := func(label, fish, hash string) engine.Record {
		return engine.Record{
			Version: 1, Machine: name,
			Packages: []engine.Package{
				{Name: "fish", Versions: []string{fish}, Size: 1 << 20, Hash: "fish " + fish},
				{Name: "glibc", Versions: []string{"2.40", "2.41"}, Size: 30 << 20, Hash: hash},
				{Name: "nixos-system-" + name, Versions: []string{label}, Size: 4000},
			},
			Units: []engine.Unit{{Name: "sshd.service", Hash: "1"}, {Name: "cups.service", Hash: "2"}},
			Files: []engine.File{{Path: "/etc/os-release", Hash: label, Mode: "0444", Text: "BUILD_ID=" + label + "\n"}},
		}
	}
	current := record("25.05.1", "4.0", "x")
	h.Current, h.Wanted.Record, h.Closure = &current, engine.Record{}, engine.Closure{System: next, Record: record("25.05.2", "4.0", "x")}
	return h
}

func TestPackagesOfClosures(t *testing.T) {
	h := built("galena")
	to := &h.Closure.Record
	to.Packages[0] = engine.Package{Name: "fish", Versions: []string{"4.1"}, Size: 3 << 20, Hash: "new"}
	to.Packages[1].Hash = "rebuilt"
	to.Packages = append(to.Packages, engine.Package{Name: "hello", Versions: []string{""}, Size: 5000, Hash: "hello"})
	to.Units = []engine.Unit{{Name: "sshd.service", Hash: "3"}, {Name: "fish.service", Hash: "4"}}
	p := of(engine.GoalSwitch, h)
	c := p.Change("galena")
	packages := []plan.PackageChange{
		{Op: plan.Changed, Name: "fish", OldVersions: []string{"4.0"}, NewVersions: []string{"4.1"}, Size: 2 << 20},
		{Op: plan.Added, Name: "hello", NewVersions: []string{""}, Size: 5000, Plain: true},
		{Op: plan.Changed, Name: "nixos-system", OldVersions: []string{"25.05.1"}, NewVersions: []string{"25.05.2"}},
	}
	if !reflect.DeepEqual(c.Packages, packages) {
		t.Errorf("packages %+v\nwant %+v", c.Packages, packages)
	}
	units := []plan.UnitChange{{Op: plan.Removed, Name: "cups.service"}, {Op: plan.Added, Name: "fish.service"}, {Op: plan.Changed, Name: "sshd.service"}}
	if !reflect.DeepEqual(c.Units, units) {
		t.Errorf("units %+v", c.Units)
	}
	if c.Rebuilt != 1 || c.Revision || c.Empty() || p.Entry("galena").Grows != 2<<20+5000 {
		t.Errorf("%+v, grows by %d", c, p.Entry("galena").Grows)
	}
	if again, err := decode(p); err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("%v\n%+v\n%+v", err, again, p)
	}
}

func TestOnlyTheRevision(t *testing.T) {
	for name, test := range map[string]struct {
		change func(to *engine.Record)
		want   bool
	}{
		"label":           {func(*engine.Record) {}, true},
		"nothing at all":  {func(to *engine.Record) { to.Packages[2].Versions = []string{"25.05.1"}; to.Files = nil }, false},
		"rebuilt":         {func(to *engine.Record) { to.Packages[1].Hash = "y" }, false},
		"version":         {func(to *engine.Record) { to.Packages[0].Versions = []string{"4.1"} }, false},
		"size":            {func(to *engine.Record) { to.Packages[0].Size += 8 << 10 }, false},
		"a little size":   {func(to *engine.Record) { to.Packages[0].Size += 8<<10 - 1 }, true},
		"unit":            {func(to *engine.Record) { to.Units[0].Hash = "9" }, false},
		"file":            {func(to *engine.Record) { to.Files = append(to.Files, engine.File{Path: "/etc/x", Hash: "1"}) }, false},
		"hashes unknown":  {func(to *engine.Record) { to.Packages[0].Hash, to.Packages[1].Hash = "", "" }, false},
		"left out":        {func(to *engine.Record) { to.LeftOut = []engine.LeftOut{{What: "/etc"}} }, false},
		"another package": {func(to *engine.Record) { to.Packages = append(to.Packages, engine.Package{Name: "x", Hash: "1"}) }, false},
	} {
		h := built("galena")
		test.change(&h.Closure.Record)
		if c := of(engine.GoalSwitch, h).Change("galena"); c.Revision != test.want {
			t.Errorf("%s: revision is %v: %+v", name, c.Revision, c)
		}
	}
}

func TestMachinesWithOneChangeAreOneGroup(t *testing.T) {
	p := of(engine.GoalSwitch, built("a"), built("b"))
	if len(p.Groups) != 1 || len(p.Groups[0].Machines) != 2 {
		t.Errorf("%+v", p.Groups)
	}
}

func TestNoRecordIsNotAnEmptyOne(t *testing.T) {
	h := built("a")
	h.Closure.Record = engine.Record{}
	if u := of(engine.GoalSwitch, h).Change("a").Unknown; u != "the wanted system has no record that could be read" {
		t.Errorf("%q", u)
	}
}

func TestTodoIsNoPartOfTheID(t *testing.T) {
	p := of(engine.GoalSwitch, built("a"))
	p.Todo = &engine.Todo{Build: []string{"fish-4.1"}, Fetch: 2, Download: 300, Unpacked: 900}
	again, err := decode(p)
	if err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("%v, %+v", err, again)
	}
}
