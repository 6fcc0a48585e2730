package generate

import (
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"

	"golang.org/x/crypto/salsa20"
)

// The parameters of the hash from which a ZeroTier address is derived, in
// bytes and in words of 64 bits.
const (
	hashMemory    = 2 << 20
	hashWords     = hashMemory / 8
	hashStream    = hashMemory + 64*hashWords/2
	hashThreshold = 17 // the first byte of an acceptable digest is below
)

// hashBuffer is the room for an addressHash, which many may use one after the
// other.
type hashBuffer struct{ memory, stream []byte }

func newHashBuffer() hashBuffer {
	return hashBuffer{make([]byte, hashMemory), make([]byte, hashStream)}
}

// addressHash is the memory-hard hash of a ZeroTier public key (node type 0):
// SHA-512, then Salsa20/20 in a chain over 2 MiB, then 131072 swaps between
// that memory and the digest, which is encrypted after each. One stream runs
// through all of it.
func addressHash(public []byte, b hashBuffer) (digest [64]byte) {
	digest = sha512.Sum512(public)
	memory, stream := b.memory, b.stream
	clear(stream)
	salsa20.XORKeyStream(stream, stream, digest[32:40], (*[32]byte)(digest[:32]))
	copy(memory[:64], stream)
	for at := 64; at < hashMemory; at += 64 {
		subtle.XORBytes(memory[at:at+64], memory[at-64:at], stream[at:])
	}
	stream = stream[hashMemory:]
	var spare [8]byte
	for i := 0; i < hashWords; i += 2 {
		mine := binary.BigEndian.Uint64(memory[8*i:]) % 8
		theirs := binary.BigEndian.Uint64(memory[8*i+8:]) % hashWords
		x, y := digest[8*mine:8*mine+8], memory[8*theirs:8*theirs+8]
		copy(spare[:], x)
		copy(x, y)
		copy(y, spare[:])
		subtle.XORBytes(digest[:], digest[:], stream[32*i:])
	}
	return digest
}
