// Package sops reads and writes files in the format of the sops command, for
// age recipients, without that command: the binary store, which is what clan
// keeps its vars in, JSON, and YAML with its comments. What it writes is what
// the sops command 3.13.3 writes, byte by byte but for what is random. For
// other kinds of keys and other stores it starts the sops command (Command).
//
// The reader is strict where the sops command is lenient: whatever it does not
// know, it refuses, because a selector or key group that is overlooked changes
// what a file means. The recipients that a file lists are not authenticated by
// its MAC; they serve to find drift and never to decide who may read. Errors
// never contain plaintext, keys or hashes of plaintext.
//
// What is written gets a fresh data key every time, so that who was removed
// cannot read it with an old header. The recipients are always the caller's,
// who has them from policy (package policy, or the vars' links).
//
// The MAC of the format covers values and not names, types or empty values.
// Opened lists what in a file it leaves open, as Doubts; Compare finds changes
// that somebody without a key made since an earlier version.
//
// All functions may be called from several goroutines; a *File and an Identity
// are not changed after they were made. An Opened belongs to one goroutine.
package sops

import "errors"

// errNotJSON is a value such as an infinite number.
var errNotJSON = errors.New("a value that JSON cannot hold")

// The kinds of failure, for errors.Is.
var (
	// ErrFormat is a file that is not in the format.
	ErrFormat = errors.New("not in the format of sops")
	// ErrTampered is a file whose contents do not authenticate.
	ErrTampered = errors.New("authentication failed: the file was damaged or changed by hand")
	// ErrNoIdentity is a file that none of the identities opens.
	ErrNoIdentity = errors.New("no age identity at hand opens this file")
	// ErrForeign is a file that only the sops command can open.
	ErrForeign = errors.New("needs the sops command")
	// ErrRecipient is a recipient that cannot be encrypted to.
	ErrRecipient = errors.New("unusable recipient")
	// ErrPlugin is a recipient that needs an age plugin that is not allowed.
	ErrPlugin = errors.New("needs an age plugin")
	// ErrIdentity is a text that is not an age identity.
	ErrIdentity = errors.New("unusable age identity")
)

// Limits on what is read, so that a hostile file costs little.
const (
	MaxPlaintext  = 10 << 20 // bytes of one secret
	maxFile       = 16 << 20 // bytes of one file
	maxRecipients = 5000     // age stanzas in one file
	maxStanza     = 32 << 10 // bytes of one armored stanza
	maxRecipient  = 4 << 10  // bytes of one recipient
	maxIdentities = 1 << 20  // bytes of one identity file
)
