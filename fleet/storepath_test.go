package fleet

import (
	"strings"
	"testing"
)

func TestIsStorePath(t *testing.T) {
	const hash = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz"
	for path, want := range map[string]bool{
		hash + "-x":                           true,
		hash + "-.nixos_system-web+1?=2.drv":  true,
		hash + "-" + strings.Repeat("a", 211): true,
		hash + "-" + strings.Repeat("a", 212): false,
		hash + "-":                            false,
		hash:                                  false,
		hash + "-x/etc":                       false,
		hash + "-x\n":                         false,
		hash + "-x y":                         false,
		hash + "-ä":                           false,
		hash + "0-x":                          false,
		hash[:len(hash)-1] + "-x":             false,
		strings.Replace(hash, "a", "e", 1) + "-x":        false,
		strings.TrimPrefix(hash, "/") + "-x":             false,
		strings.Replace(hash, "/store/", "/", 1) + "-x":  false,
		"/gnu" + strings.TrimPrefix(hash, "/nix") + "-x": false,
		"": false,
	} {
		if got := IsStorePath(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}
