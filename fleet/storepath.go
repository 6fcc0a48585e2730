package fleet

import "strings"

// IsStorePath reports whether a path is one of Nix's store, and nothing below
// one: /nix/store, 32 digits of Nix's base 32 (no e, o, t, u), a dash, and a
// name of 1 to 211 letters, digits and signs of "+-._?=". It holds nothing that
// a shell or xargs would see as more than a letter.
func IsStorePath(path string) bool {
	name, ok := strings.CutPrefix(path, "/nix/store/")
	hash, name, dash := strings.Cut(name, "-")
	if !ok || !dash || len(hash) != 32 || len(name) < 1 || len(name) > 211 {
		return false
	}
	for i := range len(hash) {
		if strings.IndexByte("0123456789abcdfghijklmnpqrsvwxyz", hash[i]) < 0 {
			return false
		}
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte("+-._?=", c) < 0 {
			return false
		}
	}
	return true
}
