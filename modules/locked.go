package modules

import (
	"encoding/json"
	"slices"
)

// lockedSystems are the inputs that hold nothing but a list of systems
// (github:nix-systems), by the hash that Nix locks their contents with: what
// such an input is stands in flake.lock. The hashes are those of "nix hash path"
// over the repositories.
var lockedSystems = map[string][]string{
	"sha256-Vy1rq5AaRuLzOxct8nz4T6wlgyUR7zLU309k9mBC768=": {"aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"}, // default
	"sha256-12tWmuL2zgBgZkdoB6qXZsgJEH9LR3oUgpaQq2RbI80=": {"aarch64-linux", "x86_64-linux"},                                    // default-linux
	"sha256-brhZ8DmuGtzkCYHJg4HEd602amKm89Y9ytsFZ5uWD1w=": {"aarch64-darwin", "aarch64-linux", "x86_64-linux"},                  // default/future-26.11
}

// lockNodes is what is needed of flake.lock: overlay.Locks reads the rest.
type lockNodes struct {
	Nodes map[string]struct {
		Inputs map[string]json.RawMessage
		Locked struct{ NarHash string }
	}
	Root string
}

// systems makes what flake.lock pins to a list of systems that list.
func (r *reading) systems() {
	text, err := r.src.Content("flake.lock")
	var lock lockNodes
	if err != nil || json.Unmarshal(text, &lock) != nil {
		return // who reads it for its own sake says so
	}
	for name := range lock.Nodes[lock.Root].Inputs {
		if systems := lockedSystems[lock.Nodes[lock.follow([]string{name})].Locked.NarHash]; systems != nil {
			r.tree.ev.PresetInput(name, systems)
		}
	}
}

// follow returns the node that inputs lead to from the root on, or "".
func (l *lockNodes) follow(inputs []string) string {
	at := l.Root
	for steps := 0; len(inputs) > 0 && steps < 100; steps++ {
		raw := l.Nodes[at].Inputs[inputs[0]]
		inputs = inputs[1:]
		var path []string
		if json.Unmarshal(raw, &at) == nil {
			continue
		}
		if json.Unmarshal(raw, &path) != nil {
			return ""
		}
		at, inputs = l.Root, slices.Concat(path, inputs)
	}
	if len(inputs) > 0 {
		return ""
	}
	return at
}
