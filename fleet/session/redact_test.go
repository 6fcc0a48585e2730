package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/embedded"
	"assay/fleet/fleetfile"
	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/host/remote"
	"assay/fleet/host/sim"
	"assay/fleet/repo"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/modules/compose"
	"assay/secrets"
	"assay/secrets/canary"
	"assay/secrets/generate"
	"assay/secrets/secret"
	"assay/secrets/sops"
	"assay/secrets/vars"

	"golang.org/x/crypto/ssh"
)

// chatty is a deployer whose host prints its keys while it is activated. The
// first activation fails with them on its lips.
type chatty struct {
	*embedded.Engine
	failed *bool
}

// tells is what such a host does.
const tells = `cd "$ASSAY_ROOT/keys" || exit 1
for key in *; do
	cat "$key"
	echo "trace: sops-install-secrets <$(cat "$key")> failed" >&2
	base64 "$key"
	base64 -w0 "$key"; echo
	{ echo x; cat "$key"; } | base64 -w0; echo
	od -An -v -tx1 "$key" | tr -d ' \n'; echo
done
cat * >&2
exit 1
`

func (c chatty) Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	var all bytes.Buffer
	lines := host.NewLineWriter(0, func(line string) {
		fmt.Fprintln(&all, line)
		log(line)
	})
	err := conn.Run(ctx, host.Command{Script: tells, Stdout: lines, Stderr: lines})
	lines.Flush()
	if err == nil || *c.failed {
		return c.Engine.Activate(ctx, conn, a, log)
	}
	*c.failed = true
	return errors.Join(err, errors.New(all.String()))
}

// site is a session on a fleet of one simulated host behind real SSH, with the
// machine's age key and the operator's, of which the host has copies to print.
type site struct {
	*Session
	look canary.Scanner
	motd string // that the host is to have
}

