package overlay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

func TestIndexFile(t *testing.T) {
	for _, versions := range []map[string]string{
		{}, {"a": ""}, {"a": "1", "a.b": "2", "A": "x\ny", strings.Repeat("n", 300): strings.Repeat("v", 20000), "": "0"},
	} {
		x := newIndex(versions)
		y, err := DecodeIndex(x.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.Names(), y.Names()) || y.Len() != len(versions) {
			t.Errorf("%q, %q", x.Names(), y.Names())
		}
		for name, v := range versions {
			if got, ok := y.Version(name); got != v || !ok {
				t.Errorf("%q: %q, want %q", name, got, v)
			}
		}
		if _, ok := y.Version("none"); ok || y.hasSet("a") != x.hasSet("a") || y.hasSet("b") {
			t.Error("what is not there")
		}
	}
}

// TestDamagedIndexFile changes every byte of a file, and cuts it everywhere.
func TestDamagedIndexFile(t *testing.T) {
	file := newIndex(map[string]string{"a": "1", "b": "2.0"}).Encode()
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 0x41
		if _, err := DecodeIndex(changed); err == nil {
			t.Errorf("byte %d may be another", i)
		}
		if _, err := DecodeIndex(file[:i]); err == nil {
			t.Errorf("%d bytes may be all", i)
		}
	}
}

func FuzzDecodeIndex(f *testing.F) {
	f.Add(newIndex(map[string]string{"a": "1", "b": "2.0"}).Encode()[len(indexMagic)+4:])
	f.Add([]byte("\x01b\x00\x01a\x00"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		file := binary.LittleEndian.AppendUint32([]byte(indexMagic), crc32.Checksum(body, castagnoli))
		x, err := DecodeIndex(append(file, body...))
		if err != nil {
			return
		}
		for _, name := range x.Names() {
			if _, ok := x.Version(name); !ok {
				t.Errorf("%q is lost", name)
			}
		}
	})
}

// large is an index as that of nixpkgs: 100,000 packages.
func large() *Index {
	versions := map[string]string{}
	for i, name := range many() {
		versions[name] = fmt.Sprintf("%d.%d.%d", i%9, i%41, i)
	}
	return newIndex(versions)
}

func BenchmarkDecodeIndex(b *testing.B) {
	file := large().Encode()
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := DecodeIndex(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndexVersion(b *testing.B) {
	x := large()
	for b.Loop() {
		x.Version("python3Packages.none")
	}
}
