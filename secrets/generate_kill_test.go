package secrets_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// TestGenerateKilled kills the process at each moment at which another file
// appears, and lets the next call complete its work: nothing that was whole is
// made anew, and nothing is ever half there.
func TestGenerateKilled(t *testing.T) {
	if dir := os.Getenv("ASSAY_TEST_GENERATE"); dir != "" {
		store, err := vars.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		ids, err := sops.ReadIdentities(os.Getenv("ASSAY_TEST_KEYS"))
		if err != nil {
			t.Fatal(err)
		}
		generated(t, store, planned(t, store, manyPairs()), nil, ids)
		return
	}
	for after := range 8 {
		dir, keys := t.TempDir(), filepath.Join(t.TempDir(), "keys.txt")
		store, err := vars.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		id, err := secrets.CreateOperator(store, keys, "alice")
		if err != nil {
			t.Fatal(err)
		}
		killWhen(t, dir, keys, after)
		ids := []sops.Identity{id}
		whole := map[string]string{}
		for name, content := range tree(t, filepath.Join(dir)) {
			if !strings.Contains(name, ".assay-") && strings.HasSuffix(name, "/value") {
				whole[name] = content
			}
		}
		p := planned(t, store, manyPairs())
		for _, s := range p.Steps {
			if s.Blocked != "" || s.Exists || s.Completes != nil {
				t.Errorf("killed after %d: %s is half there: %s%s", after, s.Place.Dir(), s.Reason, s.Blocked)
			}
		}
		generated(t, store, p, nil, ids)
		for name, content := range tree(t, dir) {
			if was, ok := whole[name]; ok && was != content {
				t.Errorf("killed after %d: %s was made anew", after, name)
			}
			if strings.Contains(name, ".assay-") {
				t.Errorf("killed after %d: %s is left", after, name)
			}
		}
		if left := planned(t, store, manyPairs()); len(left.Steps) > 0 {
			t.Errorf("killed after %d: %q is left", after, said(left))
		}
		store.Close()
	}
}

// manyPairs are generators of a key pair, one after the other.
func manyPairs() secrets.Wanted {
	d := declare.Declaration{Machine: "m"}
	for i := range 8 {
		g := scripted("m", fmt.Sprintf("g%d", i), false, `ssh-keygen -t ed25519 -N "" -C "" -f "$out"/x`, nil, "x", "+x.pub")
		if i > 0 {
			g.Dependencies = []string{fmt.Sprintf("g%d", i-1)}
		}
		d.Generators = append(d.Generators, g)
	}
	return secrets.Wanted{Declarations: []declare.Declaration{d}}
}

// killWhen starts the process and kills it as soon as more than so many
// generators have a directory, under whatever name.
func killWhen(t *testing.T, dir, keys string, generators int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestGenerateKilled$")
	cmd.Env = append(os.Environ(), "ASSAY_TEST_GENERATE="+dir, "ASSAY_TEST_KEYS="+keys)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed, or was quicker
		close(done)
	}()
	for {
		select {
		case <-done:
			return
		default:
			found, err := os.ReadDir(filepath.Join(dir, "vars/per-machine/m"))
			if err == nil && len(found) > generators {
				_ = cmd.Process.Kill()
				<-done
				return
			}
			runtime.Gosched()
		}
	}
}
