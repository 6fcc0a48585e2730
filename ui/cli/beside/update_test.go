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

// BenchmarkUpdate updates hosts with systemd to systems that are built
// already, with a change that is new in each round; once with hosts on this
// machine, and once with as many of which every answer takes its time.
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
	for _, n := range []int{4, 8} {
		for _, far := range []time.Duration{0, 20 * time.Millisecond} {
			b.Run(fmt.Sprintf("hosts=%d,away=%v", n, far), func(b *testing.B) {
				at.write(b, filepath.Join(at.home, ".ssh/config"), "Include "+hosts[0].SSHConfig+"\n")
				if far > 0 {
					at.write(b, filepath.Join(at.home, ".ssh/config"), away(b, hosts, far/2))
				}
				at.update(b, names[:n], hosts[:n], fmt.Sprint(n, far))
			})
		}
	}
}

func (at *bench) update(b *testing.B, names []string, hosts []bed.Host, part string) {
	links := b.TempDir()
	var pairs []string
	for i, h := range hosts {
		link := filepath.Join(links, "system")
		if i > 0 {
			link += fmt.Sprint("-", i)
		}
		pairs = append(pairs, h.Name+"="+link)
	}
	build := append([]string{"build", "--out-link", filepath.Join(links, "system")}, installables(names)...)
	prepare := func(kind string) func(int) {
		return func(round int) {
			at.change(b, names, fmt.Sprint(kind, part, round))
			at.run(b, "nix", build...)
			at.run(b, at.assay, "build", strings.Join(names, ","))
		}
	}
	verify := func() {
		for i, h := range hosts {
			want := strings.TrimSpace(at.run(b, "readlink", pairs[i][len(h.Name)+1:]))
			got, err := h.SSH("root", "readlink /run/current-system; readlink -f /nix/var/nix/profiles/system")
			if err != nil || got != want+"\n"+want {
				b.Fatalf("%s runs and boots %q, %v; want %q", h.Name, got, err, want)
			}
		}
	}
	prepare("first")(0) // hosts that run a system already
	at.run(b, "sh", append([]string{"-c", bareShell, "sh"}, pairs...)...)
	verify()
	quoted := "nix build --out-link '" + build[2] + "' " + strings.Join(build[3:], " ") + " || exit 1\n"
	compare(b, 3,
		contender{"assay update --yes", prepare("assay"), func() { at.run(b, at.assay, "update", strings.Join(names, ","), "--yes") }, verify},
		contender{"nix build, copies, switches", prepare("built"), func() { at.run(b, "sh", append([]string{"-c", quoted + bareShell, "sh"}, pairs...)...) }, verify},
		contender{"the same, with assay's checks", prepare("guarded"), func() { at.run(b, "sh", append([]string{"-c", quoted + guardedShell, "sh"}, pairs...)...) }, verify},
		contender{"copies, switches only", prepare("bare"), func() { at.run(b, "sh", append([]string{"-c", bareShell, "sh"}, pairs...)...) }, verify},
	)
}
