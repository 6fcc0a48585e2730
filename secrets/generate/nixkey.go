package generate

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"assay/secrets/secret"
)

// NewNixKey makes a key that signs store paths, as nix key generate-secret and
// nix key convert-secret-to-public write it: NAME:BASE64 without a newline.
// The name is by custom HOST-NUMBER; it may hold neither a colon nor space,
// else the error is ErrInput.
func NewNixKey(name string) (private, public secret.Value, err error) {
	if name == "" || strings.ContainsAny(name, ": \t\r\n\x00") {
		return private, public, fmt.Errorf("%w: %.80q cannot be the name of a Nix key", ErrInput, name)
	}
	seed := random(ed25519.SeedSize)
	defer clear(seed)
	key := ed25519.NewKeyFromSeed(seed)
	defer clear(key)
	return secret.New(nixKey(name, key)), secret.New(nixKey(name, key[32:])), nil
}

func nixKey(name string, key []byte) []byte {
	text := make([]byte, 0, len(name)+1+base64.StdEncoding.EncodedLen(len(key)))
	text = append(append(text, name...), ':')
	return base64.StdEncoding.AppendEncode(text, key)
}

// NixKey is the generator of a key that signs store paths.
func NixKey(generator, private, public, name string) Generator {
	return pair(generator, private, public, func() (secret.Value, secret.Value, error) { return NewNixKey(name) })
}

// NixPublicOf derives a public key as nix key convert-secret-to-public does.
// Its error is ErrInput and shows nothing of the key.
func NixPublicOf(private secret.Value) (secret.Value, error) {
	name, text, ok := bytes.Cut(bytes.TrimSpace(private.Bytes()), []byte(":"))
	key := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	defer clear(key)
	n, err := base64.StdEncoding.Decode(key, text)
	if !ok || err != nil || n != ed25519.PrivateKeySize {
		return secret.Value{}, fmt.Errorf("%w: not a private key of Nix", ErrInput)
	}
	return secret.New(nixKey(string(name), key[32:n])), nil
}
