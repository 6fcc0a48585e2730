package overlay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
)

// indexMagic begins a stored index.
const indexMagic = "assay index 1\n"

// castagnoli is the sum that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode returns the index as a file of our own keeps it: a line that names
// the format, the CRC-32C of what follows as four bytes, least first, then for
// each package, by name, the length of its name, the name, the length of its
// version, the version. Lengths are those of encoding/binary's uvarint.
func (x *Index) Encode() []byte {
	out := make([]byte, len(indexMagic)+4, len(indexMagic)+4+len(x.text)+3*len(x.at))
	copy(out, indexMagic)
	for i := range x.at {
		for _, s := range []string{x.name(i), x.version(i)} {
			out = append(binary.AppendUvarint(out, uint64(len(s))), s...)
		}
	}
	body := len(indexMagic) + 4
	binary.LittleEndian.PutUint32(out[len(indexMagic):], crc32.Checksum(out[body:], castagnoli))
	return out
}

// errDamaged is what is wrong with an index that Encode did not write.
var errDamaged = errors.New("channel index: the file is damaged")

// DecodeIndex reads what Encode wrote.
func DecodeIndex(file []byte) (*Index, error) {
	body := len(indexMagic) + 4
	text := string(file)
	switch {
	case !strings.HasPrefix(text, "assay index "):
		return nil, errors.New("channel index: the file is none")
	case len(file) < body || text[:len(indexMagic)] != indexMagic:
		return nil, errors.New("channel index: the file is of another version of assay, or cut off")
	case len(file) > maxIndexText:
		return nil, fmt.Errorf("channel index: expected at most %d bytes", maxIndexText)
	case crc32.Checksum(file[body:], castagnoli) != binary.LittleEndian.Uint32(file[len(indexMagic):]):
		return nil, errDamaged
	}
	x := &Index{text: text, at: make([]span, 0, len(file)/24)}
	for at := body; at < len(file); {
		name, after, ok := piece(file, at)
		if !ok {
			return nil, errDamaged
		}
		version, end, ok := piece(file, after)
		if !ok {
			return nil, errDamaged
		}
		x.at = append(x.at, span{uint32(name), uint32(after), uint32(version), uint32(end)})
		if n := len(x.at); n > 1 && x.name(n-2) >= x.name(n-1) {
			return nil, errDamaged
		}
		at = end
	}
	return x, nil
}

// piece is where a text with its length before it begins and ends.
func piece(file []byte, at int) (from, to int, ok bool) {
	n, width := binary.Uvarint(file[at:])
	if width <= 0 || n > uint64(len(file)-at-width) {
		return 0, 0, false
	}
	return at + width, at + width + int(n), true
}
