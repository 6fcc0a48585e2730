package vars_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"assay/secrets/vars"
)

// TestHash has the texts of which the hashes are, as builtins.toJSON of Nix
// writes them: it escapes quotes, backslashes and control characters only.
func TestHash(t *testing.T) {
	for _, c := range []struct {
		validation any
		text       string
	}{
		{map[string]any{"b": []any{"x", true}, "a": "<&>"}, `{"a":"<&>","b":["x",true]}`},
		{"a\u2028b\u2029c", "\"a\u2028b\u2029c\""},
		{`\u2028 \\u2029 \`, `"\\u2028 \\\\u2029 \\"`},
		{"", `""`},
	} {
		sum := sha256.Sum256([]byte(c.text))
		if got, err := vars.Hash(c.validation); err != nil || got != hex.EncodeToString(sum[:]) {
			t.Errorf("%q: %s, %v; want that of %s", c.validation, got, err, c.text)
		}
	}
	if got, err := vars.Hash(nil); got != "" || err != nil {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

// TestStoredHash refuses what is no hash.
func TestStoredHash(t *testing.T) {
	s := open(t)
	g := vars.Machine("m", "g")
	sum, err := vars.Hash("x")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"": "", sum: sum, sum + "\n": sum, sum[:62]: "no", "<<<<<<< HEAD\n" + sum: "no", "b4ef": "no"} {
		put(t, s, "vars/per-machine/m/g/.validation-hash", text)
		got, err := s.StoredHash(g)
		if bad := want == "no"; bad != errors.Is(err, vars.ErrHash) || !bad && got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
