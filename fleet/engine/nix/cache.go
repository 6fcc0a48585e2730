package nix

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/google/renameio/v2"
)

// evaluated is what an evaluation said of one machine.
type evaluated struct {
	Derivation string `json:"derivation"`
	Path       string `json:"path"`
	Platform   string `json:"platform"` // "x86_64-linux"
}

// cache keeps answers of Nix, one file for each key. A cache that cannot be
// read or written is empty: it saves time only.
type cache struct {
	dir string // "" keeps nothing
	mu  sync.Mutex
}

// kept is how many files of a kind a cache has at most, keptBytes how large they
// are together.
const (
	kept      = 200
	keptBytes = 256 << 20
)

func (c *cache) file(kind, key string) string {
	return filepath.Join(c.dir, kind+"-"+key+".json")
}

// get decodes the answer to key into v and reports whether there is one.
func (c *cache) get(kind, key string, v any) bool {
	if c.dir == "" {
		return false
	}
	text, err := os.ReadFile(c.file(kind, key))
	return err == nil && json.Unmarshal(text, v) == nil
}

// has reports whether there is an answer to key.
func (c *cache) has(kind, key string) bool {
	if c.dir == "" {
		return false
	}
	_, err := os.Stat(c.file(kind, key))
	return err == nil
}

// put keeps an answer, and lets the oldest ones go.
func (c *cache) put(kind, key string, v any) {
	if c.dir == "" || ensure(c.dir) != nil {
		return
	}
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil || renameio.WriteFile(c.file(kind, key), append(text, '\n'), 0o600) != nil {
		return
	}
	c.sweep(kind)
}

// forget drops all answers of a kind.
func (c *cache) forget(kind string) {
	if c.dir == "" {
		return
	}
	files, _ := filepath.Glob(c.file(kind, "*"))
	for _, f := range files {
		_ = os.Remove(f)
	}
}

func (c *cache) sweep(kind string) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	type aged struct {
		name string
		time int64
		size int64
	}
	var files []aged
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && strings.HasPrefix(entry.Name(), kind+"-") {
			files = append(files, aged{entry.Name(), info.ModTime().UnixNano(), info.Size()})
		}
	}
	slices.SortFunc(files, func(a, b aged) int { return cmp.Compare(b.time, a.time) })
	var size int64
	for i, f := range files {
		if size += f.size; i >= kept || size > keptBytes {
			_ = os.Remove(filepath.Join(c.dir, f.name))
		}
	}
}

// machines returns what is known of the machines under key.
func (c *cache) machines(key string) map[string]evaluated {
	known := map[string]evaluated{}
	c.get("evaluation", key, &known)
	return known
}

// add keeps what has become known of machines.
func (c *cache) add(key string, more map[string]evaluated) {
	if len(more) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.machines(key)
	for name, m := range more {
		known[name] = m
	}
	c.put("evaluation", key, known)
}
