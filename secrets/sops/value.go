package sops

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// ivSize is the nonce length that sops uses with AES-GCM. It is not the usual
// 12; the reader accepts a range, as the sops command does.
const (
	ivSize    = 32
	minIVSize = 12
	maxIVSize = 64
	tagSize   = 16
	keySize   = 32
)

// sealed is one encrypted value in its text form taken apart.
type sealed struct {
	data, iv, tag []byte
	kind          string // str, int, float, bool, time, comment
}

// strict base64 refuses set padding bits, which the lenient one drops.
func decode64(s string) ([]byte, bool) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// parseSealed reads "ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]". The whole
// text must match; the only type of the binary store and of the MAC is str.
func parseSealed(text string) (sealed, error) {
	v, err := parseTyped(text)
	if err == nil && v.kind != "str" {
		err = fmt.Errorf("%w: encrypted value does not end in type:str", ErrFormat)
	}
	return v, err
}

// parseTyped reads an encrypted value of any type. Type bytes, which sops
// knows, is refused: nothing writes it, and the sops command panics at it.
func parseTyped(text string) (sealed, error) {
	var v sealed
	rest, ok := strings.CutPrefix(text, "ENC[AES256_GCM,")
	if !ok {
		return v, fmt.Errorf("%w: value is not ENC[AES256_GCM,...]", ErrFormat)
	}
	if rest, ok = strings.CutSuffix(rest, "]"); !ok {
		return v, fmt.Errorf("%w: encrypted value does not end in ]", ErrFormat)
	}
	rest, v.kind, _ = cutLast(rest, ",type:")
	switch v.kind {
	case "str", "int", "float", "bool", "time", "comment":
	default:
		return v, fmt.Errorf("%w: encrypted value of an unknown type", ErrFormat)
	}
	parts := strings.Split(rest, ",")
	if len(parts) != 3 {
		return v, fmt.Errorf("%w: encrypted value has other fields than data, iv, tag", ErrFormat)
	}
	for i, field := range []struct {
		name string
		into *[]byte
	}{{"data:", &v.data}, {"iv:", &v.iv}, {"tag:", &v.tag}} {
		b64, ok := strings.CutPrefix(parts[i], field.name)
		if !ok {
			return v, fmt.Errorf("%w: encrypted value lacks %s", ErrFormat, strings.TrimSuffix(field.name, ":"))
		}
		if *field.into, ok = decode64(b64); !ok {
			return v, fmt.Errorf("%w: encrypted value has bad base64 in %s", ErrFormat, strings.TrimSuffix(field.name, ":"))
		}
	}
	if len(v.iv) < minIVSize || len(v.iv) > maxIVSize || len(v.tag) != tagSize || len(v.data) == 0 {
		return v, fmt.Errorf("%w: encrypted value has a part of the wrong length", ErrFormat)
	}
	return v, nil
}

// open decrypts under aad. It returns ErrTampered, never what it saw.
func (v sealed) open(key []byte, aad string) ([]byte, error) {
	gcm, err := newGCM(key, len(v.iv))
	if err != nil {
		return nil, ErrTampered
	}
	whole := make([]byte, 0, len(v.data)+len(v.tag))
	whole = append(append(whole, v.data...), v.tag...)
	plain, err := gcm.Open(whole[:0], v.iv, whole, []byte(aad))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// seal encrypts plain under aad with a fresh IV and returns the text form, of
// the type str. Empty text is not encrypted, as in sops.
func seal(key, plain []byte, aad string) (string, error) {
	return sealAs(key, plain, aad, "str")
}

func sealAs(key, plain []byte, aad, kind string) (string, error) {
	if len(plain) == 0 {
		return "", nil
	}
	gcm, err := newGCM(key, ivSize)
	if err != nil {
		return "", err
	}
	iv := make([]byte, ivSize)
	_, _ = rand.Read(iv) // never fails: it ends the process instead
	out := gcm.Seal(nil, iv, plain, []byte(aad))
	b64 := base64.StdEncoding.EncodeToString
	cut := len(out) - tagSize
	return "ENC[AES256_GCM,data:" + b64(out[:cut]) + ",iv:" + b64(iv) + ",tag:" + b64(out[cut:]) + ",type:" + kind + "]", nil
}

func newGCM(key []byte, iv int) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(block, iv)
}
