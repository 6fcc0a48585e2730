package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/embedded"
	"assay/fleet/host"
	"assay/fleet/run/plan"
	"assay/secrets/secret"
)

// loud is a deployer that cannot tell what the host lacks, because the host
// prints its keys instead.
type loud struct{ engine.Deployer }

func (l loud) Missing(ctx context.Context, conn host.Conn, _ engine.Closure) ([]engine.Object, error) {
	return nil, fmt.Errorf("ask what is missing: %w", conn.Run(ctx, host.Command{Script: tells}))
}

func (l loud) Record(ctx context.Context, conn host.Conn, path string) (engine.Record, error) {
	return engine.Record{}, fmt.Errorf("read the record of %s: %w", path, conn.Run(ctx, host.Command{Script: tells}))
}

// TestHostSaysKeys: what a host says of the keys when it is only asked is in no
// status, in no plan and in no error of a command either.
func TestHostSaysKeys(t *testing.T) {
	s := newSite(t)
	own, err := s.Repo.Vars.MachineKey("anvil", s.identities())
	if err != nil {
		t.Fatal(err)
	}
	s.reach.Deployer = loud{s.reach.Deployer}
	root := filepath.Join(filepath.Dir(s.opts.StateDir), "host")
	const word = "correct horse battery staple" // looks like no key
	s.opts.Redactor.Know(secret.New([]byte(word)))
	if err := errors.Join(s.look.Add("word", []byte(word)), os.WriteFile(filepath.Join(root, "keys/word"), []byte(word+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	running := filepath.Join(root, "run/current-system")
	system, err := os.Readlink(running)
	if err != nil {
		t.Fatal(err)
	}
	relink := func(to string) {
		t.Helper()
		if err := os.Remove(running); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, running); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, least int, said ...any) {
		t.Helper()
		var all bytes.Buffer
		for _, v := range said {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s\n%+v\n", text, v)
		}
		if found := s.look.Find(all.Bytes()); len(found) > 0 {
			t.Errorf("%s has %v:\n%s", what, found, &all)
		}
		if n := strings.Count(all.String(), secret.Redacted); n < least {
			t.Errorf("%s has nothing of what the host said: %d places, want %d:\n%s", what, n, least, &all)
		}
	}

	h := plan.Host{Machine: s.Fleet().Machines[0]}
	if h.Wanted, err = s.reach.Engine.(*embedded.Engine).System(t.Context(), "anvil"); err != nil {
		t.Fatal(err)
	}
	s.ask(t.Context(), &h, func(name string) (host.Conn, fleet.Facts, error) { return s.visit(t.Context(), name) })
	check("what a plan is made from", 8, h.CurrentErr.Error(), h.WantedErr.Error())
	check("the plan", 4, plan.New(plan.Input{Fleet: "f", Goal: engine.GoalSwitch, Engine: s.reach.Engine.Name(), At: time.Now(), Hosts: []plan.Host{h}}))
	back, err := s.PlanBack(t.Context(), []string{"anvil"}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	check("the plan back", 0, back)

	said, err := s.Exec(t.Context(), []string{"anvil"}, []string{`cd "$ASSAY_ROOT/keys"; cat * >&2; kill -9 $$`}, false, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	check("the error", 2, said[0].Err.Error(), fmt.Sprintf("%+v", said[0].Err))

	relink("/" + string(bytes.TrimSpace(own.Bytes())))
	status, err := s.Status(t.Context(), []string{"anvil"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	check("the status", 1, status[0].Facts)
	relink(system)
}
