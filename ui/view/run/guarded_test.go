package run

import (
	"testing"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/ui/known"
	"assay/ui/view/viewtest"
)

// guarded is an update of real hosts, with everything that can become of one.
func guarded() *script {
	s := &script{State: state.New(0)}
	names := []string{"anvil", "bellows", "chisel", "drill", "file", "gauge", "hammer", "lathe"}
	s.say(event.RunStarted{Goal: "switch", Kind: "update", Machines: names, Operator: "sam", Engine: "nix"},
		phase("anvil", event.Confirming), phase("bellows", event.Returning), phase("chisel", event.Copying), phase("drill", event.Building))
	return s
}

func TestGoldenGuarded(t *testing.T) {
	_, v := open(t, guarded(), known.Run{Mine: true})
	viewtest.Golden(t, "guarded-going-on", v)
	s := guarded()
	fail := func(machine, reason string) event.HostResult {
		return event.HostResult{Machine: machine, Outcome: event.Failed, From: viewtest.Path(1), To: viewtest.Path(2), Current: viewtest.Path(1), Profile: viewtest.Path(1), Reason: reason}
	}
	s.say(
		event.HostResult{Machine: "anvil", Outcome: event.Staged, From: viewtest.Path(1), To: viewtest.Path(2), Current: viewtest.Path(1), Profile: viewtest.Path(2), Generation: 3,
			Reason: "activate 02-nixos-system-anvil: reboot pending: it boots the new system and runs the former one until it is rebooted: kernel linux-6.12.55 changed"},
		event.HostResult{Machine: "bellows", Outcome: event.RolledBack, From: viewtest.Path(1), To: viewtest.Path(2), Current: viewtest.Path(1), Profile: viewtest.Path(1), Generation: 2,
			Reason: "activate 02-nixos-system-bellows: activated, but these units failed: nginx.service; returned"},
		fail("chisel", "copy 02-nixos-system-chisel: the host's store is full: writing to file: No space left on device; hint: free space on it, for example with nix-collect-garbage, and run it again"),
		fail("drill", `copy 02-nixos-system-drill: the host takes only signed paths: its Nix does not trust the user deploy; hint: sign with a key of the host's trusted-public-keys, or set become = "sudo" for the machine`),
		fail("file", `file: no root on this host: deploy is not root there, and no way to become root is set; hint: become = "sudo"`),
		event.HostResult{Machine: "gauge", Outcome: event.Refused, Reason: "activate: the host is busy: kim changes it since 12:40:03"},
		event.HostResult{Machine: "hammer", Outcome: event.Unreachable, Reason: "connect to hammer: no target: no target; hint: give it deploy.targets in fleet.toml"},
		event.HostResult{Machine: "lathe", Outcome: event.Uncertain, Reason: "lathe: connection lost, the outcome of the command is unknown: EOF", Hint: "see what the host runs with assay status"},
		event.RunFinished{Outcome: event.RunFailed})
	_, v = open(t, s, known.Run{Mine: true, Over: true})
	viewtest.Golden(t, "guarded-over", v)
	viewtest.Do(v, "move.down", "move.down")
	viewtest.Golden(t, "guarded-hints", v)
}
