package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
)

// consoleFile has half of what Console says.
const consoleFile = "console"

var consoleForm = regexp.MustCompile(`^[A-Z2-7]{26}$`) // of rand.Text

// Console returns a name for the state directory on this machine that no other
// one has, not even a copy of it elsewhere: by it hosts know whose runs were
// there. It is made when it is asked for first, by whoever is Alone.
func Console(dir string) (string, error) {
	path := filepath.Join(dir, consoleFile)
	text, err := os.ReadFile(path)
	name := strings.TrimSpace(string(text))
	if !consoleForm.MatchString(name) {
		name = rand.Text()
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = os.MkdirAll(dir, 0o700)
		}
		if err == nil {
			err = renameio.WriteFile(path, []byte(name+"\n"), 0o600)
		}
		if err != nil {
			return "", fmt.Errorf("journal: %w", err)
		}
	}
	host, _ := os.Hostname() // one of the two is enough
	machine, _ := os.ReadFile("/etc/machine-id")
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", name, host, machine))
	return hex.EncodeToString(sum[:16]), nil
}
