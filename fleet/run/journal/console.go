package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
)

// consoleFile says what Console does.
const consoleFile = "console"

var consoleForm = regexp.MustCompile(`^[A-Z2-7]{26}$`) // of rand.Text

// Console returns a name for the state directory that no other one has, by which
// hosts know whose runs were there. It is made when it is asked for first, by
// whoever is Alone.
func Console(dir string) (string, error) {
	path := filepath.Join(dir, consoleFile)
	text, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(text)); consoleForm.MatchString(name) {
		return name, nil
	}
	name := rand.Text()
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = renameio.WriteFile(path, []byte(name+"\n"), 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("journal: %w", err)
	}
	return name, nil
}
