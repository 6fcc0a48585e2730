package cli

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"assay/fleet/session"
)

// The states of a host key that the fleet's secrets do not know, beside the
// operator's pins.
const (
	keyPinned = "pinned"
	keyOther  = "other" // another key of the machine is pinned, or is the one to pin
)

// beside says of the keys that are new how they stand to the pins, of which a
// machine has one, and returns those to pin: of a machine without a pin the one
// of the kind that ssh prefers. Two of that kind differ.
func beside(pins []pinJSON, found []importedKeyJSON) (fresh []*importedKeyJSON) {
	byMachine := map[string][]*importedKeyJSON{}
	for i := range found {
		f := &found[i]
		if f.State != session.KeyNew {
			continue
		}
		if p := slices.IndexFunc(pins, func(p pinJSON) bool { return p.Machine == f.Machine }); p >= 0 {
			f.beside(pins[p])
		} else if f.From != "answer" {
			byMachine[f.Machine] = append(byMachine[f.Machine], f)
		}
	}
	for i := range found {
		f := &found[i]
		rivals := byMachine[f.Machine]
		if !slices.Contains(rivals, f) {
			continue
		}
		best := slices.MinFunc(rivals, func(a, b *importedKeyJSON) int { return preference(a.Type) - preference(b.Type) })
		switch {
		case f.Type != best.Type:
			f.State, f.Detail = keyOther, "its "+best.Type+" key is the one to pin"
		case slices.ContainsFunc(rivals, func(r *importedKeyJSON) bool { return r.Type == f.Type && r.Fingerprint != f.Fingerprint }):
			f.State, f.Detail = session.KeyDiffers, "another key of this kind is known for it too; assay keys pin "+f.Machine+" SHA256:... says which"
		default:
			fresh = append(fresh, f)
		}
	}
	return fresh
}

// beside compares the key with the one that is pinned for its machine.
func (f *importedKeyJSON) beside(pin pinJSON) {
	switch {
	case f.Fingerprint == pin.Fingerprint:
		f.State = keyPinned
	case f.Type == pin.Type:
		f.State, f.Detail = session.KeyDiffers, pin.Fingerprint+" is pinned; assay keys pin "+f.Machine+" SHA256:... says which"
	default:
		f.State, f.Detail = keyOther, "its "+pin.Type+" key is pinned"
	}
}

// preference is the order in which ssh prefers kinds of keys, the best first.
func preference(kind string) int {
	switch {
	case kind == ssh.KeyAlgoED25519:
		return 0
	case strings.HasPrefix(kind, "ecdsa-"):
		return 1
	}
	return 2
}
