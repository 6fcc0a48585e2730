package generate

import "assay/secrets/secret"

// NewLUKSPassphrase makes a passphrase of 256 bits, in base64 without a
// newline: cryptsetup takes a newline in a key file as part of the key, and
// one that is typed as its end, so that without one both are the same.
func NewLUKSPassphrase() secret.Value { return NewToken(Base64, 32) }

// LUKS is the generator of the passphrase of an encrypted disk.
func LUKS(name, file string) Generator {
	return single(name, file, func() (secret.Value, error) { return NewLUKSPassphrase(), nil })
}
