package sops

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"assay/secrets/secret"

	"filippo.io/age"
)

// Identity is an age identity at hand. Its private part stands behind a
// closure, for the reason that package secret gives.
type Identity struct {
	Recipient string // the public part; "" when a plugin's is not known
	Origin    string // where it comes from: a variable's name or a file
	Needs     string // what it lacks to be used here: "age-plugin-NAME", or a passphrase

	open    func() age.Identity
	plugin  func(Plugins) (age.Identity, error) // of a plugin's identity
	refused error                               // why the plugin may not run
}

// Usable reports whether the identity can decrypt here.
func (id Identity) Usable() bool { return id.open != nil }

// Private is the one-line private form of a native identity that is usable
// here; of an SSH key or a plugin's identity it is empty.
func (id Identity) Private() secret.Value {
	if id.open == nil {
		return secret.Value{}
	}
	switch x := id.open().(type) {
	case *age.X25519Identity:
		return secret.New([]byte(x.String()))
	case *age.HybridIdentity:
		return secret.New([]byte(x.String()))
	}
	return secret.Value{}
}

// NewIdentity makes a native age identity in memory and returns it with its
// one-line private form.
func NewIdentity(origin string) (Identity, secret.Value, error) {
	x, err := age.GenerateX25519Identity()
	if err != nil {
		return Identity{}, secret.Value{}, err
	}
	return native(x, x.Recipient().String(), origin), secret.New([]byte(x.String())), nil
}

func native(id age.Identity, recipient, origin string) Identity {
	return Identity{Recipient: recipient, Origin: origin, open: func() age.Identity { return id }}
}

// ParseIdentities reads identities, one a line, with comments. A comment
// "# public key: …" or "# recipient: …" names the recipient of the plugin
// identity that follows it. Errors wrap ErrIdentity and quote nothing.
func ParseIdentities(text secret.Value, origin string) ([]Identity, error) {
	if text.Len() > maxIdentities {
		return nil, fmt.Errorf("%s: %w: larger than %d KiB", origin, ErrIdentity, maxIdentities>>10)
	}
	var (
		ids     []Identity
		comment string
		n       int
	)
	for line := range bytes.Lines(text.Bytes()) {
		n++
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case line[0] == '#':
			if r := commentRecipient(line); r != "" {
				comment = r
			}
		default:
			id, err := parseIdentity(line, comment, origin)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", origin, n, err)
			}
			ids = append(ids, id)
			comment = ""
		}
	}
	return ids, nil
}

func parseIdentity(line []byte, comment, origin string) (Identity, error) {
	switch {
	case bytes.HasPrefix(line, []byte("AGE-SECRET-KEY-PQ-1")):
		if id, err := age.ParseHybridIdentity(string(line)); err == nil {
			return native(id, id.Recipient().String(), origin), nil
		}
	case bytes.HasPrefix(line, []byte("AGE-SECRET-KEY-1")):
		if id, err := age.ParseX25519Identity(string(line)); err == nil {
			return native(id, id.Recipient().String(), origin), nil
		}
	case bytes.HasPrefix(line, []byte("AGE-PLUGIN-")):
		name, _, ok := cutLast(strings.ToLower(string(line[len("AGE-PLUGIN-"):])), "-1")
		if ok && name != "" && len(name) <= 40 {
			return pluginIdentity(string(line), name, comment, origin), nil
		}
	default:
		return Identity{}, fmt.Errorf("%w: the line is no comment, and begins with neither AGE-SECRET-KEY- nor AGE-PLUGIN", ErrIdentity)
	}
	return Identity{}, fmt.Errorf("%w: malformed key", ErrIdentity)
}

func commentRecipient(line []byte) string {
	name, value, _ := strings.Cut(strings.TrimLeft(string(line), "# \t"), ":")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "public key", "recipient":
		if r := strings.TrimSpace(value); looksLikeRecipient(r) {
			return r
		}
	}
	return ""
}

// splitKeys puts keys that share a line on lines of their own; comment lines
// stay whole.
func splitKeys(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			out.WriteString(line)
			continue
		}
		for word := range strings.FieldsSeq(line) {
			out.WriteString(word + "\n")
		}
	}
	return out.String()
}

func unique(ids []Identity) []Identity {
	var out []Identity
	seen := map[string]bool{}
	for _, id := range ids {
		if id.Recipient != "" && seen[id.Recipient] {
			continue
		}
		seen[id.Recipient] = true
		out = append(out, id)
	}
	return out
}

// ReadIdentities reads an identity file.
func ReadIdentities(path string) ([]Identity, error) {
	held, err := readLimited(path)
	if err != nil {
		return nil, err
	}
	defer held.Wipe()
	return ParseIdentities(held, path)
}

// KeysFile is where the sops command keeps the operator's identities when no
// variable names another place, or "" when the environment has no home.
func KeysFile(getenv func(string) string) string {
	const tail = "sops/age/keys.txt"
	home := getenv("HOME")
	switch xdg := getenv("XDG_CONFIG_HOME"); {
	case xdg != "":
		return filepath.Join(xdg, tail)
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library/Application Support", tail)
	default:
		return filepath.Join(home, ".config", tail)
	}
}
