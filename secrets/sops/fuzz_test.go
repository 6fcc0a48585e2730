package sops_test

import (
	"bytes"
	"errors"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// fuzzStore opens anything: it may refuse or open, but never crash, and what
// it opens it can write again.
func fuzzStore(f *testing.F, store sops.Store) {
	ids := testIdentities(f)[:1]
	one := recipientsOf(f, "one")
	for _, a := range readArchive(f, store)[:40] {
		f.Add([]byte(a.Encrypted))
		f.Add(a.Plain)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := sops.ParseAs(store, text)
		switch {
		case err != nil && !errors.Is(err, sops.ErrFormat):
			t.Fatalf("%v is not ErrFormat", err)
		case err == nil:
			if o, err := file.Open(ids); err == nil {
				if _, err := o.Plain(); err != nil {
					t.Fatal(err)
				}
			}
		}
		made, err := sops.Form{Store: store}.Encrypt(secret.New(bytes.Clone(text)), one)
		if err != nil {
			return
		}
		first, err := openAs(t, store, made)
		if err != nil {
			t.Fatal("what was written cannot be read:", err)
		}
		if again, err := (sops.Form{Store: store}).Encrypt(secret.New(bytes.Clone(first)), one); err == nil {
			if _, err := openAs(t, store, again); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzJSON(f *testing.F) { fuzzStore(f, sops.JSON) }

func FuzzYAML(f *testing.F) {
	f.Add([]byte("a: &a [b, *a]\n"))
	f.Add([]byte("a: &a {b: 1}\nc: {<<: *a}\n# end\n---\n- x\n"))
	f.Add([]byte("#\na:\n-\n  #\n  b\n"))
	fuzzStore(f, sops.YAML)
}
