package generate

import (
	"crypto/rand"
	"encoding/base64"

	"assay/secrets/secret"
)

// Encoding is how a random token is written.
type Encoding string

// The encodings of tokens.
const (
	Hex          Encoding = "hex"          // lower case, as openssl rand -hex
	Base64       Encoding = "base64"       // padded, on one line
	Alphanumeric Encoding = "alphanumeric" // A-Z a-z 0-9
)

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// NewToken makes a random token without a newline: of n random bytes with Hex
// and Base64, of n characters with Alphanumeric (5.95 bits each).
func NewToken(e Encoding, n int) secret.Value {
	if e == Alphanumeric {
		return secret.New(randomOf(alphanumeric, n))
	}
	b := random(n)
	defer clear(b)
	if e == Base64 {
		return secret.New(base64.StdEncoding.AppendEncode(make([]byte, 0, base64.StdEncoding.EncodedLen(n)), b))
	}
	return secret.New(appendHex(nil, b))
}

// Token is the generator of one random token, without a newline.
func Token(name, file string, e Encoding, n int) Generator {
	return single(name, file, func() (secret.Value, error) { return NewToken(e, n), nil })
}

// random returns n random bytes. The system's source does not fail: without
// it the program ends.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// randomOf returns n characters of the alphabet, each as probable as any.
func randomOf(alphabet string, n int) []byte {
	out := make([]byte, 0, n)
	for len(out) < n {
		out = append(out, alphabet[below(len(alphabet))])
	}
	return out
}

// below returns a random number from 0 to n-1, n being at most 65536.
func below(n int) int {
	limit := 1 << 16 / n * n // what is above would make small numbers likelier
	for {
		var b [2]byte
		_, _ = rand.Read(b[:])
		if x := int(b[0])<<8 | int(b[1]); x < limit {
			return x % n
		}
	}
}
