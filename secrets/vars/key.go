package vars

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// Key is a public key of a user or machine.
type Key struct {
	Type   string `json:"type"`      // "age" or "pgp"
	Public string `json:"publickey"` // an age recipient or a PGP fingerprint
}

func compareKeys(a, b Key) int {
	if c := strings.Compare(a.Public, b.Public); c != 0 {
		return c
	}
	return strings.Compare(a.Type, b.Type)
}

// AgeKeys makes the keys of age recipients.
func AgeKeys(recipients ...string) []Key {
	var keys []Key
	for _, r := range recipients {
		keys = append(keys, Key{"age", r})
	}
	return keys
}

// parseKeys reads a key.json: a list, or in the older form a single object.
func parseKeys(text []byte) ([]Key, error) {
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] == '{' {
		text = slices.Concat([]byte("["), text, []byte("]"))
	}
	var keys []Key
	if err := json.Unmarshal(text, &keys); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeys, err)
	}
	for i, k := range keys {
		k.Type, k.Public = strings.ToLower(k.Type), strings.TrimSpace(k.Public)
		if k.Public == "" || k.Type != "age" && k.Type != "pgp" {
			return nil, fmt.Errorf("%w: entry %d has no publickey or another type than age and pgp", ErrKeys, i+1)
		}
		if strings.ContainsFunc(k.Public, func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, fmt.Errorf("%w: the publickey of entry %d has characters that no key has", ErrKeys, i+1)
		}
		if k.Type == "pgp" {
			k.Public = strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(k.Public, "0x"), " ", ""))
		}
		keys[i] = k
	}
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys), nil
}

// formatKeys writes a key.json as clan does: sorted, publickey before type,
// two spaces, no newline at the end.
func formatKeys(keys []Key) ([]byte, error) {
	type entry struct {
		Public string `json:"publickey"`
		Type   string `json:"type"`
	}
	entries := []entry{}
	for _, k := range slices.Compact(slices.SortedFunc(slices.Values(keys), compareKeys)) {
		entries = append(entries, entry{k.Public, k.Type})
	}
	return json.MarshalIndent(entries, "", "  ")
}

// keys reads sops/KIND/NAME/key.json.
func (s *Store) keys(kind, name string) ([]Key, error) {
	file := path.Join("sops", kind, name, "key.json")
	text, err := s.read(file, maxKeyFile)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.real(file), err)
	}
	return keys, nil
}

// UserKeys returns a user's keys; fs.ErrNotExist when there is no such user.
func (s *Store) UserKeys(name string) ([]Key, error) {
	if err := CheckUser(name); err != nil {
		return nil, err
	}
	return s.keys("users", name)
}

// MachineKeys returns a machine's keys; fs.ErrNotExist when it has none yet.
func (s *Store) MachineKeys(name string) ([]Key, error) {
	if err := CheckMachine(name); err != nil {
		return nil, err
	}
	return s.keys("machines", name)
}

// Users returns the names below sops/users that have a key.json, sorted.
func (s *Store) Users() ([]string, error) { return s.members("users") }

// Machines returns the names below sops/machines that have a key.json, sorted.
func (s *Store) Machines() ([]string, error) { return s.members("machines") }

