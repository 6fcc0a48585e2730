package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamagedHost spoils what a host runs, in its directory. Status says what
// it sees, plan finds the rest, and an update repairs it.
func TestDamagedHost(t *testing.T) {
	s := newShell(t)
	s.demo("update", "cinnabar", "--yes").want(t, exitDone, "updated")
	root := filepath.Join(s.state, "assay", "demo", "8-hosts", "hosts", "cinnabar")
	const place = "etc/fleet/handbook.txt"
	do := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	object := func() string {
		t.Helper()
		name, err := filepath.EvalSymlinks(filepath.Join(root, place))
		do(err)
		return name
	}
	handbook, err := os.ReadFile(object())
	do(err)
	for _, c := range []struct {
		name, status, plan string
		spoil              func()
	}{
		{"store gone", "the running system is missing on the host", "the running system is missing on the host",
			func() { do(os.RemoveAll(root + "/nix/store")) }},
		{"object gone", "the running system is not whole: " + place + " leads to", "the running system is not whole",
			func() { do(os.Remove(object())) }},
		{"object altered", "", "altered",
			func() { name := object(); do(os.Remove(name), os.WriteFile(name, []byte("mine\n"), 0o600)) }},
		{"link gone", "", "not in their places",
			func() { do(os.Remove(filepath.Join(root, place))) }},
	} {
		c.spoil()
		state, code := "damaged", exitFailed
		if c.status == "" {
			state, code = "current", exitDone
		}
		st := decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, code)).named(t, "cinnabar")
		if string(st.State) != state || !strings.HasPrefix(st.Damaged, c.status) || st.Running != st.Wanted {
			t.Errorf("%s: %+v", c.name, st)
		}
		s.demo("status", "cinnabar").want(t, code, state, c.status)
		s.demo("plan", "cinnabar").want(t, exitDone, "damaged cinnabar: ", c.plan, "1 machine to switch", "no difference")
		s.demo("update", "cinnabar", "--yes").want(t, exitDone, "updated")
		s.demo("status", "cinnabar").want(t, exitDone, "1 current")
		s.demo("update", "cinnabar", "--yes").want(t, exitDone, "nothing to do")
		if now, err := os.ReadFile(filepath.Join(root, place)); err != nil || string(now) != string(handbook) {
			t.Errorf("%s: %v, %q", c.name, err, now)
		}
	}

	// What a user has put into a link's place is not replaced.
	do(os.Remove(filepath.Join(root, place)), os.WriteFile(filepath.Join(root, place), []byte("mine\n"), 0o600))
	s.demo("update", "cinnabar", "--yes").want(t, exitFailed, "/"+place+" is there and was not put there by an activation", "move it away")
	do(os.Remove(filepath.Join(root, place)))
	s.demo("update", "cinnabar", "--yes").want(t, exitDone, "updated")

	// A former system that is gone does not keep a host from moving on.
	do(os.RemoveAll(filepath.Join(filepath.Dir(root), "electrum", "nix", "store")))
	s.demo("plan", "electrum").want(t, exitDone, "no record that could be read: the system is missing on the host")
	s.demo("update", "electrum", "--yes").want(t, exitDone, "updated")

	// Why it is not known what a host runs is said by both in the same words.
	do(os.Remove(root + "/run/current-system"))
	s.demo("status", "cinnabar").want(t, exitFailed, "unknown", "/run/current-system is not there")
	s.demo("plan", "cinnabar").want(t, exitFailed, "/run/current-system is not there")
}
