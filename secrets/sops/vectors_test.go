package sops

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"assay/secrets/secret"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"
	"filippo.io/age/armor"
)

// vector is one of the age project's test vectors (C2SP CCTV).
type vector struct {
	expect, payload string
	ids             []age.Identity
	armored         bool
	file            []byte
}

func parseVector(t *testing.T, text []byte) vector {
	head, file, ok := bytes.Cut(text, []byte("\n\n"))
	if !ok {
		t.Fatal("no body")
	}
	v := vector{file: file}
	for line := range strings.Lines(string(head)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "expect":
			v.expect = value
		case "payload":
			v.payload = value
		case "armored":
			v.armored = true
		case "identity":
			ids, err := ParseIdentities(secret.New([]byte(value)), "vector")
			if err != nil || len(ids) != 1 {
				t.Fatal(err)
			}
			v.ids = append(v.ids, ids[0].open())
		case "passphrase":
			id, err := age.NewScryptIdentity(value)
			if err != nil {
				t.Fatal(err)
			}
			v.ids = append(v.ids, id)
		case "compressed":
			r, err := zlib.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if v.file, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return v
}

// TestAgeVectors opens the vectors as stanzas are opened: those that are not
// armored are armored first.
func TestAgeVectors(t *testing.T) {
	t.Parallel()
	files, err := fs.ReadDir(agetest.Vectors, ".")
	if err != nil || len(files) < 143 {
		t.Fatal(len(files), err)
	}
	opened := 0
	for i, f := range files {
		if testing.Short() && i%5 != 0 {
			continue
		}
		text, err := fs.ReadFile(agetest.Vectors, f.Name())
		if err != nil {
			t.Fatal(err)
		}
		v := parseVector(t, text)
		enc := string(v.file)
		if !v.armored {
			var out strings.Builder
			w := armor.NewWriter(&out)
			_, err := w.Write(v.file)
			if err := errors.Join(err, w.Close()); err != nil {
				t.Fatal(err)
			}
			enc = out.String()
		}
		plain, err := openArmored(enc, v.ids, 1<<30)
		hash := sha256.Sum256(plain)
		_, none := errors.AsType[*age.NoIdentityMatchError](err)
		switch {
		case (err == nil) != (v.expect == "success"):
			t.Errorf("%s: %v, want %s", f.Name(), err, v.expect)
		case err == nil && hex.EncodeToString(hash[:]) != v.payload:
			t.Errorf("%s: another payload", f.Name())
		case err != nil && len(plain) > 0:
			t.Errorf("%s: plaintext in spite of an error", f.Name())
		case none != (v.expect == "no match"):
			t.Errorf("%s: %v, want %s", f.Name(), err, v.expect)
		case err == nil:
			opened++
		}
	}
	t.Logf("%d vectors, of which %d open", len(files), opened)
}
