package knownhosts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
	"golang.org/x/crypto/ssh"
)

// Pin records in file that machine is recognised by key from now on, in
// place of the keys that were pinned for it before. It refuses a key whose
// fingerprint ("SHA256:..." as ssh-keygen -l prints it) is not the given
// one. All other lines of the file stay; it is replaced as a whole.
func Pin(file, machine, fingerprint string, key ssh.PublicKey) error {
	if got := ssh.FingerprintSHA256(key); got != strings.TrimRight(fingerprint, "=") {
		return fmt.Errorf("pin %s: the host shows the key %s, not %s; hint: read the fingerprint on the machine's own console, with ssh-keygen -l", machine, got, fingerprint)
	}
	if _, cert := key.(*ssh.Certificate); cert {
		return fmt.Errorf("pin %s: a certificate cannot be pinned", machine)
	}
	return change(file, machine, key)
}

// Unpin removes the keys that were pinned for machine. A file without any is
// left as it is.
func Unpin(file, machine string) error {
	list, _ := Load(file)
	if !slices.ContainsFunc(list, func(e Entry) bool { return e.Mark == "" && slices.Equal(e.Patterns, []string{machine}) }) {
		return nil
	}
	return change(file, machine, nil)
}

// change replaces the lines of machine by one of key, or by none.
func change(file, machine string, key ssh.PublicKey) error {
	if machine == "" || strings.ContainsAny(machine, "*?!,|[]@# \t\r\n") {
		return fmt.Errorf("pin %q: that is no machine's name", machine)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("pin %s: %w", machine, err)
	}
	lock := flock.New(file + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("pin %s: %w", machine, err)
	}
	defer lock.Close()
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("pin %s: %w", machine, err)
	}
	var text bytes.Buffer
	for line := range bytes.Lines(old) {
		if !pins(line, machine) {
			text.Write(bytes.TrimRight(line, "\r\n"))
			text.WriteByte('\n')
		}
	}
	if key != nil {
		text.WriteString(machine + " ")
		text.Write(ssh.MarshalAuthorizedKey(key))
	}
	if err := renameio.WriteFile(file, text.Bytes(), 0o600, renameio.WithTempDir(filepath.Dir(file)), renameio.IgnoreUmask()); err != nil {
		return fmt.Errorf("pin %s: %w", machine, err)
	}
	return nil
}

// pins reports whether line is one that Pin wrote for machine.
func pins(line []byte, machine string) bool {
	list, _ := Parse("", line)
	return len(list) == 1 && list[0].Mark == "" && slices.Equal(list[0].Patterns, []string{machine})
}
