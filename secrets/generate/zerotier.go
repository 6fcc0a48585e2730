package generate

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"assay/secrets/secret"
)

// ErrZeroTier is an identity, network id or address that is none of
// ZeroTier's.
var ErrZeroTier = errors.New("malformed or false ZeroTier value")

// ZeroTierAddress is the 40-bit address of a ZeroTier node.
type ZeroTierAddress [5]byte

// String is the address in 10 hexadecimal digits.
func (a ZeroTierAddress) String() string { return hex.EncodeToString(a[:]) }

// valid says that a node may have the address.
func (a ZeroTierAddress) valid() bool { return a != ZeroTierAddress{} && a[0] != 0xff }

// NewZeroTierIdentity makes an identity of type 0: a Curve25519 and an Ed25519
// key, of which the first is drawn anew until the hash of both is acceptable,
// 15 times on average (about half a second). The text is that of
// zerotier-idtool's secret file: ADDRESS:0:PUBLIC:PRIVATE in hexadecimal,
// without a newline.
func NewZeroTierIdentity(ctx context.Context) (secret.Value, error) {
	seed := random(ed25519.SeedSize)
	defer clear(seed)
	signing := ed25519.NewKeyFromSeed(seed)
	defer clear(signing)
	buffer := newHashBuffer()
	for ctx.Err() == nil {
		exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return secret.Value{}, err
		}
		public := append(exchange.PublicKey().Bytes(), signing[32:]...)
		address, ok := zeroTierAddressOf(public, buffer)
		if !ok {
			continue
		}
		private := append(exchange.Bytes(), seed...)
		defer clear(private)
		text := fmt.Appendf(nil, "%s:0:%x:", address, public)
		return secret.New(appendHex(text, private)), nil
	}
	return secret.Value{}, ctx.Err()
}

// zeroTierAddressOf derives the address of a public key of 64 bytes, and says
// whether it is acceptable as one.
func zeroTierAddressOf(public []byte, b hashBuffer) (ZeroTierAddress, bool) {
	digest := addressHash(public, b)
	address := ZeroTierAddress(digest[59:])
	return address, digest[0] < hashThreshold && address.valid()
}

// ZeroTierAddressOf returns the address of an identity, secret or public, and
// proves it: the address is the one that the public key has, and the private
// key, where there is one, belongs to it. Its error is ErrZeroTier and shows
// nothing of the identity.
func ZeroTierAddressOf(identity secret.Value) (ZeroTierAddress, error) {
	fields := bytes.Split(bytes.TrimSpace(identity.Bytes()), []byte(":"))
	if len(fields) != 3 && len(fields) != 4 || string(fields[1]) != "0" {
		return ZeroTierAddress{}, fmt.Errorf("%w: not an identity of type 0", ErrZeroTier)
	}
	var address ZeroTierAddress
	public := make([]byte, 64)
	if !unhex(address[:], fields[0]) || !unhex(public, fields[2]) {
		return ZeroTierAddress{}, fmt.Errorf("%w: not an identity of type 0", ErrZeroTier)
	}
	if len(fields) == 4 && !belongs(fields[3], public) {
		return ZeroTierAddress{}, fmt.Errorf("%w: the private key is not that of the public key", ErrZeroTier)
	}
	derived, ok := zeroTierAddressOf(public, newHashBuffer())
	if !ok || derived != address {
		return ZeroTierAddress{}, fmt.Errorf("%w: the address is not that of the public key", ErrZeroTier)
	}
	return address, nil
}

// belongs says that the private key in hexadecimal is that of a public one.
func belongs(text, public []byte) bool {
	private := make([]byte, 64)
	defer clear(private)
	if !unhex(private, text) {
		return false
	}
	exchange, err := ecdh.X25519().NewPrivateKey(private[:32])
	if err != nil {
		return false
	}
	signing := ed25519.NewKeyFromSeed(private[32:])
	defer clear(signing)
	return bytes.Equal(exchange.PublicKey().Bytes(), public[:32]) && bytes.Equal(signing[32:], public[32:])
}

// unhex decodes text that fills dst exactly.
func unhex(dst, text []byte) bool {
	if len(text) != 2*len(dst) {
		return false
	}
	_, err := hex.Decode(dst, text)
	return err == nil
}
