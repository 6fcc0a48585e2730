package overlay

import (
	"slices"
	"strings"
	"testing"
)

func TestReadIndex(t *testing.T) {
	for _, c := range []struct{ text, names, version string }{
		{`{"a": {"name": "a-1.0", "pname": "a", "version": "1.0", "system": "x"}, "s.b": {"version": ""}}`, "a s.b", "1.0"},
		{`{"nixpkgs.a": {"version": "2"}, "nixpkgs.s.b": {"version": "3"}}`, "a s.b", "2"},
		{`{"nixos-25_05.a": {"version": "2"}}`, "a", "2"},
		{`{"nixos.a": {"version": "2"}, "nixpkgs.a": {"version": "3"}}`, "nixos.a nixpkgs.a", ""},
		{`{"s.a": {"version": "2"}}`, "s.a", ""},
		{`{"version": 2, "packages": {"a": {"version": "4", "meta": {"x": [1, {"y": null}]}}}}`, "a", "4"},
		{`{"a": {"name": "a-tool-1.0-rc2"}, "n": 3, "o": {"meta": {}}}`, "a", "1.0-rc2"},
		{`{}`, "", ""},
	} {
		x, err := ReadIndex(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if v, _ := x.Version("a"); !slices.Equal(x.Names(), strings.Fields(c.names)) || v != c.version || x.Len() != len(x.Names()) {
			t.Errorf("%s: %q, %s", c.text, x.Names(), v)
		}
	}
	for text, want := range map[string]string{
		``: "at byte 0: unexpected EOF", `{"a": {`: "unexpected EOF", `[]`: "expected an object of packages", `{} x`: "expected nothing after the object",
	} {
		if _, err := ReadIndex(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadIndex(f *testing.F) {
	f.Add([]byte(`{"nixpkgs.a": {"name": "a-1", "version": "1"}}`))
	f.Add([]byte(`{"packages": {"packages": {"name": "-"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		x, err := ReadIndex(strings.NewReader(string(text)))
		if err == nil && x.Len() != len(x.Names()) {
			t.Error(x.Len())
		}
	})
}
