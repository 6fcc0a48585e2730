package embedded

import (
	"crypto/sha256"
	"sync"

	"assay/fleet/engine"
)

// objectTable remembers the store paths of contents that were hashed before,
// and keeps one copy of small texts for all records.
type objectTable struct {
	mu    sync.Mutex
	paths map[objectKey]object // without contents
	texts map[[sha256.Size]byte]string
	bytes int // of texts
}

type objectKey struct {
	name       string
	sum        [sha256.Size]byte
	executable bool
}

// maxShared bounds the texts that are kept to be shared, in bytes.
const maxShared = 16 << 20

// object gives the object of a content under a name.
func (t *objectTable) object(name string, content []byte, executable bool) (object, error) {
	key := objectKey{name, sha256.Sum256(content), executable}
	t.mu.Lock()
	o, ok := t.paths[key]
	t.mu.Unlock()
	if !ok {
		hash, size, err := hashTree(single(content, executable))
		if err != nil {
			return object{}, err
		}
		o = object{path: makePath(hash, name), narHash: hashText(hash), narSize: size, executable: executable}
		t.mu.Lock()
		if t.paths == nil {
			t.paths = make(map[objectKey]object)
		}
		t.paths[key] = o
		t.mu.Unlock()
	}
	o.content = content
	return o, nil
}

// file describes a file for a record.
func (t *objectTable) file(f wanted, o object) engine.File {
	out := engine.File{Path: line(f.shown), Hash: o.narHash, Mode: "0444", Size: int64(len(f.content))}
	if f.executable {
		out.Mode = "0555"
	}
	if len(f.content) > maxText {
		out.Binary = true
		return out
	}
	out.Text = t.text(f.content)
	if !isText(out.Text) {
		out.Text, out.Binary = "", true
	}
	return out
}

// text gives a string that is shared with other records where that is cheap.
func (t *objectTable) text(content []byte) string {
	sum := sha256.Sum256(content)
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := t.texts[sum]; ok {
		return s
	}
	s := string(content)
	if t.bytes+len(s) <= maxShared {
		if t.texts == nil {
			t.texts = make(map[[sha256.Size]byte]string)
		}
		t.texts[sum] = s
		t.bytes += len(s)
	}
	return s
}
