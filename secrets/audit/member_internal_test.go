package audit

import (
	"encoding/json"
	"testing"
)

// FuzzMember compares what is read by hand with package encoding/json.
func FuzzMember(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, ` {} `, `{"sops":1}`, `{"data":"ENC[x]","sops":{"mac":"a","age":[{"recipient":"}"}]}}`, `{"sops":1,"sops":[2, 3] }`,
		`{"a\"b":1,"so\u0070s":{"x":"\\"}}`, `{"sops":"a\"}","b":2}`, `{"a":{"sops":1}}`, `[{"sops":1}]`, `{"sops":}`, `{"sops":1,}`, `{"sops":1} x`,
		"<<<<<<< HEAD\n{\"sops\":1}", `{"sops":[}`, `{"sops":tr ue}`, `{"sops" : true , "x" : null}`, `{"sops":"`, `{"sops`, `{"x":"\`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := member([]byte(text), "sops")
		var top map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &top) != nil {
			return // what is no JSON is not judged, and must not break anything
		}
		if want := top["sops"]; string(got) != string(want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}
