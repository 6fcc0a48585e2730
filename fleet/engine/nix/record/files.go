package record

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nix-community/go-nix/pkg/nixbase32"

	"assay/fleet/engine"
)

// Files collects the files of one system by their paths in it. It is for one
// goroutine.
type Files struct {
	system string // its platform
	byName map[string]file
	total  int
	self   []byte // the system's own path in texts, masked
}

// topFiles are the files of a system itself that say what it does, and its
// platform; on a host they are below /run/current-system. What else is there
// names store paths, or the revision.
var topFiles = []string{"activate", "init-interface-version", "kernel-params", "switch-inhibitors"}

const platformFile = "system"

type file struct {
	text       []byte
	executable bool
}

var errMany = errors.New("the system has more files than a record holds")

// Add adds a file of at most 64 KiB; larger ones, and those that are in no
// place that a record shows, are left out.
func (f *Files) Add(name string, text []byte, executable bool) error {
	name = path.Clean(strings.TrimPrefix(name, "./"))
	if name == platformFile {
		f.system = strings.TrimSpace(string(text[:min(len(text), 64)]))
		return nil
	}
	if len(text) > maxText || !strings.HasPrefix(name, "etc/") && !slices.Contains(topFiles, name) && unitOf(name) == "" {
		return nil
	}
	if f.byName == nil {
		f.byName = make(map[string]file)
	}
	f.total += len(text)
	if len(f.byName) >= maxFiles || f.total > maxTotal {
		return errMany
	}
	f.byName[name] = file{mask(text), executable}
	return nil
}

// ReadTar adds the files of a tar archive. Whoever wrote it is not trusted.
func (f *Files) ReadTar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the files of a system: %w", err)
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeLink {
			continue
		}
		if h.Size > maxText {
			continue // Next skips it
		}
		text, err := io.ReadAll(io.LimitReader(t, maxText))
		if err != nil {
			return fmt.Errorf("read the files of a system: %w", err)
		}
		if h.Typeflag == tar.TypeLink { // the same file once more
			linked, ok := f.byName[path.Clean(h.Linkname)]
			if !ok {
				continue
			}
			text = linked.text
		}
		if err := f.Add(h.Name, text, h.Mode&0o111 != 0); err != nil {
			return err
		}
	}
}

// side is what NixOS writes beside a file of /etc that is to be copied: its
// mode and its owner.
var side = regexp.MustCompile(`\.(mode|uid|gid)$`)

// text is a file's text without what differs with the system's own name: its
// machine and its label.
func (f *Files) text(name string) []byte {
	if len(f.self) == 0 {
		return f.byName[name].text
	}
	return bytes.ReplaceAll(f.byName[name].text, f.self, []byte("/nix/store/…-system"))
}

// files is the files of /etc that are no units, and those of the system itself.
func (f *Files) files() []engine.File {
	out := []engine.File{}
	for _, name := range sorted(f.byName) {
		if unitOf(name) != "" {
			continue
		}
		if base := side.ReplaceAllString(name, ""); base != name && f.has(base) {
			continue
		}
		out = append(out, f.file(name))
	}
	return out
}

func (f *Files) has(name string) bool {
	_, ok := f.byName[name]
	return ok
}

func (f *Files) file(name string) engine.File {
	is := file{f.text(name), f.byName[name].executable}
	at := "/" + name
	if slices.Contains(topFiles, name) {
		at = "/run/current-system/" + name
	}
	out := engine.File{Path: at, Hash: narHash(is), Mode: "0444", Size: int64(len(is.text))}
	if is.executable {
		out.Mode = "0555"
	}
	if mode, ok := f.byName[name+".mode"]; ok {
		out.Mode = strings.TrimSpace(string(mode.text[:min(len(mode.text), 16)]))
	}
	if utf8.Valid(is.text) && !bytes.ContainsRune(is.text, 0) {
		out.Text = string(is.text)
	} else {
		out.Binary = true
	}
	return out
}

// narHash is the hash of a file's NAR serialisation.
func narHash(f file) string {
	h := sha256.New()
	word := func(s string) {
		binary.Write(h, binary.LittleEndian, uint64(len(s)))
		io.WriteString(h, s)
		h.Write(make([]byte, (8-len(s)%8)%8))
	}
	for _, s := range []string{"nix-archive-1", "(", "type", "regular"} {
		word(s)
	}
	if f.executable {
		word("executable")
		word("")
	}
	word("contents")
	word(string(f.text))
	word(")")
	return "sha256:" + nixbase32.EncodeToString(h.Sum(nil))
}
