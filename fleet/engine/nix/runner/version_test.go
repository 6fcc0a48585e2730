package runner

import "testing"

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]string{
		"nix (Nix) 2.8.0\n":                            "2.8",
		"nix (Nix) 2.26.3+2\n":                         "2.26",
		"nix (Nix) 2.34.8":                             "2.34",
		"nix (Nix) 2.35.0pre20260101_abcdef0\nmore":    "2.35",
		"nix (Determinate Nix 3.11.2) 2.31.1":          "2.31",
		"nix (Lix, like Nix) 2.91.1\nSystem type: x\n": "2.91",
	} {
		if v, err := ParseVersion(in); err != nil || v.String() != want {
			t.Errorf("%q: got %v, %v", in, v, err)
		}
	}
	for _, in := range []string{"", "nix", "nix (Nix) 2.3.16", "nix (Nix) x.y", "nix (Nix) 99999999999999.1"} {
		if v, err := ParseVersion(in); err == nil {
			t.Errorf("%q: got %v", in, v)
		}
	}
}

func TestFeatures(t *testing.T) {
	old, lix, new := Version{Major: 2, Minor: 8}, Version{Major: 2, Minor: 91, Lix: true}, Version{Major: 2, Minor: 34}
	if old.Outputs("x.drv") != "x.drv" || lix.Outputs("x.drv") != "x.drv^*" || new.Outputs("x.drv") != "x.drv^*" {
		t.Error("outputs")
	}
	if old.AtLeast(2, 20) || lix.AtLeast(2, 20) || !lix.AtLeast(2, 18) || !new.AtLeast(2, 34) || !(Version{Major: 3}).AtLeast(2, 34) {
		t.Error("versions are ordered wrongly")
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"nix (Nix) 2.8.0\n", "nix (Lix, like Nix) 2.91.1", "nix 2.x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := ParseVersion(s); err == nil && (v.Major < 2 || v.Text == "") {
			t.Errorf("%q is %#v", s, v)
		}
	})
}
