package sops_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// Each line of testdata/made-by-sops/STORE.jsonl is one file that the sops
// command 3.13.3 made, and what it decrypts that file to. They are made by
//
//	go test ./secrets/sops -run TestMakeArchives -make -sops /path/to/sops
type archived struct {
	Selector  *sops.Selector `json:",omitempty"`
	Plain     []byte
	Encrypted string
	Decrypted []byte
}

const archivedCases = 110 // of each store

func archive(store sops.Store) string { return filepath.Join(fixtures, string(store)+".jsonl") }

// archiveCase is a small document; a binary one is any bytes.
func archiveCase(store sops.Store, seed uint64) randomCase {
	if store != sops.Binary {
		return newCase(store, seed)
	}
	random := rand.New(rand.NewPCG(seed, 5))
	blob := make([]byte, random.IntN(200))
	for i := range blob {
		blob[i] = byte(random.Uint32())
	}
	return randomCase{Store: store, Plain: string(blob)}
}

func TestMakeArchives(t *testing.T) {
	if !*makeFixtures {
		t.Skip("not run: -make is not given")
	}
	run := sopsCommand(t)
	for _, store := range []sops.Store{sops.Binary, sops.JSON, sops.YAML} {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		made := 0
		for seed := uint64(1 << 20); made < archivedCases; seed++ {
			c := archiveCase(store, seed)
			text, err := encryptWith(t, run, c)
			if err != nil || len(text) > 6000 {
				continue
			}
			args := append([]string{"decrypt"}, kindOf(store)...)
			plain, err := run(text, args...)
			if err != nil || bytes.Contains(plain, []byte("#ENC[AES256_GCM,")) {
				continue
			}
			a := archived{Plain: []byte(c.Plain), Encrypted: string(text), Decrypted: plain}
			if c.Selector != (sops.Selector{}) {
				a.Selector = &c.Selector
			}
			if err := enc.Encode(a); err != nil {
				t.Fatal(err)
			}
			made++
		}
		if err := os.WriteFile(archive(store), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readArchive(t testing.TB, store sops.Store) []archived {
	t.Helper()
	var out []archived
	dec := json.NewDecoder(bytes.NewReader(read(t, archive(store))))
	for dec.More() {
		var a archived
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	if len(out) < 100 {
		t.Fatalf("only %d files of the store %s", len(out), store)
	}
	return out
}

// TestArchives opens every committed file, compares it with what the sops
// command made of it, and encrypts the same document here: the result has to
// be the committed file byte by byte but for what is random.
func TestArchives(t *testing.T) {
	t.Parallel()
	ids := testIdentities(t)[:1]
	for _, store := range []sops.Store{sops.Binary, sops.JSON, sops.YAML} {
		for i, a := range readArchive(t, store) {
			if testing.Short() && i%5 != 0 {
				continue
			}
			got, err := openAs(t, store, []byte(a.Encrypted))
			if err != nil || !bytes.Equal(got, a.Decrypted) {
				t.Errorf("%s %d: %v, got %q, want %q", store, i, err, got, a.Decrypted)
				continue
			}
			form := sops.Form{Store: store}
			if a.Selector != nil {
				form.Selector = *a.Selector
			}
			ours, err := form.Encrypt(secret.New(bytes.Clone(a.Plain)), recipientsOf(t, "one"))
			if err != nil || masked(ours) != masked([]byte(a.Encrypted)) {
				t.Errorf("%s %d: %v, we write\n%s\nsops wrote\n%s", store, i, err, masked(ours), masked([]byte(a.Encrypted)))
			}
			if i%5 != 0 {
				continue // the rest takes its time
			}
			f, err := sops.ParseAs(store, ours)
			if err != nil {
				t.Fatal(err)
			}
			o, err := f.Open(ids)
			if err != nil {
				t.Fatal(err)
			}
			again, err := o.Encrypt(recipientsOf(t, "two"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := openAs(t, store, again); err != nil || !bytes.Equal(got, a.Decrypted) {
				t.Errorf("%s %d: encrypted anew: %v", store, i, err)
			}
		}
	}
}
