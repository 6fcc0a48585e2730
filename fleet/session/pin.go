package session

import (
	"encoding/json"
	"fmt"
	"time"
)

// Pin is what flake.lock holds an input to.
type Pin struct {
	Revision string    // of its repository; "" where it has none, as a directory
	Hash     string    // of its content, as Nix writes it
	At       time.Time // when that was made; zero where it is not known
}

// pinOf reads what a flake.lock (version 5 to 7) holds an input of the flake
// itself to. An input that follows another one's has none of its own.
func pinOf(lock []byte, input string) (Pin, error) {
	var file struct {
		Root  string
		Nodes map[string]struct {
			Inputs map[string]json.RawMessage
			Locked struct {
				Rev, NarHash string
				LastModified int64
			}
		}
	}
	if err := json.Unmarshal(lock, &file); err != nil {
		return Pin{}, fmt.Errorf("%s: %w", lockName, err)
	}
	var name string
	raw, ok := file.Nodes[file.Root].Inputs[input]
	if !ok {
		return Pin{}, fmt.Errorf("%s has no input %q", lockName, input)
	}
	if json.Unmarshal(raw, &name) != nil {
		return Pin{}, fmt.Errorf("the input %q follows another one's in %s", input, lockName)
	}
	locked := file.Nodes[name].Locked
	p := Pin{Revision: locked.Rev, Hash: locked.NarHash}
	if locked.LastModified > 0 {
		p.At = time.Unix(locked.LastModified, 0).UTC()
	}
	return p, nil
}
