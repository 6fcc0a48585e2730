package word_test

import (
	"testing"

	"assay/fleet"
	"assay/overlay"
	"assay/ui/word"
)

// TestLayerPart: what a layer has to do with a package, and what that is without
// it.
func TestLayerPart(t *testing.T) {
	is := &overlay.Without{Derivation: "/nix/store/x.drv", Version: "1.2"}
	at := fleet.Pos{File: "a.nix", Line: 3}
	for want, l := range map[string]overlay.EvaluatedLayer{
		"layer fixes a.nix:3: defines it; without that it is another one, 1.2":                          {Layer: "fixes", At: at, Defines: true, Matters: fleet.True, Without: is},
		"layer overlays.fixes: defines it; without that it is another one":                              {Exported: "fixes", Defines: true, Matters: fleet.True, Without: &overlay.Without{Derivation: "/nix/store/x.drv"}},
		"layer 2 of Nix, for Nix one function with 13 layers: dead, the package is the same without it": {Number: 2, Function: 13, Defines: true, Matters: fleet.False, Without: is},
		"layer fixes: defines it; without that there is none":                                           {Layer: "fixes", Defines: true, Matters: fleet.True, Without: &overlay.Without{Unknown: "there is none"}},
		"layer fixes: changes it by git, which it needs; without that it is another one, 1.2":           {Layer: "fixes", Through: []string{"git"}, Matters: fleet.True, Without: is},
		"layer fixes: defines it; whether that matters is unknown: no Nix":                              {Layer: "fixes", Defines: true, Unknown: "no Nix"},
		"layer fixes: defines it, and changes it by git, jq too; without that it is marked as broken":   {Layer: "fixes", Defines: true, Through: []string{"git", "jq"}, Matters: fleet.True, Without: &overlay.Without{Unknown: "it is marked as broken"}},
	} {
		if got := word.LayerPart(l); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
