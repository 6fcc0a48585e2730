package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"
)

const storeDir = "/nix/store"

// storePath matches what this engine takes for a store path: Nix's rule for
// names (nix.dev, "Store Path"), with no name that starts with a dot.
var storePath = regexp.MustCompile(`^/nix/store/[0123456789abcdfghijklmnpqrsvwxyz]{32}-[A-Za-z0-9+_?=-][A-Za-z0-9+._?=-]{0,210}$`)

// CheckPath reports whether p is a plain store path, "/nix/store/<hash>-<name>".
func CheckPath(p string) error {
	if !storePath.MatchString(p) {
		return fmt.Errorf("%q is not a store path", clip(line(p), 100))
	}
	return nil
}

// makePath gives the store path of content with that NAR hash and name and no
// references, as `nix-store --add` does (Nix manual, "Store Path Specification",
// type "source").
func makePath(narHash [sha256.Size]byte, name string) string {
	print := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(narHash[:]) + ":" + storeDir + ":" + name))
	var short [20]byte
	for i, b := range print {
		short[i%len(short)] ^= b
	}
	return storeDir + "/" + nixbase32.EncodeToString(short[:]) + "-" + name
}

// hashText renders a NAR hash as Nix does: "sha256:<nixbase32>".
func hashText(h [sha256.Size]byte) string {
	return "sha256:" + nixbase32.EncodeToString(h[:])
}

// storeName makes a valid store name from a prefix and a path.
func storeName(prefix, rel string) string {
	name := prefix + "-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("+._?=-", r):
			return r
		case r == '/':
			return '-'
		}
		return '_'
	}, rel)
	return name[:min(len(name), 200)]
}
