package endtoend

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// becomes is the fleet.toml of a fleet whose user deploy has sudo.
const becomes = `[fleet]
name = "workshop"

[machines.drill.deploy]
become = "sudo"

[machines.lathe.deploy]
become = "sudo"
`

// restless is a unit that reboots its host while it is activated.
const restless miniature.Knob = `{
  systemd.services.restless = {
    description = "Reboots";
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = "/usr/bin/systemctl reboot; /bin/sleep 60";
  };
}
`

// TestEveryday is an operator's week with a flake that nobody prepared: four
// servers with systemd and a Mac, and three machines without an address.
func TestEveryday(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	up := bed.Up(t, 4, bed.Darwin("lathe"))
	f.write("fleet.toml", becomes)
	f.house(map[string]string{"drill": "deploy", "lathe": "deploy"}, map[string]bed.Host{
		"anvil": up[0], "bellows": up[1], "chisel": up[2], "drill": up[3], "lathe": up[4],
	})
	for _, day := range []func(){f.newcomer, f.firstUpdate, f.trouble, f.repair, f.commands} {
		if day(); t.Failed() {
			return
		}
	}
}

// housed are the machines that have a host.
func (f *fleet) housed() []string { return slices.Sorted(maps.Keys(f.hosts)) }

// newcomer sees the machines, and gets to know the hosts.
func (f *fleet) newcomer() {
	t := f.t
	c := f.assay("machines").want(t, done)
	for _, m := range miniature.PlainMachines() {
		c.says(t, m, m) // the files say so, without Nix
	}
	c = f.assay("machines", "--evaluate").want(t, done)
	for _, m := range miniature.PlainMachines() {
		if h, ok := f.hosts[m]; ok {
			c.says(t, m, h.Address)
		} else {
			c.says(t, m, "no target")
		}
	}
	c = f.assay("status").want(t, identity)
	for _, m := range f.housed() {
		c.says(t, m, "no host key of "+m+" is known", "assay keys pin "+m+" "+f.fingerprint(m))
	}
	c.says(t, "gauge", "no target")
	f.assay("keys", "pin", "anvil").want(t, done, f.fingerprint("anvil"), "nothing is pinned")
	f.assay("keys", "pin", "anvil", f.fingerprint("bellows")).want(t, identity, f.fingerprint("anvil"))
	f.pin()
	said := f.status(done)
	for m := range f.hosts {
		is := f.ask(m)
		if s := said[m]; s.State != "current" || s.Running != is.running || s.Profile != is.profile || s.Wanted != is.running || s.Generation != 1 {
			t.Errorf("%s is %+v, and says %+v", m, is, s)
		}
	}
}

// firstUpdate changes all machines, and then none.
func (f *fleet) firstUpdate() {
	t := f.t
	f.write("common.nix", strings.Replace(f.read("common.nix"), "Servers of the workshop.", "The servers of the workshop.", 1))
	f.turn("lathe", miniature.NewFile)
	f.commit("a better handbook")
	systems := f.systems(f.housed()...)
	f.assay("plan").want(t, done, "5 machines to switch", "no target", "+The servers of the workshop.", "/etc/workshop/new.txt", systems["lathe"][len("/nix/store/"):][:8])
	f.assay("update", "@all", "--yes").want(t, done, "5 updated", "no target")
	for m, system := range systems {
		f.runs(m, system)
	}
	if got := f.hosts["anvil"].Root(t, "cat /etc/workshop/handbook.txt"); !strings.HasPrefix(got, "The servers") {
		t.Errorf("anvil has %q", got)
	}
	f.assay("update", "@all", "--yes").want(t, done, "nothing to do", "no target")
	for m, s := range f.status(done) {
		if _, ok := f.hosts[m]; ok && (s.State != "current" || s.Generation != 2 || s.Reboot == "yes" || s.Revision != f.sh("git", "rev-parse", "HEAD")) {
			t.Errorf("%s is %+v", m, s)
		}
	}
}

