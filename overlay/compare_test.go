package overlay

import (
	"strings"
	"testing"

	"assay/fleet"
)

// TestCompare: each thing that Nix says otherwise is told, once, with both
// places.
func TestCompare(t *testing.T) {
	read := func(change func(*Answer)) Answer {
		a := Answer{Package: "hello", System: "x86_64-linux", Layer: LayerHotfixes, Kind: LayerHotfixes, Number: 2, Channel: "stable",
			Version: "1.0", At: fleet.Pos{File: "fleet.toml", Line: 7},
			Shadowed: []Entry{{Package: "hello", Layer: LayerInputs, Dead: fleet.True, At: fleet.Pos{File: "fleet.toml", Line: 3}}}}
		change(&a)
		return a
	}
	told := func(change func(*Evaluated)) Evaluated {
		e := Evaluated{Package: "hello", System: "x86_64-linux", Derivation: "s.drv", Version: "1.0", Changed: fleet.False,
			Channels: []EvaluatedChannel{{Channel: "main", Derivation: "m.drv"}, {Channel: "stable", Derivation: "s.drv"}},
			Layers:   []EvaluatedLayer{{Layer: LayerHotfixes, Number: 2, Defines: true, Matters: fleet.True, At: fleet.Pos{File: "nix.nix", Line: 9}}}}
		change(&e)
		return e
	}
	same, asTold := func(*Answer) {}, func(*Evaluated) {}
	for _, c := range []struct {
		name string
		read func(*Answer)
		told func(*Evaluated)
		want string // "" is no problem
	}{
		{"agreement", same, asTold, ""},
		{"another layer", same, func(e *Evaluated) { e.Layers[0].Layer = LayerOverrides }, "for Nix it is overrides (Nix: nix.nix:9)"},
		{"no layer", same, func(e *Evaluated) { e.Layers = nil }, "for Nix no layer defines it"},
		{"only if", func(a *Answer) { a.Reason = "x; only if y" }, func(e *Evaluated) { e.Layers = nil }, ""},
		{"a layer", func(a *Answer) { *a = Answer{Package: "hello", System: "x86_64-linux", Channel: "stable"} }, asTold, "nix.nix:9: warning: hello on x86_64-linux: no layer was read to define it, and for Nix the layer hotfixes does"},
		{"layers unknown", same, func(e *Evaluated) { e.Layers, e.LayersUnknown = nil, "why" }, ""},
		{"layer without a name", same, func(e *Evaluated) { e.Layers[0].Layer = "" }, ""},
		{"not dead", same, func(e *Evaluated) {
			e.Layers = append([]EvaluatedLayer{{Layer: LayerInputs, Defines: true, Matters: fleet.True}}, e.Layers...)
		}, "the entry of the layer inputs was read as dead"},
		{"another derivation", same, func(e *Evaluated) { e.Derivation = "o.drv" }, "it was read as the package of the channel stable"},
		{"changed by a dependency", same, func(e *Evaluated) { e.Derivation, e.Changed = "o.drv", fleet.True }, ""},
		{"channel unknown", same, func(e *Evaluated) { e.Channels[1].Derivation = "" }, ""},
		{"of another name", func(a *Answer) { a.Of = "hi" }, func(e *Evaluated) { e.Derivation = "o.drv" }, ""},
		{"another version", same, func(e *Evaluated) { e.Version = "2.0" }, "fleet.toml:7: warning: hello on x86_64-linux: version 1.0 was read, and for Nix it is 2.0"},
	} {
		ps := Compare(read(c.read), told(c.told))
		if c.want == "" && len(ps) > 0 || c.want != "" && (len(ps) != 1 || !strings.Contains(ps[0].Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, ps, c.want)
		}
	}
}
