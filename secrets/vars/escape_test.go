package vars_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/vars"
)

func TestNames(t *testing.T) {
	s := open(t)
	user(t, s, "cameron")
	for _, bad := range []string{"", ".", "..", "../x", "a/b", "a b", "a\x00", "ä", ".assay-x", strings.Repeat("a", 300)} {
		for _, id := range []vars.ID{
			vars.Machine(bad, "g").Var("f"),
			vars.Machine("m", bad).Var("f"),
			vars.Machine("m", "g").Var(bad),
			vars.Shared(bad).Var("f"),
		} {
			if id.File == "a/b" {
				continue // a file may lie in a directory of its generator's
			}
			if err := s.SetPublic(id, nil); !errors.Is(err, vars.ErrName) {
				t.Errorf("%q is accepted: %v", id, err)
			}
			if _, err := s.Public(id); !errors.Is(err, vars.ErrName) {
				t.Errorf("%q is accepted: %v", id, err)
			}
		}
		for _, access := range []vars.Access{{Users: []string{bad}}, {Machines: []string{bad}}, {Groups: []string{bad}}} {
			if err := s.SetSecret(vars.Shared("g").Var("f"), secret.New([]byte("x")), access); !errors.Is(err, vars.ErrName) {
				t.Errorf("%+q is accepted: %v", access, err)
			}
		}
		if err := s.AddUser(bad, "x"); !errors.Is(err, vars.ErrName) {
			t.Errorf("user %q is accepted: %v", bad, err)
		}
	}
	for _, bad := range []string{"-m", "m-", "a_b", strings.Repeat("m", 64)} {
		if vars.CheckMachine(bad) == nil {
			t.Errorf("machine %q is accepted", bad)
		}
	}
	for _, good := range []string{"m", "M1", "a-b", strings.Repeat("m", 63)} {
		if err := vars.CheckMachine(good); err != nil {
			t.Error(err)
		}
	}
	elsewhere := vars.Generator{Scope: "elsewhere", Name: "g"}
	if err := s.SetPublic(elsewhere.Var("f"), nil); !errors.Is(err, vars.ErrName) {
		t.Error("an unknown scope is accepted:", err)
	}
}

// TestNothingEscapes leads every part of a path out of the fleet.
func TestNothingEscapes(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "value"), []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	id := vars.Machine("m", "g").Var("f")
	for _, at := range []string{"vars", "vars/per-machine", "vars/per-machine/m", "vars/per-machine/m/g", "vars/per-machine/m/g/f"} {
		s := open(t)
		user(t, s, "cameron")
		link(t, s, at, outside)
		if b, err := s.Public(id); err == nil {
			t.Errorf("%s: read %q", at, b)
		}
		if err := s.SetPublic(id, []byte("x")); err == nil {
			t.Errorf("%s: SetPublic wrote through it", at)
		}
		if err := s.SetSecret(id, secret.New([]byte("x")), vars.Access{Users: []string{"cameron"}}); err == nil {
			t.Errorf("%s: SetSecret wrote through it", at)
		}
		if err := s.Create(id.Generator, []vars.File{{Name: "f"}}); err == nil {
			t.Errorf("%s: Create wrote through it", at)
		}
		if _, err := s.List(); err != nil && !strings.Contains(err.Error(), "escapes") {
			t.Errorf("%s: %v", at, err)
		}
	}
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) != 1 {
		t.Errorf("something was written outside: %v, %v", entries, err)
	}
	// A value that is itself a link is replaced, not written through.
	s := open(t)
	link(t, s, "vars/per-machine/m/g/f/value", filepath.Join(outside, "value"))
	if err := s.SetPublic(id, []byte("inside")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(outside, "value")); err != nil || string(b) != "outside" {
		t.Errorf("the file outside is now %q, %v", b, err)
	}
}

// A private key that is a link out of reach, say to a disk that is not
// mounted, is there: it is neither missing nor made anew.
func TestSecretOutOfReach(t *testing.T) {
	for name, to := range map[string]string{"dangling": "nowhere", "outside": t.TempDir()} {
		s := open(t)
		user(t, s, "cameron")
		link(t, s, "sops/secrets/m-age.key/secret", to)
		if _, err := s.AddMachineKey("m", vars.Access{Users: []string{"cameron"}}, nil); err == nil {
			t.Errorf("%s: a machine key was made in place of one that is there", name)
		}
		if got, err := os.Readlink(filepath.Join(s.Dir(), "sops/secrets/m-age.key/secret")); got != to {
			t.Errorf("%s: the link is now %q, %v", name, got, err)
		}
		link(t, s, "vars/per-machine/m/g/f/secret", to)
		if _, secret, err := s.Has(vars.Machine("m", "g").Var("f")); !secret || err != nil {
			t.Errorf("%s: Has says %t, %v", name, secret, err)
		}
	}
}
