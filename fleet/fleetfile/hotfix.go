package fleetfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"assay/fleet"
)

// ErrByHand is that a file is written in a way in which it is not edited.
var ErrByHand = errors.New("this file is not edited by assay")

// AddHotfix returns the file's text with a hotfix more, behind those that are
// there. All else stays byte for byte. The file must be right before, and is
// read again afterwards: it differs in that one entry.
func AddHotfix(name string, src []byte, h fleet.Hotfix) ([]byte, error) {
	if _, err := Parse(name, src); err != nil {
		return nil, err
	}
	before, err := hotfixTables(src)
	if err != nil {
		return nil, err
	}
	text, err := HotfixText(h)
	if err != nil {
		return nil, err
	}
	bs := blocks(string(src))
	at, err := placeFor(name, string(src), bs)
	if err != nil {
		return nil, err
	}
	out := insert(string(src), at, text)
	if _, err := Parse(name, []byte(out)); err != nil {
		return nil, err
	}
	after, err := hotfixTables([]byte(out))
	if err != nil {
		return nil, err
	}
	if n := len(before.hotfixes); len(after.hotfixes) != n+1 || !after.is(before, n) {
		return nil, fmt.Errorf("%w: adding the hotfix of %s would change something else", ErrByHand, h.Package)
	}
	return []byte(out), nil
}

// RemoveHotfix returns the file's text without the hotfix that stands at a
// line, with its comment. All else stays byte for byte.
func RemoveHotfix(name string, src []byte, h fleet.Hotfix) ([]byte, error) {
	file, err := Parse(name, src)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(file.Fleet.Overlay.Hotfixes, func(o fleet.Hotfix) bool { return o.Package == h.Package && o.At == h.At })
	before, err := hotfixTables(src)
	if err != nil {
		return nil, err
	}
	var tables []block
	for _, b := range blocks(string(src)) {
		if b.array && slices.Equal(b.path, hotfixPath) {
			tables = append(tables, b)
		}
	}
	if i < 0 || len(tables) != len(before.hotfixes) || len(tables) <= i {
		return nil, fmt.Errorf("%w: the hotfix of %s at %s is no table of its own; hint: take it out by hand", ErrByHand, h.Package, h.At)
	}
	out := cut(string(src), tables[i])
	if _, err := Parse(name, []byte(out)); err != nil {
		return nil, err
	}
	after, err := hotfixTables([]byte(out))
	if err != nil {
		return nil, err
	}
	before.hotfixes = slices.Delete(before.hotfixes, i, i+1)
	if n := len(before.hotfixes); len(after.hotfixes) != n || !after.is(before, n) {
		return nil, fmt.Errorf("%w: taking out the hotfix of %s would change something else; hint: take it out by hand, it is at %s", ErrByHand, h.Package, h.At)
	}
	return []byte(out), nil
}

// hotfixPath is the array of tables that hotfixes are in.
var hotfixPath = []string{"overlay", "hotfix"}

// tables is what a file says, the hotfixes apart from all else.
type tables struct {
	rest     map[string]any
	hotfixes []map[string]any
}

// is reports whether two files say the same, of their hotfixes the first n.
func (t tables) is(o tables, n int) bool {
	return reflect.DeepEqual(t.rest, o.rest) &&
		slices.EqualFunc(t.hotfixes[:n], o.hotfixes[:n], func(a, b map[string]any) bool { return reflect.DeepEqual(a, b) })
}

// hotfixTables decodes a file that Parse has accepted.
func hotfixTables(src []byte) (tables, error) {
	t := tables{rest: map[string]any{}}
	if err := toml.Unmarshal(src, &t.rest); err != nil {
		return t, err
	}
	overlay, _ := t.rest["overlay"].(map[string]any)
	t.hotfixes, _ = overlay["hotfix"].([]map[string]any)
	if list, ok := overlay["hotfix"].([]any); ok && len(list) > 0 {
		return t, fmt.Errorf("%w: its hotfixes are written as one value; hint: write each as a table [[overlay.hotfix]]", ErrByHand)
	} else if ok {
		return t, fmt.Errorf("%w: overlay.hotfix is an empty value; hint: remove it", ErrByHand)
	}
	delete(overlay, "hotfix")
	if len(overlay) == 0 { // a table that only holds hotfixes
		delete(t.rest, "overlay")
	}
	return t, nil
}

// HotfixText is a hotfix as fleet.toml has it, with its header and line ends.
func HotfixText(h fleet.Hotfix) (string, error) {
	var b strings.Builder
	b.WriteString("[[overlay.hotfix]]\n")
	for _, kv := range [][2]string{{"package", h.Package}, {"channel", h.Channel}, {"systems", ""}, {"hydra", h.Hydra},
		{"reason", h.Reason}, {"added", h.Added}, {"remove-when", h.RemoveWhen}} {
		value, err := basicString(kv[1])
		switch {
		case err != nil:
			return "", fmt.Errorf("%s: %w", kv[0], err)
		case kv[0] == "systems" && len(h.Systems) > 0:
			var globs []string
			for _, s := range h.Systems {
				glob, err := basicString(s)
				if err != nil {
					return "", fmt.Errorf("systems: %w", err)
				}
				globs = append(globs, glob)
			}
			value = "[" + strings.Join(globs, ", ") + "]"
		case kv[1] == "":
			continue
		}
		fmt.Fprintf(&b, "%-7s = %s\n", kv[0], value)
	}
	return b.String(), nil
}

// basicString is a text as a basic string of TOML.
func basicString(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("expected UTF-8")
	}
	if strings.ContainsRune(s, 0) {
		return "", errors.New("expected no byte 0, which Nix cannot read")
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}
