package cli

import (
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/session"
)

// pinJSON is one entry of "pins" in `keys --json`.
type pinJSON struct {
	Machine     string `json:"machine"`
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"` // SHA256:...
}

// pinsFile is where the operator's pins of a fleet are kept.
func (a *app) pinsFile(s *session.Session) (string, error) {
	state, err := a.env.stateDir()
	return filepath.Join(state, "fleets", stateName(s.Repo), pinsName), err
}

// readPins reads the pins that a file holds; one that is not there holds none.
func readPins(file string) (pins []pinJSON, bad []error) {
	list, bad := knownhosts.Load(file)
	for _, e := range list {
		if e.Mark == "" && len(e.Patterns) == 1 {
			pins = append(pins, pinJSON{e.Patterns[0], e.Key.Type(), ssh.FingerprintSHA256(e.Key)})
		}
	}
	return pins, bad
}

// isPinned reports whether the file holds that key of the machine.
func isPinned(file, machine, fingerprint string) bool {
	pins, _ := readPins(file)
	for _, pin := range pins {
		if pin.Machine == machine && pin.Fingerprint == fingerprint {
			return true
		}
	}
	return false
}

// listPins prints the operator's pins.
func (a *app) listPins(s *session.Session) error {
	file, err := a.pinsFile(s)
	if err != nil {
		return err
	}
	pins, bad := readPins(file)
	for _, err := range bad {
		a.errors().clean("%s", err)
	}
	p := a.text()
	switch {
	case a.flags.json:
		return p.json(map[string]any{"file": file, "pins": orEmpty(pins)})
	case len(pins) == 0:
		p.clean("no key is pinned; hint: assay keys pin MACHINE shows the key that answers")
		return nil
	}
	var rows [][]cell
	for _, pin := range pins {
		who := c(pin.Machine)
		if s.Fleet().Machine(pin.Machine) == nil {
			who = cr(warn, pin.Machine+" (not in the fleet)")
		}
		rows = append(rows, []cell{who, c(pin.Type), c(pin.Fingerprint)})
	}
	p.table([]string{"MACHINE", "TYPE", "FINGERPRINT"}, rows)
	p.line("pinned in %s", host.Sanitize(file))
	return nil
}
