package state

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// fold makes the ASCII capitals of b small, eight at a time: searching 64 MB
// spends most of its time here.
func fold(b []byte) {
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		low := x &^ uint64(highs)
		// The high bit of each byte: from 'A' on, without those after 'Z',
		// and without those that are no ASCII.
		upper := (low + (0x80-'A')*ones) &^ (low + (0x7f-'Z')*ones) &^ x & highs
		binary.LittleEndian.PutUint64(b, x|upper>>2)
		b = b[8:]
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// foldWide makes the capitals of b small that are no ASCII, where they stay, as
// nearly all do, of the same length: places in b must remain.
func foldWide(b []byte) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if small := unicode.ToLower(r); small != r && utf8.RuneLen(small) == size {
			utf8.EncodeRune(b[i:], small)
		}
		i += size
	}
}
