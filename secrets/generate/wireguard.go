package generate

import (
	"crypto/ecdh"
	"encoding/base64"
	"fmt"

	"assay/secrets/secret"
)

// NewWireGuardKey makes the private and the public key of a WireGuard peer as
// wg genkey and wg pubkey write them: base64 and a newline. The private key is
// stored clamped, as wg does.
func NewWireGuardKey() (private, public secret.Value, err error) {
	key := random(32)
	defer clear(key)
	key[0] &= 248
	key[31] = key[31]&127 | 64
	private = base64Line(key)
	public, err = WireGuardPublicOf(private)
	return private, public, err
}

// WireGuardPublicOf derives a public key as wg pubkey does. Its error is
// ErrInput and shows nothing of the key.
func WireGuardPublicOf(private secret.Value) (secret.Value, error) {
	key := make([]byte, base64.StdEncoding.DecodedLen(private.Len()))
	defer clear(key)
	n, err := base64.StdEncoding.Decode(key, private.Bytes())
	if err != nil || n != 32 {
		return secret.Value{}, fmt.Errorf("%w: not a WireGuard private key", ErrInput)
	}
	parsed, err := ecdh.X25519().NewPrivateKey(key[:n])
	if err != nil {
		return secret.Value{}, fmt.Errorf("%w: not a WireGuard private key", ErrInput)
	}
	return base64Line(parsed.PublicKey().Bytes()), nil
}

// NewWireGuardPSK makes a key that two peers share, as wg genpsk writes it.
func NewWireGuardPSK() secret.Value {
	key := random(32)
	defer clear(key)
	return base64Line(key)
}

// WireGuard is the generator of a machine's key pair in an instance of clan's
// wireguard service.
func WireGuard(instance string) Generator {
	return pair("wireguard-keys-"+instance, "privatekey", "publickey", NewWireGuardKey)
}

// WireGuardPSK is the generator of a key that two peers share.
func WireGuardPSK(name, file string) Generator {
	return single(name, file, func() (secret.Value, error) { return NewWireGuardPSK(), nil })
}

func base64Line(b []byte) secret.Value {
	line := make([]byte, 0, base64.StdEncoding.EncodedLen(len(b))+1)
	return secret.New(append(base64.StdEncoding.AppendEncode(line, b), '\n'))
}
