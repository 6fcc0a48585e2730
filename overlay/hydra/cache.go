package hydra

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// kept is an answer as it is kept on disk.
type kept struct {
	Version int    `json:"version"`
	Asked   Target `json:"asked"` // what the answer is to
	Job     Target `json:"job"`   // which job that led to
	Answer  Answer `json:"answer"`
}

// keptVersion changes with the format; others are not read.
const keptVersion = 1

// maxKept bounds a kept answer in bytes.
const maxKept = 64 << 10

func (c *Client) path(t Target) string {
	text, _ := json.Marshal(t)
	sum := sha256.Sum256(text)
	return filepath.Join(c.cache, hex.EncodeToString(sum[:16])+".json")
}

// load returns a kept answer. One that cannot be read is none.
func (c *Client) load(t Target) (Answer, bool) {
	if c.cache == "" {
		return Answer{}, false
	}
	f, err := os.Open(c.path(t))
	if err != nil {
		return Answer{}, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKept))
	var k kept
	if err != nil || json.Unmarshal(text, &k) != nil || k.Version != keptVersion || k.Asked != t || k.Answer.Asked.IsZero() {
		return Answer{}, false
	}
	switch k.Answer.State {
	case Green, Failing, Unknown:
	default:
		return Answer{}, false
	}
	k.Answer.Job, k.Answer.Offline = k.Job, ""
	return k.Answer, true
}

// save keeps an answer. That it cannot is no fault: it is asked for again.
func (c *Client) save(t Target, a Answer) {
	if c.cache == "" || os.MkdirAll(c.cache, 0o700) != nil {
		return
	}
	if text, err := json.Marshal(kept{keptVersion, t, a.Job, a}); err == nil {
		_ = renameio.WriteFile(c.path(t), text, 0o600)
	}
}
