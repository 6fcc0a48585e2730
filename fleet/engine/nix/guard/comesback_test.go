package guard

import (
	"context"
	"errors"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

// deployer is a Guard for hosts that have everything.
type deployer struct{ Guard }

func (deployer) Missing(context.Context, host.Conn, engine.Closure) ([]engine.Object, error) {
	return nil, nil
}

func (deployer) Copy(context.Context, host.Conn, []engine.Object, func(int64)) error { return nil }

func (deployer) Record(context.Context, host.Conn, string) (engine.Record, error) {
	return engine.Record{}, errors.New("no records here")
}

// story is what a run said.
type story struct {
	logged
	phases []event.Phase
	result event.HostResult
}

// How long hosts wait to be confirmed: long where that, or the run, must come
// first, however busy this machine is; short where nobody can come.
const (
	long  = 10 * time.Minute
	short = 2 * time.Second
)

// update runs a whole update of the host; watch, which may be nil, sees every
// event.
func (b *box) update(t *testing.T, system string, goal engine.Goal, wait time.Duration, watch func(event.Event)) *story {
	t.Helper()
	p := plan.New(plan.Input{Fleet: "test", Goal: goal, Engine: "nix", Hosts: []plan.Host{{
		Machine: fleet.Machine{Name: b.Name, Class: fleet.NixOS, System: "x86_64-linux"},
		Facts:   b.facts(t), Wanted: engine.System{Machine: b.Name, Path: system},
	}}})
	s := &story{}
	_, err := rollout.Run(t.Context(), rollout.Options{
		RunID: strings.ReplaceAll(t.Name(), "/", "."), Operator: "cameron", Plan: p, Deployer: deployer{Guard{Operator: "cameron"}},
		Connect: b.connect, Probe: probe.Stand, Guard: wait, Tries: 4,
		Closure: func(context.Context, string) (engine.Closure, error) { return engine.Closure{System: system}, nil },
		Sink: event.SinkFunc(func(e event.Event) {
			switch body := e.Body.(type) {
			case event.Log:
				s.line(body.Stream + ": " + body.Text)
			case event.HostPhase:
				s.line("* " + string(body.Phase))
				s.phases = append(s.phases, body.Phase)
			case event.HostResult:
				s.result = body
			}
			if watch != nil {
				watch(e)
			}
		}),
	})
	if err != nil {
		t.Error(err)
	}
	return s
}

// at calls f when the run enters a phase.
func at(phase event.Phase, f func()) func(event.Event) {
	return func(e event.Event) {
		if body, ok := e.Body.(event.HostPhase); ok && body.Phase == phase {
			f()
		}
	}
}

const gateway = `$(ip -4 -o addr show eth0 | sed 's/.* inet \([0-9.]*\)\.[0-9]*\/.*/\1.254/')`

// breakage is a system that ruins its host.
type breakage struct {
	change string // run by its switch-to-configuration
	files  map[string]string
	reason string // part of what the run says
	alone  bool   // nobody can reach the host
	watch  func(t *testing.T, b *box) func(event.Event)
}

func breakages() map[string]breakage {
	return map[string]breakage{
		"sshd is stopped": {
			change: "systemctl mask --quiet --runtime --now ssh.socket ssh.service", alone: true,
		},
		"sshd and its sessions are killed": {
			change: "systemctl kill --kill-who=all --signal=KILL ssh.service\nsystemctl mask --quiet --runtime --now ssh.socket ssh.service",
			reason: "itself", alone: true,
		},
		"network is down":   {change: "ip link set eth0 down", reason: "itself", alone: true},
		"firewall":          {change: "ip route add blackhole " + gateway + "/32", reason: "itself", alone: true},
		"key of the user":   {change: ": >/root/.ssh/authorized_keys"},
		"switch fails":      {change: "exit 9", reason: "failed with exit status 9"},
		"switch is killed":  {change: "kill -KILL $$", reason: "failed with exit status 137"},
		"switch never ends": {change: "sleep 1000", alone: true},
		"the job is killed": {change: `systemctl kill --signal=KILL "$(sed -n 's,.*/\(assay-activate[^/]*\)$,\1,p' /proc/self/cgroup | head -n 1)"; sleep 10`, reason: "was ended by"},
		"boot loader fails": {files: map[string]string{"boot-fails": ""}, reason: "could not be made what boots"},
		"a unit fails later": {
			change: badUnit, reason: "bad.service failed",
			watch: func(t *testing.T, b *box) func(event.Event) {
				return at(event.Confirming, func() { b.Root(t, "systemctl start bad || :") })
			},
		},
		"a unit fails": {change: badUnit + "systemctl start bad || exit 4", reason: "bad.service failed"},
		"it reboots": {
			reason: "restarted before it was confirmed",
			watch: func(t *testing.T, b *box) func(event.Event) {
				return at(event.Verifying, func() { b.Reboot(t) })
			},
		},
	}
}

const badUnit = `printf '[Service]\nType=oneshot\nExecStart=/bin/false\n' >/run/systemd/system/bad.service
systemctl daemon-reload
`

// TestComesBack has systems that break their host: each host comes back by
// itself, and the run says so. ASSAY_GUARD_REPEAT=20 does all of it 20 times.
func TestComesBack(t *testing.T) {
	t.Parallel()
	repeat, _ := strconv.Atoi(os.Getenv("ASSAY_GUARD_REPEAT"))
	var all sync.WaitGroup
	for range max(repeat, 1) {
		for name, c := range breakages() {
			all.Go(func() {
				t.Run(name, func(t *testing.T) { take(t).comesBack(t, c) })
			})
		}
	}
	all.Wait()
}

func (b *box) comesBack(t *testing.T, c breakage) {
	files := map[string]string{"change": c.change}
	maps.Copy(files, c.files)
	var watch func(event.Event)
	if c.watch != nil {
		watch = c.watch(t, b)
	}
	wait := long
	if c.alone {
		wait = short
	}
	s := b.update(t, b.system(t, "broken", files), engine.GoalSwitch, wait, watch)
	if s.result.Outcome != event.RolledBack || !strings.Contains(s.result.Reason, c.reason) {
		t.Errorf("%s because of %q, want %s because of %q\n%s", s.result.Outcome, s.result.Reason, event.RolledBack, c.reason, s)
	}
	b.isBase(t)
}

// isBase checks that the host is as it was, and that nothing is left behind.
func (b *box) isBase(t *testing.T) {
	t.Helper()
	f := b.facts(t)
	if f.Running != b.base || f.Profile != b.base {
		t.Errorf("%s runs %s and boots %s, want %s", b.Name, f.Running, f.Profile, b.base)
	}
	b.atRest(t)
	if s := b.Root(t, "cat /var/lib/boots; systemctl --failed --plain --no-legend; systemctl list-units --all --plain --no-legend 'assay-*'; for l in /nix/var/nix/gcroots/auto/assay-*; do [ ! -e $l ] || echo $l; done"); s != b.base {
		t.Errorf("%s: left behind: %q", b.Name, s)
	}
}
