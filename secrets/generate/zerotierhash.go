package generate

import (
	"crypto/sha512"
	"encoding/binary"

	"golang.org/x/crypto/salsa20/salsa"
)

// The parameters of the hash from which a ZeroTier address is derived.
const (
	hashMemory    = 2 << 20 // bytes
	hashWords     = hashMemory / 8
	hashThreshold = 17 // the first byte of an acceptable digest is below
)

// addressHash is the memory-hard hash of a ZeroTier public key (node type 0):
// SHA-512, then Salsa20/20 in a chain over 2 MiB, then 131072 swaps between
// that memory and the digest, which is encrypted after each. One stream runs
// through all of it. The memory, of hashMemory bytes, is overwritten.
func addressHash(public []byte, memory []byte) (digest [64]byte) {
	digest = sha512.Sum512(public)
	stream := newKeystream(digest[:40])
	clear(memory)
	var spare [8]byte
	for at := 0; at < len(memory); at += 64 {
		block := memory[at : at+64]
		if at > 0 {
			copy(block, memory[at-64:at])
		}
		stream.xor(block)
	}
	for i := 0; i < hashWords; i += 2 {
		mine := binary.BigEndian.Uint64(memory[8*i:]) % 8
		theirs := binary.BigEndian.Uint64(memory[8*i+8:]) % hashWords
		a, b := digest[8*mine:8*mine+8], memory[8*theirs:8*theirs+8]
		copy(spare[:], a)
		copy(a, b)
		copy(b, spare[:])
		stream.xor(digest[:])
	}
	return digest
}

// keystream is Salsa20/20 with a block counter that only moves forward. It
// makes many blocks at once, since each of the hash's steps takes one.
type keystream struct {
	key    [32]byte
	in     [16]byte // nonce, then the counter in little endian
	blocks []byte
	rest   []byte
}

func newKeystream(seed []byte) *keystream {
	s := &keystream{blocks: make([]byte, 64<<10)}
	copy(s.key[:], seed[:32])
	copy(s.in[:8], seed[32:40])
	return s
}

// xor encrypts one block of 64 bytes.
func (s *keystream) xor(block []byte) {
	if len(s.rest) == 0 {
		clear(s.blocks)
		salsa.XORKeyStream(s.blocks, s.blocks, &s.in, &s.key)
		next := binary.LittleEndian.Uint64(s.in[8:]) + uint64(len(s.blocks)/64)
		binary.LittleEndian.PutUint64(s.in[8:], next)
		s.rest = s.blocks
	}
	for i := 0; i < 64; i += 8 {
		x := binary.NativeEndian.Uint64(block[i:]) ^ binary.NativeEndian.Uint64(s.rest[i:])
		binary.NativeEndian.PutUint64(block[i:], x)
	}
	s.rest = s.rest[64:]
}
