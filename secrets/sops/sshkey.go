package sops

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// AgeOfSSH returns the age1… recipient that ssh-to-age makes of an
// ssh-ed25519 public key, which is how sops-nix uses a host's key. The two do
// not read each other's files: a file for the ssh-ed25519 recipient is opened
// with the SSH key only, and a file for its age form with the converted key
// only. Of other kinds of SSH keys there is no age form; the error wraps
// ErrRecipient.
func AgeOfSSH(line string) (string, error) {
	fail := func(why string) (string, error) {
		return "", fmt.Errorf("%w %s: %s", ErrRecipient, quote(safe(line)), why)
	}
	key, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || len(strings.TrimSpace(string(rest))) > 0 {
		return fail("not one SSH public key")
	}
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return fail("only an ssh-ed25519 key has an age form")
	}
	edwards, ok := holder.CryptoPublicKey().(ed25519.PublicKey)
	if !ok {
		return fail("only an ssh-ed25519 key has an age form")
	}
	public, err := ecdh.X25519().NewPublicKey(montgomery(edwards))
	if err != nil {
		return fail("not a point of the curve")
	}
	return plugin.EncodeX25519Recipient(public)
}

// montgomery maps the y of an Edwards point to the u of the same point in
// Montgomery form, u = (1+y)/(1-y) mod 2^255-19 (RFC 7748, 4.1). All of it is
// public, so it need not take constant time.
func montgomery(edwards []byte) []byte {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	le := slices.Clone(edwards)
	le[31] &= 0x7f // the sign of x
	slices.Reverse(le)
	y := new(big.Int).SetBytes(le)
	one := big.NewInt(1)
	below := new(big.Int).Mod(new(big.Int).Sub(one, y), p)
	u := new(big.Int)
	if below.ModInverse(below, p) != nil {
		u.Mod(u.Mul(u.Add(one, y), below), p)
	}
	out := u.FillBytes(make([]byte, 32))
	slices.Reverse(out)
	return out
}
