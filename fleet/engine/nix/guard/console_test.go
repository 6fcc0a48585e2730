package guard

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/run/event"
)

// await waits until the host's own word about its activation is the state; the
// host's script waits, so that the test does not.
func (b *box) await(t *testing.T, state string) {
	t.Helper()
	b.Root(t, "n=0; until grep -qx 'state "+state+"' /run/assay/current; do n=$((n+1)); [ $n -lt 300 ] || { cat /run/assay/current; exit 1; }; sleep 0.1; done")
}

// atRest waits until no unit of an activation is left, for at most 30 s: a
// return says that it is done before its timer and its own unit have ended, so
// that a power cut between leaves a timer rather than a host without one.
func (b *box) atRest(t *testing.T) {
	t.Helper()
	b.Root(t, "n=0; while [ -n \"$(systemctl list-units --all --plain --no-legend 'assay-*')\" ] && [ $n -lt 300 ]; do n=$((n+1)); sleep 0.1; done")
}

// TestConsoleDies kills the console between the activation and its
// confirmation, and in the middle of the activation: the host comes back.
func TestConsoleDies(t *testing.T) {
	t.Parallel()
	b := take(t)
	for name, c := range map[string]struct{ change, last string }{
		"before it confirms": {"", "activate: <nil>"},
		"while it activates": {"sleep 1", "activating "},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.activation(t, b.system(t, "dies", map[string]string{"change": c.change}), engine.GoalSwitch)
			a.Guard = 5e9
			order, err := json.Marshal(map[string]any{"Host": b.Host, "Activation": a})
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "ASSAY_GUARD_CONSOLE="+string(order))
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := ""
			for lines := bufio.NewScanner(out); lines.Scan(); {
				said = lines.Text()
				if strings.HasPrefix(said, "activate: ") || strings.HasPrefix(said, c.last) {
					break
				}
			}
			cmd.Process.Kill()
			cmd.Wait()
			if !strings.HasPrefix(said, c.last) {
				t.Errorf("the console said %q", said)
			}
			b.await(t, "rolled-back")
			if f := b.facts(t); f.Guard == nil || f.Guard.State != "rolled-back" || f.Guard.To != a.System {
				t.Errorf("status does not tell: %+v", f.Guard)
			}
			b.isBase(t)
		})
	}
}

// TestLineCut loses every connection while the host activates: the run goes on
// over a new one, and so does a confirmation.
func TestLineCut(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "cut", map[string]string{"change": "echo cut here\nsleep 0.5"})
	for name, when := range map[string]func(event.Event) bool{
		"activating": func(e event.Event) bool { return said(e, "activating ") },
		"confirming": func(e event.Event) bool { return said(e, "boots ") },
		"verifying": func(e event.Event) bool {
			return e.Body == event.HostPhase{Machine: b.Name, Phase: event.Confirming}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b.setUp(t)
			cut := false
			s := b.update(t, system, engine.GoalSwitch, long, func(e event.Event) {
				if when(e) {
					cut = true
					b.cut()
				}
			})
			if f := b.facts(t); !cut || s.result.Outcome != event.Updated || f.Running != system || f.Profile != system {
				t.Errorf("cut is %v; %s because of %q, runs %s, boots %s\n%s", cut, s.result.Outcome, s.result.Reason, f.Running, f.Profile, s)
			}
		})
	}
}

func said(e event.Event, prefix string) bool {
	body, ok := e.Body.(event.Log)
	return ok && strings.HasPrefix(body.Text, prefix)
}
