package engine

import "errors"

// ErrMoved is returned by Activate when the host no longer runs what the plan
// was made from.
var ErrMoved = errors.New("the host has changed since the plan was made")

// ErrGoal is returned when a goal does not exist for the host's class.
var ErrGoal = errors.New("no such goal on this host")

// Record describes a system's content in words that can be compared: what a
// plan shows as the difference between two of them. It is stored with the
// system, and carries no positions and no times, so that an unchanged machine
// has an unchanged record.
type Record struct {
	Version  int       `json:"version"` // 1
	Engine   string    `json:"engine"`
	Machine  string    `json:"machine"`
	System   string    `json:"system"` // "x86_64-linux"
	Aspects  []string  `json:"aspects"`
	Options  []Option  `json:"options"`
	Files    []File    `json:"files"`
	Packages []Package `json:"packages"`
	Units    []Unit    `json:"units,omitempty"` // where the engine knows them
	LeftOut  []LeftOut `json:"left_out"`
}

// Option is one option with its merged value. Scope is "" for the system and
// the user's name for home-manager.
type Option struct {
	Scope string `json:"scope,omitempty"`
	Path  string `json:"path"`
	Value string `json:"value"` // one line of Nix source
	Known bool   `json:"known"` // false: Value is how it is written, not what it comes to
}

// File is one file that the system puts on the host. Text is its content, ""
// with Binary set where it is not UTF-8 text or larger than 64 KiB.
type File struct {
	Path   string `json:"path"` // "/etc/motd", or "~cameron/.config/x" in a home
	Hash   string `json:"hash"` // NAR hash, "sha256:<nixbase32>"
	Mode   string `json:"mode"` // "0444"
	Size   int64  `json:"size"` // bytes
	Text   string `json:"text,omitempty"`
	Binary bool   `json:"binary,omitempty"`
}

// Package is one package that the system names. Layer and Channel say what
// supplies it, "" where that is not known.
type Package struct {
	Scope   string `json:"scope,omitempty"` // "" system, else the user
	Name    string `json:"name"`            // attribute path below pkgs
	Layer   string `json:"layer,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Versions and Size are of the store paths of that name in the system's
	// closure, where the engine knows them: the versions ascending, "" for a
	// path without one, and the bytes of their NAR serialisations together.
	Versions []string `json:"versions,omitempty"`
	Size     int64    `json:"size,omitempty"`
	// Hash is of those paths, but for what is put together out of the others and
	// of text that the record has: another one at equal versions is a package
	// that was built anew.
	Hash string `json:"hash,omitempty"`
}

// Unit is one systemd or launchd unit that the system brings.
type Unit struct {
	Name string `json:"name"` // "sshd.service"
	Hash string `json:"hash"` // of its definition, store paths' hashes left out
}

// LeftOut is something that the configuration says and the engine did not
// realise.
type LeftOut struct {
	Scope string `json:"scope,omitempty"`
	What  string `json:"what"` // option path
	Why   string `json:"why"`
}
