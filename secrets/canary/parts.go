package canary

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// secretParts are what is secret in a text. Of keys it is the private half:
// the public one stands in many places, and rightly.
func secretParts(text []byte) ([][]byte, error) {
	text = bytes.TrimSpace(text)
	var keys [][]byte
	for line := range bytes.Lines(text) {
		// All of them begin alike.
		if digits, is := bytes.CutPrefix(bytes.TrimSpace(line), []byte("AGE-SECRET-KEY-")); is {
			keys = append(keys, digits)
		}
	}
	fields := bytes.Split(text, []byte(":"))
	switch {
	case len(keys) > 0:
		return keys, nil
	case bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return privateKey(text)
	case len(fields) == 4 && string(fields[1]) == "0": // of zerotier
		return withDecoded(fields[3]), nil
	case len(fields) == 2 && bytes.HasSuffix(fields[1], []byte("==")): // of Nix: the seed and the public key
		both, err := base64.StdEncoding.DecodeString(string(fields[1]))
		if err == nil && len(both) == ed25519.PrivateKeySize {
			text := fields[1][:base64.RawStdEncoding.EncodedLen(ed25519.SeedSize)-1]
			return [][]byte{ed25519.PrivateKey(both).Seed(), text}, nil
		}
	case bytes.HasPrefix(text, []byte("$")) && bytes.Count(text, []byte("$")) > 2: // what a password is hashed to
		return [][]byte{text[bytes.LastIndexByte(text, '$')+1:]}, nil
	}
	return withDecoded(text), nil
}

// withDecoded adds the bytes that a text of hexadecimal or base64 stands for.
func withDecoded(text []byte) [][]byte {
	out := [][]byte{text}
	if b, err := hex.DecodeString(string(text)); err == nil && len(b) >= Least {
		return append(out, b)
	}
	if b, err := base64.StdEncoding.DecodeString(string(text)); err == nil && len(b) >= piece {
		return append(out, b)
	}
	return out
}

// privateKey are the numbers or the seed that make a key in PEM private, and
// the lines that have them.
func privateKey(text []byte) ([][]byte, error) {
	key, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		return nil, err
	}
	var numbers [][]byte
	switch key := key.(type) {
	case *ed25519.PrivateKey:
		numbers = [][]byte{key.Seed()}
	case ed25519.PrivateKey:
		numbers = [][]byte{key.Seed()}
	case *ecdsa.PrivateKey:
		b, err := key.Bytes()
		if err != nil {
			return nil, err
		}
		numbers = [][]byte{b}
	case *rsa.PrivateKey:
		numbers = [][]byte{key.D.Bytes(), key.Primes[0].Bytes(), key.Primes[1].Bytes()}
	default:
		return nil, fmt.Errorf("a %T is not known", key)
	}
	parts := numbers
	block, _ := pem.Decode(text)
	for _, number := range numbers {
		if at := bytes.Index(block.Bytes, number); at >= 0 {
			parts = append(parts, linesOf(text, (at*4+2)/3, (at+len(number))*4/3)...)
		}
	}
	return parts, nil
}

// linesOf are the parts of the lines in which those characters stand, counted
// from the first line behind the heading, that are long enough.
func linesOf(text []byte, from, to int) (parts [][]byte) {
	at := 0
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("-----")) {
			continue
		}
		first, last := max(from-at, 0), min(to-at, len(line))
		if at += len(line); last-first >= Least {
			parts = append(parts, line[first:last])
		}
	}
	return parts
}
