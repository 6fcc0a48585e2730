package embedded

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/nix-community/go-nix/pkg/nar"
)

// writeNar serialises a tree whose nodes are in NAR order. The writer below
// makes many small writes; w should gather them.
func writeNar(w io.Writer, nodes []node) (err error) {
	n, err := nar.NewWriter(w)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(); err == nil {
			err = closeErr
		}
	}()
	for _, node := range nodes {
		if err := n.WriteHeader(node.header()); err != nil {
			return err
		}
		if node.kind == nar.TypeRegular {
			if _, err := n.Write(node.content); err != nil {
				return err
			}
		}
	}
	return nil
}

// digest hashes and counts what is written to it.
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

// hashTree gives the NAR hash and size of a tree whose nodes are in NAR order.
func hashTree(nodes []node) (h [sha256.Size]byte, size int64, err error) {
	d := newDigest()
	w := bufio.NewWriterSize(d, 16<<10)
	if err := writeNar(w, nodes); err != nil {
		return h, 0, err
	}
	if err := w.Flush(); err != nil {
		return h, 0, err
	}
	return d.hash(), d.size, nil
}

// single is the tree of a one-file object.
func single(content []byte, executable bool) []node {
	return []node{{path: "/", kind: nar.TypeRegular, content: content, executable: executable}}
}

// readNar calls visit for every entry of the NAR in a file, in its order; of a
// regular file visit may read the content from r. It returns the hash and the
// size of the whole NAR.
func readNar(name string, visit func(h *nar.Header, r io.Reader) error) (sum [sha256.Size]byte, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, 0, err
	}
	defer f.Close()
	d := newDigest()
	in := io.TeeReader(bufio.NewReader(f), d)
	n, err := nar.NewReader(in)
	if err != nil {
		return sum, 0, fmt.Errorf("%s: %w", name, err)
	}
	defer n.Close()
	for {
		h, err := n.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return sum, 0, fmt.Errorf("%s: %w", name, err)
		}
		if err := visit(h, n); err != nil {
			return sum, 0, err
		}
	}
	// What follows the end of a NAR is not part of it, but it is damage.
	if _, err := io.Copy(io.Discard, in); err != nil {
		return sum, 0, err
	}
	return d.hash(), d.size, nil
}
