package endtoend

import (
	"bufio"
	"fmt"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// large is a knob that gives a machine paths of 2 MiB each, which differ by
// name.
func large(name string, paths int) miniature.Knob {
	return miniature.Knob(fmt.Sprintf(`{ pkgs, lib, ... }:
{
  environment.etc = lib.listToAttrs (map (i: {
    name = "workshop/%[1]s-part-${toString i}";
    value.source = pkgs.runCommand "%[1]s-part-${toString i}" { } ''
      head -c 2097152 /dev/zero | tr '\0' x > $out
      echo $name >> $out
    '';
  }) (lib.genList (i: i) %d));
}
`, name, paths))
}

// come is a script that waits until some of what large gives a machine has come.
const come = `n=0; until ls -d /nix/store/*-%s-part-* >/dev/null 2>&1; do n=$((n+1)); [ $n -lt 600 ] || exit 1; sleep 0.05; done; `

// intact fails the test when the store of the machine's host has registered
// what is not there whole.
func (f *fleet) intact(machine string) {
	f.t.Helper()
	f.hosts[machine].Root(f.t, "nix-store --verify --check-contents 2>&1")
}

// TestCopyGoesWrong: the host's disk is full, its daemon killed, its line lost
// while systems are copied. Each time the host stays what it was, and a second
// run goes on.
func TestCopyGoesWrong(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	up := bed.Up(t, 3)
	f.house(nil, map[string]bed.Host{"anvil": up[0], "bellows": up[1], "chisel": up[2]})
	f.pin()
	was := f.systems(f.housed()...)
	for _, m := range f.housed() {
		f.turn(m, large(m, 12))
	}
	f.commit("large")
	now := f.systems(f.housed()...)

	f.hosts["anvil"].Fill(t, "8000000")
	for _, m := range []string{"bellows", "chisel"} {
		f.hosts[m].Slow(t, "40mbit")
	}
	cmd := f.command(t.Context(), "update", strings.Join(f.housed(), ","), "--yes")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	copying := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.HasSuffix(lines.Text(), " copying") {
			if copying++; copying == 3 {
				f.hosts["bellows"].Root(t, fmt.Sprintf(come, "bellows")+"pkill -KILL -f '^nix-daemon --stdio'")
				f.hosts["chisel"].Root(t, fmt.Sprintf(come, "chisel"))
				f.hosts["chisel"].Link(t, false)
			}
		}
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != failed {
		t.Errorf("exit %d\n%s", code, &said)
	}
	results := f.results()
	for m, texts := range map[string][]string{
		"anvil":   {"No space left on device"},
		"bellows": {"KILL"},
		"chisel":  {"lost"},
	} {
		r := results[m]
		t.Logf("%+v", r)
		if r.Outcome != "failed" && (m != "chisel" || r.Outcome != "unknown" && r.Outcome != "unreachable") {
			t.Errorf("%s is %+v", m, r)
		}
		for _, text := range texts {
			if !strings.Contains(r.Reason+r.Hint, text) {
				t.Errorf("%s does not say %q: %+v", m, text, r)
			}
		}
		f.intact(m)
		f.runs(m, was[m])
	}
	if t.Failed() {
		t.Log(said.String())
	}

	f.hosts["anvil"].Fill(t, "off")
	f.hosts["chisel"].Link(t, true)
	for _, m := range []string{"bellows", "chisel"} {
		f.hosts[m].Slow(t, "off")
	}
	f.assay("update", strings.Join(f.housed(), ","), "--yes").want(t, done, "3 updated")
	for m, system := range now {
		f.runs(m, system)
		f.intact(m)
	}
}

// TestCopyAfterALostLink: nobody tells the host that the line of a copy is lost,
// as where it is down for so long that the kernel here has given up telling it.
// The host's daemon holds what it was receiving; the next run goes on all the
// same.
func TestCopyAfterALostLink(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	up := bed.Up(t, 1)[0]
	l := newLine(t, up.Address)
	up.Address = l.address
	f.house(nil, map[string]bed.Host{"anvil": up})
	f.pin()
	f.turn("anvil", large("anvil", 12))
	f.commit("large")
	now := f.systems("anvil")["anvil"]

	up.Slow(t, "40mbit")
	run := make(chan call, 1)
	go func() { run <- f.assay("update", "anvil", "--yes") }()
	up.Root(t, fmt.Sprintf(come, "anvil"))
	l.lose()
	(<-run).want(t, failed, "lost")
	up.Slow(t, "off")
	if daemons := up.Root(t, "pgrep -cf '^nix-daemon --stdio' || true"); daemons != "1" {
		t.Fatalf("%s daemons of the lost copy, want one", daemons)
	}
	f.assay("update", "anvil", "--yes").want(t, done, "1 updated")
	f.runs("anvil", now)
	f.intact("anvil")
	if daemons := up.Root(t, "pgrep -cf '^nix-daemon --stdio' || true"); daemons != "0" {
		t.Errorf("%s daemons are left on the host", daemons)
	}
}

// TestConsoleDies kills the console while a host activates, and later: the
// host goes back by itself, or it was confirmed already; status tells which.
func TestConsoleDies(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	up := bed.Up(t, 2)
	f.house(nil, map[string]bed.Host{"anvil": up[0], "bellows": up[1]})
	f.pin()
	was := f.systems("anvil", "bellows")
	const slow miniature.Knob = `{
  systemd.services.slow = {
    description = "Takes its time";
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = "/bin/touch /run/slow; /bin/sleep 1";
  };
}
`
	f.turn("anvil", slow)
	f.turn("bellows", miniature.NewFile)
	f.commit("slow")
	now := f.systems("anvil", "bellows")

	f.killed("anvil", func(line string) bool {
		if !strings.HasSuffix(line, " activating") {
			return false
		}
		f.hosts["anvil"].Root(t, "n=0; until [ -e /run/slow ]; do n=$((n+1)); [ $n -lt 600 ] || exit 1; sleep 0.05; done")
		return true
	})
	f.killed("bellows", func(line string) bool { return strings.HasSuffix(line, " verifying") })

	f.settled("anvil", "rolled-back")
	f.runs("anvil", was["anvil"])
	f.assay("status", "anvil").want(t, done).says(t, "anvil", "behind", "rolled back by itself")
	if g := f.status(done, "anvil")["anvil"].Guard; g.State != "rolled-back" || g.From != was["anvil"] || g.To != now["anvil"] {
		t.Errorf("anvil was guarded: %+v", g)
	}
	switch state := f.settled("bellows", "rolled-back|done"); state {
	case "done":
		f.runs("bellows", now["bellows"])
		f.assay("status", "bellows").want(t, done).says(t, "bellows", "current")
	default:
		f.runs("bellows", was["bellows"])
		f.assay("status", "bellows").want(t, done).says(t, "bellows", "behind", "rolled back by itself")
	}
	f.assay("runs").want(t, done, "interrupted")
	f.assay("update", "anvil,bellows", "--yes").want(t, done)
	for m, system := range now {
		f.runs(m, system)
	}
}

// killed updates a machine and kills the console when it has said something.
func (f *fleet) killed(machine string, when func(line string) bool) {
	f.t.Helper()
	cmd := f.command(f.t.Context(), "update", machine, "--yes", "--guard", "3s")
	out, err := cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.Contains(lines.Text(), machine) && when(lines.Text()) {
			cmd.Process.Kill()
			cmd.Wait()
			return
		}
	}
	f.t.Fatalf("%v\n%s", cmd.Wait(), &said)
}

// settled waits until the host's own word about its activation is one of the
// states, and returns it; the host waits, so that the test does not.
func (f *fleet) settled(machine, states string) string {
	f.t.Helper()
	return strings.TrimPrefix(f.hosts[machine].Root(f.t, `n=0; until grep -Ex 'state (`+states+`)' /run/assay/current; do
		n=$((n+1)); [ $n -lt 600 ] || { cat /run/assay/current; exit 1; }; sleep 0.1; done`), "state ")
}
