package session

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/host/knownhosts"
	"assay/fleet/repo"
	"assay/fleet/run/plan"
	"assay/secrets"
	"assay/secrets/deliver"
	"assay/secrets/generate"
	"assay/secrets/preflight"
	"assay/secrets/sops"
	"assay/secrets/vars"

	"golang.org/x/crypto/ssh"
)

// TestHostKeys: while a machine's host key is replaced it may have either, until
// it has proved one.
func TestHostKeys(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	store, err := vars.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var keys []string
	for range 2 {
		made, err := generate.OpenSSH().Run()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range made {
			if !o.Secret {
				keys = append(keys, string(o.Content.Bytes()))
			}
		}
	}
	id, err := secrets.CreateOperator(store, filepath.Join(state, "keys.txt"), "ann")
	if err != nil {
		t.Fatal(err)
	}
	host := vars.Machine("anvil", generate.HostKeyGenerator)
	err = store.Create(host, []vars.File{
		{Name: generate.HostKeyPublic, Public: []byte(keys[0])},
		{Name: generate.HostKeyPrivate, Secret: secrets.NewSecret([]byte("x")), Access: &vars.Access{Users: []string{"ann"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet.Fleet{Name: "f", Machines: []fleet.Machine{{Name: "anvil"}}}
	f.Machines[0].Deploy.Targets = []string{"anvil.example"}
	s := New(&repo.Repository{Dir: dir, Fleet: f, Vars: store}, Options{StateDir: state, Reach: &Reach{},
		Identities: func() ([]sops.Identity, error) { return []sops.Identity{id}, nil }})
	old, _, _, _, err := ssh.ParseAuthorizedKey([]byte(keys[1]))
	if err == nil {
		err = knownhosts.Pin(s.rotatingFile(), "anvil", ssh.FingerprintSHA256(old), old)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := s.hostKeys("anvil"); len(got) != 2 {
		t.Errorf("before it was asked: %q", got)
	}
	s.proved.Store("anvil", "ssh-ed25519 AAAA")
	if got := s.hostKeys("anvil"); !slices.Equal(got, []string{"ssh-ed25519 AAAA"}) {
		t.Errorf("after it has proved one: %q", got)
	}
}

// TestKeyless: where the operator's own identity cannot be read, that is why a
// host cannot get its own, and not that nobody may open it.
func TestKeyless(t *testing.T) {
	m := []preflight.Manifest{{AgeKeyFile: deliver.Path, Secrets: []preflight.Secret{{Name: "a"}}}}
	h := &plan.Host{Machine: fleet.Machine{Name: "anvil"}}
	for want, failed := range map[string]error{
		"no age identity here opens sops/secrets/anvil-age.key":                            nil,
		"your age identity cannot be read (keys.txt: no such file), so nothing here opens": errors.New("keys.txt: no such file"),
	} {
		s := New(&repo.Repository{}, Options{Identities: func() ([]sops.Identity, error) { return nil, failed }})
		if err := s.keyless(h, plan.AgeKeyMissing, m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if err := s.keyless(h, plan.AgeKeyUnopened, m); err != nil {
			t.Errorf("the host has one: %v", err)
		}
	}
}