func newSite(t *testing.T) *site {
	t.Helper()
	dir, client := t.TempDir(), newSigner(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h := sim.Host{Name: "anvil", Class: "nixos", System: "x86_64-linux", Root: filepath.Join(dir, "host"), HostKey: newSigner(t)}
	must(sim.Prepare(h.Root, h))
	hosts, err := sim.Start(t.Context(), sim.Options{ClientKey: client.PublicKey(), Hosts: []sim.Host{h}})
	must(err)
	t.Cleanup(hosts.Close)

	must(os.MkdirAll(filepath.Join(dir, "fleet"), 0o700))
	store, err := vars.Open(filepath.Join(dir, "fleet"))
	must(err)
	t.Cleanup(func() { store.Close() })
	id, err := secrets.CreateOperator(store, filepath.Join(dir, "keys.txt"), "ann")
	must(err)
	public := ssh.MarshalAuthorizedKey(h.HostKey.PublicKey())
	must(store.Create(vars.Machine("anvil", generate.HostKeyGenerator), []vars.File{{Name: generate.HostKeyPublic, Public: public}}))
	_, err = store.AddMachineKey("anvil", vars.Access{Users: []string{"ann"}}, nil)
	must(err)
	s := &site{}
	own, err := store.MachineKey("anvil", []sops.Identity{id})
	must(err)
	must(os.Mkdir(filepath.Join(h.Root, "keys"), 0o700))
	for name, key := range map[string]secret.Value{"machine": own, "operator": id.Private()} {
		must(s.look.Add(name, key.Bytes()))
		must(os.WriteFile(filepath.Join(h.Root, "keys", name), append(bytes.Clone(key.Bytes()), '\n'), 0o600))
	}

	f := &fleet.Fleet{Name: "f", Machines: []fleet.Machine{{Name: "anvil", System: h.System, Class: fleet.NixOS}}}
	f.Machines[0].Deploy.Targets = []string{hosts.Address("anvil")}
	e := embedded.New(embedded.Options{Store: filepath.Join(dir, "store"), Compose: s.compose})
	s.Session = New(&repo.Repository{Dir: store.Dir(), Fleet: f, Vars: store, File: &fleetfile.File{}}, Options{
		StateDir: filepath.Join(dir, "state"), Identities: func() ([]sops.Identity, error) { return []sops.Identity{id}, nil },
		Reach: &Reach{Engine: e, Deployer: chatty{e, new(bool)}, Connector: remote.New(remote.Options{Signers: []ssh.Signer{client}})},
	})
	s.motd = "first"
	must(s.install(t.Context(), e))
	s.motd = "second"
	return s
}

func (s *site) compose(string) (compose.Composition, error) {
	v := compose.Value{Known: true, Data: s.motd, Text: s.motd, At: fleet.Pos{File: "base.nix", Line: 3}}
	return compose.Composition{Machine: "anvil", System: "x86_64-linux", Class: fleet.NixOS, Scope: compose.Scope{
		Class: fleet.NixOS, Options: []compose.Option{{
			Path:        "environment.etc.motd.text",
			Definitions: []compose.Definition{{Value: v, Priority: 100, Order: 1000, Aspect: "base", At: v.At}},
			Merged:      compose.Merged{State: compose.Known, Value: v},
		}},
	}}, nil
}

// install makes the host run what it should, in silence.
func (s *site) install(ctx context.Context, e *embedded.Engine) error {
	conn, err := s.Connect(ctx, "anvil")
	if err != nil {
		return err
	}
	defer conn.Close()
	system, err := e.System(ctx, "anvil")
	if err != nil {
		return err
	}
	closure, err := e.Realise(ctx, system)
	if err != nil {
		return err
	}
	missing, err := e.Missing(ctx, conn, closure)
	if err != nil {
		return err
	}
	if err := e.Copy(ctx, conn, missing, nil); err != nil {
		return err
	}
	return e.Activate(ctx, conn, engine.Activation{Machine: "anvil", Class: "nixos", System: system.Path, Goal: engine.GoalSwitch}, nil)
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	private, _, err := generate.NewSSHKey("")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(private.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func (s *site) plan(t *testing.T) *plan.Plan {
	t.Helper()
	conn, err := s.Connect(t.Context(), "anvil")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	h := plan.Host{Machine: s.Fleet().Machines[0]}
	if h.Facts, err = probe.Read(t.Context(), conn, "anvil"); err != nil {
		t.Fatal(err)
	}
	h.Wanted, h.WantedErr = s.reach.Engine.(*embedded.Engine).System(t.Context(), "anvil")
	return plan.New(plan.Input{Fleet: "f", Goal: engine.GoalSwitch, Engine: s.reach.Engine.Name(), At: time.Now(), Hosts: []plan.Host{h}})
}

// TestHostPrintsKeys: of what a host prints of the keys that the session has
// opened nothing is in the record, on the screen, in the report or in the log
// that is saved.
func TestHostPrintsKeys(t *testing.T) {
	s := newSite(t)
	if _, err := s.Repo.Vars.MachineKey("anvil", s.identities()); err != nil { // as equip does
		t.Fatal(err)
	}
	var screen bytes.Buffer
	report, err := s.Apply(t.Context(), s.plan(t), Apply{Sink: event.SinkFunc(func(e event.Event) {
		fmt.Fprintf(&screen, "%+v\n", e.Body)
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveLog(t.Context(), report.Run, ""); err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string][]byte{"the screen": screen.Bytes(), "the report": told}
	err = filepath.WalkDir(s.opts.StateDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		kept[filepath.Base(name)], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range kept {
		if found := s.look.Find(text); len(found) > 0 {
			t.Errorf("%s has %v:\n%s", name, found, text)
		}
	}
	for name, least := range map[string]int{"the screen": 30, "the report": 15, "events.jsonl": 30, "log.txt": 15} {
		if n := strings.Count(string(kept[name]), secret.Redacted); n < least {
			t.Errorf("%s has nothing of what the host said: %d places, want %d:\n%s", name, n, least, kept[name])
		}
	}
}
