package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ReadIndex reads the output of `nix-env -f CHANNEL -qaP --json`: an object
// with a member per package. The packages.json of a channel's release page,
// which has that object under "packages", is read too. A "nixpkgs." or
// "nixos." before all names, as nix-env has them for channels of a user, is
// left out. What the members say beside version and name is not kept.
func ReadIndex(r io.Reader) (*Index, error) {
	d := json.NewDecoder(r)
	x := &listing{versions: make(map[string]string)}
	if err := x.object(d, true); err != nil {
		return nil, fmt.Errorf("channel index: at byte %d: %w; hint: nix-env -qaP --json writes one", d.InputOffset(), noEOF(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("channel index: at byte %d: expected nothing after the object", d.InputOffset())
	}
	x.unprefix()
	return newIndex(x.versions), nil
}

// listing is an index that is being read.
type listing struct {
	versions map[string]string
	size     int // bytes of them
}

// maxIndexText bounds the bytes of an index's names and versions; those of
// nixpkgs are 4 MB.
const maxIndexText = 1 << 30

// noEOF says that a text which ends is cut off.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// object reads the packages of an object, or at the top those of its
// "packages".
func (x *listing) object(d *json.Decoder, top bool) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errors.New("expected an object of packages")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if top && name == "packages" {
			err = x.object(d, false)
		} else {
			err = x.member(d, name)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.Token() // the closing brace
	return err
}

// member reads one package; what is none, such as the "version" beside
// "packages", is not kept.
func (x *listing) member(d *json.Decoder, name string) error {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return err
	}
	var p struct {
		Name, Version *string
	}
	if raw[0] != '{' || json.Unmarshal(raw, &p) != nil || p.Name == nil && p.Version == nil {
		return nil
	}
	version := ""
	switch {
	case p.Version != nil:
		version = *p.Version
	default: // Nix before 2.4 has the name alone
		version = versionIn(*p.Name)
	}
	if x.size += len(name) + len(version); len(x.versions) >= maxIndexed || x.size > maxIndexText {
		return fmt.Errorf("expected at most %d packages and %d bytes of names", maxIndexed, maxIndexText)
	}
	x.versions[name] = version
	return nil
}

// versionIn is the version of a derivation's name, as builtins.parseDrvName
// has it: what follows the first dash before something else than a letter.
func versionIn(name string) string {
	for i := range len(name) - 1 {
		if c := name[i+1] | 0x20; name[i] == '-' && (c < 'a' || c > 'z') {
			return name[i+1:]
		}
	}
	return ""
}

// unprefix leaves out the name of the channel before all names.
func (x *listing) unprefix() {
	prefix := ""
	for name := range x.versions {
		first, _, dotted := strings.Cut(name, ".")
		if !dotted || !strings.HasPrefix(first, "nixpkgs") && !strings.HasPrefix(first, "nixos") || prefix != "" && first != prefix {
			return
		}
		prefix = first
	}
	versions := make(map[string]string, len(x.versions))
	for name, v := range x.versions {
		versions[name[len(prefix)+min(1, len(prefix)):]] = v
	}
	x.versions = versions
}
