package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"
)

const storeDir = "/nix/store"

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
