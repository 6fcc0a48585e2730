package sops_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// TestRemovedReader splices the old header of somebody who was removed into
// the file as it was written afterwards.
func TestRemovedReader(t *testing.T) {
	ids := testIdentities(t)
	both := recipientsOf(t, "two")
	for store, plain := range map[sops.Store]string{sops.Binary: "old", sops.JSON: tamperPlain, sops.YAML: tamperYAML} {
		for range 5 {
			before, err := sops.Form{Store: store}.Encrypt(secret.New([]byte(plain)), both)
			if err != nil {
				t.Fatal(err)
			}
			f, err := sops.ParseAs(store, before)
			if err != nil {
				t.Fatal(err)
			}
			if extra, missing := f.Drift(both[:1]); len(missing) != 0 || len(extra) != 1 || extra[0] != both[1] {
				t.Error(extra, missing)
			}
			o, err := f.Open(ids[:1])
			if err != nil {
				t.Fatal(err)
			}
			after, err := o.Encrypt(both[:1])
			if err != nil {
				t.Fatal(err)
			}
			header := func(text []byte) (from, to int) {
				from = bytes.Index(text, []byte("age\""))
				if store == sops.YAML {
					from = bytes.Index(text, []byte("    age:\n"))
				}
				return from, bytes.Index(text, []byte("lastmodified"))
			}
			a, b := header(before)
			c, d := header(after)
			spliced := slices.Concat(after[:c], before[a:b], after[d:])
			g, err := sops.ParseAs(store, spliced)
			if err != nil {
				t.Fatal(err, string(spliced))
			}
			if _, err := g.Decrypt(ids[1:2]); !errors.Is(err, sops.ErrTampered) {
				t.Errorf("%s: who was removed: %v", store, err)
			}
		}
	}
}

// TestStructuredFlips changes random bytes: nothing that changes the plaintext
// is accepted without a doubt about that place.
func TestStructuredFlips(t *testing.T) {
	t.Parallel()
	flips := 3000
	if testing.Short() {
		flips = 300
	}
	ids := testIdentities(t)[:1]
	for store, plain := range map[sops.Store]string{sops.JSON: tamperPlain, sops.YAML: tamperYAML} {
		text, err := sops.Form{Store: store}.Encrypt(secret.New([]byte(plain)), recipientsOf(t, "one"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := openAs(t, store, text)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		refused, harmless, doubtful := 0, 0, 0
		for range flips {
			flipped := bytes.Clone(text)
			flipped[random.IntN(len(text))] ^= 1 << random.IntN(8)
			f, err := sops.ParseAs(store, flipped)
			if err != nil {
				refused++
				continue
			}
			o, err := f.Open(ids)
			if err != nil {
				refused++
				continue
			}
			got, err := o.Plain()
			switch {
			case err != nil:
				t.Fatal(err)
			case bytes.Equal(got.Bytes(), want):
				harmless++
			case len(o.Doubts) > 0 && sops.Compare(parseAs(t, store, text), f) == sops.Forged:
				doubtful++ // the name of a value in clear, or the like
			default:
				t.Fatalf("%s: accepted silently:\n%s", store, flipped)
			}
		}
		t.Logf("%s: of %d flips %d refused, %d without effect, %d with a doubt and found by Compare", store, flips, refused, harmless, doubtful)
	}
}

func parseAs(t *testing.T, store sops.Store, text []byte) *sops.File {
	t.Helper()
	f, err := sops.ParseAs(store, text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestManyStrayComments is a file with comments that open nowhere, and many
// places to look for theirs: the search has an end.
func TestManyStrayComments(t *testing.T) {
	plain := "# note\na: b\nm:\n" + strings.Repeat("  - []\n", 3000)
	text, err := sops.Form{Store: sops.YAML}.Encrypt(secret.New([]byte(plain)), recipientsOf(t, "one"))
	if err != nil {
		t.Fatal(err)
	}
	note, _, _ := strings.Cut(string(text), "\n")
	stray := strings.Replace(note, "iv:", "iv:AAAA", 1) + "\n"
	text = []byte(strings.Repeat(stray, 3000) + string(text))
	f, err := sops.ParseAs(sops.YAML, text)
	if err != nil {
		t.Fatal(err)
	}
	o, err := f.Open(testIdentities(t)[:1])
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, d := range o.Doubts {
		if d.Kind == sops.DoubtStray {
			count++
		}
	}
	if count != 3000 {
		t.Error(count)
	}
}