// trouble is an update in which four hosts go wrong, each in a way of its own.
func (f *fleet) trouble() {
	t := f.t
	was := f.systems(f.housed()...)
	f.turn("anvil", restless)
	f.turn("bellows", miniature.UnitFails)
	for _, m := range []string{"chisel", "drill"} {
		f.turn(m, miniature.NewFile)
	}
	f.turn("lathe", miniature.Version("hello", "2.13"))
	f.commit("trouble")
	now := f.systems(f.housed()...)
	boot, err := f.hosts["anvil"].BootID()
	if err != nil {
		t.Fatal(err)
	}
	f.hosts["chisel"].Link(t, false)
	f.hosts["drill"].Sudo(t, "none")

	c := f.assay("update", "@all", "--yes").want(t, failed, "1 updated")
	results := f.results()
	for m, want := range map[string]struct {
		outcomes string
		texts    []string
	}{
		"anvil":   {"rolled-back failed", []string{"restarted", "runs its former system"}},
		"bellows": {"rolled-back", []string{"broken.service"}},
		"chisel":  {"unreachable", []string{"dial"}},
		"drill":   {"failed refused", []string{"drill", "root", "sudo"}},
		"lathe":   {"updated", nil},
		"gauge":   {"unreachable", []string{"no target"}},
	} {
		r := results[m]
		t.Logf("%+v", r)
		if !slices.Contains(strings.Fields(want.outcomes), r.Outcome) {
			t.Errorf("%s is %+v", m, r)
		}
		for _, text := range want.texts {
			if !strings.Contains(r.Reason+r.Hint, text) {
				t.Errorf("%s does not say %q: %+v", m, text, r)
			}
		}
	}
	f.hosts["anvil"].AwaitBoot(t, boot)
	for _, m := range []string{"anvil", "bellows", "chisel", "drill"} {
		f.runs(m, was[m])
	}
	f.runs("lathe", now["lathe"])
	if t.Failed() {
		t.Log(c)
	}

	c = f.assay("status").want(t, failed)
	c.says(t, "chisel", "unreachable")
	c.says(t, "bellows", "behind", "rolled back by itself")
	c.says(t, "anvil", "behind")
	c.says(t, "drill", "behind")
	c.says(t, "lathe", "current")
	c.says(t, "gauge", "no target")
}

// repair mends what went wrong, updates, and rolls back.
func (f *fleet) repair() {
	t := f.t
	f.hosts["chisel"].Link(t, true)
	f.hosts["drill"].Sudo(t, "nopasswd")
	f.turn("anvil", miniature.NewFile)
	f.turn("bellows", miniature.NewFile)
	f.commit("mended")
	was := map[string]truth{}
	for m := range f.hosts {
		was[m] = f.ask(m)
	}
	now := f.systems(f.housed()...)
	f.assay("update", "@all", "--yes").want(t, done, "5 updated")
	for m, system := range now {
		f.runs(m, system)
	}
	f.assay("update", "@all", "--yes").want(t, done, "nothing to do")
	f.assay("rollback", "@all and not (file, gauge, hammer)", "--yes").want(t, done, "5 restored")
	for m, before := range was {
		f.runs(m, before.running)
	}
	f.assay("update", "@nixos", "--yes", "--goal", "boot").want(t, done, "4 staged")
	for m, s := range f.status(done, "anvil,bellows") {
		if s.State != "staged" || s.Profile != now[m] || s.Running != was[m].running {
			t.Errorf("%s is %+v", m, s)
		}
	}
	f.assay("update", "lathe", "--yes").want(t, done, "1 updated")
	f.runs("lathe", now["lathe"])
}

// commands look at the hosts.
func (f *fleet) commands() {
	t := f.t
	f.assay("exec", strings.Join(f.housed(), ","), "--", "cat", "/etc/workshop/new.txt").want(t, failed, "lathe", "No such file")
	c := f.assay("exec", "anvil,bellows,chisel", "--", "echo same; id -un").want(t, done, "anvil, bellows, chisel (3)", "root")
	if strings.Count(c.stdout, "same") != 1 {
		t.Errorf("equal answers are not folded:\n%s", c)
	}
	f.assay("exec", "anvil,drill", "--", "exit $(( $(id -u) > 0 ? 7 : 0 ))").want(t, failed, "drill: exit status 7")
	f.assay("exec", "--root", "drill", "--", "id -un").want(t, done, "root")
	f.assay("exec", "anvil,gauge", "--", "true").want(t, failed, "gauge: no target")
	f.assay("ssh", "anvil", "--", "readlink", "/run/current-system").want(t, done, f.ask("anvil").running)
	f.assay("ssh", "anvil", "--", "exit 9").want(t, 9)
	f.assay("ssh", "gauge", "--", "true").want(t, failed, "no target")
	c = f.assay("log", "anvil").want(t, done, "mended", "trouble")
	if strings.Contains(c.stdout, "a better handbook") {
		t.Errorf("anvil runs that:\n%s", c)
	}
}

// pin makes the operator know all hosts, all at once.
func (f *fleet) pin() {
	f.t.Helper()
	var pinning sync.WaitGroup
	for machine := range f.hosts {
		pinning.Go(func() {
			c := f.assay("keys", "pin", machine, f.fingerprint(machine))
			if c.code != done {
				f.t.Errorf("%s: exit %d\n%s", machine, c.code, c)
			}
		})
	}
	pinning.Wait()
}
