package secrets_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

func killMachines() []string {
	var machines []string
	for i := range 12 {
		machines = append(machines, fmt.Sprintf("m%02d", i))
	}
	return machines
}

// TestKilled kills a process in the middle of EnsureHostKeys, at different
// numbers of finished machines, and lets the next call complete its work.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("ASSAY_TEST_FLEET"); dir != "" {
		generateForKill(t, dir)
		return
	}
	machines := killMachines()
	for _, after := range []int{0, 1, 4, 9} {
		store, err := vars.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		keys := filepath.Join(t.TempDir(), "keys.txt")
		id, err := secrets.CreateOperator(store, keys, "cameron")
		if err != nil {
			t.Fatal(err)
		}
		killAfter(t, store.Dir(), keys, after)

		ids := []sops.Identity{id}
		before := pinned(t, store, machines)
		ensure(t, store, ids, machines...)
		for machine, pin := range pinned(t, store, machines) {
			if before[machine] != "" && before[machine] != pin {
				t.Errorf("killed after %d: the key of %s was replaced", after, machine)
			}
		}
		for _, f := range secrets.Check(store, machines, ids) {
			if f.State != secrets.OK || !f.Decrypted {
				t.Errorf("killed after %d: %+v", after, f)
			}
		}
		for p := range tree(t, store.Dir()) {
			if strings.Contains(p, ".assay-") {
				t.Errorf("killed after %d: %s is left", after, p)
			}
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// generateForKill is the process that is killed.
func generateForKill(t *testing.T, dir string) {
	store, err := vars.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ids, err := sops.ReadIdentities(os.Getenv("ASSAY_TEST_KEYS"))
	if err != nil {
		t.Fatal(err)
	}
	ensure(t, store, ids, killMachines()...)
}

// killAfter starts the process and kills it while it works on a machine after so many others.
func killAfter(t *testing.T, dir, keys string, machines int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "ASSAY_TEST_FLEET="+dir, "ASSAY_TEST_KEYS="+keys)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed, or was quicker
		close(done)
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			found, err := os.ReadDir(filepath.Join(dir, "vars/per-machine"))
			if err == nil && len(found) > machines {
				_ = cmd.Process.Kill()
				<-done
				running = false
			}
			runtime.Gosched()
		}
	}
}

// pinned returns the host keys of the machines that have one.
func pinned(t *testing.T, store *vars.Store, machines []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range machines {
		if keys, err := secrets.HostKeys(store, m); err == nil {
			out[m] = keys[0]
		}
	}
	return out
}
