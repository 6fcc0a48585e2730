package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// aloneFile is held (flock) in the state directory by the one process that
// changes the fleet's machines. It holds the run's id and the process's
// number.
const aloneFile = "run.lock"

// ErrBusy is returned while another run of the fleet goes on.
var ErrBusy = errors.New("another run of this fleet goes on")

// Alone keeps other runs of the fleet from starting until release is called or
// the process ends. While one goes on its error is ErrBusy, and names it.
func Alone(dir string, id ID) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	path := filepath.Join(dir, aloneFile)
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("journal: lock %s: %w", path, err)
	case !ok:
		return nil, busy(path)
	}
	// The file stays as it is, so that everybody locks the same one.
	if err := os.WriteFile(path, fmt.Appendf(nil, "%s %d\n", id, os.Getpid()), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), l.Close())
	}
	return l.Close, nil
}

// busy says who holds the lock, as far as it is written there.
func busy(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return ErrBusy
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 256))
	words := strings.Fields(string(bytes.ToValidUTF8(text, nil)))
	if err != nil || len(words) != 2 || !idForm.MatchString(words[0]) {
		return ErrBusy // it has only just begun
	}
	return fmt.Errorf("%w: run %s (pid %s); hint: assay logs %s", ErrBusy, words[0], words[1], words[0])
}
