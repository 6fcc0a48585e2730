package nix

import (
	"encoding/json"
	"testing"

	"assay/fleet/engine"
)

// FuzzSupply: whatever is said at a step, there is an answer for the package,
// and what has no derivation has a reason.
func FuzzSupply(f *testing.F) {
	f.Add("n {\"event\":\"done\",\"step\":\"0/0/is\",\"is\":{\"derivation\":\"/nix/store/x.drv\",\"version\":\"1\"}}")
	f.Add("n {\"event\":\"done\",\"step\":\"0/0/layers\",\"is\":{\"overlays\":1,\"layers\":[{\"number\":0}],\"definers\":[{\"number\":0,\"line\":-1}]}}")
	f.Add("n {\"event\":\"done\",\"step\":\"0\",\"is\":{\"absent\":true}}")
	f.Add("n {\"event\":\"begin\",\"step\":\"0/0/is\"}")
	f.Add("n {\"event\":\"done\",\"step\":\"0/0/is\",\"is\":[]}")
	f.Fuzz(func(t *testing.T, message string) {
		s := &supplying{set: setNixOS, repo: &repository{top: t.TempDir(), asked: true, source: "/nix/store/0-source"}, said: map[string]json.RawMessage{"0": json.RawMessage("{}"), "0/0/is": json.RawMessage("{}")}, failed: map[string]string{}}
		s.take("n ", message)
		q := engine.SupplyQuestion{Machine: "m", Packages: []string{"p"}, Channels: []engine.SupplyChannel{{Name: "c"}}, Layers: true}
		out := s.supply(t.Context(), "0", 0, q)
		c := out.Channels["c"]
		if out.Package != "p" || out.Is.Derivation == "" && out.Is.Unknown == "" || c.Derivation == "" && c.Unknown == "" {
			t.Errorf("%q: %+v", message, out)
		}
	})
}