func (s *Store) members(kind string) ([]string, error) {
	entries, err := s.names(path.Join("sops", kind))
	var out []string
	for _, e := range entries {
		if s.isFile(path.Join("sops", kind, e.Name(), "key.json")) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

// UsersWith returns the users that have one of the age recipients among their
// keys, sorted. Several users may share a key.
func (s *Store) UsersWith(recipients ...string) ([]string, error) {
	users, err := s.Users()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, user := range users {
		keys, err := s.keys("users", user)
		if err != nil {
			return nil, fmt.Errorf("which users of the fleet you are is not known: %w; hint: restore that file from version control", err)
		}
		if slices.ContainsFunc(keys, func(k Key) bool { return k.Type == "age" && slices.Contains(recipients, k.Public) }) {
			out = append(out, user)
		}
	}
	return out, nil
}

// AddUser registers a user with age keys. A user that has exactly these keys
// already is left alone; one with others is ErrExists.
func (s *Store) AddUser(name string, recipients ...string) error {
	if err := CheckUser(name); err != nil {
		return err
	}
	return s.addMember("users", name, recipients)
}

func (s *Store) addMember(kind, name string, recipients []string) error {
	if len(recipients) == 0 {
		return fmt.Errorf("%s %s: %w", strings.TrimSuffix(kind, "s"), name, ErrNoReader)
	}
	for _, r := range recipients {
		if err := sops.CheckRecipient(r); err != nil && !errors.Is(err, sops.ErrPlugin) {
			return fmt.Errorf("%s %s: %w", strings.TrimSuffix(kind, "s"), name, err)
		}
	}
	text, err := formatKeys(AgeKeys(recipients...))
	if err != nil {
		return err
	}
	want, err := parseKeys(text)
	if err != nil {
		return err
	}
	switch have, err := s.keys(kind, name); {
	case err == nil && slices.Equal(have, want):
		return nil
	case err == nil:
		return fmt.Errorf("%s: %w with other keys", s.real(path.Join("sops", kind, name)), ErrExists)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	// clan makes the file executable, and git records that.
	return s.writeFile(path.Join("sops", kind, name, "key.json"), text, 0o777)
}

// machineKeyName is the secret that holds a machine's private age key.
func machineKeyName(machine string) string { return machine + "-age.key" }

// AddMachineKey gives the machine an age key of its own: the private part
// becomes the secret sops/secrets/MACHINE-age.key for the readers in access,
// the public part sops/machines/MACHINE/key.json. A machine that has a key
// keeps it. Where an interrupted run left the private part alone, the public
// one is derived from it, for which one of the identities must open it.
func (s *Store) AddMachineKey(machine string, access Access, identities []sops.Identity) (recipient string, err error) {
	switch keys, err := s.MachineKeys(machine); {
	case err == nil:
		if i := slices.IndexFunc(keys, func(k Key) bool { return k.Type == "age" }); i >= 0 {
			return keys[i].Public, nil
		}
		return "", fmt.Errorf("machine %s has no age key, only others\nhint: %s", machine, s.real(path.Join("sops/machines", machine, "key.json")))
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	dir := path.Join("sops/secrets", machineKeyName(machine))
	switch found, err := s.exists(path.Join(dir, "secret")); {
	case err != nil:
		return "", err
	case found:
		id, err := s.machineIdentity(machine, identities)
		if err != nil {
			return "", fmt.Errorf("machine %s has a private age key but no public one: %w", machine, err)
		}
		return id.Recipient, s.addMember("machines", machine, []string{id.Recipient})
	}
	id, key, err := sops.NewIdentity(machine)
	if err != nil {
		return "", err
	}
	defer key.Wipe()
	err = s.publish(dir, func(temp string) error { return s.fillNewSecret(temp, key, access) })
	if errors.Is(err, ErrExists) { // links without a secret
		err = s.fillSecret(dir, key, access)
	}
	if err != nil {
		return "", err
	}
	return id.Recipient, s.addMember("machines", machine, []string{id.Recipient})
}

// HasMachineKey reports whether the machine's private age key is there, opened
// or not.
func (s *Store) HasMachineKey(machine string) bool {
	return CheckMachine(machine) == nil && s.isFile(path.Join("sops/secrets", machineKeyName(machine), "secret"))
}

// MachineKey decrypts the machine's private age key, one line.
func (s *Store) MachineKey(machine string, identities []sops.Identity) (secret.Value, error) {
	if err := CheckMachine(machine); err != nil {
		return secret.Value{}, err
	}
	return s.openSecret(path.Join("sops/secrets", machineKeyName(machine)), identities)
}

func (s *Store) machineIdentity(machine string, identities []sops.Identity) (sops.Identity, error) {
	key, err := s.MachineKey(machine, identities)
	if err != nil {
		return sops.Identity{}, err
	}
	defer key.Wipe()
	ids, err := sops.ParseIdentities(key, machine)
	if err == nil && len(ids) != 1 {
		err = fmt.Errorf("%w: %d keys instead of one", sops.ErrIdentity, len(ids))
	}
	if err != nil {
		return sops.Identity{}, err
	}
	return ids[0], nil
}
