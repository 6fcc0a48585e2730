package planned

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/known"
	"assay/ui/view/viewtest"
)

// built is a plan of an engine that knows versions, sizes and units: one
// machine changes, and of another nothing but its revision.
func built(t testing.TB) (*known.Known, *plan.Plan) {
	t.Helper()
	k, systems := records(t)
	record := func(machine, label, fish, glibc string, units ...engine.Unit) engine.Record {
		return engine.Record{Version: 1, Engine: "nix", Machine: machine, Units: units, Packages: []engine.Package{
			{Name: "fish", Versions: []string{fish}, Size: 20<<20 + int64(len(units))<<20, Hash: fish},
			{Name: "glibc", Versions: []string{"2.41"}, Size: 30 << 20, Hash: glibc},
			{Name: "nixos-system-" + machine, Versions: []string{label}, Size: 4000},
		}}
	}
	sshd, cups := engine.Unit{Name: "sshd.service", Hash: "1"}, engine.Unit{Name: "cups.service", Hash: "1"}
	in := plan.Input{Fleet: k.Fleet.Name, Goal: engine.GoalSwitch, Engine: "nix", At: viewtest.Now.Add(-time.Minute)}
	for name, wanted := range map[string]engine.Record{
		"cinnabar": record("cinnabar", "25.11.2", "4.1", "rebuilt", engine.Unit{Name: "sshd.service", Hash: "2"}, cups),
		"electrum": record("electrum", "25.11.2", "4.0", "x", sshd),
	} {
		h := host(k, systems[name], "")
		current := record(name, "25.11.1", "4.0", "x", sshd)
		h.Current, h.Closure = &current, engine.Closure{Record: wanted}
		in.Hosts = append(in.Hosts, h)
	}
	p := plan.New(in)
	p.Todo = &engine.Todo{Build: []string{"etc", "etc", "etc", "nixos-system-cinnabar-25.11.2", "unit-sshd.service"}, Fetch: 3, Download: 41_000_000, Unpacked: 150_000_000}
	return k, p
}

func TestGoldenBuilding(t *testing.T) {
	k, _ := built(t)
	k.Planning = &known.Planning{
		Machines: []string{"cinnabar", "electrum"}, Goal: engine.GoalSwitch, Busy: true, Done: 0, Total: 2,
		Begun: viewtest.Now.Add(-75 * time.Second), Phase: "building", Built: 3, Builds: 12,
		Step: "building nixos-system-cinnabar-25.11.2 (buildPhase)",
	}
	for i := range 30 {
		k.Planning.Log = append(k.Planning.Log, fmt.Sprintf("linux-6.12.54> CC drivers/net/ethernet/intel/igb/part-%02d.o and what else a compiler has to say about it", i))
	}
	v := New(viewtest.Env(k), (&View{}).Link())
	viewtest.Golden(t, "building", v)
	k.Planning.Built, k.Planning.Done, k.Planning.Log = 12, 1, nil
	if got := v.Render(80, 20); !strings.Contains(got, "asking the hosts, 1m15s") || !strings.Contains(got, "12 of 12 derivations") {
		t.Errorf("all is built, and it says\n%s", got)
	}
}

func TestGoldenBuilt(t *testing.T) {
	k, p := built(t)
	v := show(k, p)
	viewtest.Do(v, "tree.expand-all")
	viewtest.Golden(t, "built", v)
}
