package beside

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// bareShell copies and switches at once, given links to systems and the hosts
// for them: what people have in their scripts.
const bareShell = `
jobs= failed=0
for pair; do
	host=${pair%%=*} system=$(readlink "${pair#*=}")
	{
		nix copy --no-check-sigs --to "ssh-ng://$host" "$system" &&
			ssh "$host" "nix-env -p /nix/var/nix/profiles/system --set $system && $system/bin/switch-to-configuration switch"
	} & jobs="$jobs $!"
done
for job in $jobs; do wait "$job" || failed=1; done
exit $failed
`

// guardedShell does by hand what assay checks: the host returns by itself unless
// somebody comes back over a new connection, the switch survives the connection,
// no unit has failed that was healthy, and only then is the system what boots; what
// runs and boots is read back.
const guardedShell = `
jobs= failed=0
for pair; do
	host=${pair%%=*} system=$(readlink "${pair#*=}")
	{
		nix copy --no-check-sigs --to "ssh-ng://$host" "$system" &&
			ssh "$host" "systemctl list-units --failed --plain --no-legend >/run/failed-before
				systemd-run --quiet --unit=return-by-hand --on-active=120 \$(readlink -f /run/current-system)/bin/switch-to-configuration test &&
				systemd-run --quiet --unit=switch-by-hand --pipe --wait --collect $system/bin/switch-to-configuration test" &&
			ssh "$host" "systemctl list-units --failed --plain --no-legend | grep -vxFf /run/failed-before && exit 1
				[ \$(readlink -f /run/current-system) = $system ] &&
				nix-env -p /nix/var/nix/profiles/system --set $system && $system/bin/switch-to-configuration boot &&
				systemctl stop return-by-hand.timer &&
				[ \$(readlink -f /run/current-system) = $system ] && [ \$(readlink -f /nix/var/nix/profiles/system) = $system ]"
	} & jobs="$jobs $!"
done
for job in $jobs; do wait "$job" || failed=1; done
exit $failed
`

// BenchmarkUpdate updates hosts with systemd to systems with a change that is new
// in each round: to such that are built already, once with hosts on this machine
// and once with as many of which every answer takes its time; and to a commit
// that nobody has evaluated, of systems as small as those of the tests and of
// such that take a second each.
func BenchmarkUpdate(b *testing.B) {
	at := newBench(b)
	hosts := bed.Up(b, 8)
	names := at.plainFlake(b, len(hosts))
	targets := map[string]string{}
	for i, name := range names {
		targets[name] = "root@" + hosts[i].Name
	}
	if err := miniature.Addresses(at.dir, targets); err != nil {
		b.Fatal(err)
	}
	near := "Include " + hosts[0].SSHConfig + "\n"
	at.write(b, filepath.Join(at.home, ".ssh/config"), near)
	updates{at, names, hosts}.first(b)
	for _, n := range []int{4, 8} {
		u := updates{at, names[:n], hosts[:n]}
		for _, far := range []time.Duration{0, 20 * time.Millisecond} {
			b.Run(fmt.Sprintf("hosts=%d,away=%v", n, far), func(b *testing.B) {
				if far > 0 {
					at.write(b, filepath.Join(at.home, ".ssh/config"), away(b, hosts, far/2))
				}
				u.built(b, fmt.Sprint(n, far))
			})
			at.write(b, filepath.Join(at.home, ".ssh/config"), near)
		}
		for _, effort := range []int{0, second} {
			b.Run(fmt.Sprintf("hosts=%d,commit=new,effort=%d", n, effort), func(b *testing.B) { u.anew(b, effort) })
		}
	}
}

// second is how many sums of a thousand numbers take Nix about a second, and as
// much memory as a small NixOS system.
const second = 6000

// updates are what is measured with some hosts.
type updates struct {
	*bench
	names []string
	hosts []bed.Host
}

// first gives the hosts a system that they run.
func (u updates) first(b *testing.B) {
	pairs, build := u.link(b.TempDir())
	u.shell(b, quoted(build)+bareShell, pairs)()
	u.verify(b, pairs)
}

// built measures updates to systems that are built.
func (u updates) built(b *testing.B, part string) {
	pairs, build := u.link(b.TempDir())
	prepare := func(kind string) func(int) {
		return func(round int) {
			u.change(b, u.names, fmt.Sprint(kind, part, round))
			u.run(b, "nix", build...)
			u.run(b, u.assay, "build", strings.Join(u.names, ","))
		}
	}
	verify := func() { u.verify(b, pairs) }
	compare(b, 3,
		contender{"assay update --yes", prepare("assay"), u.assayUpdate(b), verify},
		contender{"nix build, copies, switches", prepare("built"), u.shell(b, quoted(build)+bareShell, pairs), verify},
		contender{"the same, with assay's checks", prepare("guarded"), u.shell(b, quoted(build)+guardedShell, pairs), verify},
		contender{"copies, switches only", prepare("bare"), u.shell(b, bareShell, pairs), verify},
	)
}

// anew measures updates to commits that are as new to Nix as to assay. To
// evaluate a system Nix must also make effort sums of a thousand numbers.
func (u updates) anew(b *testing.B, effort int) {
	pairs, build := u.link(b.TempDir())
	prepare := func(kind string) func(int) {
		return func(round int) {
			for i, name := range u.names { // no two of them alike, lest one is evaluated for all
				u.write(b, "knobs/"+name+".nix", fmt.Sprintf(
					"{ environment.etc.\"workshop/round.txt\".text = \"%s %d ${toString (builtins.foldl' (sum: _: builtins.foldl' (s: n: s + n) sum (builtins.genList (n: n) 1000)) %d (builtins.genList (n: n) %d))}\"; }\n", kind, round, i, effort))
			}
			u.commit(b)
		}
	}
	verify := func() {
		u.run(b, "nix", build...)
		u.verify(b, pairs)
	}
	compare(b, 3,
		contender{"assay update --yes", prepare("assay"), u.assayUpdate(b), verify},
		contender{"nix build, copies, switches", prepare("shell"), u.shell(b, quoted(build)+bareShell, pairs), verify},
	)
}

// link returns what builds the systems, with links to them in the directory,
// and those links with their hosts.
func (u updates) link(links string) (pairs, build []string) {
	for i, h := range u.hosts {
		link := filepath.Join(links, "system")
		if i > 0 {
			link += fmt.Sprint("-", i)
		}
		pairs = append(pairs, h.Name+"="+link)
	}
	return pairs, append([]string{"build", "--out-link", filepath.Join(links, "system")}, installables(u.names)...)
}

func quoted(build []string) string {
	return "nix build --out-link '" + build[2] + "' " + strings.Join(build[3:], " ") + " || exit 1\n"
}

func (u updates) assayUpdate(b *testing.B) func() {
	return func() { u.run(b, u.assay, "update", strings.Join(u.names, ","), "--yes") }
}

func (u updates) shell(b *testing.B, script string, pairs []string) func() {
	return func() { u.run(b, "sh", append([]string{"-c", script, "sh"}, pairs...)...) }
}

// verify checks that all hosts run and boot what was built for them.
func (u updates) verify(b *testing.B, pairs []string) {
	for i, h := range u.hosts {
		want := strings.TrimSpace(u.run(b, "readlink", pairs[i][len(h.Name)+1:]))
		got, err := h.SSH("root", "readlink /run/current-system; readlink -f /nix/var/nix/profiles/system")
		if err != nil || got != want+"\n"+want {
			b.Fatalf("%s runs and boots %q, %v; want %q", h.Name, got, err, want)
		}
	}
}
