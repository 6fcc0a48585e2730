package generate

import (
	"bytes"
	"crypto/sha512"
	"fmt"

	"assay/secrets/secret"

	"github.com/go-crypt/x/crypt"
	"github.com/go-crypt/x/yescrypt"
)

// yescryptDefault is the setting of mkpasswd, NixOS and Debian: 16 MiB and
// about 0.2 s for each try.
const yescryptDefault = "$y$j9T$"

// sha512Rounds is what "$6$" stands for where it names no rounds.
const sha512Rounds = 5000

// cryptAlphabet is that of crypt(3).
const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// maxPassword is the length in bytes that crypt(3) of libxcrypt takes.
const maxPassword = 511

// HashYescrypt hashes a password for crypt(3), as mkpasswd does where it is
// told nothing: $y$j9T$SALT$HASH with a salt of 128 bits.
func HashYescrypt(password secret.Value) ([]byte, error) {
	if err := checkPassword(password); err != nil {
		return nil, err
	}
	setting := append([]byte(yescryptDefault), yescrypt.Encode64(random(16))...)
	return yescrypt.Hash(password.Bytes(), setting)
}

// HashSHA512 hashes a password for crypt(3), as mkpasswd -m sha512crypt does:
// $6$SALT$HASH with a salt of 96 bits. Where both can be read, HashYescrypt is
// the better one by far.
func HashSHA512(password secret.Value) ([]byte, error) {
	if err := checkPassword(password); err != nil {
		return nil, err
	}
	return sha512Crypt(password.Bytes(), randomOf(cryptAlphabet, 16)), nil
}

// sha512Crypt is "Unix crypt using SHA-256 and SHA-512", version 0.6, by Ulrich
// Drepper, with the default number of rounds.
func sha512Crypt(password, salt []byte) []byte {
	hash := crypt.KeySHACrypt(sha512.New, password, salt, sha512Rounds)
	return fmt.Appendf(nil, "$6$%s$%s", salt, hash)
}

// checkPassword refuses what crypt(3) would cut short or refuse.
func checkPassword(password secret.Value) error {
	switch b := password.Bytes(); {
	case len(b) == 0:
		return fmt.Errorf("%w: the password is empty", ErrInput)
	case len(b) > maxPassword:
		return fmt.Errorf("%w: the password is longer than %d bytes", ErrInput, maxPassword)
	case bytes.ContainsAny(b, "\x00\n"):
		return fmt.Errorf("%w: the password holds a zero byte or a newline", ErrInput)
	}
	return nil
}
