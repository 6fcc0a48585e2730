package vars

import (
	"errors"
	"slices"
	"testing"
)

func FuzzKeyFile(f *testing.F) {
	for _, seed := range []string{
		`[{"publickey": "age1xyz", "type": "age"}]`,
		`{"type": "AGE", "publickey": "age1xyz"}` + "\n",
		`[{"publickey":"ssh-ed25519 AAAA c","type":"age"},{"publickey":"0xab cd","type":"pgp"}]`,
		`[]`, ``, `{`, `[{}]`, `null`, `[null]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := parseKeys(text)
		if err != nil {
			if !errors.Is(err, ErrKeys) {
				t.Fatal(err)
			}
			return
		}
		out, err := formatKeys(keys)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseKeys(out)
		if err != nil || !slices.Equal(again, keys) {
			t.Fatalf("%q became %q: %v", keys, again, err)
		}
	})
}
