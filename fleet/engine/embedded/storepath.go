package embedded

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"
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

// digest is a NAR sink: it hashes and counts.
type digest struct {
	sum  hash.Hash
	size int64
}

func newDigest() *digest { return &digest{sum: sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return d.sum.Write(p)
}

func (d *digest) hash() (h [sha256.Size]byte) {
	d.sum.Sum(h[:0])
	return h
}

// hashFile gives the NAR hash and size of one regular file.
func hashFile(content []byte, executable bool) ([sha256.Size]byte, int64, error) {
	return hashTree([]node{{path: "/", kind: nar.TypeRegular, content: content, executable: executable}})
}

// hashTree gives the NAR hash and size of a tree whose nodes are in NAR order.
func hashTree(nodes []node) (h [sha256.Size]byte, size int64, err error) {
	d := newDigest()
	// The writer makes many small writes; the hash is better fed in blocks.
	var block bytes.Buffer
	w, err := nar.NewWriter(&block)
	if err != nil {
		return h, 0, err
	}
	for _, n := range nodes {
		if err := w.WriteHeader(n.header()); err != nil {
			w.Close()
			return h, 0, err
		}
		if n.kind == nar.TypeRegular {
			if _, err := w.Write(n.content); err != nil {
				w.Close()
				return h, 0, err
			}
		}
		if block.Len() > 32<<10 {
			block.WriteTo(d)
		}
	}
	if err := w.Close(); err != nil {
		return h, 0, err
	}
	block.WriteTo(d)
	return d.hash(), d.size, nil
}

// hashPath gives the NAR hash and size of what is at a path on disk.
func hashPath(name string) (h [sha256.Size]byte, size int64, err error) {
	d := newDigest()
	if err := nar.DumpPath(d, name); err != nil {
		return h, 0, err
	}
	return d.hash(), d.size, nil
}
