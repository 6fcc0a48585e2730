package secrets_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"assay/secrets"
	"assay/secrets/generate"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// TestLocked: a host key that on the machine only the key itself decrypts is an
// error, whichever form of it that is; with an age key beside it is fine.
func TestLocked(t *testing.T) {
	store, operator := varsFleet(t)
	if _, err := secrets.EnsureHostKeys(t.Context(), store, []string{"m"}, operator); err != nil {
		t.Fatal(err)
	}
	own, err := store.MachineKeys("m")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secrets.HostKeys(store, "m")
	if err != nil {
		t.Fatal(err)
	}
	ofSSH, err := sops.AgeOfSSH(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	private := vars.Machine("m", generate.HostKeyGenerator).Var(generate.HostKeyPrivate)
	for _, test := range []struct {
		recipients []string
		want       secrets.State
	}{
		{[]string{own[0].Public}, secrets.OK},
		{[]string{ofSSH}, secrets.Locked},
		{[]string{keys[0]}, secrets.Locked},
		{[]string{keys[0], ofSSH}, secrets.Locked},
		{[]string{ofSSH, own[0].Public}, secrets.OK},
	} {
		text := ""
		for _, r := range test.recipients {
			text += fmt.Sprintf(`,{"publickey":%q,"type":"age"}`, r)
		}
		if err := os.WriteFile(filepath.Join(store.Dir(), "sops/machines/m/key.json"), []byte("["+text[1:]+"]"), 0o644); err != nil {
			t.Fatal(err)
		}
		key, err := store.Secret(private, operator)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.SetSecret(private, key, vars.Access{Machines: []string{"m"}}); err != nil {
			t.Fatal(err)
		}
		if got := secrets.Check(store, []string{"m"}, operator)[0]; got.State != test.want || test.want != secrets.OK && got.Remedy == "" {
			t.Errorf("%d keys: %+v, want %s", len(test.recipients), got, test.want)
		}
	}
}
