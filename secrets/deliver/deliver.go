// Package deliver brings a machine its age identity: the key with which
// sops-nix on the host decrypts, at every start, without anybody's help.
//
// The key goes over an open host.Conn on standard input, never in a command's
// arguments, and is written beside its place, flushed and renamed: whatever
// happens on the way, the host has the old key or the new one. What the host
// has is compared by a hash over a nonce and the file, made there, so that
// neither the key nor anything that could be looked up travels back.
//
// Functions may be called from several goroutines at once, for different hosts.
package deliver

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"assay/fleet/host"
	"assay/secrets/secret"
)

// Path is where a host has its identity, as sops-nix and clan have it: one
// file with age keys, of root, mode 0400.
const Path = "/var/lib/sops-nix/key.txt"

// State is what a host has at Path.
type State string

// The states.
const (
	Same    State = "same"    // this identity
	Other   State = "other"   // another one, or something that is none
	Missing State = "missing" // nothing
)

// The errors of Bring beside those of the connection.
var (
	// ErrCut is an identity that did not arrive whole. The host has what it had.
	ErrCut = errors.New("the identity did not arrive whole, the old one is intact")
	// ErrVolatile is a place that the host forgets when it restarts.
	ErrVolatile = errors.New("the directory is in memory and is lost when the host restarts")
	// ErrEmpty is an identity without content.
	ErrEmpty = errors.New("the identity is empty")
)

// The exit statuses that the script gives a meaning.
const (
	exitCut      = 65
	exitVolatile = 66
)

//go:embed scripts/deliver.sh
var deliverSh string

// Look says what a host has, and changes nothing.
func Look(ctx context.Context, conn host.Conn, identity secret.Value) (State, error) {
	return run(ctx, conn, "look", Path, identity)
}

// Bring makes a host have the identity, and says what it had before. A host
// that has it already keeps the file; only its owner and mode are put right.
func Bring(ctx context.Context, conn host.Conn, identity secret.Value) (State, error) {
	return run(ctx, conn, "bring", Path, identity)
}

func run(ctx context.Context, conn host.Conn, verb, path string, identity secret.Value) (State, error) {
	text := bytes.TrimRight(identity.Bytes(), "\n")
	if len(text) == 0 {
		return "", fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	file := append(bytes.Clone(text), '\n')
	defer clear(file)
	var nonce [16]byte
	rand.Read(nonce[:])
	salt := hex.EncodeToString(nonce[:])
	var out bytes.Buffer
	cmd := host.Command{
		Script: deliverSh, Root: true, Stdout: &few{&out},
		// clan writes the key without a newline.
		Args: []string{verb, path, salt, sum(salt, file), sum(salt, text)},
	}
	if verb == "bring" {
		cmd.Stdin = bytes.NewReader(file)
	}
	err := conn.Run(ctx, cmd)
	if exit, ok := errors.AsType[*host.ExitError](err); ok {
		switch exit.Code {
		case exitCut:
			err = ErrCut
		case exitVolatile:
			err = ErrVolatile
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	switch state := State(strings.TrimSpace(out.String())); state {
	case Same, Other, Missing:
		return state, nil
	}
	return "", fmt.Errorf("%s: the host says something else than was asked for", path)
}

func sum(salt string, file []byte) string {
	h := sha256.New()
	h.Write([]byte(salt))
	h.Write(file)
	return hex.EncodeToString(h.Sum(nil))
}

// few keeps the first bytes that a host says.
type few struct{ *bytes.Buffer }

func (f *few) Write(b []byte) (int, error) {
	f.Buffer.Write(b[:min(len(b), max(0, 64-f.Len()))])
	return len(b), nil
}
